"""The limits on a load: token buckets, the scaling of a function, and the worker behind a queue."""

import math

# Seconds.
STEP = 0.002
# The largest value that the template accepts.
MOST_MAXIMUM_CONCURRENCY = 1000


class Bucket:
    """A token bucket, which starts full."""

    def __init__(self, size):
        self.size = self.tokens = size

    def fill(self, tokens):
        self.tokens = min(self.size, self.tokens + tokens)

    def take(self, wanted):
        """Takes up to `wanted` tokens and returns how many it took."""
        taken = min(wanted, int(self.tokens))
        self.tokens -= taken
        return taken


class Scaling:
    """Lambda's scaling of one function: to `level` environments and ten requests per second for each of them. The level rises
    when either is needed, by at most 1,000; this allowance is refilled by 100 per second."""

    def __init__(self, values):
        self.level, self.left = 0, Bucket(values["lambda_scale_environments"])
        self.refill = values["lambda_scale_environments"] / values["lambda_scale_seconds"]
        self.calls_a_second, self.window = values["lambda_rps_per_concurrency"], values["rate_seconds"]
        self.calls = Bucket(0)

    def step(self):
        self.left.fill(self.refill * STEP)
        self.calls.fill(self.level * self.calls_a_second * STEP)

    def rise(self, wanted):
        """Raises the level by up to `wanted` environments, as far as the allowance permits."""
        risen = self.left.take(wanted)
        self.level += risen
        self.calls.size = self.level * self.calls_a_second * self.window
        self.calls.fill(risen * self.calls_a_second * self.window)

    def admit(self, requests):
        """Returns how many of the requests the function can handle at its rate."""
        missing = requests - int(self.calls.tokens)
        if missing > 0:
            self.rise(math.ceil(missing / self.calls_a_second))
        return self.calls.take(requests)

    def start(self, wanted, started):
        """Returns how many of `wanted` environments can start if `started` have started before."""
        if wanted > self.level - started:
            self.rise(wanted - (self.level - started))
        return min(wanted, self.level - started)


class Worker:
    """The worker: receives batches from the queue and handles each in a fixed time."""

    def __init__(self, values, batch_ms, functions):
        self.values, self.steps = values, max(1, round(batch_ms / 1000 / STEP))
        self.most = min(values["maximum_concurrency"] / functions, MOST_MAXIMUM_CONCURRENCY)
        self.ends, self.batches, self.in_flight = {}, 0, 0

    def wants(self, step, visible):
        """Returns how many batches to start. The trigger's concurrency grows from 5 to MaximumConcurrency, by 300 per minute."""
        grown = self.values["trigger_start"] + self.values["trigger_a_minute"] / 60 * step * STEP
        return max(0, min(math.floor(min(self.most, grown)) - self.batches, math.ceil(visible / self.values["batch"])))

    def finish(self, step):
        for events in self.ends.pop(step, ()):
            self.batches, self.in_flight = self.batches - 1, self.in_flight - events

    def receive(self, step, calls, visible):
        """Receives up to `calls` batches and returns the number of messages in them."""
        received = 0
        for _ in range(calls):
            events = min(self.values["batch"], visible - received, self.values["in_flight"] - self.in_flight)
            if events <= 0:
                break
            received, self.in_flight, self.batches = received + events, self.in_flight + events, self.batches + 1
            self.ends.setdefault(step + self.steps, []).append(events)
        return received
