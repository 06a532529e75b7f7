"""Traces as a terminal shows them: few points that hide nothing, and a look for each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from logsched.base.console import Terminal
from logsched.base.lazy import Floats
from logsched.base.words import printable
from logsched.draw.crowd import Gradient, crowded, gradient
from logsched.draw.picture import Picture
from logsched.draw.scale import Scale
from logsched.schedule.trace import Trace

APART = 3  # cells between two things that can still be told apart
TINY = 1e-9  # of a bin: what rounding may move a number by
BINS = 2  # of the epochs, a cell: as many as braille has dots

# xterm-256 colours, Okabe and Ito's first: with 2.8:1 contrast on black and on white, and 16 CIE
# units apart at least, to the three kinds of colour blindness too.
_COLORS = (32, 166, 36, 169, 93, 240, 124, 99)
# From purple to green, as in a figure, with 2.5:1 contrast on black and on white.
GRADIENT = (97, 61, 25, 31, 30, 36, 71, 70, 106)
_SURE_COLORS = 4  # with more traces than this, marks help colours
_MARKS = "●▲■◆○△□◇★"
_LETTERS = "*+ox#@%=&"


@dataclass(frozen=True)
class Screen:
    """What is drawn, where, and on which axes."""

    picture: Picture
    terminal: Terminal
    x: Scale
    y: Scale

    @property
    def stacked(self) -> bool:
        """Whether each trace has a panel of its own, with its label over it."""
        return self.picture.layout == "stack"

    @cached_property
    def gradient(self) -> Gradient | None:
        """What colours the strokes, if they are many and vary in a number."""
        return gradient(self.picture)

    @cached_property
    def named(self) -> list[int]:
        """The traces that have a look of their own; without colours, three of a gradient too."""
        if self.gradient is None:
            return list(range(len(self.picture.traces)))
        order = self.gradient.order
        three = [] if self.terminal.color else [order[k] for k in (0, len(order) // 2, -1)]
        return three + self.gradient.others

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


@dataclass(frozen=True)
class Stroke:
    """A trace as it is drawn; `dots` are the places of its mark, where it needs one.

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
    """A trace's places and looks; marks tell braille strokes apart where colours cannot."""
    height, trace = screen.height(rate), screen.picture.traces[number]
    dots = _dots(screen, trace.points)
    if not len(dots[0]) and _needs_mark(screen, number):
        count = len(screen.named)
        dots = _along(screen, at, height, screen.named.index(number) / count, max(12, 4 * count))
    if crowded(screen.picture):
        at, height = _thinned(screen, at, height)
    place = screen.named.index(number) if number in screen.named else -1
    return Stroke(
        label=screen.text(trace.label),
        glyph=_glyph(screen, place),
        mark=_MARKS[place % len(_MARKS)] if screen.terminal.unicode and len(dots[0]) else "",
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
        found.append(_along(screen, at, screen.height(rate), 0, APART))
    return found


def _thinned(screen: Screen, at: Floats, height: Floats) -> tuple[Floats, Floats]:
    """Without points on the braille dot of the one before: drawing a point takes plotext long."""
    fine = np.array([[BINS * screen.terminal.width], [4 * screen.terminal.height]])
    dots = np.floor(np.stack([at, height]) * fine)
    moved = (np.diff(dots, axis=1, prepend=np.nan) != 0).any(axis=0)
    return at[moved], height[moved]


def _needs_mark(screen: Screen, number: int) -> bool:
    """Whether a braille stroke has no other look."""
    many = len(screen.named) > _SURE_COLORS or not screen.terminal.color
    return many and not screen.stacked and number in screen.named


def _glyph(screen: Screen, place: int) -> str:
    """What a stroke is made of: braille, or a letter, which tells it from others where it can."""
    if screen.terminal.unicode:
        return "braille"
    if place < 0:
        return "*" if screen.terminal.color else "."
    return _LETTERS[0 if screen.stacked else place % len(_LETTERS)]


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
    seen &= np.count_nonzero(seen) * APART <= screen.terminal.width
    return at[seen], height[seen]


def _along(
    screen: Screen, at: Floats, height: Floats, offset: float, period: int
) -> tuple[Floats, Floats]:
    """Places along a stroke, a period of cells apart; offsets keep those of equal strokes apart."""
    if not len(at):
        return at, height
    across = np.diff(at, prepend=at[:1]) * screen.terminal.width
    upward = np.diff(height, prepend=height[:1]) * screen.terminal.height
    length = np.cumsum(np.hypot(across, upward))
    first = min((offset + 0.5) * period, length[-1])
    where = np.arange(first, length[-1] + TINY, period)
    return np.interp(where, length, at), np.interp(where, length, height)
