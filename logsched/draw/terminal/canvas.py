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
from logsched.draw.scale import shorter, told_apart
from logsched.draw.terminal.strokes import APART, Line, View

SHORT = 10  # rows of a terminal, or of a chart, that can spare none
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


def chart(view: View, lines: list[Line], panel: Panel) -> list[str]:
    """The canvas between its axes, with all that is on it."""
    terminal, figure = view.terminal, plotext.figure
    _clear(terminal.width, panel)
    heights, rates = view.y.ticks(panel.rates)
    figure.ruler("y", "left").lim(0, 1).ticks(heights, rates)
    columns = terminal.width - 1 - max(map(len, rates), default=0)
    places, epochs = view.x.ticks(max(1, columns // 8)) if panel.epochs else ([], [])
    figure.ruler("x", "lower").lim(0, 1).ticks(view.snap(np.array(places)).tolist(), epochs)
    if panel.epochs:
        figure.label(view.text(view.picture.x_label)[:columns], "x", "lower")
    if panel.phases:
        _name_phases(view, columns)
    for place in restarts(view):
        _add(np.array([place, place]), np.array([0.0, 1.0]), _BARS[terminal.unicode], _GREY)
    _add_lines(view, lines, columns)
    text: str = figure.build().string(colorless=not terminal.color)
    return (text if terminal.unicode else text.translate(_TO_ASCII)).splitlines()


def _clear(width: int, panel: Panel) -> None:
    """Empty the figure: this size, two axes, no colours of its own."""
    plotext.terminal.limit(False, False)
    plotext.figure.clear().theme("colorless").canvas("default").plot_size(width, panel.rows)
    plotext.figure.axes(False, axis="x", side="upper").axes(False, axis="y", side="right")
    plotext.figure.axes(panel.epochs, axis="x", side="lower")


def _name_phases(view: View, columns: int) -> None:
    """Write each phase's name, or its last word, over its start, if a blank fits behind it too."""
    times = np.array([phase[1:] for phase in view.picture.phases], dtype=np.float64).reshape(-1, 2)
    places = view.snap(np.clip(view.x.place(times), 0, 1))
    room = np.diff(np.floor(places * columns)).astype(int)[:, 0] - 1
    wide = np.flatnonzero(room >= APART)
    names = [view.text(view.picture.phases[i][0]) for i in wide]
    shown = [
        next(text for text in (*shorter(name), "") if len(text) < limit)
        for name, limit in zip(names, room[wide], strict=True)
    ]
    ruler = plotext.figure.ruler("x", "upper").lim(0, 1).alignment(tick="left")
    ruler.ticks(places[wide, 0].tolist(), [_BARS[view.terminal.unicode] + name for name in shown])


def restarts(view: View) -> Floats:
    """Places of the restarts in sight that can be told apart."""
    at = view.x.within(view.picture.restarts)
    return view.snap(told_apart(at, view.terminal.width, APART))


def _add_lines(view: View, lines: list[Line], columns: int) -> None:
    """Draw bands, every line, then those with looks in stripes, so that none hides another."""
    for line in lines:
        for at, height in line.edges:
            glyph = _DOTS[view.terminal.unicode]
            _add(at, height, glyph, line.color, np.arange(len(at)))
    for line in lines:
        _add(line.at, line.rate, line.glyph, line.color)
    apart = len(view.named) <= TOLD_APART and not view.stacked
    striped = [lines[number] for number in view.named] if apart else []
    for number, line in enumerate(striped[:-1]):
        stripe = (line.at * columns / APART).astype(np.int64)
        mine = stripe % len(striped) == number
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
