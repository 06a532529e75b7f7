"""Draws learning rate against epoch as a figure for a slide or a paper, with Matplotlib."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from logsched.lazy import Floats
from logsched.outputs.axes import Scale, x_limits, y_scale
from logsched.picture import Curve, Picture

FORMATS = ("png", "svg", "pdf")

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
_INK, _FAINT, _GRID, _BAND = "0.15", "0.45", "0.88", "0.95"
_FONT = "DejaVu Sans"  # Matplotlib's own: the same everywhere
_NO_DATES: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Creator": None, "Date": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}
_EDGE = 0.03  # of the rates: what is left below and above them
_FEW = 8  # powers of ten
# In em, the size of the font:
_LINE = 1.4  # a line of text
_PAD = 0.6  # around the axes and the legend
_LEAD = 1.2  # from a line's end to its key: a sample of it, and its label
_SAMPLE = 3.4
_KEY = _SAMPLE + 0.5  # a key without its label
_GAP = 2.0  # between two keys, or two numbers of an axis
_APART, _DOTS = 0.6, 0.8  # between restarts, or dots and swings, that can still be told apart
_LARGE, _SMALL = 1.2, 0.8  # the fonts of the title, and of phases and notes


@dataclass(frozen=True)
class Paper:
    """What a figure is drawn on: inches, dots per inch; steps per epoch give an axis in steps."""

    format: str = "png"
    size: tuple[float, float] = (8, 4.5)
    dpi: int = 150
    steps_per_epoch: int | None = None

    @property
    def points(self) -> float:
        """The size of the font: 10 on a slide, 7 in a column of a paper."""
        return max(7.0, 4 + 0.75 * min(self.size[0], self.size[1] * 16 / 9))

    @property
    def ems(self) -> tuple[float, float]:
        """The paper's width and height in em."""
        return self.size[0] * 72 / self.points, self.size[1] * 72 / self.points


def draw(picture: Picture, paper: Paper) -> bytes:
    """The picture on paper, as the bytes of a file."""
    file = BytesIO()
    with style(paper):
        figure = compose(picture, paper)
        figure.savefig(file, format=paper.format, metadata=_NO_DATES[paper.format])
    return file.getvalue()


@contextmanager
def style(paper: Paper) -> Iterator[None]:
    """Matplotlib's settings: its own defaults and these, whatever a user's file says."""
    settings: dict[Any, Any] = {**mpl.rcParamsDefault, "font.family": _FONT}
    del settings["backend"]
    widths = ("axes.linewidth", "grid.linewidth", "xtick.major.width", "ytick.major.width")
    gaps = ("axes.labelpad", *(f"{x}tick.major.{gap}" for x in "xy" for gap in ("size", "pad")))
    inks = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    settings |= dict.fromkeys(gaps, 0.35 * paper.points)
    settings |= dict.fromkeys(widths, 0.08 * paper.points) | dict.fromkeys(inks, _INK)
    settings |= {"font.size": paper.points, "legend.fontsize": paper.points}
    settings |= {"ytick.minor.size": 0.18 * paper.points, "ytick.minor.width": 0.05 * paper.points}
    settings |= {"text.parse_math": False, "svg.hashsalt": "logsched"}
    settings |= {"pdf.fonttype": 42}  # TrueType, which journals ask for
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a glyph that lacks, too small a paper
        yield


def compose(picture: Picture, paper: Paper) -> Figure:
    """The picture as a figure, to be made and saved in its style."""
    view = _view(picture, paper)
    _add_axes(view)
    _add_phases(view)
    for number in range(len(view.lines)):
        _add_line(view, number)
    _add_texts(view)
    room = _room_at_ends(view)
    if not room:
        _add_legend(view)
    pad = _PAD * paper.points / 72
    right = 1 - room / paper.ems[0]
    ConstrainedLayoutEngine(w_pad=pad, h_pad=pad, rect=(0, 0, right, 1)).execute(view.figure)
    _number_rates(view, view.box[3])  # of the paper's height so far
    _name_phases(view)
    if room:
        _label_ends(view)
    return view.figure


@dataclass(frozen=True)
class _View:
    """What is drawn, where, on which axes: each line's places on them, from 0 to 1."""

    picture: Picture
    paper: Paper
    x: Scale
    y: Scale
    lines: list[tuple[Floats, Floats]]
    labels: list[str]
    figure: Figure
    axes: Axes

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of the axes in em, once they are laid out."""
        (left, bottom, wide, high), (x, y) = self.axes.get_position().bounds, self.paper.ems
        return left * x, bottom * y, wide * x, high * y


def _view(picture: Picture, paper: Paper) -> _View:
    x = Scale(*x_limits(picture.limits or (0.0, picture.epochs)))
    curves = [_cut(curve, x) for curve in picture.curves]
    y = y_scale(np.concatenate([rate for _, rate in curves]), picture.log_y)
    lines = [(x.place(at), _heights(y, rate)) for at, rate in curves]
    labels = [_printable(curve.label) for curve in picture.curves]
    figure = Figure(figsize=paper.size, dpi=paper.dpi)
    return _View(picture, paper, x, y, lines, labels, figure, figure.add_subplot())


def _cut(curve: Curve, x: Scale) -> tuple[Floats, Floats]:
    """A curve's epochs and rates between the ends of the axis."""
    at = np.clip(curve.epoch, x.low, x.high)
    between = np.interp(at, curve.epoch, curve.rate)
    return at, np.where(at == curve.epoch, curve.rate, between)


def _heights(y: Scale, rates: Floats) -> Floats:
    """Places of rates; of a zero that has no logarithm, below all others."""
    at = y.place(rates)
    return np.where(rates > 0, at, -_EDGE) if y.log else at


# Axes, and what lies behind the curves.


def _add_axes(view: _View) -> None:
    """The axes, with as many numbers as fit, and a grid of rates."""
    axes, steps, (wide, high) = view.axes, view.paper.steps_per_epoch, view.paper.ems
    axes.set(xlim=(0, 1), ylim=(-_EDGE, 1 + _EDGE))
    axes.set(xlabel=_printable(view.picture.x_label), ylabel=_printable(view.picture.y_label))
    axes.set_xticks(*_ticks(view.x, 0.75 * wide))
    _number_rates(view, high)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=_GRID)
    axes.set_axisbelow(True)
    if steps:
        above = axes.secondary_xaxis("top")
        above.set_xticks(*_ticks(Scale(view.x.low * steps, view.x.high * steps), 0.75 * wide))
        above.set_xlabel("step", labelpad=0.5 * view.paper.points)


def _ticks(scale: Scale, room: float) -> tuple[list[float], list[str]]:
    """The most round numbers that fit side by side."""
    for most in range(10, 0, -1):
        places, texts = scale.ticks(most)
        if sum(_width(text) + _GAP for text in texts) <= room:
            break
    return places, texts


def _number_rates(view: _View, high: float) -> None:
    """As many rates as an axis of this height has room for."""
    view.axes.set_yticks(*view.y.ticks(int(min(8, max(2, high / 2.5)))))
    view.axes.set_yticks(_minor(view.y), minor=True)


def _minor(scale: Scale) -> Floats:
    """Places of 2, 3, ... 9 times the powers of ten, where these are few."""
    low, high = scale.low, scale.high
    powers = np.arange(np.floor(low), high) if scale.log and high - low < _FEW else np.empty(0)
    at: Floats = np.add.outer(powers, np.log10(np.arange(2, 10))).ravel() - low
    at /= high - low
    return at[(at >= 0) & (at <= 1)]


def _add_phases(view: _View) -> None:
    """Every second phase shaded, restarts as thin lines."""
    across = view.axes.get_xaxis_transform()
    spans = [(start, end - start) for _, start, end in _phases(view)[1::2]]
    view.axes.broken_barh(spans, (0, 1), transform=across, color=_BAND, lw=0, zorder=0)
    look: dict[str, Any] = {"color": _FAINT, "ls": ":", "lw": 0.09 * view.paper.points}
    view.axes.vlines(_told_apart(_restarts(view), view), 0, 1, transform=across, zorder=1.5, **look)


def _phases(view: _View) -> list[tuple[str, float, float]]:
    """Names and places of what is in sight of each phase."""
    ends = np.array([phase[1:] for phase in view.picture.phases], dtype=np.float64).reshape(-1, 2)
    places = np.clip(view.x.place(ends), 0, 1).tolist()
    return [(phase[0], *ends) for phase, ends in zip(view.picture.phases, places, strict=True)]


def _restarts(view: _View) -> Floats:
    """Places of the restarts in sight."""
    at = view.x.place(np.array(view.picture.restarts, dtype=np.float64))
    return at[(at >= 0) & (at <= 1)]


def _told_apart(at: Floats, view: _View) -> Floats:
    far = np.diff(at, prepend=-np.inf, append=np.inf) * view.paper.ems[0] >= _APART
    return at[far[1:] & far[:-1]]


def _name_phases(view: _View) -> None:
    """Each phase's name, or its last word, in a strip above the curves, where it fits."""
    *_, wide, high = view.box
    look: dict[str, Any] = {"fontsize": _SMALL * view.paper.points, "color": _FAINT}
    look |= {"ha": "center", "va": "top", "transform": view.axes.transAxes}
    for name, start, end in _phases(view):
        room = (end - start) * wide - _APART
        texts = (text for text in (name, name.split()[-1]) if _SMALL * _width(text) <= room)
        view.axes.text((start + end) / 2, 1 - 0.2 / high, next(texts, ""), **look)
    strip = _SMALL * _LINE if view.picture.phases else 0
    view.axes.set_ylim(top=(1 + 2 * _EDGE) * high / max(1, high - strip) - _EDGE)


# Curves and their labels.


def _add_line(view: _View, number: int) -> None:
    """A curve, and its points on the grid as dots where they can be told apart."""
    look, size = _look(view, number), 0.4 * view.paper.points
    view.axes.plot(*view.lines[number], clip_on=False, zorder=2 + number / 100, **look)
    marks = view.picture.curves[number].marks
    at, height = view.x.place(marks[:, 0]), _heights(view.y, marks[:, 1])
    seen = (at >= 0) & (at <= 1)
    if 0 < np.count_nonzero(seen) * _DOTS <= 0.7 * view.paper.ems[0]:
        dots = {"marker": "o", "ms": size, "mec": "white", "mew": size / 6, "ls": "none"}
        view.axes.plot(at[seen], height[seen], clip_on=False, zorder=3, **look | dots)


def _look(view: _View, number: int) -> dict[str, Any]:
    """How a curve is drawn: the first are widest, to show beside those drawn over them."""
    color, dashes = _LOOKS[number % len(_LOOKS)]
    width = max(0.14, 0.23 - 0.025 * number)
    swings = np.abs(np.diff(view.lines[number][1])).sum()
    if swings * _DOTS > 0.7 * view.paper.ems[0]:  # dashes of dense cycles would be noise
        width, dashes = 0.08, "solid"
    return {"c": color, "ls": dashes, "lw": width * view.paper.points}


def _room_at_ends(view: _View) -> float:
    """What labels at the lines' ends take right of the axes; 0 where they do not fit."""
    wide, high = view.paper.ems
    room = _LEAD + _KEY + max(map(_width, view.labels))
    return room if room <= 0.3 * wide and len(view.labels) * _LINE <= 0.6 * high else 0


def _label_ends(view: _View) -> None:
    """Right of each line's end, a sample of the line and its label."""
    left, bottom, wide, high = view.box
    low, roof = view.axes.get_ylim()
    ends = np.array([(heights[-1] - low) / (roof - low) * high for _, heights in view.lines])
    for number, place in enumerate(_spread(ends, high)):
        _add_key(view, number, left + wide, bottom + ends[number], bottom + place)


def _add_key(view: _View, number: int, x: float, end: float, y: float) -> None:
    """A thin line from a line's end, to a sample of it and its label."""
    em = Affine2D().scale(view.paper.points / 72) + view.figure.dpi_scale_trans
    look, thin = _look(view, number), 0.05 * view.paper.points
    lead = Line2D([x + 0.3, x + _LEAD], [end, y], transform=em, c=_FAINT, lw=thin)
    sample = Line2D([x + _LEAD, x + _LEAD + _SAMPLE], [y, y], transform=em, **look)
    view.figure.add_artist(lead)
    view.figure.add_artist(sample)
    text: dict[str, Any] = {"color": look["c"], "va": "center_baseline", "transform": em}
    view.figure.text(x + _LEAD + _KEY, y, view.labels[number], **text)


def _spread(wanted: Floats, high: float) -> Floats:
    """Heights near those wanted, a line of text apart; of equal ones the first is highest."""
    order = np.lexsort((-np.arange(len(wanted)), wanted))
    stairs = _LINE * (np.arange(len(wanted)) + 0.5)
    free = np.clip(wanted[order] - stairs, 0, max(0.0, high - _LINE * len(wanted)))
    up, down = np.maximum.accumulate(free), np.minimum.accumulate(free[::-1])[::-1]
    places = np.empty(len(wanted))
    places[order] = (up + down) / 2 + stairs
    return places


def _add_legend(view: _View) -> None:
    """A legend below the axes, in as many columns as fit."""
    wide, high = view.paper.ems
    most = int(0.5 * high / _LINE / len(view.labels))
    labels = [_wrap(label, wide - _KEY - _GAP, min(max(1, most), 3)) for label in view.labels]
    widest = max(_width(line) for label in labels for line in label.split("\n"))
    legend = view.figure.legend(
        [Line2D([], [], **_look(view, number)) for number in range(len(labels))],
        [""] * len(labels),
        loc="outside lower left",
        ncols=max(1, int((wide - 2 * _PAD) / (_KEY + widest + _GAP))),
        handlelength=_SAMPLE,
        handletextpad=_KEY - _SAMPLE,
        columnspacing=_GAP,
        frameon=False,
    )
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_text(label)  # here, a leading underscore has no meaning


# Text. It is measured in em, the same in every format.


def _add_texts(view: _View) -> None:
    """The title, and notes below the axes."""
    room, points = view.paper.ems[0] - 6, view.paper.points
    title = _wrap(_printable(view.picture.title), room / _LARGE, 2)
    view.axes.set_title(title, loc="left", fontsize=_LARGE * points, pad=0.7 * points)
    notes = "\n".join(_wrap(note, room / _SMALL, 3) for note in _notes(view))
    look: dict[str, Any] = {"fontsize": _SMALL * points, "color": _FAINT, "va": "top"}
    look |= {"xytext": (0, -3.6 * points), "textcoords": "offset points"}
    if notes:  # an empty text takes room too
        view.axes.annotate(notes, (0, 0), xycoords="axes fraction", **look)


def _notes(view: _View) -> list[str]:
    """What the figure does not show as it is, or does not explain."""
    notes = []
    if any((heights < 0).any() for _, heights in view.lines):
        notes.append("A rate of 0 is drawn at the bottom edge: a log axis has no 0.")
    if len(_told_apart(_restarts(view), view)) < len(_restarts(view)):
        notes.append("Restarts too close to tell apart are not marked.")
    elif len(_restarts(view)) and not view.picture.phases:
        notes.append("Dotted lines: restarts.")
    return notes


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)


def _width(text: str) -> float:
    """Of a line of text."""
    font = FontProperties(family=_FONT, size=100)
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] / 100


def _wrap(text: str, room: float, most: int) -> str:
    """The text in at most so many lines that fit the room."""
    if _width(text) <= room:
        return text
    chars = max(1, int(0.95 * len(text) * room / _width(text)))
    lines = textwrap.wrap(text, chars, break_on_hyphens=False)
    rest = "…" if len(lines) > most else ""
    return "\n".join(lines[:most])[: -1 if rest else None] + rest
