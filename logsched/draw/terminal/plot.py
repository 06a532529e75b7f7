"""Draws learning rate against epoch as text for a terminal."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace

import numpy as np

from logsched.base.console import Terminal
from logsched.base.lazy import Floats
from logsched.base.text import cells
from logsched.draw.crowd import Gradient, crowd_notes, crowded
from logsched.draw.picture import Picture
from logsched.draw.scale import Scale, x_limits, y_scale
from logsched.draw.terminal.canvas import SHORT, Panel, chart, restarts
from logsched.draw.terminal.strokes import BINS, GRADIENT, Line, View, reduce, stroke
from logsched.schedule.trace import Trace

_RESET = "\x1b[0m"
_BLANK_END = re.compile(r"(?: |\x1b\[[0-9;]*m)+$")
MOST = 200  # curves that are drawn
_FEWEST_ROWS = 6  # three of the canvas; the axis, its ticks and its label
_AXIS = 3  # rows of them: the axis, its ticks and its label
_PANEL = 3  # rows of a panel of a stack, at least


def draw(picture: Picture, terminal: Terminal) -> str:
    """Give the picture as lines of at most the terminal's width; of a crowd, MOST curves."""
    every, picture = len(picture.curves), replace(picture, curves=_some(picture.curves))
    x = Scale(*x_limits(picture.limits or (0.0, picture.epochs)))
    points = [reduce(curve, x, BINS * terminal.width) for curve in picture.curves]
    edges = [edge for curve in picture.curves for edge in curve.band]
    rates = np.concatenate([*(rate for _, rate in points), *edges])
    view = View(picture, terminal, x, y_scale(rates, picture.log_y))
    lines = [stroke(view, number, *each) for number, each in enumerate(points)]
    above = _header(view)
    below = _legend(view, lines) + _notes(view, rates)
    if every > MOST:
        below += textwrap.wrap(f"Of {every} curves {MOST} are drawn.", terminal.width)
    room = terminal.height - len(above) - len(below)
    end = _RESET + "\n" if terminal.color else "\n"
    whole = [*above, *(_stack if view.stacked else _overlay)(view, lines, room), *below]
    return "".join(_BLANK_END.sub("", line) + end for line in whole)


def _some(curves: tuple[Trace, ...]) -> tuple[Trace, ...]:
    """All curves, or so many of them chosen evenly: more would only cost time."""
    if len(curves) <= MOST:
        return curves
    return tuple(curves[k * (len(curves) - 1) // (MOST - 1)] for k in range(MOST))


def _overlay(view: View, lines: list[Line], room: int) -> list[str]:
    """All lines in one chart."""
    rows = max(_FEWEST_ROWS, room)
    return chart(view, lines, Panel(rows, max(1, (rows - _AXIS) // 3), phases=rows > SHORT))


def _stack(view: View, lines: list[Line], room: int) -> list[str]:
    """A chart for each line, under its label, the epochs under the last one."""
    last, named = len(lines) - 1, int(bool(view.picture.phases))
    each = max(_PANEL, (room - named - _AXIS) // len(lines) - 1)
    rows: list[str] = []
    for number, line in enumerate(lines):
        rows.append(_colored(view, _cut(view, line.label, view.terminal.width), line.color))
        extra = named * (number == 0) + _AXIS * (number == last)
        panel = Panel(each + extra, max(1, each // 3), number == 0, number == last)
        rows += chart(view, [line], panel)
    return rows


# What stands around the chart.


def _header(view: View) -> list[str]:
    """The label of the vertical axis, over it, and the title beside or above it."""
    y_label, title = view.text(view.picture.y_label), view.text(view.picture.title)
    width = view.terminal.width
    start = max(cells(y_label) + 2, (width - cells(title)) // 2)
    if start + cells(title) <= width:
        return [y_label + " " * (start - cells(y_label)) + title]
    lines = [title, y_label] if view.terminal.height > SHORT else [y_label]
    return [_cut(view, line, width) for line in lines]


def _legend(view: View, lines: list[Line]) -> list[str]:
    """Every curve's looks and label, of a crowd the first ones, as many in a row as fit."""
    rows = [_bar(view, view.gradient)] if view.gradient and view.terminal.color else []
    room = 0
    for line in [] if view.stacked else [lines[number] for number in view.named]:
        sample = f"⠤{line.shape or '⠤'}⠤" if view.terminal.unicode else 3 * line.glyph
        label = _cut(view, line.label, view.terminal.width - len(sample) - 1)
        entry = f"{_colored(view, sample, line.color)} {label}"
        taken = len(sample) + 1 + cells(label)
        if rows and taken + 3 <= room:
            rows[-1] += "   " + entry
            room -= taken + 3
        else:
            rows.append(entry)
            room = view.terminal.width - taken
    return rows[: max(3, view.terminal.height // 4)] if crowded(view.picture) else rows


def _bar(view: View, gradient: Gradient) -> str:
    """The colours of a gradient, with the values at its ends and in the middle."""
    sign, half = "⠤" if view.terminal.unicode else "*", len(GRADIENT) // 2
    low, middle, high = (gradient.value(place) for place in (0, 0.5, 1))
    colors = [_colored(view, sign, color) for color in GRADIENT]
    first, second = "".join(colors[: half + 1]), "".join(colors[half:])
    return f"{view.text(gradient.name)}  {low} {first} {middle} {second} {high}"


def _notes(view: View, rates: Floats) -> list[str]:
    """What the picture does not show as it is."""
    notes = crowd_notes(view.picture)
    if view.picture.log_y and not rates.all():
        notes.append("A rate of 0 is drawn at the bottom: a log axis has no 0.")
    if len(view.x.within(view.picture.restarts)) > len(restarts(view)):
        notes.append("Restarts too close to tell apart are not marked.")
    return [row for note in notes for row in textwrap.wrap(note, view.terminal.width)]


def _colored(view: View, text: str, color: int) -> str:
    """The text in one of xterm's 256 colours, where there are colours."""
    return f"\x1b[38;5;{color}m{text}{_RESET}" if view.terminal.color else text


def _cut(view: View, text: str, width: int) -> str:
    """The text, its end replaced by dots where it is too wide."""
    if cells(text) <= width:
        return text
    dots = "…" if view.terminal.unicode else "..."
    ends = (end for end in range(len(text), -1, -1) if cells(text[:end] + dots) <= width)
    return text[: next(ends)] + dots
