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
from logsched.draw.picture import Above, Picture
from logsched.schedule.run import Run

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


def draw_file(picture: Picture, output: str, look: Look, above: Above | None) -> None:
    """Draw into a file, whose suffix names the format."""
    draw_rows([[picture]], output, look, above)


@quiet_matplotlib()
def draw_rows(
    rows: Sequence[Sequence[Picture]], output: str, look: Look, above: Above | None = None
) -> None:
    """Draw pictures in rows into a file, whose suffix names the format."""
    from logsched.draw.figure import figure

    suffix = files.suffix(output)
    if suffix not in figure.FORMATS:
        raise FILE.broken("output", output)
    paper = figure.Paper(suffix, look.inches, look.dpi, above)
    files.write([figure.draw(rows, paper)], output)


def draw_each(
    pictures: Mapping[str, Callable[[], Picture]], folder: str, look: Look, above: Above | None
) -> None:
    """Draw a PNG of each label into a folder, which is made where it is not there."""
    files.make_folder(folder)
    with bar("pictures", len(pictures), long=FEW) as watch:
        for name, picture in zip(_names(pictures), pictures.values(), strict=True):
            draw_file(picture(), f"{folder}{name}.png", look, above)
            watch(1)


def _names(labels: Collection[str]) -> list[str]:
    """Names of files, also where a folder takes upper and lower case for the same."""
    names = {label: files.name_of(label) for label in labels}
    alike = Counter(name.casefold() for name in names.values())
    return [
        files.name_of(label, apart=True) if alike[name.casefold()] > 1 else name
        for label, name in names.items()
    ]


def second_axis(run: Run, units: Sequence[str]) -> Above | None:
    """The upper axis of a figure: the second unit of two; or steps, where epochs have several."""
    if len(units) > 1:
        return units[1], run.in_unit(units[1]) / run.in_unit(units[0])
    steps = run.steps_per_epoch or 1
    return ("step", float(steps)) if [*units] == ["epoch"] and steps > 1 else None
