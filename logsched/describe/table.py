"""A table, a row a grid point: aligned text, styled on a terminal, or Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from logsched.base import console
from logsched.base.lazy import np
from logsched.base.text import check_format, columns, parts, widths_of
from logsched.base.words import number, time
from logsched.describe.facts import Facts, find_facts
from logsched.schedule.trace import trace

if TYPE_CHECKING:
    from logsched.base.console import Terminal
    from logsched.plan.rows import Rows
    from logsched.schedule.run import Run
    from logsched.schedule.schedule import Schedule

LONG = 60  # rows of a table that is shown whole
EDGE = 10  # rows of a longer one, at its head and at its tail
RESTARTS = 20  # of a longer one that are shown, each with the point before it
BARS = {True: "▁▂▃▄▅▆▇█", False: "_.-=+*%#"}  # by whether there is Unicode
BINS = 16  # characters of a sparkline

Lines = list[list[str]]


def draw(chosen: Rows, format: str, whole: bool, terminal: Terminal) -> str:
    """The rows, then a line for each schedule. Raises LogschedError for an unknown format."""
    check_format(format, ("text", "markdown"))
    facts = {label: find_facts(one, chosen.grid) for label, one in chosen.schedules.items()}
    restarts = _restarts(facts)
    short = whole or chosen.chosen or chosen.rows <= LONG
    rows = _rows(chosen, restarts) if short else _summary(chosen, restarts)
    header = [*chosen.told, *chosen.labels, ""]
    if format == "markdown":
        return _markdown([*header[:-1], "note"], rows)
    most = console.columns_seen()
    body = (
        _styled(header, rows, most)
        if terminal.color
        else columns([header, *rows], range(len(header) - 1), most)
    )
    return f"{body}\n{_about(chosen, facts, terminal)}"


def _restarts(facts: Mapping[str, Facts]) -> dict[float, list[str]]:
    """The epochs at which schedules restart, in order, and which of those that do restart then."""
    found: dict[float, list[str]] = {}
    cyclic = {label: one for label, one in facts.items() if one.restarts}
    for label, one in cyclic.items():
        for start in one.restarts:
            found.setdefault(start, []).append(label)
    return {start: [] if found[start] == [*cyclic] else found[start] for start in sorted(found)}


def _rows(chosen: Rows, restarts: Mapping[float, Sequence[str]]) -> Lines:
    """Numbers as texts, and a note at the first row since a restart within the step before it."""
    rows: Lines = []
    starts = np.array([-np.inf, *restarts])
    step, noted = chosen.every * float(chosen.grid.spacing), -np.inf
    for times, told, rates in chosen.timed():
        latest = starts[np.searchsorted(starts, times, "right") - 1]
        for k, (at, restart) in enumerate(zip(times.tolist(), latest.tolist(), strict=True)):
            new = restart > max(noted, at - step)
            noted = max(noted, restart)
            note = _note(at, restart, restarts[restart]) if new else ""
            cells = [time(column[k]) for column in told] + [number(rate[k]) for rate in rates]
            rows.append([*cells, note])
    return rows


def _note(at: float, restart: float, labels: Sequence[str]) -> str:
    whose = " of " + ", ".join(labels) if labels else ""
    return f"restart{whose}" if restart == at else f"after the restart{whose} at {time(restart)}"


def _summary(chosen: Rows, restarts: Mapping[float, Sequence[str]]) -> Lines:
    """Head, restarts and tail of a long table, with dots where points are left out."""
    size, grid = chosen.grid.size, chosen.grid
    first = np.array([chosen.grid.index(start) for start in [*restarts][:RESTARTS]])
    near = np.concatenate([first - 1, first, np.arange(EDGE), np.arange(size - EDGE, size)])
    points = np.unique(near[(near >= 0) & (near < size)])
    rows = _rows(replace(chosen, at=tuple(map(grid.at, points.tolist()))), restarts)
    dots = [*["..."] * (len(rows[0]) - 1), ""]
    gaps = np.diff(points, prepend=points[0]) > 1
    return [
        line for row, gap in zip(rows, gaps, strict=True) for line in ([dots] * int(gap) + [row])
    ]


def _markdown(header: list[str], rows: Lines) -> str:
    marks = ["---:"] * (len(header) - 1) + [":---"]
    lines = [[cell.replace("|", "\\|") for cell in row] for row in [header, *rows]]
    return "".join(f"| {' | '.join(row)} |\n" for row in [lines[0], marks, *lines[1:]])


def _styled(header: list[str], rows: Lines, most: int | None) -> str:
    """The same columns on a terminal: a bold head, restarts marked."""
    marked = ["cyan" if row[-1] else None for row in rows]
    return "\n".join(
        _part([header[n] for n in part], [[row[n] for n in part] for row in rows], marked)
        for part in parts(widths_of([header, *rows]), most)
    )


def _part(header: list[str], rows: Lines, styles: Sequence[str | None]) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in header:
        table.add_column(Text(name), justify="right" if name else "left", no_wrap=True)
    for row, style in zip(rows, styles, strict=True):
        table.add_row(*map(Text, row), style=style)
    widest = sum(width + 2 for width in widths_of([header, *rows]))
    rich = Console(width=2 * widest, force_terminal=True, color_system="standard")
    with rich.capture() as capture:
        rich.print(table)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def _about(chosen: Rows, facts: Mapping[str, Facts], terminal: Terminal) -> str:
    """A sparkline and the facts of each schedule, a line each."""
    bars = BARS[terminal.unicode]
    return columns(
        [
            [label, _sparkline(one, chosen.grid, bars), *_facts(facts[label], chosen.grid.unit)]
            for label, one in chosen.schedules.items()
        ],
        most=console.columns_seen(),
    )


def _facts(facts: Facts, unit: str) -> list[str]:
    its = facts.extremes
    peak = f"peak {its.peak_lr:.4g} at {unit} {time(its.peak_at)}"
    return [peak, f"mean {its.mean_lr:.4g}", f"final {its.final_lr:.4g}"]


def _sparkline(schedule: Schedule, grid: Run, bars: str) -> str:
    """The greatest rate of each stretch of time, as a bar between 0 and the peak."""
    curve = trace("", schedule, grid, (0.0, grid.end))
    edges = np.linspace(0.0, curve.epoch[-1], BINS, endpoint=False)
    tops = np.maximum.reduceat(curve.rate, np.searchsorted(curve.epoch, edges))
    heights = tops / (tops.max() or 1.0) * (len(bars) - 1)
    return "".join(bars[round(height)] for height in heights.tolist())
