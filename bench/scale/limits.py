"""Which limit is reached at which rate, in closed form, and what to ask AWS for."""

import math

from timing import mean

WORKER = "worker: `MaximumConcurrency`"
CALLS = "Lambda: requests a second, the worker's too"
JUMP = "Lambda: new environments, at a jump from zero"


def needs(values, tables, batch_ms):
    """What one webhook a second needs, warm, and what a jump from zero needs for each webhook a second."""
    cold, warm = (mean(table) / 1000 for table in tables)
    batches = 1 / values["batch"]
    return {
        "batches": batches * batch_ms / 1000,
        "calls": 1 + batches,
        "concurrency": warm + batches * batch_ms / 1000,
        "cold": cold,
    }


def limits(values, tables, batch_ms):
    """(limit, webhooks a second at which it is reached, what raises it), the lowest first."""
    need = needs(values, tables, batch_ms)
    starts = values["lambda_scale_environments"]
    calls = values["lambda_rps_per_concurrency"]
    found = [
        (WORKER, values["maximum_concurrency"] / need["batches"], "the parameter, up to 1,000"),
        (CALLS, values["lambda_concurrency"] * calls / need["calls"], "Service Quotas: concurrent executions"),
        (JUMP, starts / need["cold"], "a slower rise, provisioned concurrency, several stacks"),
        ("Lambda: requests a second, at a jump from zero", starts * calls, "a slower rise, several stacks"),
        ("HTTP API: requests a second", values["http_api_rps"], "Service Quotas: throttle rate of the account"),
        ("Lambda: concurrent executions", values["lambda_concurrency"] / need["concurrency"], "Service Quotas: concurrent executions"),
        ("SQS FIFO: calls a second", values["fifo_sends"], "several stacks"),
        ("SQS: messages in flight", values["in_flight"] / need["batches"] / values["batch"], "Service Quotas, or several stacks"),
    ]
    return sorted(found, key=lambda row: row[1])


def nice(number):
    """Rounded up to two digits."""
    unit = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return math.ceil(number / unit - 1e-9) * unit


def ask(values, tables, batch_ms, rate):
    """The quotas and the setting for a rate, with headroom, none below what there is."""
    need = needs(values, tables, batch_ms)
    concurrency = rate * max(need["concurrency"], need["calls"] / values["lambda_rps_per_concurrency"])
    wanted = {
        "http_api_rps": rate,
        "lambda_concurrency": concurrency,
        "maximum_concurrency": rate * need["batches"],
    }
    return {name: max(values[name], nice(number * values["headroom"])) for name, number in wanted.items()}
