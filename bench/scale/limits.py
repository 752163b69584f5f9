"""The rate at which each limit is reached, in closed form, and the quotas to request from AWS."""

import math

from timing import mean

WORKER = "worker: `MaximumConcurrency`"
CALLS = "Lambda: requests per second, including the worker's"
JUMP = "Lambda: new environments, in a jump from zero"


def needs(values, tables, batch_ms):
    """Returns what each webhook per second needs when warm, and in a jump from zero ("cold")."""
    cold, warm = (mean(table) / 1000 for table in tables)
    batches = 1 / values["batch"]
    return {
        "batches": batches * batch_ms / 1000,
        "calls": 1 + batches,
        "concurrency": warm + batches * batch_ms / 1000,
        "cold": cold,
    }


def limits(values, tables, batch_ms):
    """Returns (limit, webhooks per second at which it is reached, what raises it), the lowest first."""
    need = needs(values, tables, batch_ms)
    starts = values["lambda_scale_environments"]
    calls = values["lambda_rps_per_concurrency"]
    found = [
        (WORKER, values["maximum_concurrency"] / need["batches"], "the parameter, up to 1,000"),
        (CALLS, values["lambda_concurrency"] * calls / need["calls"], "Service Quotas: concurrent executions"),
        (JUMP, starts / need["cold"], "a slower rise, provisioned concurrency, more stacks"),
        ("Lambda: requests per second, in a jump from zero", starts * calls, "a slower rise, more stacks"),
        ("HTTP API: requests per second", values["http_api_rps"], "Service Quotas: throttle rate of the account"),
        ("Lambda: concurrent executions", values["lambda_concurrency"] / need["concurrency"], "Service Quotas: concurrent executions"),
        ("SQS FIFO: calls per second", values["fifo_sends"], "more stacks"),
        ("SQS: messages in flight", values["in_flight"] / need["batches"] / values["batch"], "Service Quotas, or more stacks"),
    ]
    return sorted(found, key=lambda row: row[1])


def nice(number):
    """Rounds up to two significant digits."""
    unit = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return math.ceil(number / unit - 1e-9) * unit


def ask(values, tables, batch_ms, rate):
    """Returns the quotas and the setting for a rate, with headroom, none of them below its current value."""
    need = needs(values, tables, batch_ms)
    concurrency = rate * max(need["concurrency"], need["calls"] / values["lambda_rps_per_concurrency"])
    wanted = {
        "http_api_rps": rate,
        "lambda_concurrency": concurrency,
        "maximum_concurrency": rate * need["batches"],
    }
    return {name: max(values[name], nice(number * values["headroom"])) for name, number in wanted.items()}
