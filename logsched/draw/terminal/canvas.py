"""The canvas of a terminal plot, between its axes, on plotext's one global figure.

plotext has no types: its objects stay in here.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from logsched.base.lazy import Floats
from logsched.draw.crowd import TOLD_APART
from logsched.draw.scale import fitting, shorter, told_apart
from logsched.draw.terminal.screen import APART, Screen
from logsched.draw.terminal.strokes import Stroke

AXIS = 3  # rows under a canvas: the axis, its ticks and its label
SHORT = 10  # rows of a terminal, or of a chart, that can spare none
_TICK = 6  # columns from one number of the time axis to the next, at least
_GREY = 244
_DOTS = {True: "·", False: "."}  # by whether the terminal shows Unicode
_BARS = {True: "┊", False: ":"}  # by whether the terminal shows Unicode
_TO_ASCII = str.maketrans("┤│└┬┴┼─", "||++++-")


class _Absent(ModuleType):
    """Stands for a module of which nothing is used."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


def _import_plotext() -> Any:
    """plotext without its manual, its tests and pictures, four fifths of the time that it takes.

    Only here: a program that has it already has it whole.
    """
    unused: dict[str, Any] = {
        "plotext._doc.doc": _Absent("doc"),
        "plotext._tests.run": _Absent("run"),
    }
    unused["PIL"] = None  # as if it were not installed
    left_out = {name: it for name, it in unused.items() if name not in sys.modules}
    sys.modules.update(left_out)
    try:
        import plotext
    finally:
        for name in left_out:
            del sys.modules[name]
    return plotext


plotext = _import_plotext()


class Panel(NamedTuple):
    """A chart's rows; for how many rates; whether phases stand over it, epochs under it."""

    rows: int
    rates: int
    phases: bool = True
    epochs: bool = True


def chart(screen: Screen, strokes: list[Stroke], panel: Panel) -> tuple[list[str], range]:
    """The canvas between its axes, with all that is on it, and which of the rows it has."""
    terminal = screen.terminal
    heights, rates = screen.y.ticks(panel.rates)
    edge = 1 + max(map(len, rates), default=0)
    columns = screen.width - edge
    above = [" " * edge + row for row in _phase_rows(screen, columns) if panel.phases]
    _clear(screen.width, panel._replace(rows=panel.rows - len(above)))
    plotext.figure.ruler("y", "left").lim(0, 1).ticks(heights, rates)
    _number_times(screen, columns if panel.epochs else 0)
    for place in restarts(screen):
        _add(np.array([place, place]), np.array([0.0, 1.0]), _BARS[terminal.unicode], _GREY)
    _add_strokes(screen, strokes, columns)
    text: str = plotext.figure.build().string(colorless=not terminal.color)
    rows = above + (text if terminal.unicode else text.translate(_TO_ASCII)).splitlines()
    return rows, range(len(above), len(rows) - AXIS * panel.epochs)


def cells_at(places: Floats, count: int) -> NDArray[np.int64]:
    """In which of so many cells plotext draws what lies at places of an axis."""
    return np.clip(np.ceil(places * (count - 1) - 0.5), 0, count - 1).astype(np.int64)


def _clear(width: int, panel: Panel) -> None:
    """Empty the figure: this size, two axes, no colours of its own."""
    plotext.terminal.limit(False, False)
    plotext.figure.clear().theme("colorless").canvas("default").plot_size(width, panel.rows)
    plotext.figure.axes(False, axis="x", side="upper").axes(False, axis="y", side="right")
    plotext.figure.axes(panel.epochs, axis="x", side="lower")


def _number_times(screen: Screen, columns: int) -> None:
    """As many times as there are columns for, under the canvas, and what they are."""
    ruler = plotext.figure.ruler("x", "lower").lim(0, 1).ticks([], [])
    if columns:
        most = columns // _TICK
        places, times = fitting(screen.x, most, columns, lambda text: len(text) + APART)
        ruler.ticks(screen.snap(np.array(places)).tolist(), times)
        plotext.figure.label(screen.text(screen.picture.x_label)[:columns], "x", "lower")


def _phase_rows(screen: Screen, columns: int) -> list[str]:
    """A row with each phase's name, or its last word, over its start; none where none fits."""
    times = np.clip(screen.x.place(screen.picture.phase_times), 0, 1)
    row, bar = " " * columns, _BARS[screen.terminal.unicode]
    spans = cells_at(screen.snap(times), columns).tolist()
    for (name, *_), (start, end) in zip(screen.picture.phases, spans, strict=True):
        room = end - start - 1
        if room >= APART:
            text = bar + next(word for word in (*shorter(name), "") if len(word) <= room)
            row = row[:start] + text + row[start + len(text) :]
    return [row] if row.strip() else []


def restarts(screen: Screen) -> Floats:
    """Places of the restarts in sight that can be told apart."""
    at = screen.x.within(screen.picture.restarts)
    return screen.snap(told_apart(at, screen.width, APART))


def _add_strokes(screen: Screen, strokes: list[Stroke], columns: int) -> None:
    """Draw bands, strokes, named ones last, then these in stripes, so that none hides another."""
    for stroke in strokes:
        for at, height in stroke.edges:
            glyph = _DOTS[screen.terminal.unicode]
            _add(at, height, glyph, stroke.color, np.arange(len(at)))
    for _, stroke in sorted(enumerate(strokes), key=lambda item: item[0] in screen.named):
        _add(stroke.at, stroke.height, stroke.glyph, stroke.color)
    apart = len(screen.named) <= TOLD_APART and not screen.stacked
    striped = [strokes[number] for number in screen.named] if apart else []
    for number, stroke in enumerate(striped[:-1]):
        stripe = (stroke.at * columns / APART).astype(np.int64)
        mine = stripe % len(striped) == number
        _add(stroke.at[mine], stroke.height[mine], stroke.glyph, stroke.color, stripe[mine])
    for stroke in strokes:
        if stroke.mark:
            _add(*stroke.dots, stroke.mark, stroke.color, np.arange(len(stroke.dots[0])))


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
