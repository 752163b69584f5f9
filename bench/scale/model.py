"""The simulation runs behind the tables and plots. Each run is cached."""

from functools import cache

import burst
import limits
import tenants
import timing
from inputs import OURS

MEMORIES = [128, 256, 512]
BURST = 10_000
RATES = [100, 1_000, 10_000, 100_000]
# Seconds in which the load rises.
JUMPS = [0, 1, 5, 10]
# Values of MaximumConcurrency.
SLOTS = [5, 50, 200]
SECONDS = 60
# MaximumConcurrency for the noisy tenant: fewer than the default, and the value at which FIFO, with one event per batch, has the
# throughput of the default.
FEWER_SLOTS, FIFO_SLOTS = 2, 50


class Model:
    def __init__(self, values, durations, worker_cpu_ms, prices):
        self.values, self.durations, self.worker_cpu_ms, self.prices = values, durations, worker_cpu_ms, prices

    @cache
    def tables(self, name, memory=None, setup_ms=None):
        """Returns the outcomes of a cold and a warm event, by default at the template's memory size."""
        values, memory = self.values, memory or self.values["memory_mb"]
        if setup_ms:
            values = values | {"setup_ms": [one * setup_ms / values["setup_ms"][0] for one in values["setup_ms"]]}
        return timing.cold_and_warm(self.durations[name], values, memory)

    def batch_ms(self, events=None):
        events = events or self.values["batch"]
        return timing.batch_ms(self.values, self.worker_cpu_ms, events, self.values["memory_mb"])

    @cache
    def burst(self, name, memory):
        return burst.simulate(self.values, self.tables(name, memory), BURST, SECONDS)

    @cache
    def refused(self, name, rise=0, setup_ms=None):
        """Returns how many webhooks are refused until five seconds after the rise."""
        return burst.simulate(self.values, self.tables(name, None, setup_ms), BURST, rise + 5, rise).lost

    def dollars(self, name, memory):
        """Returns the cost of an hour at the burst's rate, warm: HTTP API, Lambda and sending to SQS. The baselines send no
        group id."""
        price = self.prices
        millions = BURST * 3600 / 1e6
        sends = price["SQS standard"] + (price["SQS fair queues"] if name == OURS else 0)
        compute = timing.mean(self.tables(name, memory)[1], 2) / 1000 * memory / 1024 * price["Lambda compute, arm64"]
        return millions * (price["HTTP API"] + price["Lambda requests"] + sends + 1e6 * compute)

    def asked(self, rate):
        return limits.ask(self.values, self.tables(OURS), self.batch_ms(), rate)

    @cache
    def share_lost(self, rate, ask=False, ramp=0, functions=1):
        values = self.values | (self.asked(rate) if ask else {})
        result = burst.simulate(values, self.tables(OURS), rate, SECONDS, ramp, self.batch_ms(), functions)
        return result.lost / result.arrived

    @cache
    def queue(self, slots, raised=True):
        """Runs the burst with the worker, with the quotas to request or with the defaults."""
        values = self.values | (self.asked(BURST) if raised else {}) | {"maximum_concurrency": slots}
        return burst.simulate(values, self.tables(OURS), BURST, SECONDS, batch_ms=self.batch_ms())

    @cache
    def tenants(self):
        """Returns the waiting times by kind of queue."""
        default = self.values["maximum_concurrency"]

        def run(queue, slots, events=None, conversations=1000):
            scenario = tenants.Scenario(conversations=conversations)
            return tenants.dwell(queue(self.values), scenario, slots, self.batch_ms(events) / 1000)

        return {
            "standard, no group ids": run(tenants.Ordered, default),
            "standard, one group per channel (Chathooks)": run(tenants.Fair, default),
            f"standard, one group per channel, `MaximumConcurrency={FEWER_SLOTS}`": run(tenants.Fair, FEWER_SLOTS),
            "FIFO, the flood in 1,000 conversations": run(tenants.Fifo, FIFO_SLOTS, 1),
            "FIFO, the flood in 10 conversations": run(tenants.Fifo, FIFO_SLOTS, 1, 10),
            "FIFO, the flood in one conversation": run(tenants.Fifo, FIFO_SLOTS, 1, 1),
        }
