"""A progress bar on stderr for long work, where stderr is a terminal; nothing otherwise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

LONG = 2_000_000  # steps that are worth a bar


@contextmanager
def bar(what: str, steps: int, long: int = LONG) -> Iterator[Callable[[int], None]]:
    """Within it, call what it gives with the number of steps done since the last call."""
    if steps < long or sys.stderr is None or not sys.stderr.isatty():
        yield lambda done: None
        return
    with _progress() as shown:
        task = shown.add_task(what, total=steps, rate="")

        def advance(done: int) -> None:
            speed = shown.tasks[0].speed
            shown.update(task, advance=done, rate=f"{speed:,.0f}/s" if speed else "")

        yield advance


def _progress() -> Progress:
    """Steps, their rate and the time left, on stderr; gone when all is done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    task, rate = "{task.description}", "{task.fields[rate]}"
    columns = (task, BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
