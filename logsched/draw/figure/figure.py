"""Draws learning rate against epoch as a figure for a slide or a paper, with Matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from logsched.base.words import printable
from logsched.draw.crowd import crowd_notes
from logsched.draw.figure import legend, panels
from logsched.draw.figure.panels import Subplot
from logsched.draw.figure.paper import FAINT, LARGE, PAD, SMALL, Paper, style, wrap
from logsched.draw.picture import Picture

__all__ = ["FORMATS", "Paper", "compose", "draw", "style"]

_NO_DATES: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Creator": None, "Date": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}
FORMATS = tuple(_NO_DATES)


def draw(rows: Sequence[Sequence[Picture]], paper: Paper) -> bytes:
    """Pictures in rows on paper, as the bytes of a file."""
    with style(paper):
        return save(compose(rows, paper), paper.format)


def save(figure: Figure, format: str) -> bytes:
    """A figure as the bytes of a file, in which there is no date and no machine."""
    file = BytesIO()
    figure.savefig(file, format=format, metadata=_NO_DATES[format])
    return file.getvalue()


def compose(rows: Sequence[Sequence[Picture]], paper: Paper) -> Figure:
    """Pictures in rows as a figure, to be made and saved in its style.

    Those of one column share their time axis, those of several a legend.
    """
    subplots = panels.make_subplots(rows, paper)
    first, last, column = subplots[0], subplots[-1], max(map(len, rows)) == 1
    for subplot in subplots:
        panels.add_axes(subplot, numbered=subplot is last or not column)
        panels.add_phases(subplot)
        for number in range(len(subplot.lines)):
            panels.add_line(subplot, number)
        _add_title(subplot)
    _add_notes(last, [note for subplot in subplots for note in _notes(subplot)])
    room = legend.make_room(first, beside=column)
    pad = PAD * first.paper.points / 72
    right = 1 - room / first.paper.ems[0]
    ConstrainedLayoutEngine(w_pad=pad, h_pad=pad, rect=(0, 0, right, 1)).execute(first.figure)
    for subplot in subplots:
        panels.number_rates(subplot, subplot.box[3])  # of the paper's height so far
        panels.name_phases(subplot)
        legend.add_labels(subplot, room)
    return first.figure


def _add_title(subplot: Subplot) -> None:
    room, points = subplot.ems[0] - 6, subplot.paper.points
    title = wrap(printable(subplot.picture.title), room / LARGE, 2)
    subplot.axes.set_title(title, loc="left", fontsize=LARGE * points, pad=0.7 * points)


def _add_notes(subplot: Subplot, said: Sequence[str]) -> None:
    """What a figure does not show as it is, below its last axes."""
    room, points = subplot.ems[0] - 6, subplot.paper.points
    notes = "\n".join(wrap(note, room / SMALL, 3) for note in dict.fromkeys(said))
    look: dict[str, Any] = {"fontsize": SMALL * points, "color": FAINT, "va": "top"}
    look |= {"xytext": (0, -3.6 * points), "textcoords": "offset points"}
    if notes:  # an empty text takes room too
        subplot.axes.annotate(notes, (0, 0), xycoords="axes fraction", **look)


def _notes(subplot: Subplot) -> list[str]:
    """What the figure does not show as it is, or does not explain."""
    notes = crowd_notes(subplot.picture)
    if any((heights < 0).any() for _, heights in subplot.lines):
        notes.append("A rate of 0 is drawn at the bottom edge: a log axis has no 0.")
    if len(panels.marked_restarts(subplot)) < len(panels.restarts(subplot)):
        notes.append("Restarts too close to tell apart are not marked.")
    elif len(panels.restarts(subplot)) and not subplot.picture.phases:
        notes.append("Dotted lines: restarts.")
    if any(subplot.bands):
        notes.append("Shaded along a line: one standard deviation around the mean.")
    return notes
