"""Draws learning rate against epoch as text for a terminal."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace

import numpy as np
from rich.cells import cell_len

from logsched.base.console import Terminal
from logsched.base.lazy import Floats
from logsched.draw.crowd import Gradient, crowd_notes, crowded
from logsched.draw.picture import Picture
from logsched.draw.scale import Scale, x_limits, y_scale
from logsched.draw.terminal.canvas import SHORT, Panel, chart, restarts
from logsched.draw.terminal.strokes import BINS, GRADIENT, Screen, Stroke, make_stroke, reduce
from logsched.schedule.trace import Trace

_RESET = "\x1b[0m"
_BLANK_END = re.compile(r"(?: |\x1b\[[0-9;]*m)+$")
MOST = 200  # traces that are drawn
_FEWEST_ROWS = 6  # three of the canvas; the axis, its ticks and its label
_AXIS = 3  # rows of them: the axis, its ticks and its label
_PANEL = 3  # rows of a panel of a stack, at least


def draw(picture: Picture, terminal: Terminal) -> str:
    """Give the picture as lines of at most the terminal's width; of a crowd, MOST traces."""
    every, picture = len(picture.traces), replace(picture, traces=_some(picture.traces))
    x = Scale(*x_limits(picture.limits or (0.0, picture.epochs)))
    points = [reduce(trace, x, BINS * terminal.width) for trace in picture.traces]
    edges = [edge for trace in picture.traces for edge in trace.band]
    rates = np.concatenate([*(rate for _, rate in points), *edges])
    screen = Screen(picture, terminal, x, y_scale(rates, picture.log_y))
    strokes = [make_stroke(screen, number, *places) for number, places in enumerate(points)]
    above = _header(screen)
    below = _legend(screen, strokes) + _notes(screen, rates)
    if every > MOST:
        below += textwrap.wrap(f"Of {every} curves {MOST} are drawn.", terminal.width)
    room = terminal.height - len(above) - len(below)
    end = _RESET + "\n" if terminal.color else "\n"
    whole = [*above, *(_stack if screen.stacked else _overlay)(screen, strokes, room), *below]
    return "".join(_BLANK_END.sub("", line) + end for line in whole)


def _some(traces: tuple[Trace, ...]) -> tuple[Trace, ...]:
    """All traces, or so many of them chosen evenly: more would only cost time."""
    if len(traces) <= MOST:
        return traces
    return tuple(traces[k * (len(traces) - 1) // (MOST - 1)] for k in range(MOST))


def _overlay(screen: Screen, strokes: list[Stroke], room: int) -> list[str]:
    """All strokes in one chart."""
    rows = max(_FEWEST_ROWS, room)
    return chart(screen, strokes, Panel(rows, max(1, (rows - _AXIS) // 3), phases=rows > SHORT))


def _stack(screen: Screen, strokes: list[Stroke], room: int) -> list[str]:
    """A chart for each stroke, under its label, the epochs under the last one."""
    last, named = len(strokes) - 1, int(bool(screen.picture.phases))
    each = max(_PANEL, (room - named - _AXIS) // len(strokes) - 1)
    rows: list[str] = []
    for number, stroke in enumerate(strokes):
        rows.append(
            _colored(screen, _cut(screen, stroke.label, screen.terminal.width), stroke.color)
        )
        extra = named * (number == 0) + _AXIS * (number == last)
        panel = Panel(each + extra, max(1, each // 3), number == 0, number == last)
        rows += chart(screen, [stroke], panel)
    return rows


# What stands around the chart.


def _header(screen: Screen) -> list[str]:
    """The label of the vertical axis, over it, and the title beside or above it."""
    y_label, title = screen.text(screen.picture.y_label), screen.text(screen.picture.title)
    width = screen.terminal.width
    start = max(cell_len(y_label) + 2, (width - cell_len(title)) // 2)
    if start + cell_len(title) <= width:
        return [y_label + " " * (start - cell_len(y_label)) + title]
    lines = [title, y_label] if screen.terminal.height > SHORT else [y_label]
    return [_cut(screen, line, width) for line in lines]


def _legend(screen: Screen, strokes: list[Stroke]) -> list[str]:
    """Every stroke's looks and label, of a crowd the first ones, as many in a row as fit."""
    rows = [_bar(screen, screen.gradient)] if screen.gradient and screen.terminal.color else []
    room = 0
    for stroke in [] if screen.stacked else [strokes[number] for number in screen.named]:
        sample = f"⠤{stroke.mark or '⠤'}⠤" if screen.terminal.unicode else 3 * stroke.glyph
        label = _cut(screen, stroke.label, screen.terminal.width - len(sample) - 1)
        entry = f"{_colored(screen, sample, stroke.color)} {label}"
        cells = len(sample) + 1 + cell_len(label)
        if rows and cells + 3 <= room:
            rows[-1] += "   " + entry
            room -= cells + 3
        else:
            rows.append(entry)
            room = screen.terminal.width - cells
    return rows[: max(3, screen.terminal.height // 4)] if crowded(screen.picture) else rows


def _bar(screen: Screen, gradient: Gradient) -> str:
    """The colours of a gradient, with the values at its ends and in the middle."""
    sign, half = "⠤" if screen.terminal.unicode else "*", len(GRADIENT) // 2
    low, middle, high = (gradient.value(place) for place in (0, 0.5, 1))
    colors = [_colored(screen, sign, color) for color in GRADIENT]
    first, second = "".join(colors[: half + 1]), "".join(colors[half:])
    return f"{screen.text(gradient.name)}  {low} {first} {middle} {second} {high}"


def _notes(screen: Screen, rates: Floats) -> list[str]:
    """What the picture does not show as it is."""
    notes = crowd_notes(screen.picture)
    if screen.picture.log_y and not rates.all():
        notes.append("A rate of 0 is drawn at the bottom: a log axis has no 0.")
    if len(screen.x.within(screen.picture.restarts)) > len(restarts(screen)):
        notes.append("Restarts too close to tell apart are not marked.")
    return [row for note in notes for row in textwrap.wrap(note, screen.terminal.width)]


def _colored(screen: Screen, text: str, color: int) -> str:
    """The text in one of xterm's 256 colours, where there are colours."""
    return f"\x1b[38;5;{color}m{text}{_RESET}" if screen.terminal.color else text


def _cut(screen: Screen, text: str, width: int) -> str:
    """The text, its end replaced by dots where it is too wide."""
    if cell_len(text) <= width:
        return text
    dots = "…" if screen.terminal.unicode else "..."
    ends = (end for end in range(len(text), -1, -1) if cell_len(text[:end] + dots) <= width)
    return text[: next(ends)] + dots
