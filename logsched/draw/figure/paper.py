"""What a figure is drawn on: its size and style, and text measured in em: alike in all formats."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from logsched.draw.picture import Above

INK, FAINT, GRID, BAND = "0.15", "0.45", "0.88", "0.95"
LARGE, SMALL = 1.2, 0.8  # the fonts of the title, and of phases and notes
LINE, PAD = 1.4, 0.6  # em, a line of text, and what is left around the axes and the legend
_MOST = 65_000  # pixels from edge to edge, for Matplotlib
_FONT = "DejaVu Sans"  # Matplotlib's own: the same everywhere


@dataclass(frozen=True)
class Paper:
    """What a figure is drawn on: inches, dots per inch; and whether it has an upper axis."""

    format: str = "png"
    size: tuple[float, float] = (8, 4.5)
    dpi: int = 150
    above: Above | None = None

    @property
    def points(self) -> float:
        """The size of the font: 10 on a slide, 7 in a column of a paper."""
        return max(7.0, 4 + 0.75 * min(self.size[0], self.size[1] * 16 / 9))

    @property
    def ems(self) -> tuple[float, float]:
        """The paper's width and height in em."""
        return self.size[0] * 72 / self.points, self.size[1] * 72 / self.points

    def grown(self, ems: float) -> Paper:
        """The same paper, made higher where it is not so many em high."""
        wide, high = self.size
        needed = ems * replace(self, size=(wide, wide)).points / 72
        return replace(self, size=(wide, max(high, min(needed, _MOST / self.dpi))))


@contextmanager
def style(paper: Paper) -> Iterator[None]:
    """Matplotlib's settings: its own defaults and these, whatever a user's file says."""
    settings: dict[Any, Any] = {**mpl.rcParamsDefault, "font.family": _FONT}
    del settings["backend"]
    widths = ("axes.linewidth", "grid.linewidth", "xtick.major.width", "ytick.major.width")
    gaps = ("axes.labelpad", *(f"{x}tick.major.{gap}" for x in "xy" for gap in ("size", "pad")))
    inks = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    settings |= dict.fromkeys(gaps, 0.35 * paper.points)
    settings |= dict.fromkeys(widths, 0.08 * paper.points) | dict.fromkeys(inks, INK)
    settings |= {"font.size": paper.points, "legend.fontsize": paper.points}
    settings |= {"ytick.minor.size": 0.18 * paper.points, "ytick.minor.width": 0.05 * paper.points}
    settings |= {"text.parse_math": False, "svg.hashsalt": "logsched"}
    settings |= {"pdf.fonttype": 42}  # TrueType, which journals ask for
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a glyph that lacks, too small a paper
        yield


def width(text: str) -> float:
    """Of a line of text."""
    font = FontProperties(family=_FONT, size=100)
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] / 100


def wrap(text: str, room: float, most: int) -> str:
    """The text in at most so many lines that fit the room."""
    if width(text) <= room:
        return text
    chars = max(1, int(0.95 * len(text) * room / width(text)))
    lines = textwrap.wrap(text, chars, break_on_hyphens=False)
    rest = "…" if len(lines) > most else ""
    return "\n".join(lines[:most])[: -1 if rest else None] + rest
