"""Draws learning rate against epoch as text for a terminal."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace

import numpy as np

from logsched.base.console import Terminal
from logsched.base.lazy import Floats
from logsched.base.text import cells
from logsched.draw.crowd import crowd_notes
from logsched.draw.picture import Picture
from logsched.draw.scale import Scale, x_limits, y_scale
from logsched.draw.terminal import legend
from logsched.draw.terminal.canvas import AXIS, SHORT, Panel, chart, restarts
from logsched.draw.terminal.screen import BINS, RESET, Screen
from logsched.draw.terminal.strokes import Stroke, make_stroke, reduce
from logsched.schedule.trace import Trace

_BLANK_END = re.compile(r"(?: |\x1b\[[0-9;]*m)+$")
MOST = 200  # traces that are drawn
_FEWEST_ROWS = 6  # three of the canvas; the axis, its ticks and its label
_PANEL = 3  # rows of a panel of a stack, at least


def draw(picture: Picture, terminal: Terminal) -> str:
    """Give the picture as lines of at most the terminal's width; of a crowd, MOST traces."""
    every, picture = len(picture.traces), replace(picture, traces=_some(picture.traces))
    x = Scale(*x_limits(picture.limits or (0.0, picture.end)))
    points = [reduce(trace, x, BINS * terminal.width) for trace in picture.traces]
    edges = [edge for trace in picture.traces for edge in trace.band]
    rates = np.concatenate([*(rate for _, rate in points), *edges])
    screen = Screen(picture, terminal, x, y_scale(rates, picture.log_y))
    screen = replace(screen, ends=legend.at_ends(screen))
    strokes = [make_stroke(screen, number, *places) for number, places in enumerate(points)]
    above = _header(screen)
    below = legend.below(screen, strokes) + _notes(screen, rates)
    if every > MOST:
        below += textwrap.wrap(f"Of {every} curves {MOST} are drawn.", terminal.width)
    room = terminal.height - len(above) - len(below)
    end = RESET + "\n" if terminal.color else "\n"
    whole = [*above, *(_stack if screen.stacked else _overlay)(screen, strokes, room), *below]
    return "".join(_BLANK_END.sub("", line) + end for line in whole)


def _some(traces: tuple[Trace, ...]) -> tuple[Trace, ...]:
    """All traces, or so many of them chosen evenly: more would only cost time."""
    if len(traces) <= MOST:
        return traces
    return tuple(traces[k * (len(traces) - 1) // (MOST - 1)] for k in range(MOST))


def _overlay(screen: Screen, strokes: list[Stroke], room: int) -> list[str]:
    """All strokes in one chart, with labels at their ends."""
    rows = max(_FEWEST_ROWS, room)
    panel = Panel(rows, max(1, (rows - AXIS) // 3), phases=rows > SHORT)
    drawn, canvas = chart(screen, strokes, panel)
    for row, label in legend.beside(screen, strokes, len(canvas)).items():
        drawn[canvas[row]] += label
    return drawn


def _stack(screen: Screen, strokes: list[Stroke], room: int) -> list[str]:
    """A chart for each stroke, under its label, the epochs under the last one."""
    last, named = len(strokes) - 1, int(bool(screen.picture.phases))
    each = max(_PANEL, (room - named - AXIS) // len(strokes) - 1)
    rows: list[str] = []
    for number, stroke in enumerate(strokes):
        label = screen.cut(stroke.label, screen.terminal.width)
        rows.append(screen.colored(label, stroke.color))
        extra = named * (number == 0) + AXIS * (number == last)
        panel = Panel(each + extra, max(1, each // 3), number == 0, number == last)
        rows += chart(screen, [stroke], panel)[0]
    return rows


# What stands around the chart.


def _header(screen: Screen) -> list[str]:
    """The label of the vertical axis, the title beside or above it, what labels at ends are."""
    y_label, title = screen.text(screen.picture.y_label), screen.text(screen.picture.title)
    values, width = legend.heading(screen), screen.terminal.width
    start = max(cells(y_label) + 2, (width - cells(title)) // 2)
    head = y_label + " " * (start - cells(y_label)) + title
    lines = [head]
    if cells(head) + bool(values) * (cells(values) + 2) > width:
        lines = [title, y_label] if screen.terminal.height > SHORT else [y_label]
    lines[-1] += " " * (width - cells(lines[-1]) - cells(values)) + values
    return [screen.cut(line, width) for line in lines]


def _notes(screen: Screen, rates: Floats) -> list[str]:
    """What the picture does not show as it is."""
    notes = crowd_notes(screen.picture)
    if screen.picture.log_y and not rates.all():
        notes.append("A rate of 0 is drawn at the bottom: a log axis has no 0.")
    if len(screen.x.within(screen.picture.restarts)) > len(restarts(screen)):
        notes.append("Restarts too close to tell apart are not marked.")
    return [row for note in notes for row in textwrap.wrap(note, screen.terminal.width)]
