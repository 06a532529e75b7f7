"""The canvas of a terminal plot, between its axes, on plotext's one global figure.

plotext has no types: its objects stay in here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import plotext
from numpy.typing import NDArray

from logsched.base.lazy import Floats
from logsched.draw.crowd import TOLD_APART
from logsched.draw.scale import shorter, told_apart
from logsched.draw.terminal.strokes import APART, Screen, Stroke

SHORT = 10  # rows of a terminal, or of a chart, that can spare none
_GREY = 244
_DOTS = {True: "·", False: "."}  # by whether the terminal shows Unicode
_BARS = {True: "┊", False: ":"}  # by whether the terminal shows Unicode
_TO_ASCII = str.maketrans("┤│└┬┴┼─", "||++++-")


class Panel(NamedTuple):
    """A chart's rows; for how many rates; whether phases stand over it, epochs under it."""

    rows: int
    rates: int
    phases: bool = True
    epochs: bool = True


def chart(screen: Screen, strokes: list[Stroke], panel: Panel) -> list[str]:
    """The canvas between its axes, with all that is on it."""
    terminal, figure = screen.terminal, plotext.figure
    _clear(terminal.width, panel)
    heights, rates = screen.y.ticks(panel.rates)
    figure.ruler("y", "left").lim(0, 1).ticks(heights, rates)
    columns = terminal.width - 1 - max(map(len, rates), default=0)
    places, epochs = screen.x.ticks(max(1, columns // 8)) if panel.epochs else ([], [])
    figure.ruler("x", "lower").lim(0, 1).ticks(screen.snap(np.array(places)).tolist(), epochs)
    if panel.epochs:
        figure.label(screen.text(screen.picture.x_label)[:columns], "x", "lower")
    if panel.phases:
        _name_phases(screen, columns)
    for place in restarts(screen):
        _add(np.array([place, place]), np.array([0.0, 1.0]), _BARS[terminal.unicode], _GREY)
    _add_strokes(screen, strokes, columns)
    text: str = figure.build().string(colorless=not terminal.color)
    return (text if terminal.unicode else text.translate(_TO_ASCII)).splitlines()


def _clear(width: int, panel: Panel) -> None:
    """Empty the figure: this size, two axes, no colours of its own."""
    plotext.terminal.limit(False, False)
    plotext.figure.clear().theme("colorless").canvas("default").plot_size(width, panel.rows)
    plotext.figure.axes(False, axis="x", side="upper").axes(False, axis="y", side="right")
    plotext.figure.axes(panel.epochs, axis="x", side="lower")


def _name_phases(screen: Screen, columns: int) -> None:
    """Write each phase's name, or its last word, over its start, if a blank fits behind it too."""
    places = screen.snap(np.clip(screen.x.place(screen.picture.phase_times), 0, 1))
    room = np.diff(np.floor(places * columns)).astype(int)[:, 0] - 1
    wide = np.flatnonzero(room >= APART)
    names = [screen.text(screen.picture.phases[i][0]) for i in wide]
    shown = [
        next(text for text in (*shorter(name), "") if len(text) < limit)
        for name, limit in zip(names, room[wide], strict=True)
    ]
    ruler = plotext.figure.ruler("x", "upper").lim(0, 1).alignment(tick="left")
    ruler.ticks(places[wide, 0].tolist(), [_BARS[screen.terminal.unicode] + name for name in shown])


def restarts(screen: Screen) -> Floats:
    """Places of the restarts in sight that can be told apart."""
    at = screen.x.within(screen.picture.restarts)
    return screen.snap(told_apart(at, screen.terminal.width, APART))


def _add_strokes(screen: Screen, strokes: list[Stroke], columns: int) -> None:
    """Draw bands, every stroke, then those with looks in stripes, so that none hides another."""
    for stroke in strokes:
        for at, height in stroke.edges:
            glyph = _DOTS[screen.terminal.unicode]
            _add(at, height, glyph, stroke.color, np.arange(len(at)))
    for stroke in strokes:
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
