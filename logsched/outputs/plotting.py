"""The options of `plot` and what draws them: text for a terminal, or a picture in a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from logsched.outputs import console, files
from logsched.parameters import Rule, unknown
from logsched.picture import Picture

COLUMNS = Rule("a whole number from 20 to 1000", lambda n: 20 <= n <= 1000, whole=True)
ROWS = Rule("a whole number from 8 to 1000", lambda n: 8 <= n <= 1000, whole=True)
INCHES = Rule("two numbers from 1 to 100, width and height, as in 8,4.5", lambda x: 1 <= x <= 100)
DPI = Rule("a whole number from 20 to 1200", lambda n: 20 <= n <= 1200, whole=True)
LIMIT = Rule("two numbers from 0 on, the lower one first, as in 10:30", lambda x: x >= 0)


def limits(text: str | None) -> tuple[float, float] | None:
    """The ends of the time axis, of a text such as 10:30."""
    if text is None:
        return None
    low, high = _pair("xlim", LIMIT, text, ":")
    if not low < high:
        raise LIMIT.broken("xlim", text)
    return low, high


def draw_text(
    picture: Picture, color: str, ascii_only: bool, width: str | None, height: str | None
) -> None:
    """Draw to standard output, in its terminal's size and colour unless options say otherwise."""
    from logsched.outputs import terminal

    there = console.terminal(color)
    if width is not None:
        there = replace(there, width=int(COLUMNS.parse("width", width)))
    if height is not None:
        there = replace(there, height=int(ROWS.parse("height", height)))
    if ascii_only:
        there = replace(there, unicode=False)
    files.write_text(terminal.draw(picture, there))


def draw_file(
    picture: Picture, output: str, size: str | None, dpi: str | None, steps: int | None
) -> None:
    """Draw into a file, whose suffix names the format."""
    from logsched.outputs import figure

    suffix = PurePath(output).suffix.removeprefix(".").lower()
    if suffix not in figure.FORMATS:
        raise unknown("picture format", suffix, figure.FORMATS)
    inches = _pair("figsize", INCHES, size or "8,4.5", ",")
    resolution = int(DPI.parse("dpi", dpi or "150"))
    paper = figure.Paper(suffix, inches, resolution, steps)
    files.write([figure.draw(picture, paper)], output)


def _pair(name: str, rule: Rule, text: str, separator: str) -> tuple[float, float]:
    parts = text.split(separator)
    if len(parts) != 2:
        raise rule.broken(name, text)
    first, second = (float(rule.parse(name, part)) for part in parts)
    return first, second
