"""One queue with many tenants, one of them noisy: how long each message waits until the worker receives it.

The worker has slots, each of which handles one batch in a fixed time. Which messages a free slot gets depends on the queue:

- ordered: the oldest messages, which is roughly how a standard queue without group ids works;
- fair: by the rule that AWS publishes for a standard queue, with one group per tenant;
- fifo: one message among the first 120,000, the oldest whose group (a conversation) has none in flight.
"""

import heapq
from collections import Counter, deque
from dataclasses import dataclass

NOISY = 0
# Seconds after which a run ends.
LONGEST = 1800


@dataclass
class Scenario:
    tenants: int = 50
    # Messages per second: of each quiet tenant, throughout, and of the noisy one, from `starts` on for `lasts` seconds.
    quiet_rate: float = 1
    noisy_rate: float = 1300
    starts: float = 10
    lasts: float = 100
    seconds: float = 600
    # The number of the noisy tenant's conversations; each quiet message has its own.
    conversations: int = 1000


def arrivals(scenario):
    """Returns (seconds, tenant, conversation) in order, evenly spaced; the quiet tenants take turns."""
    found = []
    quiet = scenario.tenants - 1
    for number in range(round(scenario.seconds * scenario.quiet_rate * quiet)):
        found.append((number / (scenario.quiet_rate * quiet), 1 + number % quiet, -1 - number))
    for number in range(round(scenario.noisy_rate * scenario.lasts)):
        found.append((scenario.starts + number / scenario.noisy_rate, NOISY, number % scenario.conversations))
    return sorted(found)


class Ordered:
    def __init__(self, values):
        self.waiting, self.batch = deque(), values["batch"]

    def put(self, now, message):
        self.waiting.append(message)

    def take(self, now):
        return [self.waiting.popleft() for _ in range(min(self.batch, len(self.waiting)))]

    def done(self, now, batch, seconds):
        pass


class Fair:
    """Quiet tenants come first, by the age of their messages; then the noisy tenant with the fewest messages in flight."""

    def __init__(self, values):
        self.values, self.batch = values, values["batch"]
        self.waiting, self.in_flight, self.noisy = {}, Counter(), set()
        self.sent, self.recent, self.busy = {}, deque(), Counter()

    def put(self, now, message):
        self.waiting.setdefault(message[1], deque()).append(message)
        self.sent[message[1]] = now

    def take(self, now):
        self.judge(now)
        batch = []
        while self.waiting and len(batch) < self.batch:
            rank = lambda tenant: (self.in_flight[tenant] if tenant in self.noisy else -1, self.waiting[tenant][0])
            tenant = min(self.waiting, key=rank)
            batch.append(self.waiting[tenant].popleft())
            self.in_flight[tenant] += 1
            if not self.waiting[tenant]:
                del self.waiting[tenant]
                self.noisy.discard(tenant)
        return batch

    def done(self, now, batch, seconds):
        for message in batch:
            self.in_flight[message[1]] -= 1
            self.busy[message[1]] += seconds
            self.recent.append((now, message[1], seconds))

    def judge(self, now):
        while self.recent and self.recent[0][0] < now - self.values["fair_recent_seconds"]:
            _, tenant, seconds = self.recent.popleft()
            self.busy[tenant] -= seconds
        share, flying, busy = self.values["fair_share_percent"] / 100, self.in_flight.total(), self.busy.total()
        for tenant in self.waiting:
            is_many = self.in_flight[tenant] > share * flying and self.in_flight[tenant] >= self.values["fair_in_flight"]
            if is_many or self.busy[tenant] > share * busy > 0:
                self.noisy.add(tenant)
            if now - self.sent[tenant] >= self.values["fair_quiet_seconds"]:
                self.noisy.discard(tenant)


class Fifo:
    def __init__(self, values):
        self.looks_at = values["fifo_looks_at"]
        self.groups, self.free, self.flying, self.number = {}, [], set(), 0
        # The number of deleted messages before a message number, as a Fenwick tree.
        self.gone = [0] * (1 << 19)

    def put(self, now, message):
        group = self.groups.setdefault(message[2], deque())
        group.append((self.number, message))
        self.number += 1
        if len(group) == 1 and message[2] not in self.flying:
            heapq.heappush(self.free, (group[0][0], message[2]))

    def take(self, now):
        if not self.free or self.place(self.free[0][0]) >= self.looks_at:
            return []
        number, group = heapq.heappop(self.free)
        self.flying.add(group)
        return [self.groups[group].popleft()[1] + (number,)]

    def done(self, now, batch, seconds):
        ((_, _, group, number),) = batch
        self.flying.discard(group)
        if self.groups[group]:
            heapq.heappush(self.free, (self.groups[group][0][0], group))
        index = number + 1
        while index < len(self.gone):
            self.gone[index] += 1
            index += index & -index

    def place(self, number):
        """Returns how many messages are ahead of this one."""
        index, gone = number, 0
        while index:
            gone += self.gone[index]
            index -= index & -index
        return number - gone


def dwell(queue, scenario, slots, batch_seconds, until=LONGEST):
    """Returns the seconds in the queue: {"quiet" or "noisy": [(arrived, waited)]}. A message that is not received by `until`
    counts as (until, until)."""
    coming, found = deque(arrivals(scenario)), {"quiet": [], "noisy": []}
    kind = lambda message: "noisy" if message[1] == NOISY else "quiet"
    expected = Counter(map(kind, coming))
    # The busy slots: (end, a unique number, batch).
    ends, received, now = [], 0, 0
    while received < expected.total() and now < until:
        if not ends or coming and coming[0][0] <= ends[0][0]:
            now = coming[0][0]
            queue.put(now, coming.popleft())
        else:
            now, _, batch = heapq.heappop(ends)
            queue.done(now, batch, batch_seconds)
        while len(ends) < slots and (batch := queue.take(now)):
            for message in batch:
                found[kind(message)].append((message[0], now - message[0]))
            received += len(batch)
            heapq.heappush(ends, (now + batch_seconds, received, batch))
    for name, total in expected.items():
        found[name] += [(until, until)] * (total - len(found[name]))
    return found
