"""What a terminal plot is drawn on: its axes, its room, and texts as the terminal shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from logsched.base.console import Terminal
from logsched.base.lazy import Floats
from logsched.base.text import cells
from logsched.base.words import printable
from logsched.draw.crowd import Gradient, crowded, gradient
from logsched.draw.picture import Picture
from logsched.draw.scale import Scale

RESET = "\x1b[0m"
SIGN = 3  # cells before a label right of the axes: a mark, or letter, between blanks
APART = 3  # cells between two things that can still be told apart
TINY = 1e-9  # of a bin: what rounding may move a number by
BINS = 2  # of the epochs, a cell: as many as braille has dots


@dataclass(frozen=True)
class Screen:
    """What is drawn, where, and on which axes; `ends` are labels right of them, by trace."""

    picture: Picture
    terminal: Terminal
    x: Scale
    y: Scale
    ends: Mapping[int, str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """The columns that the axes have, with their numbers."""
        labels = [SIGN + cells(label) for label in self.ends.values()]
        return self.terminal.width - max(labels, default=0)

    @property
    def stacked(self) -> bool:
        """Whether each trace has a panel of its own, with its label over it."""
        return self.picture.layout == "stack"

    @cached_property
    def gradient(self) -> Gradient | None:
        """What colours the strokes, if they vary in a number."""
        return gradient(self.picture)

    @cached_property
    def named(self) -> list[int]:
        """The traces that the legend names: all, but of a crowd the ends of what was swept."""
        if self.gradient is None or not crowded(self.picture):
            return list(range(len(self.picture.traces)))
        families = self.gradient.families.values()
        chosen = [number for family in families for number in (family[0], family[-1])]
        if len(families) == 1:
            chosen[1:1] = [family[len(family) // 2] for family in families]
        return [*dict.fromkeys(chosen), *self.gradient.others]

    @cached_property
    def ranks(self) -> dict[int, int]:
        """Of the traces with a mark or letter of their own, or of their schedule, which it is."""
        alike = [[number] for number in self.named]
        if self.gradient and len(self.gradient.families) > 1:
            others = [[number] for number in self.gradient.others]
            alike = [*self.gradient.families.values(), *others]
        return {number: rank for rank, numbers in enumerate(alike) for number in numbers}

    def snap(self, places: Floats) -> Floats:
        """The middles of the bins that hold these places: where the strokes' points are."""
        bins = BINS * self.terminal.width
        return (np.clip(np.floor(places * bins + TINY), 0, bins - 1) + 0.5) / bins

    def height(self, rates: Floats) -> Floats:
        """The places of rates; those far off the axis, which a log may hold, are put near it."""
        return np.clip(self.y.place(rates), -1.0, 2.0)

    def text(self, text: str) -> str:
        """A text as the terminal can show it."""
        shown = printable(text)
        return shown if self.terminal.unicode else shown.encode("ascii", "replace").decode()

    def cut(self, text: str, width: int) -> str:
        """The text, its end replaced by dots where it is too wide."""
        if cells(text) <= width:
            return text
        dots = "…" if self.terminal.unicode else "..."
        ends = (end for end in range(len(text), -1, -1) if cells(text[:end] + dots) <= width)
        return text[: next(ends)] + dots

    def colored(self, text: str, color: int) -> str:
        """The text in one of xterm's 256 colours, where there are colours."""
        return f"\x1b[38;5;{color}m{text}{RESET}" if self.terminal.color else text
