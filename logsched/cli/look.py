"""The options of `plot` that say how it looks, in the terminal or in a file."""

from __future__ import annotations

from dataclasses import replace

from logsched.base import console
from logsched.base.declare import Rule
from logsched.base.errors import LogschedError
from logsched.draw.drawing import Look
from logsched.plan.rows import read_time
from logsched.schedule.run import Run
from logsched.schedule.units import LengthRule

COLOR = Rule("auto, always or never", words=("auto", "always", "never"))
COLUMNS = Rule("a whole number from 20 to 1000", lambda n: 20 <= n <= 1000, whole=True)
ROWS = Rule("a whole number from 8 to 1000", lambda n: 8 <= n <= 1000, whole=True)
INCHES = Rule("two numbers from 1 to 100, width and height, as in 8,4.5", lambda x: 1 <= x <= 100)
DPI = Rule("a whole number from 20 to 1200", lambda n: 20 <= n <= 1200, whole=True)
LIMIT = LengthRule("two times from 0 on, the lower one first, as in 10:30", lambda x: x >= 0)


def read_look(
    color: str,
    ascii_only: bool,
    width: str | None,
    height: str | None,
    figsize: str | None,
    dpi: str | None,
) -> Look:
    """The options, read; the terminal's own size where none is given."""
    terminal = console.terminal(str(COLOR.parse("color", color)))
    if width is not None:
        terminal = replace(terminal, width=int(COLUMNS.parse("width", width)))
    if height is not None:
        terminal = replace(terminal, height=int(ROWS.parse("height", height)))
    if ascii_only:
        terminal = replace(terminal, unicode=False)
    look = Look(terminal)
    if figsize is not None:
        look = replace(look, inches=_pair("figsize", INCHES, figsize, ","))
    return look if dpi is None else replace(look, dpi=int(DPI.parse("dpi", dpi)))


def limits(text: str | None, run: Run, unit: str) -> tuple[float, float] | None:
    """The ends of the time axis, in a unit, of a text such as 10:30 or 10%:30%."""
    if text is None:
        return None
    parts = text.split(":")
    if len(parts) != 2:
        raise LIMIT.broken("xlim", text)
    low, high = (read_time("xlim", part, run, LIMIT, unit) * run.in_unit(unit) for part in parts)
    if not low < high:
        raise LIMIT.broken("xlim", text)
    return low, high


def _pair(name: str, rule: Rule, text: str, separator: str) -> tuple[float, float]:
    parts = text.split(separator)
    if len(parts) != 2:
        raise rule.broken(name, text)
    try:
        first, second = (float(rule.parse(name, part)) for part in parts)
    except LogschedError:
        raise rule.broken(name, text) from None
    return first, second
