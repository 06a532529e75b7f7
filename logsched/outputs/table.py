"""A table, a row a grid point: aligned text, styled on a terminal, or Markdown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from logsched.facts import find_facts
from logsched.lazy import Floats, np
from logsched.outputs.text import columns
from logsched.parameters import unknown
from logsched.picture import trace
from logsched.remarks import number, time

if TYPE_CHECKING:
    from logsched.curves import Curves
    from logsched.grid import Grid
    from logsched.outputs.console import Terminal
    from logsched.schedule import Schedule

LONG = 60  # rows of a table that is shown whole
EDGE = 10  # rows of a longer one, at its head and at its tail
RESTARTS = 20  # of a longer one that are shown, each with the point before it
BARS = {True: "▁▂▃▄▅▆▇█", False: "_.-=+*%#"}  # by whether there is Unicode
BINS = 24  # characters of a sparkline

Rows = list[list[str]]


def draw(curves: Curves, format: str, whole: bool, terminal: Terminal) -> str:
    """The rows, then a line for each schedule. Raises LogschedError for an unknown format."""
    if format not in ("text", "markdown"):
        raise unknown("format", format, ("text", "markdown"))
    restarts = _restarts(curves)
    short = whole or curves.chosen or curves.rows <= LONG
    rows = _rows(curves, restarts) if short else _summary(curves, restarts)
    header = ["epoch", *curves.labels, ""]
    if format == "markdown":
        return _markdown(header, rows)
    body = (
        _styled(header, rows)
        if terminal.color
        else columns([header, *rows], range(len(header) - 1))
    )
    return f"{body}\n{_about(curves, terminal)}"


def _restarts(curves: Curves) -> Floats:
    """The epochs at which a schedule restarts, in order."""
    starts = [find_facts(one, curves.grid).restarts for one in curves.schedules.values()]
    return np.unique(np.concatenate([[], *starts]))


def _rows(curves: Curves, restarts: Floats) -> Rows:
    """Numbers as texts, and a note at the first row since a restart within the step before it."""
    rows: Rows = []
    step, told = curves.every / curves.grid.steps_per_epoch, -np.inf
    for block in curves.columns():
        past = np.searchsorted(restarts, block[0], "right")
        latest = np.concatenate([[-np.inf], restarts])[past]
        for epoch, *rates, restart in zip(*block, latest, strict=True):
            new = restart > max(told, epoch - step)
            told = max(told, restart)
            rows.append([time(epoch), *map(number, rates), _note(epoch, restart) if new else ""])
    return rows


def _note(epoch: float, restart: float) -> str:
    return "restart" if restart == epoch else f"restart at {time(restart)}"


def _summary(curves: Curves, restarts: Floats) -> Rows:
    """Head, restarts and tail of a long table, with dots where points are left out."""
    size, steps = curves.grid.size, curves.grid.steps_per_epoch
    first = np.ceil(restarts[:RESTARTS] * steps)
    near = np.concatenate([first - 1, first, np.arange(EDGE), np.arange(size - EDGE, size)])
    points = np.unique(near[(near >= 0) & (near < size)])
    rows = _rows(replace(curves, at=tuple((points / steps).tolist())), restarts)
    dots = [*["..."] * (len(rows[0]) - 1), ""]
    gaps = np.diff(points, prepend=points[0]) > 1
    return [
        line for row, gap in zip(rows, gaps, strict=True) for line in ([dots] * int(gap) + [row])
    ]


def _markdown(header: list[str], rows: Rows) -> str:
    marks = ["---:"] * (len(header) - 1) + [":---"]
    lines = [[cell.replace("|", "\\|") for cell in row] for row in [header, *rows]]
    return "".join(f"| {' | '.join(row)} |\n" for row in [lines[0], marks, *lines[1:]])


def _styled(header: list[str], rows: Rows) -> str:
    """The same columns on a terminal: a bold head, restarts marked."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in header:
        table.add_column(Text(name), justify="right" if name else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row), style="cyan" if row[-1] else None)
    widest = sum(max(map(len, cells)) + 2 for cells in zip(header, *rows, strict=True))
    console = Console(width=2 * widest, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def _about(curves: Curves, terminal: Terminal) -> str:
    """A sparkline and the facts of each schedule, a line each."""
    bars = BARS[terminal.unicode]
    return columns(
        [
            [label, _sparkline(one, curves.grid, bars), *_facts(one, curves.grid)]
            for label, one in curves.schedules.items()
        ]
    )


def _facts(schedule: Schedule, grid: Grid) -> list[str]:
    its = find_facts(schedule, grid).extremes
    peak = f"peak {its.peak_lr:.4g} at epoch {time(its.peak_epoch)}"
    return [peak, f"mean {its.mean_lr:.4g}", f"final {its.final_lr:.4g}"]


def _sparkline(schedule: Schedule, grid: Grid, bars: str) -> str:
    """The greatest rate of each stretch of time, as a bar between 0 and the peak."""
    curve = trace("", schedule, grid, (0.0, float(grid.epochs)))
    edges = np.linspace(0.0, curve.epoch[-1], BINS, endpoint=False)
    tops = np.maximum.reduceat(curve.rate, np.searchsorted(curve.epoch, edges))
    heights = tops / (tops.max() or 1.0) * (len(bars) - 1)
    return "".join(bars[round(height)] for height in heights.tolist())
