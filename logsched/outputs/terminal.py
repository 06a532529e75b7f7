"""Draws learning rate against epoch as text for a terminal, with plotext."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

import numpy as np
import plotext
from numpy.typing import NDArray
from rich.cells import cell_len

from logsched.lazy import Floats
from logsched.outputs.axes import Scale, x_limits, y_scale
from logsched.outputs.console import Terminal
from logsched.picture import Curve, Picture

# xterm-256 colours, Okabe and Ito's first: with 2.8:1 contrast on black and on white, and 16 CIE
# units apart at least, to the three kinds of colour blindness too.
_COLORS = (32, 166, 36, 169, 93, 240, 124, 99)
_SURE_COLORS = 4  # with more curves than this, shapes help colours
_GREY = 244
_SHAPES = "●▲■◆○△□◇★"
_LETTERS = "*+ox#@%=&"
_BARS = {True: "┊", False: ":"}  # by whether the terminal shows Unicode
_TO_ASCII = str.maketrans("┤│└┬┴┼─", "||++++-")
_RESET = "\x1b[0m"
_BLANK_END = re.compile(r"(?: |\x1b\[[0-9;]*m)+$")
_FEWEST_ROWS = 6  # three of the canvas; the axis, its ticks and its label
_SHORT = 10  # rows of a terminal, or of a chart, that can spare none
_TINY = 1e-9  # of a bin: what rounding may move a number by
_BINS = 2  # of the epochs, a cell: as many as braille has dots
_APART = 3  # cells between two things that can still be told apart


def draw(picture: Picture, terminal: Terminal) -> str:
    """Give the picture as lines of at most the terminal's width."""
    x = Scale(*x_limits(picture.limits or (0.0, picture.epochs)))
    points = [_reduce(curve, x, _BINS * terminal.width) for curve in picture.curves]
    rates = np.concatenate([rate for _, rate in points])
    view = _View(picture, terminal, x, y_scale(rates, picture.log_y))
    lines = [_line(view, number, *each) for number, each in enumerate(points)]
    above = _header(view)
    below = _legend(view, lines) + _notes(view, rates)
    rows = max(_FEWEST_ROWS, terminal.height - len(above) - len(below))
    end = _RESET + "\n" if terminal.color else "\n"
    whole = [*above, *_chart(view, lines, rows), *below]
    return "".join(_BLANK_END.sub("", line) + end for line in whole)


@dataclass(frozen=True)
class _View:
    """What is drawn, where, and on which axes."""

    picture: Picture
    terminal: Terminal
    x: Scale
    y: Scale

    def snap(self, places: Floats) -> Floats:
        """The middles of the bins that hold these places: where the curves' points are."""
        bins = _BINS * self.terminal.width
        return (np.clip(np.floor(places * bins + _TINY), 0, bins - 1) + 0.5) / bins

    def text(self, text: str) -> str:
        """A text as the terminal can show it."""
        shown = "".join(char if char.isprintable() else "?" for char in text)
        return shown if self.terminal.unicode else shown.encode("ascii", "replace").decode()


# Curves: few points that hide nothing.


@dataclass(frozen=True)
class _Line:
    """A curve as it is drawn; `dots` are the places of its shape, where it needs one."""

    label: str
    glyph: str
    shape: str
    color: int
    at: Floats
    rate: Floats
    dots: tuple[Floats, Floats]


def _reduce(curve: Curve, x: Scale, bins: int) -> tuple[Floats, Floats]:
    """Places and rates of at most four points a bin: its first, least, greatest and last."""
    bounds = x.low + (np.arange(bins + 1) - _TINY) * ((x.high - x.low) / bins)
    starts = np.searchsorted(curve.epoch, bounds)
    starts[-1] = np.searchsorted(curve.epoch, x.high, side="right")
    middle, full = (bounds[1:] + bounds[:-1]) / 2, starts[1:] > starts[:-1]
    empty = ~full & (curve.epoch[0] < middle) & (middle < curve.epoch[-1])
    points = np.full((bins, 4), np.nan)
    points[empty] = np.interp(middle[empty], curve.epoch, curve.rate)[:, None]
    if full.any():
        first, last, rate = starts[:-1][full], starts[1:][full] - 1, curve.rate[: starts[-1]]
        least, most = np.minimum.reduceat(rate, first), np.maximum.reduceat(rate, first)
        points[full] = np.stack([rate[first], least, most, rate[last]], axis=1)
    kept = np.isfinite(points)
    kept[:, 1:] &= points[:, 1:] != points[:, :-1]
    return np.repeat((np.arange(bins) + 0.5) / bins, kept.sum(axis=1)), points[kept]


def _line(view: _View, number: int, at: Floats, rate: Floats) -> _Line:
    """A curve's places and looks; shapes tell braille curves apart where colours cannot."""
    height = view.y.place(rate)
    terminal, count = view.terminal, len(view.picture.curves)
    dots = _marks(view, view.picture.curves[number].marks)
    if not len(dots[0]) and (not terminal.color or count > _SURE_COLORS):
        dots = _along(view, at, height, number / count, max(12, 4 * count))
    return _Line(
        label=view.text(view.picture.curves[number].label),
        glyph="braille" if terminal.unicode else _LETTERS[number % len(_LETTERS)],
        shape=_SHAPES[number % len(_SHAPES)] if terminal.unicode and len(dots[0]) else "",
        color=_COLORS[number % len(_COLORS)],
        at=at,
        rate=height,
        dots=dots,
    )


def _marks(view: _View, marks: Floats) -> tuple[Floats, Floats]:
    """The places of the marks in sight, none where they are too close to tell apart."""
    at, height = view.x.place(marks[:, 0]), view.y.place(marks[:, 1])
    seen = (at >= 0) & (at <= 1)
    seen &= np.count_nonzero(seen) * _APART <= view.terminal.width
    return at[seen], height[seen]


def _along(
    view: _View, at: Floats, height: Floats, offset: float, period: int
) -> tuple[Floats, Floats]:
    """Places along a curve, a period of cells apart; offsets keep those of equal curves apart."""
    if not len(at):
        return at, height
    across = np.diff(at, prepend=at[:1]) * view.terminal.width
    upward = np.diff(height, prepend=height[:1]) * view.terminal.height
    length = np.cumsum(np.hypot(across, upward))
    first = min((offset + 0.5) * period, length[-1])
    where = np.arange(first, length[-1] + _TINY, period)
    return np.interp(where, length, at), np.interp(where, length, height)


# The chart, on plotext's one global figure. plotext has no types: its objects stay in here.


def _chart(view: _View, lines: list[_Line], rows: int) -> list[str]:
    """The canvas between its axes, with all that is on it."""
    terminal, figure = view.terminal, plotext.figure
    _clear(terminal.width, rows)
    heights, rates = view.y.ticks(max(1, (rows - 3) // 3))
    figure.ruler("y", "left").lim(0, 1).ticks(heights, rates)
    columns = terminal.width - 1 - max(map(len, rates), default=0)
    places, epochs = view.x.ticks(max(1, columns // 8))
    figure.ruler("x", "lower").lim(0, 1).ticks(view.snap(np.array(places)).tolist(), epochs)
    figure.label(view.text(view.picture.x_label)[:columns], "x", "lower")
    if rows > _SHORT:
        _name_phases(view, columns)
    for place in _restarts(view):
        _add(np.array([place, place]), np.array([0.0, 1.0]), _BARS[terminal.unicode], _GREY)
    _add_lines(lines, columns)
    text: str = figure.build().string(colorless=not terminal.color)
    return (text if terminal.unicode else text.translate(_TO_ASCII)).splitlines()


def _clear(width: int, rows: int) -> None:
    """Empty the figure: this size, two axes, no colours of its own."""
    plotext.terminal.limit(False, False)
    plotext.figure.clear().theme("colorless").canvas("default").plot_size(width, rows)
    plotext.figure.axes(False, axis="x", side="upper").axes(False, axis="y", side="right")


def _name_phases(view: _View, columns: int) -> None:
    """Write each phase's name, or its last word, over its start, if a blank fits behind it too."""
    times = np.array([phase[1:] for phase in view.picture.phases], dtype=np.float64).reshape(-1, 2)
    places = view.snap(np.clip(view.x.place(times), 0, 1))
    room = np.diff(np.floor(places * columns)).astype(int)[:, 0] - 1
    wide = np.flatnonzero(room >= _APART)
    names = [view.text(view.picture.phases[i][0]) for i in wide]
    shown = [
        next(text for text in (name, name.rpartition(" ")[2], "") if len(text) < limit)
        for name, limit in zip(names, room[wide], strict=True)
    ]
    ruler = plotext.figure.ruler("x", "upper").lim(0, 1).alignment(tick="left")
    ruler.ticks(places[wide, 0].tolist(), [_BARS[view.terminal.unicode] + name for name in shown])


def _restarts(view: _View) -> Floats:
    """Places of the restarts in sight that can be told apart."""
    at = view.x.place(np.array(view.picture.restarts, dtype=np.float64))
    at = at[(at >= 0) & (at <= 1)]
    far = np.diff(at, prepend=-np.inf, append=np.inf) * view.terminal.width >= _APART
    return view.snap(at[far[1:] & far[:-1]])


def _add_lines(lines: list[_Line], columns: int) -> None:
    """Draw every line, then each again in stripes of its own, so that none hides another."""
    for line in lines:
        _add(line.at, line.rate, line.glyph, line.color)
    for number, line in enumerate(lines[:-1]):
        stripe = (line.at * columns / _APART).astype(np.int64)
        mine = stripe % len(lines) == number
        _add(line.at[mine], line.rate[mine], line.glyph, line.color, stripe[mine])
    for line in lines:
        if line.shape:
            _add(*line.dots, line.shape, line.color, np.arange(len(line.dots[0])))


def _add(
    at: Floats, height: Floats, glyph: str, color: int, piece: NDArray[np.int64] | None = None
) -> None:
    """Draw a line through places, interrupted where the number of the piece changes."""
    if not len(at):
        return
    marker = plotext.marker(glyph, color)
    signal = plotext.figure.signal(at.tolist(), height.tolist(), marker=marker).lines()
    for index in () if piece is None else np.flatnonzero(np.diff(piece)) + 1:
        signal.line(int(index), False)
    plotext.figure.draw(signal)


# What stands around the chart.


def _header(view: _View) -> list[str]:
    """The label of the vertical axis, over it, and the title beside or above it."""
    y_label, title = view.text(view.picture.y_label), view.text(view.picture.title)
    width = view.terminal.width
    start = max(cell_len(y_label) + 2, (width - cell_len(title)) // 2)
    if start + cell_len(title) <= width:
        return [y_label + " " * (start - cell_len(y_label)) + title]
    lines = [title, y_label] if view.terminal.height > _SHORT else [y_label]
    return [_cut(view, line, width) for line in lines]


def _legend(view: _View, lines: list[_Line]) -> list[str]:
    """Every curve's looks and label, as many in a row as fit."""
    rows: list[str] = []
    room = 0
    for line in lines:
        sample = f"⠤{line.shape or '⠤'}⠤" if view.terminal.unicode else 3 * line.glyph
        label = _cut(view, line.label, view.terminal.width - len(sample) - 1)
        entry = f"{_colored(view, sample, line.color)} {label}"
        cells = len(sample) + 1 + cell_len(label)
        if rows and cells + 3 <= room:
            rows[-1] += "   " + entry
            room -= cells + 3
        else:
            rows.append(entry)
            room = view.terminal.width - cells
    return rows


def _notes(view: _View, rates: Floats) -> list[str]:
    """What the picture does not show as it is."""
    at = view.x.place(np.array(view.picture.restarts, dtype=np.float64))
    notes = []
    if view.picture.log_y and not rates.all():
        notes.append("A rate of 0 is drawn at the bottom: a log axis has no 0.")
    if np.count_nonzero((at >= 0) & (at <= 1)) > len(_restarts(view)):
        notes.append("Restarts too close to tell apart are not marked.")
    return [row for note in notes for row in textwrap.wrap(note, view.terminal.width)]


def _colored(view: _View, text: str, color: int) -> str:
    """The text in one of xterm's 256 colours, where there are colours."""
    return f"\x1b[38;5;{color}m{text}{_RESET}" if view.terminal.color else text


def _cut(view: _View, text: str, width: int) -> str:
    """The text, its end replaced by dots where it is too wide."""
    if cell_len(text) <= width:
        return text
    dots = "…" if view.terminal.unicode else "..."
    ends = (end for end in range(len(text), -1, -1) if cell_len(text[:end] + dots) <= width)
    return text[: next(ends)] + dots
