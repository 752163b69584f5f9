"""Line plots as SVG, readable on light and dark backgrounds, without a plotting library."""

import math
from html import escape

WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 230, 34, 44
STYLE = (
    "text{font:13px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1f2328}.title{font-weight:600}"
    ".tick{font-size:11px;fill:#59636e}.grid{stroke:#d1d9e0}polyline{fill:none;stroke-width:2}"
    ".l0{stroke:#0969da}.l1{stroke:#bc4c00}.l2{stroke:#1a7f37}.l3{stroke:#8250df}"
    ".l1,.l3{stroke-dasharray:6 3}.l2{stroke-dasharray:2 3}"
    "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.tick{fill:#9198a1}.grid{stroke:#3d444d}"
    ".l0{stroke:#4493f8}.l1{stroke:#f0883e}.l2{stroke:#3fb950}.l3{stroke:#ab7df8}}"
)


def number(value):
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


class Axis:
    """An axis between two pixels, with a linear or a logarithmic scale."""

    def __init__(self, low, high, start, end, log=False):
        self.low, self.high, self.start, self.end, self.log = low, high, start, end, log

    def at(self, value):
        value = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self):
        if self.log:
            first, last = round(math.log10(self.low)), round(math.log10(self.high))
            return [10.0**power for power in range(first, last + 1)]
        step = 10 ** math.floor(math.log10(self.high - self.low))
        while (self.high - self.low) / step < 4:
            step /= 2
        return [self.low + step * index for index in range(int((self.high - self.low) / step + 1e-9) + 1)]


def thin(points):
    """Drops the points in the middle of a level stretch."""
    kept = [point for before, point, after in zip(points, points[1:], points[2:]) if not before[1] == point[1] == after[1]]
    return points[:1] + kept + points[-1:]


def lines(title, x_title, series, x_range, y_range, log=False):
    """Returns the SVG. `series` is [(name, [(x, y)])], drawn in order; each name is at the end of its line, after a sample of
    the line style."""
    x = Axis(*x_range, LEFT, WIDTH - RIGHT)
    y = Axis(*y_range, HEIGHT - BOTTOM, TOP, log)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<text class="title" x="0" y="16">{escape(title)}</text>',
    ]
    for tick in y.ticks():
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y.at(tick)}" y2="{y.at(tick)}"/>')
        out.append(f'<text class="tick" text-anchor="end" x="{LEFT - 8}" y="{y.at(tick) + 4}">{number(tick)}</text>')
    for tick in x.ticks():
        out.append(f'<text class="tick" text-anchor="middle" x="{x.at(tick)}" y="{HEIGHT - BOTTOM + 18}">{number(tick)}</text>')
    out.append(f'<text class="tick" text-anchor="middle" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}">{escape(x_title)}</text>')
    labels = []
    for index, (name, points) in enumerate(series):
        placed = thin([(x.at(a), y.at(b)) for a, b in points])
        joined = " ".join(f"{a:g},{b:g}" for a, b in placed)
        out.append(f'<polyline class="l{index}" points="{joined}"/>')
        labels.append([placed[-1][1], index, name])
    # Move overlapping names down, then move those below the plot back up.
    labels.sort()
    for before, label in zip(labels, labels[1:]):
        label[0] = max(label[0], before[0] + 16)
    lowest = HEIGHT - BOTTOM
    for label in reversed(labels):
        label[0] = min(label[0], lowest)
        lowest = label[0] - 16
    for height, index, name in labels:
        start, height = WIDTH - RIGHT + 8, round(height, 1)
        out.append(f'<polyline class="l{index}" points="{start},{height:g} {start + 22},{height:g}"/>')
        out.append(f'<text x="{start + 28}" y="{height + 4:g}">{escape(name)}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"
