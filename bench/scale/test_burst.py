"""Compares the model of webhooks with closed forms."""

import unittest

import inputs
import limits
import timing
from burst import percentile, simulate

PLENTY = {name: 10**9 for name in ("http_api_rps", "http_api_burst", "lambda_concurrency", "lambda_scale_environments")}


def always(milliseconds):
    """Returns outcomes that all take the same time."""
    return [(milliseconds, milliseconds, milliseconds)] * timing.OUTCOMES


class Burst(unittest.TestCase):
    def setUp(self):
        self.values = inputs.values()
        self.tables = timing.cold_and_warm(inputs.durations()[inputs.OURS], self.values, 128)

    def near(self, found, expected, part):
        self.assertLessEqual(abs(found - expected), expected * part, f"{found}, not {expected}")

    def test_below_every_limit_nothing_is_refused_or_left(self):
        batch_ms = timing.batch_ms(self.values, inputs.worker_cpu_ms(), 10, 128)
        lowest = limits.limits(self.values, self.tables, batch_ms)[0][1]
        result = simulate(self.values, self.tables, 0.8 * lowest, 20, batch_ms=batch_ms)
        self.assertEqual((result.lost, result.queued), (0, result.arrived))
        self.assertLess(result.depth, lowest)

    def test_littles_law(self):
        for milliseconds, rate in ((18, 10_000), (200, 1_000)):
            result = simulate(self.values | PLENTY, (always(milliseconds), always(milliseconds)), rate, 20)
            self.near(result.mean_at_work, rate * milliseconds / 1000, 0.02)

    def test_the_api_refuses_what_is_above_its_rate_and_burst(self):
        values = self.values | PLENTY | {"http_api_rps": 1000, "http_api_burst": 500}
        result = simulate(values, self.tables, 3000, 10)
        self.assertLessEqual(abs(result.queued - (1000 * 10 + 500)), 3)
        self.assertEqual(result.refused["HTTP API, requests per second"], result.lost)

    def test_lambda_handles_no_more_concurrent_requests_than_its_concurrency(self):
        values = self.values | PLENTY | {"lambda_concurrency": 10, "lambda_rps_per_concurrency": 1000}
        result = simulate(values, (always(100), always(100)), 1000, 10)
        self.assertEqual(result.most_at_work, 10)
        # Ten concurrently for 100 ms each, and one step until the next begins.
        self.near(result.queued, 10 / 0.1 * 10, 0.03)

    def test_lambda_handles_ten_requests_a_second_for_each_unit_of_concurrency(self):
        values = self.values | PLENTY | {"lambda_concurrency": 100}
        result = simulate(values, (always(5), always(5)), 3000, 10)
        # The bucket starts with the tokens of one second.
        self.near(result.queued, 10 * 100 * (10 + 1), 0.01)

    def test_a_jump_refuses_what_the_first_environments_cannot_handle(self):
        values = self.values | {name: PLENTY[name] for name in ("http_api_rps", "http_api_burst", "lambda_concurrency")}
        result = simulate(values, (always(300), always(10)), 10_000, 5)
        # For 0.3 s, no environment becomes free for the 10,000 requests per second; 1,000 start, and 100 more each second.
        self.near(result.lost, 10_000 * 0.3 - 1_000 - 100 * 0.3, 0.1)
        self.assertEqual(result.refused["Lambda, scaling"], result.lost)

    def test_a_function_scales_by_ten_thousand_requests_a_second_in_ten_seconds(self):
        values = self.values | {name: PLENTY[name] for name in ("http_api_rps", "http_api_burst", "lambda_concurrency")}
        result = simulate(values, (always(10), always(10)), 100_000, 20)
        self.near(result.queued, 10_000 * (20 + 1) + 1_000 * 20 * (20 / 2 + 1), 0.02)

    def test_the_queue_grows_by_what_the_worker_does_not_receive(self):
        values = self.values | PLENTY
        result = simulate(values, (always(10), always(10)), 1000, 30, batch_ms=100)
        self.near(result.depth, (1000 - 5 * 10 / 0.1) * 30, 0.05)
        self.assertEqual(result.most_in_flight, 5 * 10)

    def test_a_load_rises_to_its_rate(self):
        result = simulate(self.values | PLENTY, self.tables, 1000, 10, ramp=10)
        self.near(result.arrived, 1000 * 10 / 2, 0.05)

    def test_stacks_share_the_load_and_the_quotas(self):
        one = simulate(self.values, self.tables, 10_000, 3).lost
        self.assertGreater(one, 0)
        self.assertEqual(simulate(self.values | {"lambda_concurrency": 10_000}, self.tables, 10_000, 3, functions=10).lost, 0)

    def test_a_first_event_at_128_mb_takes_the_measured_time(self):
        for times in inputs.durations().values():
            # Both are measured, with noise: if a whole core was slower, the model uses that time.
            self.assertEqual(timing.first(times, 128), [max(pair) for pair in zip(times["first_ms"], times["first_128_ms"])])
            self.assertEqual(timing.first(times, 10_240), times["first_ms"])

    def test_quantiles(self):
        triple = (10, 20, 60)
        self.assertEqual([timing.quantile(triple, u) for u in (0, 0.5, 0.9, 0.999)], [10, 10, 20, 60])
        self.assertAlmostEqual(timing.quantile(triple, 0.7), 15)
        result = simulate(self.values, (always(150), always(20)), 1000, 10)
        self.assertEqual((percentile(result.waits, 0.5), percentile(result.waits, 1)), (20, 150))


if __name__ == "__main__":
    unittest.main()
