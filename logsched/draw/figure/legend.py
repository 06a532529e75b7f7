"""What says which curve of a figure is which: labels, a legend, a colour bar or headings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.lines import Line2D
from matplotlib.transforms import Affine2D

from logsched.base.lazy import Floats
from logsched.base.words import printable
from logsched.draw.crowd import Gradient, crowded
from logsched.draw.figure.panels import COLORS, GAP, View, look_of
from logsched.draw.figure.paper import FAINT, LINE, PAD, width, wrap

# In em, the size of the font:
_LEAD = 1.2  # from a line's end to its key: a sample of it, and its label
_SAMPLE = 3.4
_KEY = _SAMPLE + 0.5  # a key without its label


def make_room(view: View, beside: bool = True) -> float:
    """Add a colour bar or a legend, or say how many em labels take right of the axes.

    There is no room beside axes that have others beside them, nor for lines that have no end.
    """
    if view.stacked:
        return 0
    if view.gradient:
        _add_bar(view, view.gradient)
        if view.gradient.others:
            _add_legend(view, view.gradient.others)
        return 0
    room = _room_at_ends(view) if beside and all(len(at) for at, _ in view.lines) else 0
    if not room:
        _add_legend(view, range(len(view.labels)))
    return room


def add_labels(view: View, room: float) -> None:
    """Label the panels of a stack, or the lines in the room that was made."""
    if view.stacked:
        _add_headings(view)
    elif room:
        _label_ends(view)


def _room_at_ends(view: View) -> float:
    """What labels at the lines' ends take right of the axes; 0 where they do not fit."""
    wide, high = view.ems
    room = _LEAD + _KEY + max(map(width, view.labels))
    return room if room <= 0.3 * wide and len(view.labels) * LINE <= 0.6 * high else 0


def _label_ends(view: View) -> None:
    """Right of each line's end, a sample of the line and its label."""
    left, bottom, wide, high = view.box
    low, roof = view.axes.get_ylim()
    ends = np.array([(heights[-1] - low) / (roof - low) * high for _, heights in view.lines])
    for number, place in enumerate(_spread(ends, high)):
        end = left + view.lines[number][0][-1] * wide, bottom + ends[number]
        _add_key(view, number, end, left + wide, bottom + place)


def _add_key(view: View, number: int, end: tuple[float, float], x: float, y: float) -> None:
    """A thin line from a line's end, to a sample of it and its label at a place."""
    em = Affine2D().scale(view.paper.points / 72) + view.figure.dpi_scale_trans
    look, thin = look_of(view, number), 0.05 * view.paper.points
    lead = Line2D([end[0] + 0.3, x + _LEAD], [end[1], y], transform=em, c=FAINT, lw=thin)
    sample = Line2D([x + _LEAD, x + _LEAD + _SAMPLE], [y, y], transform=em, **look)
    view.figure.add_artist(lead)
    view.figure.add_artist(sample)
    text: dict[str, Any] = {"color": look["c"], "va": "center_baseline", "transform": em}
    view.figure.text(x + _LEAD + _KEY, y, view.labels[number], **text)


def _spread(wanted: Floats, high: float) -> Floats:
    """Heights near those wanted, a line of text apart; of equal ones the first is highest."""
    order = np.lexsort((-np.arange(len(wanted)), wanted))
    stairs = LINE * (np.arange(len(wanted)) + 0.5)
    free = np.clip(wanted[order] - stairs, 0, max(0.0, high - LINE * len(wanted)))
    up, down = np.maximum.accumulate(free), np.minimum.accumulate(free[::-1])[::-1]
    places = np.empty(len(wanted))
    places[order] = (up + down) / 2 + stairs
    return places


def _add_headings(view: View) -> None:
    """Over each panel, the label of its curve."""
    for number, base in enumerate(view.bases):
        text: dict[str, Any] = {"color": look_of(view, number)["c"], "va": "bottom"}
        text |= {"xytext": (0.3, 0.15), "textcoords": "offset fontsize"}
        label = wrap(view.labels[number], view.box[2], 1)
        view.axes.annotate(label, (0, base + 1), **text)


def _add_bar(view: View, gradient: Gradient) -> None:
    """Right of the axes, which colour is which value."""
    colors = ScalarMappable(cmap=COLORS)  # from 0 to 1
    colors.set_clim(0, 1)
    bar = view.figure.colorbar(colors, ax=view.axes, aspect=30, pad=0.02, use_gridspec=False)
    places, texts = gradient.scale.ticks(int(min(8, max(2, view.paper.ems[1] / 4))))
    bar.set_ticks(places, labels=texts)
    bar.set_label(printable(gradient.name))
    bar.outline.set_visible(False)


def _add_legend(view: View, numbers: Sequence[int]) -> None:
    """A legend of some curves below the axes, in as many columns as fit."""
    wide, high = view.paper.ems
    most = min(max(1, int(0.5 * high / LINE / len(numbers))), 3)
    labels = [wrap(view.labels[number], wide - _KEY - GAP, most) for number in numbers]
    widest = max(width(line) for label in labels for line in label.split("\n"))
    columns = max(1, int((wide - 2 * PAD) / (_KEY + widest + GAP)))
    if crowded(view.picture):  # the first ones: not all may fit, and a note says so
        labels = labels[: columns * max(1, int(0.3 * high / LINE))]
    legend = view.figure.legend(
        [Line2D([], [], **look_of(view, number)) for number in numbers[: len(labels)]],
        [""] * len(labels),
        loc="outside lower left",
        ncols=columns,
        handlelength=_SAMPLE,
        handletextpad=_KEY - _SAMPLE,
        columnspacing=GAP,
        frameon=False,
    )
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_text(label)  # here, a leading underscore has no meaning
