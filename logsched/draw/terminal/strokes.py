"""Traces as a terminal shows them: few points that hide nothing, and a look for each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from logsched.base.lazy import Floats
from logsched.draw.crowd import crowded
from logsched.draw.scale import Scale
from logsched.draw.terminal.screen import APART, BINS, TINY, Screen
from logsched.schedule.trace import Trace

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
