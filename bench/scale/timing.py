"""The durations of one webhook, cold and warm, at a memory size, as tables of equally likely outcomes."""

import math
import random

OUTCOMES = 5000


def quantile(triple, u):
    """Returns the value at `u` for (p50, p90, p99), interpolated linearly between them and constant outside them."""
    p50, p90, p99 = triple
    if u < 0.5:
        return p50
    if u < 0.9:
        return p50 + (p90 - p50) * (u - 0.5) / 0.4
    return p90 + (p99 - p90) * min((u - 0.9) / 0.09, 1)


def at_memory(whole, at_128, memory):
    """Returns milliseconds at a memory size: the time at 128 MB scaled by the CPU share, but no less than on a whole core."""
    return max(whole, at_128 * 128 / memory)


def first(times, memory):
    return [at_memory(*pair, memory) for pair in zip(times["first_ms"], times["first_128_ms"])]


def warm(times, memory):
    """Returns a warm event's milliseconds. Only the median was measured at 128 MB; the spread is that of a whole core."""
    p50, p90, p99 = times["warm_ms"]
    at_128 = [times["warm_128_ms"] * factor for factor in (1, p90 / p50, p99 / p50)]
    return [at_memory(*pair, memory) for pair in zip(times["warm_ms"], at_128)]


def outcomes(parts, gateway, seed):
    """Returns triples of milliseconds: how long the environment is busy, how long the sender waits, and how much is billed. The
    first of `parts` is Lambda's own and is not billed."""
    draw = random.Random(seed)
    table = []
    for _ in range(OUTCOMES):
        own, *billed = [quantile(part, draw.random()) for part in parts]
        taken = own + sum(billed)
        waits = taken + quantile(gateway, draw.random())
        table.append((round(taken), round(waits), math.ceil(sum(billed))))
    return table


def cold_and_warm(times, values, memory, seed=1):
    """Returns both tables of a variant."""
    sqs, gateway, nothing = values["sqs_ms"], values["gateway_ms"], (0, 0, 0)
    cold = [values["setup_ms"], times["init_ms"], first(times, memory), sqs]
    return outcomes(cold, gateway, seed), outcomes([nothing, warm(times, memory), sqs], gateway, seed + 1)


def mean(table, column=0):
    return sum(row[column] for row in table) / len(table)


def batch_ms(values, cpu_ms, events, memory):
    """Returns the milliseconds of one batch of the worker: its events are delivered concurrently, use the CPU one after the
    other, and SQS is called before and after."""
    return 2 * values["sqs_ms"][0] + values["receiver_ms"] + events * cpu_ms * values["one_core_mb"] / memory
