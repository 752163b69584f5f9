"""Simulates webhooks that reach API Gateway, Lambda, SQS and the worker, in steps of two milliseconds.

Environments have no identity here: the simulation tracks only how many are idle and when the busy ones become idle. Lambda does
not queue requests: it refuses a request if no environment is idle and none can be started, and the HTTP API does not retry.
"""

import math
import random
from collections import Counter
from dataclasses import dataclass, field

from buckets import STEP, Bucket, Scaling, Worker

# Steps that the series of a plot joins into one point.
POINT = 50


@dataclass
class Result:
    arrived: int = 0
    queued: int = 0
    cold: int = 0
    # Refused webhooks by the limit that refused them.
    refused: Counter = field(default_factory=Counter)
    # Webhooks by the milliseconds that the sender waited: during the whole run, and in the first second.
    waits: Counter = field(default_factory=Counter)
    waits_first: Counter = field(default_factory=Counter)
    depth: int = 0
    most_visible: int = 0
    most_in_flight: int = 0
    most_at_work: int = 0
    mean_at_work: float = 0
    # One entry per tenth of a second: (seconds, refused so far, messages in the queue).
    series: list = field(default_factory=list)

    @property
    def lost(self):
        return self.refused.total()

    def share_above(self, milliseconds):
        """Returns the share of the queued webhooks whose sender waited longer than this."""
        return sum(count for waited, count in self.waits.items() if waited > milliseconds) / max(self.queued, 1)


def percentile(counts, share):
    """Returns the value that `share` of all counts do not exceed; 0 if there are none."""
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
    """Draws outcomes from a table in its order, which is random; all outcomes are equally likely."""

    def __init__(self, table):
        self.table, self.used = table, 0
        self.taken = [max(1, round(row[0] / 1000 / STEP)) for row in table] * 2

    def take(self, count):
        """Returns for how many steps each of `count` requests occupies its environment; `count` is at most the table's length."""
        start = self.used % len(self.table)
        self.used += count
        return self.taken[start : start + count]

    def count(self, column):
        """Counts the outcomes drawn so far by the value of a column."""
        rounds, rest = divmod(self.used, len(self.table))
        counts = Counter()
        for index, row in enumerate(self.table):
            counts[row[column]] += rounds + (index < rest)
        return counts


def simulate(values, tables, rate, seconds=60, ramp=0, batch_ms=None, functions=1, seed=1):
    """Simulates a load that rises from 0 to `rate` webhooks per second in `ramp` seconds and then stays constant.

    `tables` are the outcomes of a cold and a warm event. With `batch_ms` there is a worker. If there is more than one function,
    each is a separate stack with an equal share of the load and of the account's quotas; the result is that of one of them.
    """
    cold, warm = map(Outcomes, tables)
    draw, result = random.Random(seed), Result()
    rate, concurrency, rps = rate / functions, math.floor(values["lambda_concurrency"] / functions), values["http_api_rps"] / functions
    calls_a_second = concurrency * values["lambda_rps_per_concurrency"]
    api, account, scaling = Bucket(values["http_api_burst"] / functions), Bucket(calls_a_second * values["rate_seconds"]), Scaling(values)
    worker = Worker(values, batch_ms, functions) if batch_ms else None
    period = max(max(outcomes.taken) for outcomes in (cold, warm)) + 1
    freed = [0] * period
    started = idle = at_work = visible = 0
    for step in range(round(seconds / STEP)):
        slot = step % period
        idle, at_work, freed[slot] = idle + freed[slot], at_work - freed[slot], 0
        level = rate if step * STEP >= ramp else rate * step * STEP / ramp
        arrived = poisson(draw, level * STEP)
        result.arrived += arrived
        api.fill(rps * STEP)
        accepted = api.take(arrived)
        result.refused["HTTP API, requests per second"] += arrived - accepted

        # The worker and the webhooks share the account's calls in proportion to their requests.
        if worker:
            worker.finish(step)
        wanted = worker.wants(step, visible) if worker else 0
        account.fill(calls_a_second * STEP)
        granted = account.take(accepted + wanted)
        for_worker = wanted if granted == accepted + wanted else round(granted * wanted / (accepted + wanted))
        result.refused["Lambda, requests per second"] += accepted - (granted - for_worker)
        accepted = granted - for_worker

        scaling.step()
        admitted = scaling.admit(accepted)
        room = max(0, concurrency - at_work - (worker.batches if worker else 0))
        on_warm = min(admitted, idle, room)
        needed = min(admitted - on_warm, room - on_warm)
        on_cold = scaling.start(needed, started)
        result.refused["Lambda, concurrency"] += admitted - on_warm - needed
        result.refused["Lambda, scaling"] += (accepted - admitted) + (needed - on_cold)
        idle, at_work, started = idle - on_warm, at_work + on_warm + on_cold, started + on_cold
        for taken in warm.take(on_warm) + cold.take(on_cold):
            freed[(slot + taken) % period] += 1
        visible += on_warm + on_cold
        if worker:
            visible -= worker.receive(step, min(for_worker, room - on_warm - on_cold), visible)
            result.most_in_flight = max(result.most_in_flight, worker.in_flight)
        result.most_at_work, result.mean_at_work = max(result.most_at_work, at_work), result.mean_at_work + at_work * STEP / seconds
        result.most_visible = max(result.most_visible, visible)
        if round((step + 1) * STEP, 6) == 1:
            result.waits_first = warm.count(1) + cold.count(1)
        if (step + 1) % POINT == 0:
            result.series.append(((step + 1) * STEP, result.lost, visible))
    result.depth, result.queued, result.cold = visible, warm.used + cold.used, cold.used
    result.waits = warm.count(1) + cold.count(1)
    return result
