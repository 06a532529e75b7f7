"""Traces as a terminal shows them: few points that hide nothing, and a look for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from rich.cells import cell_len

from logsched.base.console import Terminal
from logsched.base.lazy import Floats
from logsched.base.words import printable
from logsched.draw.crowd import Gradient, crowded, gradient
from logsched.draw.picture import Picture
from logsched.draw.scale import Scale
from logsched.schedule.trace import Trace

RESET = "\x1b[0m"
SIGN = 3  # cells before a label right of the axes: a mark, or letter, between blanks
APART = 3  # cells between two things that can still be told apart
TINY = 1e-9  # of a bin: what rounding may move a number by
BINS = 2  # of the epochs, a cell: as many as braille has dots

# xterm-256 colours, Okabe and Ito's first: with 2.8:1 contrast on black and on white, and 16 CIE
# units apart at least, to the three kinds of colour blindness too.
_COLORS = (32, 166, 36, 169, 93, 240, 124, 99)
# From purple to green, as in a figure, with 2.5:1 contrast on black and on white.
GRADIENT = (97, 61, 25, 31, 30, 36, 71, 70, 106)
_MARKS = "●▲■◆○△□◇★"
_LETTERS = "*+ox#@%=&"
_GOLDEN = 0.618  # whose multiples, without what is whole, lie far from each other
_CLOSE, _WIDE = 12, 60  # cells between a stroke's marks: at least, and at most


@dataclass(frozen=True)
class Screen:
    """What is drawn, where, and on which axes; `ends` are labels right of them, by trace."""

    picture: Picture
    terminal: Terminal
    x: Scale
    y: Scale
    ends: Mapping[int, str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """The columns that the axes have, with their numbers."""
        labels = max(map(cell_len, self.ends.values()), default=-SIGN)
        return self.terminal.width - SIGN - labels

    @property
    def stacked(self) -> bool:
        """Whether each trace has a panel of its own, with its label over it."""
        return self.picture.layout == "stack"

    @cached_property
    def gradient(self) -> Gradient | None:
        """What colours the strokes, if they vary in a number."""
        return gradient(self.picture)

    @cached_property
    def named(self) -> list[int]:
        """The traces that the legend names."""
        return named(self.picture)

    @cached_property
    def ranks(self) -> dict[int, int]:
        """Of the traces with a mark or letter of their own, or of their schedule, which it is."""
        alike = [[number] for number in self.named]
        if self.gradient and len(self.gradient.families) > 1:
            others = [[number] for number in self.gradient.others]
            alike = [*self.gradient.families.values(), *others]
        return {number: rank for rank, numbers in enumerate(alike) for number in numbers}

    def snap(self, places: Floats) -> Floats:
        """The middles of the bins that hold these places: where the strokes' points are."""
        bins = BINS * self.terminal.width
        return (np.clip(np.floor(places * bins + TINY), 0, bins - 1) + 0.5) / bins

    def height(self, rates: Floats) -> Floats:
        """The places of rates; those far off the axis, which a log may hold, are put near it."""
        return np.clip(self.y.place(rates), -1.0, 2.0)

    def text(self, text: str) -> str:
        """A text as the terminal can show it."""
        shown = printable(text)
        return shown if self.terminal.unicode else shown.encode("ascii", "replace").decode()

    def cut(self, text: str, width: int) -> str:
        """The text, its end replaced by dots where it is too wide."""
        if cell_len(text) <= width:
            return text
        dots = "…" if self.terminal.unicode else "..."
        ends = (end for end in range(len(text), -1, -1) if cell_len(text[:end] + dots) <= width)
        return text[: next(ends)] + dots

    def colored(self, text: str, color: int) -> str:
        """The text in one of xterm's 256 colours, where there are colours."""
        return f"\x1b[38;5;{color}m{text}{RESET}" if self.terminal.color else text


def named(picture: Picture) -> list[int]:
    """The traces that a legend names: all, but of a crowd the ends of what was swept."""
    its = gradient(picture)
    if its is None or not crowded(picture):
        return list(range(len(picture.traces)))
    families = its.families.values()
    chosen = [number for family in families for number in (family[0], family[-1])]
    if len(families) == 1:
        chosen[1:1] = [family[len(family) // 2] for family in families]
    return [*dict.fromkeys(chosen), *its.others]


@dataclass(frozen=True)
class Stroke:
    """A trace as it is drawn: of `glyph`, with `mark` at the places `dots`, where it needs one.

    `edges` are the places of the dots that bound its band.
    """

    label: str
    glyph: str
    mark: str
    color: int
    at: Floats
    height: Floats
    dots: tuple[Floats, Floats]
    edges: list[tuple[Floats, Floats]]


def reduce(trace: Trace, x: Scale, bins: int) -> tuple[Floats, Floats]:
    """Places and rates of at most four points a bin: its first, least, greatest and last."""
    if not trace.epoch.size:
        return trace.epoch, trace.rate
    bounds = x.low + (np.arange(bins + 1) - TINY) * ((x.high - x.low) / bins)
    starts = np.searchsorted(trace.epoch, bounds)
    starts[-1] = np.searchsorted(trace.epoch, x.high, side="right")
    middle, full = (bounds[1:] + bounds[:-1]) / 2, starts[1:] > starts[:-1]
    empty = ~full & (trace.epoch[0] < middle) & (middle < trace.epoch[-1])
    points = np.full((bins, 4), np.nan)
    points[empty] = np.interp(middle[empty], trace.epoch, trace.rate)[:, None]
    if full.any():
        first, last, rate = starts[:-1][full], starts[1:][full] - 1, trace.rate[: starts[-1]]
        least, most = np.minimum.reduceat(rate, first), np.maximum.reduceat(rate, first)
        points[full] = np.stack([rate[first], least, most, rate[last]], axis=1)
    kept = np.isfinite(points)
    kept[:, 1:] &= points[:, 1:] != points[:, :-1]
    return np.repeat((np.arange(bins) + 0.5) / bins, kept.sum(axis=1)), points[kept]


def make_stroke(screen: Screen, number: int, at: Floats, rate: Floats) -> Stroke:
    """A trace's places and looks: whatever colours there are, marks tell strokes apart too."""
    height, trace = screen.height(rate), screen.picture.traces[number]
    dots = _dots(screen, trace.points)
    if not len(dots[0]) and number in screen.ranks and len(screen.ranks) > 1:
        dots = _marked(screen, number, at, height)
    if crowded(screen.picture):
        at, height = _thinned(screen, at, height)
    rank = screen.ranks.get(number, -1)
    return Stroke(
        label=screen.text(trace.label),
        glyph=_glyph(screen, rank),
        mark=_MARKS[rank % len(_MARKS)] if screen.terminal.unicode and len(dots[0]) else "",
        color=_color(screen, number),
        at=at,
        height=height,
        dots=dots,
        edges=_edges(screen, trace),
    )


def _edges(screen: Screen, trace: Trace) -> list[tuple[Floats, Floats]]:
    """Places along the edges of a trace's band, a few cells apart."""
    bins, found = BINS * screen.terminal.width, []
    for edge in trace.band:
        at, rate = reduce(replace(trace, rate=edge), screen.x, bins)
        found.append(_along(screen, at, screen.height(rate), APART / 2, APART))
    return found


def _thinned(screen: Screen, at: Floats, height: Floats) -> tuple[Floats, Floats]:
    """Without points on the braille dot of the one before: drawing a point takes plotext long."""
    fine = np.array([[BINS * screen.terminal.width], [4 * screen.terminal.height]])
    dots = np.floor(np.stack([at, height]) * fine)
    moved = (np.diff(dots, axis=1, prepend=np.nan) != 0).any(axis=0)
    return at[moved], height[moved]


def _glyph(screen: Screen, rank: int) -> str:
    """What a stroke is made of: braille, or a letter, which tells it from others where it can."""
    if screen.terminal.unicode:
        return "braille"
    if rank < 0:
        return "."
    return _LETTERS[0 if screen.stacked else rank % len(_LETTERS)]


def _color(screen: Screen, number: int) -> int:
    """One of xterm's 256 colours."""
    if screen.gradient is None:
        return _COLORS[number % len(_COLORS)]
    if number in screen.gradient.others:
        return _COLORS[(1 + 2 * screen.gradient.others.index(number)) % len(_COLORS)]
    return GRADIENT[min(int(screen.gradient.places[number] * len(GRADIENT)), len(GRADIENT) - 1)]


def _dots(screen: Screen, points: Floats) -> tuple[Floats, Floats]:
    """The places of the points in sight, none where they are too many to tell apart."""
    at, height = screen.x.place(points[:, 0]), screen.height(points[:, 1])
    seen = (at >= 0) & (at <= 1)
    seen &= not crowded(screen.picture)
    seen &= np.count_nonzero(seen) * APART <= screen.width
    return at[seen], height[seen]


def _marked(screen: Screen, number: int, at: Floats, height: Floats) -> tuple[Floats, Floats]:
    """The places of a stroke's marks, each so far along it that those of equal strokes differ."""
    if screen.stacked:
        return np.empty(0), np.empty(0)
    count, place = len(screen.ranks), [*screen.ranks].index(number)
    period = min(max(_CLOSE, 4 * count), _WIDE)
    shares = place * _GOLDEN % 1 if crowded(screen.picture) else place / count + 0.5
    return _along(screen, at, height, shares * period, period)


def _along(
    screen: Screen, at: Floats, height: Floats, first: float, period: int
) -> tuple[Floats, Floats]:
    """Places along a stroke, a period of cells apart, from the first one on."""
    if not len(at):
        return at, height
    across = np.diff(at, prepend=at[:1]) * screen.width
    upward = np.diff(height, prepend=height[:1]) * screen.terminal.height
    length = np.cumsum(np.hypot(across, upward))
    where = np.arange(min(first, length[-1]), length[-1] + TINY, period)
    return np.interp(where, length, at), np.interp(where, length, height)
