"""Draws pictures as text for a terminal, or into files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from logsched.base import files
from logsched.base.console import Terminal
from logsched.base.declare import Rule
from logsched.base.progress import bar
from logsched.draw.figure.quiet import quiet_matplotlib
from logsched.draw.picture import Picture
from logsched.plan.plan import Plan

FEW = 5  # pictures that are drawn without a progress bar
FILE = Rule("a file that ends in .png, .svg or .pdf")


@dataclass(frozen=True)
class Look:
    """How a plot is to be drawn, in a terminal or on paper."""

    terminal: Terminal
    inches: tuple[float, float] = (8, 4.5)
    dpi: int = 150


def draw_text(picture: Picture, look: Look) -> None:
    """Draw to standard output."""
    from logsched.draw.terminal import plot

    files.write_text(plot.draw(picture, look.terminal))


def draw_file(picture: Picture, output: str, look: Look, steps_per_epoch: int | None) -> None:
    """Draw into a file, whose suffix names the format."""
    draw_rows([[picture]], output, look, steps_per_epoch)


@quiet_matplotlib()
def draw_rows(
    rows: Sequence[Sequence[Picture]], output: str, look: Look, steps_per_epoch: int | None = None
) -> None:
    """Draw pictures in rows into a file, whose suffix names the format."""
    from logsched.draw.figure import figure

    suffix = files.suffix(output)
    if suffix not in figure.FORMATS:
        raise FILE.broken("output", output)
    paper = figure.Paper(suffix, look.inches, look.dpi, steps_per_epoch)
    files.write([figure.draw(rows, paper)], output)


def draw_each(
    pictures: Mapping[str, Callable[[], Picture]], folder: str, look: Look, steps: int | None
) -> None:
    """Draw a PNG of each label into a folder, which is made where it is not there."""
    files.make_folder(folder)
    with bar("pictures", len(pictures), long=FEW) as watch:
        for name, picture in zip(_names(pictures), pictures.values(), strict=True):
            draw_file(picture(), f"{folder}{name}.png", look, steps)
            watch(1)


def _names(labels: Collection[str]) -> list[str]:
    """Names of files, also where a folder takes upper and lower case for the same."""
    names = {label: files.name_of(label) for label in labels}
    alike = Counter(name.casefold() for name in names.values())
    return [
        files.name_of(label, apart=True) if alike[name.casefold()] > 1 else name
        for label, name in names.items()
    ]


def steps_axis(plan: Plan, unit: str) -> int | None:
    """The steps per epoch of a second axis, where one has something to add."""
    steps = plan.grid.steps_per_epoch
    return steps if unit == "epoch" and steps > 1 else None
