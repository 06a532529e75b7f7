"""The options of `plot` and what draws them: text for a terminal, or a picture in a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from logsched.base import console, files
from logsched.base.declare import Rule
from logsched.base.errors import LogschedError
from logsched.base.lazy import unbroken
from logsched.base.progress import bar
from logsched.draw.figure.quiet import quiet_matplotlib
from logsched.draw.picture import Picture
from logsched.plan.plan import Plan

if TYPE_CHECKING:
    pass

FEW = 5  # pictures that are drawn without a progress bar
COLUMNS = Rule("a whole number from 20 to 1000", lambda n: 20 <= n <= 1000, whole=True)
ROWS = Rule("a whole number from 8 to 1000", lambda n: 8 <= n <= 1000, whole=True)
INCHES = Rule("two numbers from 1 to 100, width and height, as in 8,4.5", lambda x: 1 <= x <= 100)
DPI = Rule("a whole number from 20 to 1200", lambda n: 20 <= n <= 1200, whole=True)
LIMIT = Rule("two numbers from 0 on, the lower one first, as in 10:30", lambda x: x >= 0)
FILE = Rule("a file that ends in .png, .svg or .pdf")


@dataclass(frozen=True)
class Look:
    """How a plot is to be drawn, in a terminal or on paper."""

    terminal: console.Terminal
    inches: tuple[float, float]
    dpi: int


def read_look(
    color: str = "auto",
    ascii_only: bool = False,
    width: str | None = None,
    height: str | None = None,
    figsize: str = "8,4.5",
    dpi: str = "150",
) -> Look:
    """The options, read; the terminal's own size where none is given."""
    terminal = console.terminal(color)
    if width is not None:
        terminal = replace(terminal, width=int(COLUMNS.parse("width", width)))
    if height is not None:
        terminal = replace(terminal, height=int(ROWS.parse("height", height)))
    if ascii_only:
        terminal = replace(terminal, unicode=False)
    return Look(terminal, _pair("figsize", INCHES, figsize, ","), int(DPI.parse("dpi", dpi)))


def limits(text: str | None) -> tuple[float, float] | None:
    """The ends of the time axis, of a text such as 10:30."""
    if text is None:
        return None
    low, high = _pair("xlim", LIMIT, text, ":")
    if not low < high:
        raise LIMIT.broken("xlim", text)
    return low, high


def draw_text(picture: Picture, look: Look) -> None:
    """Draw to standard output."""
    from logsched.draw.terminal import plot

    files.write_text(plot.draw(picture, look.terminal))


def draw_file(picture: Picture, output: str, look: Look, steps_per_epoch: int | None) -> None:
    """Draw into a file, whose suffix names the format."""
    draw_rows([[picture]], output, look, steps_per_epoch)


def draw_rows(
    rows: Sequence[Sequence[Picture]], output: str, look: Look, steps_per_epoch: int | None = None
) -> None:
    """Draw pictures in rows into a file, whose suffix names the format."""
    quiet_matplotlib()
    with unbroken():
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


def _pair(name: str, rule: Rule, text: str, separator: str) -> tuple[float, float]:
    parts = text.split(separator)
    if len(parts) != 2:
        raise rule.broken(name, text)
    try:
        first, second = (float(rule.parse(name, part)) for part in parts)
    except LogschedError:
        raise rule.broken(name, text) from None
    return first, second
