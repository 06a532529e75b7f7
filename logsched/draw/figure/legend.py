"""What says which line of a figure is which: labels, a legend, a colour bar or headings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.transforms import Affine2D

from logsched.base.words import printable
from logsched.draw.crowd import Gradient, crowded
from logsched.draw.figure.panels import COLORS, GAP, Subplot, look_of
from logsched.draw.figure.paper import FAINT, INK, LINE, PAD, width, wrap
from logsched.draw.scale import spread

# In em, the size of the font:
_LEAD = 1.2  # from a line's end to its key: a sample of it, and its label
_SAMPLE = 3.4
_KEY = _SAMPLE + 0.5  # a key without its label

Key = tuple[dict[str, Any], str]
"""How a line is drawn, and its label."""


def make_room(subplot: Subplot, beside: bool = True) -> float:
    """Add a colour bar or a legend, or say how many em labels take right of the axes.

    There is no room beside axes that have others beside them, nor for lines that have no end.
    """
    if subplot.stacked:
        return 0
    if subplot.gradient:
        _add_bar(subplot, subplot.gradient)
        _add_legend(subplot, _swept_keys(subplot, subplot.gradient))
        return 0
    room = _room_at_ends(subplot) if beside and all(len(at) for at, _ in subplot.lines) else 0
    if not room:
        _add_legend(subplot, _keys(subplot, range(len(subplot.labels))))
    return room


def add_labels(subplot: Subplot, room: float) -> None:
    """Label the panels of a stack, or the lines in the room that was made."""
    if subplot.stacked:
        _add_headings(subplot)
    elif room:
        _label_ends(subplot)


def _room_at_ends(subplot: Subplot) -> float:
    """What labels at the lines' ends take right of the axes; 0 where they do not fit."""
    wide, high = subplot.ems
    room = _LEAD + _KEY + max(map(width, subplot.labels))
    return room if room <= 0.3 * wide and len(subplot.labels) * LINE <= 0.6 * high else 0


def _label_ends(subplot: Subplot) -> None:
    """Right of each line's end, a sample of the line and its label."""
    left, bottom, wide, high = subplot.box
    low, roof = subplot.axes.get_ylim()
    ends = np.array([(heights[-1] - low) / (roof - low) * high for _, heights in subplot.lines])
    for number, place in enumerate(spread(ends, high, LINE)):
        end = left + subplot.lines[number][0][-1] * wide, bottom + ends[number]
        _add_key(subplot, number, end, left + wide, bottom + place)


def _add_key(subplot: Subplot, number: int, end: tuple[float, float], x: float, y: float) -> None:
    """A thin line from a line's end, to a sample of it and its label at a place."""
    em = Affine2D().scale(subplot.paper.points / 72) + subplot.figure.dpi_scale_trans
    look, thin = look_of(subplot, number), 0.05 * subplot.paper.points
    lead = Line2D([end[0] + 0.3, x + _LEAD], [end[1], y], transform=em, c=FAINT, lw=thin)
    sample = Line2D([x + _LEAD, x + _LEAD + _SAMPLE], [y, y], transform=em, **look)
    subplot.figure.add_artist(lead)
    subplot.figure.add_artist(sample)
    text: dict[str, Any] = {"color": look["c"], "va": "center_baseline", "transform": em}
    subplot.figure.text(x + _LEAD + _KEY, y, subplot.labels[number], **text)


def _add_headings(subplot: Subplot) -> None:
    """Over each panel, the label of its line."""
    for number, base in enumerate(subplot.bases):
        text: dict[str, Any] = {"color": look_of(subplot, number)["c"], "va": "bottom"}
        text |= {"xytext": (0.3, 0.15), "textcoords": "offset fontsize"}
        label = wrap(subplot.labels[number], subplot.box[2], 1)
        subplot.axes.annotate(label, (0, base + 1), **text)


def _add_bar(subplot: Subplot, gradient: Gradient) -> None:
    """Right of the axes, which colour is which value; where they are few, those alone."""
    colors = COLORS
    places, texts = gradient.scale.ticks(int(min(8, max(2, subplot.paper.ems[1] / 4))))
    if not crowded(subplot.picture):
        colors, texts = ListedColormap(COLORS([*gradient.steps])), [*gradient.steps.values()]
        places = [(number + 0.5) / len(texts) for number in range(len(texts))]
    mapped = ScalarMappable(cmap=colors)
    mapped.set_clim(0, 1)
    bar = subplot.figure.colorbar(mapped, ax=subplot.axes, aspect=30, pad=0.02, use_gridspec=False)
    bar.set_ticks(places, labels=texts)
    bar.set_label(printable(gradient.name))
    bar.outline.set_visible(False)


def _keys(subplot: Subplot, numbers: Iterable[int]) -> list[Key]:
    return [(look_of(subplot, number), subplot.labels[number]) for number in numbers]


def _swept_keys(subplot: Subplot, gradient: Gradient) -> list[Key]:
    """Which dashes are which schedule of those that were swept, and what was not."""
    families = gradient.families.items() if len(gradient.families) > 1 else ()
    dashes = [(look_of(subplot, numbers[0]) | {"c": INK}, owner) for owner, numbers in families]
    return dashes + _keys(subplot, gradient.others)


def _add_legend(subplot: Subplot, keys: Sequence[Key]) -> None:
    """A legend of some lines below the axes, in as many columns as fit."""
    if not keys:
        return
    wide, high = subplot.paper.ems
    most = min(max(1, int(0.5 * high / LINE / len(keys))), 3)
    labels = [wrap(label, wide - _KEY - GAP, most) for _, label in keys]
    widest = max(width(line) for label in labels for line in label.split("\n"))
    columns = max(1, int((wide - 2 * PAD) / (_KEY + widest + GAP)))
    if crowded(subplot.picture):  # the first ones: not all may fit, and a note says so
        labels = labels[: columns * max(1, int(0.3 * high / LINE))]
    legend = subplot.figure.legend(
        [Line2D([], [], **look) for look, _ in keys[: len(labels)]],
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
