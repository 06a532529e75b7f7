"""The options of `plot` and what draws them: text for a terminal, or a picture in a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath

from logsched.errors import LogschedError
from logsched.outputs import console, files
from logsched.parameters import Rule
from logsched.picture import Picture

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
    color: str, ascii_only: bool, width: str | None, height: str | None, figsize: str, dpi: str
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
    from logsched.outputs import terminal

    files.write_text(terminal.draw(picture, look.terminal))


def draw_file(picture: Picture, output: str, look: Look, steps_per_epoch: int | None) -> None:
    """Draw into a file, whose suffix names the format."""
    from logsched.outputs import figure

    suffix = PurePath(output).suffix.removeprefix(".").lower()
    if suffix not in figure.FORMATS:
        raise FILE.broken("output", output)
    paper = figure.Paper(suffix, look.inches, look.dpi, steps_per_epoch)
    files.write([figure.draw(picture, paper)], output)


def _pair(name: str, rule: Rule, text: str, separator: str) -> tuple[float, float]:
    parts = text.split(separator)
    if len(parts) != 2:
        raise rule.broken(name, text)
    try:
        first, second = (float(rule.parse(name, part)) for part in parts)
    except LogschedError:
        raise rule.broken(name, text) from None
    return first, second
