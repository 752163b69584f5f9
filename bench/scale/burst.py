"""Webhooks that reach API Gateway, Lambda, SQS and the worker, in steps of one millisecond.

An environment has no identity here: what counts is how many are idle, and when those at work become idle. Lambda keeps no
request waiting: what finds neither an idle environment nor the right to start one is refused, and the HTTP API does not try
again.
"""

import math
import random
from collections import Counter
from dataclasses import dataclass, field

STEP = 0.001
# Steps that the series of a plot joins into one point.
POINT = 100


@dataclass
class Result:
    arrived: int = 0
    queued: int = 0
    cold: int = 0
    billed_ms: int = 0
    # Refused webhooks by the limit that refused them.
    refused: Counter = field(default_factory=Counter)
    # Webhooks by the milliseconds that the sender waited: of the whole time, and of the first second.
    waits: Counter = field(default_factory=Counter)
    waits_first: Counter = field(default_factory=Counter)
    # What the worker was kept from by the account's limits, in calls.
    worker_refused: int = 0
    depth: int = 0
    most_in_flight: int = 0
    most_at_work: int = 0
    # Milliseconds of work of all environments that handle webhooks.
    work_ms: int = 0
    # At the end of each tenth of a second: (seconds, refused so far, messages in the queue).
    series: list = field(default_factory=list)

    @property
    def lost(self):
        return self.refused.total()

    def share_above(self, milliseconds):
        """Of those that were queued."""
        return sum(count for waited, count in self.waits.items() if waited > milliseconds) / max(self.queued, 1)


def percentile(counts, share):
    """The value that `share` of all do not exceed; 0 of nothing."""
    left = math.ceil(counts.total() * share)
    for value in sorted(counts):
        left -= counts[value]
        if left <= 0:
            return value
    return 0


def poisson(draw, mean):
    if mean > 8:
        return max(0, round(draw.gauss(mean, math.sqrt(mean))))
    count, product, limit = 0, draw.random(), math.exp(-mean)
    while product > limit:
        count, product = count + 1, product * draw.random()
    return count


class Outcomes:
    """Outcomes of a table one after the other: the table is in random order, and each of it equally likely."""

    def __init__(self, table):
        self.table, self.taken, self.used = table, [row[0] for row in table] * 2, 0

    def take(self, count):
        """For how many milliseconds each of `count` requests takes its environment; `count` is at most the table's length."""
        start = self.used % len(self.table)
        self.used += count
        return self.taken[start : start + count]

    def count(self, column):
        """The used outcomes by the value of a column."""
        rounds, rest = divmod(self.used, len(self.table))
        counts = Counter()
        for index, row in enumerate(self.table):
            counts[row[column]] += rounds + (index < rest)
        return counts


class Bucket:
    """A token bucket, which starts full."""

    def __init__(self, size):
        self.size = self.tokens = size

    def fill(self, tokens):
        self.tokens = min(self.size, self.tokens + tokens)

    def take(self, wanted):
        """As many as there are."""
        taken = min(wanted, int(self.tokens))
        self.tokens -= taken
        return taken


def simulate(values, tables, rate, seconds=60, ramp=0, batch_ms=None, functions=1, seed=1):
    """A load that rises from 0 to `rate` webhooks a second in `ramp` seconds and stays there.

    `tables` are the outcomes of a cold and a warm event. With `batch_ms` there is a worker. Several functions, each a stack of
    its own, have equal parts of the load and of the account's quotas: one of them is simulated, and the result is its own.
    """
    cold, warm = map(Outcomes, tables)
    draw = random.Random(seed)
    result = Result()
    rate, concurrency = rate / functions, values["lambda_concurrency"] / functions
    rps = values["http_api_rps"] / functions
    calls_a_second = concurrency * values["lambda_rps_per_concurrency"]
    environments = values["lambda_scale_environments"]
    api = Bucket(values["http_api_burst"] / functions)
    account = Bucket(calls_a_second * values["rate_seconds"])
    starts = Bucket(environments)
    of_function = Bucket(environments * values["lambda_rps_per_concurrency"] * values["rate_seconds"])
    period = max(row[0] for table in tables for row in table) + math.ceil(batch_ms or 0) + 1
    freed, batches_end = [0] * period, [[] for _ in range(period)]
    started = idle = at_work = batches = visible = in_flight = 0
    for step in range(round(seconds / STEP)):
        slot = step % period
        idle, at_work, freed[slot] = idle + freed[slot], at_work - freed[slot], 0
        for events in batches_end[slot]:
            batches, in_flight = batches - 1, in_flight - events
        batches_end[slot].clear()

        level = rate if step * STEP >= ramp else rate * step * STEP / ramp
        arrived = poisson(draw, level * STEP)
        result.arrived += arrived
        api.fill(rps * STEP)
        accepted = api.take(arrived)
        result.refused["HTTP API, requests a second"] += arrived - accepted

        # The worker and the webhooks share the account's calls in the proportion in which they ask.
        wanted = 0
        if batch_ms is not None:
            most = min(values["maximum_concurrency"] / functions, values["trigger_start"] + values["trigger_a_minute"] / 60 * step * STEP)
            wanted = max(0, min(math.floor(most) - batches, math.ceil(visible / values["batch"])))
        account.fill(calls_a_second * STEP)
        granted = account.take(accepted + wanted)
        for_worker = wanted if granted == accepted + wanted else round(granted * wanted / (accepted + wanted))
        result.refused["Lambda, requests a second"] += accepted - (granted - for_worker)
        result.worker_refused += wanted - for_worker
        accepted = granted - for_worker

        starts.fill(environments / values["lambda_scale_seconds"] * STEP)
        # As many requests a second as ten for each environment that there is, or that could be started now.
        of_function.size = (started + starts.tokens) * values["lambda_rps_per_concurrency"] * values["rate_seconds"]
        of_function.fill(of_function.size / values["rate_seconds"] * STEP)
        admitted = of_function.take(accepted)
        result.refused["Lambda, scaling"] += accepted - admitted

        room = max(0, math.floor(concurrency) - at_work - batches)
        on_warm = min(admitted, idle, room)
        needed = min(admitted - on_warm, room - on_warm)
        on_cold = starts.take(needed)
        result.refused["Lambda, concurrency"] += admitted - on_warm - needed
        result.refused["Lambda, scaling"] += needed - on_cold
        idle, at_work, started = idle - on_warm, at_work + on_warm + on_cold, started + on_cold
        for outcomes, count in ((warm, on_warm), (cold, on_cold)):
            for taken in outcomes.take(count):
                freed[(slot + taken) % period] += 1
        result.queued += on_warm + on_cold
        result.cold += on_cold
        visible += on_warm + on_cold

        for _ in range(min(for_worker, room - on_warm - on_cold)):
            events = min(values["batch"], visible, values["in_flight"] - in_flight)
            if events <= 0:
                break
            visible, in_flight, batches = visible - events, in_flight + events, batches + 1
            batches_end[(slot + round(batch_ms)) % period].append(events)
        result.most_in_flight = max(result.most_in_flight, in_flight)
        result.most_at_work = max(result.most_at_work, at_work)
        if step == 999:
            result.waits_first = warm.count(1) + cold.count(1)
        if step % POINT == POINT - 1:
            result.series.append(((step + 1) * STEP, result.lost, visible))
    result.depth = visible
    result.waits = warm.count(1) + cold.count(1)
    result.work_ms, result.billed_ms = (sum(value * count for value, count in (warm.count(column) + cold.count(column)).items()) for column in (0, 2))
    return result
