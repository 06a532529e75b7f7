"""Draws learning rate against epoch as a figure for a slide or a paper, with Matplotlib."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from logsched.outputs import keys, panels
from logsched.outputs.gradient import crowd_notes
from logsched.outputs.panels import View
from logsched.outputs.paper import FAINT, LARGE, PAD, SMALL, Paper, printable, style, wrap
from logsched.picture import Picture

__all__ = ["FORMATS", "Paper", "compose", "draw", "style"]

_NO_DATES: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Creator": None, "Date": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}
FORMATS = tuple(_NO_DATES)


def draw(picture: Picture, paper: Paper) -> bytes:
    """The picture on paper, as the bytes of a file."""
    file = BytesIO()
    with style(paper):
        figure = compose(picture, paper)
        figure.savefig(file, format=paper.format, metadata=_NO_DATES[paper.format])
    return file.getvalue()


def compose(picture: Picture, paper: Paper) -> Figure:
    """The picture as a figure, to be made and saved in its style."""
    view = panels.make_view(picture, paper)
    panels.add_axes(view)
    panels.add_phases(view)
    for number in range(len(view.lines)):
        panels.add_line(view, number)
    _add_texts(view)
    room = keys.make_room(view)
    pad = PAD * view.paper.points / 72
    right = 1 - room / view.paper.ems[0]
    ConstrainedLayoutEngine(w_pad=pad, h_pad=pad, rect=(0, 0, right, 1)).execute(view.figure)
    panels.number_rates(view, view.box[3])  # of the paper's height so far
    panels.name_phases(view)
    keys.add_labels(view, room)
    return view.figure


def _add_texts(view: View) -> None:
    """The title, and notes below the axes."""
    room, points = view.paper.ems[0] - 6, view.paper.points
    title = wrap(printable(view.picture.title), room / LARGE, 2)
    view.axes.set_title(title, loc="left", fontsize=LARGE * points, pad=0.7 * points)
    notes = "\n".join(wrap(note, room / SMALL, 3) for note in _notes(view))
    look: dict[str, Any] = {"fontsize": SMALL * points, "color": FAINT, "va": "top"}
    look |= {"xytext": (0, -3.6 * points), "textcoords": "offset points"}
    if notes:  # an empty text takes room too
        view.axes.annotate(notes, (0, 0), xycoords="axes fraction", **look)


def _notes(view: View) -> list[str]:
    """What the figure does not show as it is, or does not explain."""
    notes = crowd_notes(view.picture)
    if any((heights < 0).any() for _, heights in view.lines):
        notes.append("A rate of 0 is drawn at the bottom edge: a log axis has no 0.")
    if len(panels.told_apart(view)) < len(panels.restarts(view)):
        notes.append("Restarts too close to tell apart are not marked.")
    elif len(panels.restarts(view)) and not view.picture.phases:
        notes.append("Dotted lines: restarts.")
    return notes
