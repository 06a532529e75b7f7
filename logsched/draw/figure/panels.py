"""A figure's axes and lines: each picture one panel with all of them, or a stack with one each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from logsched.base.lazy import Floats
from logsched.base.words import printable
from logsched.draw.crowd import Gradient, crowded, gradient
from logsched.draw.figure.paper import BAND, FAINT, GRID, LINE, SMALL, Paper, width
from logsched.draw.picture import Picture
from logsched.draw.scale import Scale, fitting, shorter, told_apart, x_limits, y_scale

# Colours have 3:1 contrast on white, and are 14 CIE units apart, the first five 22, to the three
# kinds of colour blindness too. Dashes leave more and more open: what is below shows through.
_LOOKS: tuple[tuple[str, Any], ...] = (
    ("#2166AC", "solid"),
    ("#D55E00", (0, (7, 2))),
    ("#10A55A", (0, (4, 1.5, 1, 1.5))),
    ("#882255", (0, (1, 1))),
    ("#000000", (0, (3, 1.5))),
    ("#3B8FD9", (0, (4, 1.5, 1, 1.5, 1, 1.5))),
    ("#CC79A7", (0, (7, 2, 3, 2))),
    ("#6B4E00", (0, (1, 2.5))),
    ("#777777", (0, (10, 4))),
)
_WARM = (1, 3, 6, 7, 4, 8)  # those of them whose colours are none of a gradient's
COLORS = ListedColormap(mpl.colormaps["viridis"](np.linspace(0, 0.75, 256)))  # none too light
GAP = 2.0  # em, between two keys, or two numbers of an axis
_SHADE = 0.15  # of a band's colour
_EDGE = 0.03  # of the rates: what is left below and above them
_FEW = 8  # powers of ten
_APART, _DOTS = 0.6, 0.8  # em, between restarts, or dots and swings, that can be told apart
_FRAME = 7.0  # em, what stands above and below the panels of a stack
_PANEL = 3.6  # em, the least height of a panel in a stack and its heading


@dataclass(frozen=True)
class Subplot:
    """What is drawn, where, on which axes: each line's places on its panel, from 0 to 1.

    All panels are on one axes, the last one at 0 and each `pitch` above the next one. `share` is
    the part of the paper's width and height that the axes have, with all that is around them.
    """

    picture: Picture
    paper: Paper
    x: Scale
    y: Scale
    lines: list[tuple[Floats, Floats]]
    bands: list[list[Floats]]
    labels: list[str]
    pitch: float
    gradient: Gradient | None
    figure: Figure
    axes: Axes
    share: tuple[float, float] = (1.0, 1.0)

    @property
    def ems(self) -> tuple[float, float]:
        """The width and height in em that the axes have, with all that is around them."""
        (wide, high), (x, y) = self.share, self.paper.ems
        return wide * x, high * y

    @property
    def stacked(self) -> bool:
        """Whether each line has a panel of its own, with its label over it."""
        return self.picture.layout == "stack"

    @property
    def bases(self) -> list[float]:
        """Where on the axes each line's panel begins."""
        return [self.pitch * below for below in reversed(range(len(self.lines)))]

    @property
    def roof(self) -> float:
        """Where the axes end at the top, without the phases' names."""
        return self.bases[0] + (self.pitch if self.stacked else 1) + _EDGE

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of the axes in em, once they are laid out."""
        (left, bottom, wide, high), (x, y) = self.axes.get_position().bounds, self.paper.ems
        return left * x, bottom * y, wide * x, high * y


def make_subplots(rows: Sequence[Sequence[Picture]], paper: Paper) -> list[Subplot]:
    """The empty axes of pictures in rows, on one figure; the first row has most of its height."""
    columns = max(map(len, rows))
    paper = paper.grown(max(map(_least_height, (picture for row in rows for picture in row))))
    figure = Figure(figsize=paper.size, dpi=paper.dpi)
    heights = [2 if columns == 1 and len(rows) > 1 and not at else 1 for at in range(len(rows))]
    cells = figure.add_gridspec(len(rows), columns, height_ratios=heights)
    return [
        _make_subplot(
            picture, paper, figure, cells[at, column], (1 / columns, heights[at] / sum(heights))
        )
        for at, row in enumerate(rows)
        for column, picture in enumerate(row)
    ]


def _least_height(picture: Picture) -> float:
    """The em that a stack is high at least; 0 for others, which fit any height."""
    return _FRAME + _PANEL * len(picture.traces) if picture.layout == "stack" else 0


def _make_subplot(
    picture: Picture, paper: Paper, figure: Figure, cell: Any, share: tuple[float, float]
) -> Subplot:
    """Where everything of a picture is to be drawn."""
    x = Scale(*x_limits(picture.limits or (0.0, picture.end)))
    cut = [_cut(trace.epoch, trace.rate, x) for trace in picture.traces]
    bands = [[_cut(trace.epoch, edge, x)[1] for edge in trace.band] for trace in picture.traces]
    rates = [rate for _, rate in cut] + [edge for band in bands for edge in band]
    y = y_scale(np.concatenate(rates), picture.log_y)
    stacked = picture.layout == "stack"
    return Subplot(
        picture=picture,
        paper=paper,
        x=x,
        y=y,
        lines=[(x.place(at), _heights(y, rate)) for at, rate in cut],
        bands=[[_heights(y, edge) for edge in band] for band in bands],
        labels=[printable(trace.label) for trace in picture.traces],
        pitch=_pitch((paper.ems[1] - _FRAME) / len(cut)) if stacked else 0.0,
        gradient=gradient(picture),
        figure=figure,
        axes=figure.add_subplot(cell),
        share=share,
    )


def _pitch(room: float) -> float:
    """From one panel of a stack to the next, which have so many em each, if a panel is 1."""
    return room / max(0.3 * room, room - LINE)


def _cut(epoch: Floats, rate: Floats, x: Scale) -> tuple[Floats, Floats]:
    """A trace's epochs and rates between the ends of the axis."""
    if not epoch.size:
        return epoch, rate
    at = np.clip(epoch, x.low, x.high)
    between = np.interp(at, epoch, rate)
    return at, np.where(at == epoch, rate, between)


def _heights(y: Scale, rates: Floats) -> Floats:
    """Places of rates; of a zero that has no logarithm, below all others."""
    at = y.place(rates)
    return np.where(rates > 0, at, -_EDGE) if y.log else at


# Axes, and what lies behind the lines.


def add_axes(subplot: Subplot, numbered: bool = True) -> None:
    """The axes, with as many numbers as fit, the time's where asked for, and a grid of rates."""
    axes, above, (wide, high) = subplot.axes, subplot.paper.above, subplot.ems
    axes.set(xlim=(0, 1), ylim=(-_EDGE, subplot.roof), ylabel=printable(subplot.picture.y_label))
    places, times = _times(subplot.x, wide)
    axes.set_xticks(places, times if numbered else [""] * len(times))
    axes.set_xlabel(printable(subplot.picture.x_label) if numbered else "")
    number_rates(subplot, high)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=GRID)
    axes.set_axisbelow(True)
    if above is not None:
        unit, scale = above
        upper = axes.secondary_xaxis("top")
        upper.set_xticks(*_times(Scale(subplot.x.low * scale, subplot.x.high * scale), wide))
        upper.set_xlabel(unit, labelpad=0.5 * subplot.paper.points)


def _times(scale: Scale, room: float) -> tuple[list[float], list[str]]:
    """The numbers of a time axis that has so many em."""
    return fitting(scale, 10, 0.75 * room, lambda text: width(text) + GAP)


def number_rates(subplot: Subplot, high: float) -> None:
    """As many rates as an axis of this height has room for."""
    panels = sorted(set(subplot.bases))
    room = high / subplot.roof / 2.5
    places, texts = subplot.y.ticks(int(min(8, max(1 if subplot.stacked else 2, room))))
    subplot.axes.set_yticks(np.add.outer(panels, places).ravel(), texts * len(panels))
    subplot.axes.set_yticks(np.add.outer(panels, _minor(subplot.y)).ravel(), minor=True)


def _minor(scale: Scale) -> Floats:
    """Places of 2, 3, ... 9 times the powers of ten, where these are few."""
    low, high = scale.low, scale.high
    powers = np.arange(np.floor(low), high) if scale.log and high - low < _FEW else np.empty(0)
    at: Floats = np.add.outer(powers, np.log10(np.arange(2, 10))).ravel() - low
    at /= high - low
    return at[(at >= 0) & (at <= 1)]


def add_phases(subplot: Subplot) -> None:
    """Every second phase shaded, restarts as thin lines."""
    across = subplot.axes.get_xaxis_transform()
    spans = [(start, end - start) for _, start, end in _phases(subplot)[1::2]]
    subplot.axes.broken_barh(spans, (0, 1), transform=across, color=BAND, lw=0, zorder=0)
    look: dict[str, Any] = {"color": FAINT, "ls": ":", "lw": 0.09 * subplot.paper.points}
    if not subplot.stacked:
        look["transform"] = across
    for base in sorted(set(subplot.bases)):
        subplot.axes.vlines(marked_restarts(subplot), base, base + 1, zorder=1.5, **look)


def _phases(subplot: Subplot) -> list[tuple[str, float, float]]:
    """Names and places of what is in sight of each phase."""
    places = np.clip(subplot.x.place(subplot.picture.phase_times), 0, 1).tolist()
    return [(phase[0], *ends) for phase, ends in zip(subplot.picture.phases, places, strict=True)]


def restarts(subplot: Subplot) -> Floats:
    """Places of the restarts in sight."""
    return subplot.x.within(subplot.picture.restarts)


def marked_restarts(subplot: Subplot) -> Floats:
    """Those of them that are not too close to each other."""
    return told_apart(restarts(subplot), subplot.ems[0], _APART)


def name_phases(subplot: Subplot) -> None:
    """Each phase's name, or its last word, in a strip above the lines, where it fits."""
    *_, wide, high = subplot.box
    look: dict[str, Any] = {"fontsize": SMALL * subplot.paper.points, "color": FAINT}
    look |= {"ha": "center", "va": "top", "transform": subplot.axes.transAxes}
    for name, start, end in _phases(subplot):
        room = (end - start) * wide - _APART
        texts = (text for text in shorter(name) if SMALL * width(text) <= room)
        subplot.axes.text((start + end) / 2, 1 - 0.2 / high, next(texts, ""), **look)
    strip = SMALL * LINE if subplot.picture.phases else 0
    subplot.axes.set_ylim(top=(subplot.roof + _EDGE) * high / max(1, high - strip) - _EDGE)


# Lines.


def add_line(subplot: Subplot, number: int) -> None:
    """A trace's line, and its points on the grid as dots where they can be told apart."""
    look, size = look_of(subplot, number), 0.4 * subplot.paper.points
    (at, height), base = subplot.lines[number], subplot.bases[number]
    order = number / max(100, len(subplot.lines))
    subplot.axes.plot(at, height + base, clip_on=False, zorder=2 + order, **look)
    if subplot.bands[number]:
        low, high = (edge + base for edge in subplot.bands[number])
        subplot.axes.fill_between(at, low, high, color=look["c"], alpha=_SHADE, lw=0, zorder=1.8)
    points = subplot.picture.traces[number].points
    at, height = subplot.x.place(points[:, 0]), _heights(subplot.y, points[:, 1]) + base
    seen = (at >= 0) & (at <= 1) & (not crowded(subplot.picture))
    if 0 < np.count_nonzero(seen) * _DOTS <= 0.7 * subplot.ems[0]:
        dots = {"marker": "o", "ms": size, "mec": "white", "mew": size / 6, "ls": "none"}
        subplot.axes.plot(at[seen], height[seen], clip_on=False, zorder=3, **look | dots)


def look_of(subplot: Subplot, number: int) -> dict[str, Any]:
    """How a line is drawn: the first are widest, to show beside those drawn over them."""
    its, place = subplot.gradient, number
    if its and number in its.others:
        place = _WARM[its.others.index(number) % len(_WARM)]
    color, dashes = _LOOKS[place % len(_LOOKS)]
    thick = max(0.14, 0.23 - 0.025 * place)
    if its and number not in its.others:
        family = [*its.families].index(its.owners[number])
        color, dashes = COLORS(its.places[number]), _LOOKS[family % len(_LOOKS)][1]
        thick = 0.08 if crowded(subplot.picture) else 0.14
    if subplot.stacked:
        thick, dashes = 0.14, "solid"
    swings = np.abs(np.diff(subplot.lines[number][1])).sum()
    if swings * _DOTS > 0.7 * subplot.ems[0]:  # dashes of dense cycles would be noise
        thick, dashes = 0.08, "solid"
    return {"c": color, "ls": dashes, "lw": thick * subplot.paper.points}
