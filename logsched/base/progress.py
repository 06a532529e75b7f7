"""A progress bar on stderr for long work, where stderr is a terminal; nothing otherwise."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from logsched.base.ending import taken_back

if TYPE_CHECKING:
    from rich.progress import Progress

LONG = 2_000_000  # steps that are worth a bar
EVERY = 0.1  # seconds after which it is drawn again


@contextmanager
def bar(what: str, steps: int, long: int = LONG) -> Iterator[Callable[[int], None]]:
    """Within it, call what it gives with the number of steps done since the last call."""
    if steps < long or sys.stderr is None or not sys.stderr.isatty():
        yield lambda done: None
        return
    with taken_back(_clear), _progress() as shown:
        task, looked = shown.add_task(what, total=steps, rate=""), monotonic()

        def advance(done: int) -> None:
            nonlocal looked
            speed, due = shown.tasks[0].speed, monotonic() >= looked + EVERY
            rate = f"{speed:,.0f}/s" if speed else ""
            shown.update(task, advance=done, rate=rate, refresh=due)
            looked = monotonic() if due else looked

        yield advance


def _progress() -> Progress:
    """Steps, their rate and the time left, on stderr; gone when all is done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    task, rate = "{task.description}", "{task.fields[rate]}"
    columns = (task, BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    return Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,  # in a thread it could be drawn again after a signal
    )


def _clear() -> None:
    """Take the bar away, and give the cursor back."""
    os.write(sys.stderr.fileno(), b"\r\x1b[2K\x1b[?25h")
