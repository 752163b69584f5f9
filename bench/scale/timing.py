"""How long one webhook takes, cold and warm, at a memory size: tables of equally likely outcomes to draw from."""

import math
import random

OUTCOMES = 5000


def quantile(triple, u):
    """The value at `u` of (p50, p90, p99): straight between them, and flat outside of them."""
    p50, p90, p99 = triple
    if u < 0.5:
        return p50
    if u < 0.9:
        return p50 + (p90 - p50) * (u - 0.5) / 0.4
    return p90 + (p99 - p90) * min((u - 0.9) / 0.09, 1)


def at_memory(whole, at_128, memory):
    """Milliseconds at a memory size: what the CPU share of 128 MB needed, by the share, and at best what a core needs."""
    return max(whole, at_128 * 128 / memory)


def first(times, memory):
    return [at_memory(*pair, memory) for pair in zip(times["first_ms"], times["first_128_ms"])]


def warm(times, memory):
    """Only the median was measured at 128 MB; the spread is that of a whole core."""
    p50, p90, p99 = times["warm_ms"]
    at_128 = [times["warm_128_ms"] * factor for factor in (1, p90 / p50, p99 / p50)]
    return [at_memory(*pair, memory) for pair in zip(times["warm_ms"], at_128)]


def outcomes(parts, gateway, seed):
    """Triples (milliseconds that an environment is taken, that the sender waits, that are billed). The first of `parts` is
    not billed: it is Lambda's own."""
    draw = random.Random(seed)
    table = []
    for _ in range(OUTCOMES):
        own, *billed = [quantile(part, draw.random()) for part in parts]
        taken = own + sum(billed)
        waits = taken + quantile(gateway, draw.random())
        table.append((round(taken), round(waits), math.ceil(sum(billed))))
    return table


def cold_and_warm(times, values, memory, seed=1):
    """Both tables of a variant."""
    sqs, gateway, nothing = values["sqs_ms"], values["gateway_ms"], (0, 0, 0)
    cold = [values["setup_ms"], times["init_ms"], first(times, memory), sqs]
    return outcomes(cold, gateway, seed), outcomes([nothing, warm(times, memory), sqs], gateway, seed + 1)


def mean(table, column=0):
    return sum(row[column] for row in table) / len(table)


def batch_ms(values, cpu_ms, events, memory):
    """One batch of the worker: its events are delivered at once, their CPU comes one after the other, and SQS is asked before
    and after."""
    return 2 * values["sqs_ms"][0] + values["receiver_ms"] + events * cpu_ms * values["one_core_mb"] / memory
