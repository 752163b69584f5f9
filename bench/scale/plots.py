"""The plots of docs/scale.md."""

import plot
from model import SECONDS, SLOTS

# Seconds that the plots of the burst and of the flood show, and the flood's step.
BURST_SECONDS, FLOOD_SECONDS, FLOOD_STEP = 3, 600, 5


def burst(model):
    series = []
    for name in model.durations:
        refused = [(seconds, lost) for seconds, lost, _ in model.burst(name, 128).series if seconds <= BURST_SECONDS + 1e-9]
        series.append((f"{name}: {refused[-1][1]:,}", [(0, 0), *refused]))
    high = max(points[-1][1] for _, points in series)
    return plot.lines("Webhooks refused since a jump to 10,000 per second, 128 MB", "seconds", series, (0, BURST_SECONDS), (0, ceiling(high)))


def queue(model):
    series = []
    for slots in SLOTS:
        points = [(0, 0), *((seconds, depth) for seconds, _, depth in model.queue(slots).series[4::5])]
        series.append((f"MaximumConcurrency={slots}", points))
    high = max(depth for _, points in series for _, depth in points)
    return plot.lines("Events in the queue at 10,000 webhooks per second", "seconds", series, (0, SECONDS), (0, ceiling(high)))


def tenants(model):
    """Plots the longest wait of the other channels in each time step, by arrival."""
    names = ["no group ids", "one group per channel", "FIFO, 10 conversations", "FIFO, one conversation"]
    found = list(model.tenants().values())
    series = []
    for name, result in zip(names, [found[0], found[1], found[-2], found[-1]]):
        longest = {}
        for arrived, waited in result["quiet"]:
            step = arrived // FLOOD_STEP * FLOOD_STEP
            longest[step] = max(longest.get(step, 0.01), waited)
        series.append((name, [point for point in sorted(longest.items()) if point[0] <= FLOOD_SECONDS]))
    title = "Waiting time of the other channels' events in seconds, by time of arrival"
    return plot.lines(title, "seconds; the flood lasts from 10 to 110", series, (0, FLOOD_SECONDS), (0.01, 10_000), log=True)


def ceiling(number):
    """Returns the next round number for an axis."""
    for digits in (1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10):
        unit = 10 ** (len(str(int(number))) - 1)
        if digits * unit >= number:
            return digits * unit
    return number


PLOTS = {"burst": burst, "queue": queue, "tenants": tenants}
