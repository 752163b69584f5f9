"""Compares the model of a noisy tenant with closed forms, and tests the plots and inputs."""

import unittest
import xml.etree.ElementTree as xml

import inputs
import plot
from tenants import Fair, Fifo, Ordered, Scenario, dwell

FLOOD = Scenario(tenants=11, quiet_rate=1, noisy_rate=500, starts=5, lasts=20, seconds=120)
SLOTS, SECONDS = 5, 0.2
# Messages per second, with ten in a batch.
CAPACITY = SLOTS * 10 / SECONDS


def longest(waits):
    return max(waited for _, waited in waits)


class Tenants(unittest.TestCase):
    def setUp(self):
        self.values = inputs.values()

    def test_in_order_of_age_everybody_waits_for_the_backlog(self):
        found = dwell(Ordered(self.values), FLOOD, SLOTS, SECONDS)
        backlog = (500 + 10 - CAPACITY) * 20
        self.assertAlmostEqual(longest(found["quiet"]), backlog / CAPACITY, delta=1)
        self.assertAlmostEqual(longest(found["noisy"]), backlog / CAPACITY, delta=1)

    def test_in_a_fair_queue_the_quiet_ones_wait_for_the_next_free_slot(self):
        found = dwell(Fair(self.values), FLOOD, SLOTS, SECONDS)
        after = [(arrived, waited) for arrived, waited in found["quiet"] if arrived > 6]
        self.assertLess(longest(after), SECONDS)
        # The noisy tenant comes after them: its backlog shrinks at the rate that they leave over.
        self.assertAlmostEqual(longest(found["noisy"]), (500 + 10 - CAPACITY) * 20 / (CAPACITY - 10), delta=1)

    def test_below_thirty_in_flight_the_processing_time_decides_who_is_noisy(self):
        found = dwell(Fair(self.values), FLOOD, 2, SECONDS)
        self.assertLess(longest([one for one in found["quiet"] if one[0] > 7]), 2 * SECONDS)

    def test_five_minutes_after_its_last_message_nobody_is_noisy(self):
        long = Scenario(tenants=11, quiet_rate=1, noisy_rate=500, starts=5, lasts=100, seconds=400)
        found = dwell(Fair(self.values), long, 1, SECONDS)
        self.assertLess(longest([one for one in found["quiet"] if 10 < one[0] < 390]), 2 * SECONDS)
        short = dwell(Fair(self.values | {"fair_quiet_seconds": 100}), long, 1, SECONDS)
        self.assertGreater(longest([one for one in short["quiet"] if one[0] > 210]), 60)

    def test_a_queue_without_a_flood_keeps_nobody_waiting(self):
        quiet = Scenario(noisy_rate=1, lasts=10, seconds=60)
        for queue in (Ordered, Fair):
            self.assertLess(longest(dwell(queue(self.values), quiet, 50, 0.1)["quiet"]), 0.1)

    def test_fifo_handles_a_conversation_one_message_after_the_other(self):
        one = Scenario(tenants=11, quiet_rate=1, noisy_rate=50, starts=0, lasts=10, seconds=60, conversations=1)
        found = dwell(Fifo(self.values), one, 20, SECONDS)
        self.assertAlmostEqual(longest(found["noisy"]), 500 * SECONDS - 10, delta=1)
        self.assertEqual(longest(found["quiet"]), 0)

    def test_fifo_looks_no_further_than_its_first_messages(self):
        one = Scenario(tenants=11, quiet_rate=1, noisy_rate=500, starts=0, lasts=10, seconds=60, conversations=1)
        self.assertEqual(longest(dwell(Fifo(self.values | {"fifo_looks_at": 6000}), one, 20, 0.01)["quiet"]), 0)
        found = dwell(Fifo(self.values | {"fifo_looks_at": 3000}), one, 20, 0.01)
        # A backlog of 4,000 when the flood ends, handled at 100 per second: later messages are out of reach until 3,000 are left.
        self.assertAlmostEqual(longest([one for one in found["quiet"] if one[0] > 10]), (5000 - 1000 - 3000) / 100, delta=1)

    def test_nothing_is_lost_or_received_twice(self):
        for queue in (Ordered, Fair, Fifo):
            found = dwell(queue(self.values), FLOOD, 50, 0.05)
            self.assertEqual((len(found["quiet"]), len(found["noisy"])), (120 * 10, 500 * 20))


class Plots(unittest.TestCase):
    def test_a_plot_is_well_formed_and_keeps_points_that_are_not_level(self):
        points = [(0, 0), (1, 5), (2, 5), (3, 5), (4, 10)]
        self.assertEqual(plot.thin(points), [(0, 0), (1, 5), (3, 5), (4, 10)])
        svg = xml.fromstring(plot.lines("A & B", "seconds", [("one", points), ("two", points)], (0, 4), (0, 10)))
        # Each line, and its sample in front of the name.
        self.assertEqual(len([element for element in svg if element.tag.endswith("polyline")]), 4)

    def test_scales(self):
        self.assertEqual([plot.Axis(1, 100, 0, 200, True).at(value) for value in (1, 10, 100, 1000)], [0, 100, 200, 200])
        self.assertEqual(plot.Axis(0, 60, 0, 1).ticks(), [0, 10, 20, 30, 40, 50, 60])


class Inputs(unittest.TestCase):
    def test_a_changed_median_scales_the_other_quantiles(self):
        self.assertEqual(inputs.values(["sqs_ms=20", "lambda_concurrency=50"])["sqs_ms"], [20, 40, 120])
        for wrong in ("nothing=1", "sqs_ms=fast"):
            with self.assertRaises(SystemExit):
                inputs.values([wrong])

    def test_every_quota_names_its_page_and_the_date(self):
        for name, entry in inputs.entries()["published"].items():
            self.assertRegex(entry["url"], r"^https://docs\.aws\.amazon\.com/", name)
            self.assertRegex(entry["read"], r"^\d{4}-\d\d-\d\d$", name)


if __name__ == "__main__":
    unittest.main()
