"""Timing in alternation, and the rows of the table that come of it."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import perf_counter
from typing import NamedTuple

Times = dict[str, list[float]]


def touch(points: int) -> Callable[[], object]:
    """Fill so many float64, as an array in huge pages and as bytes in small ones; give them back.

    Ahead of each task: on a virtual machine the first use of memory that another task has given
    back to the system can take longer than what is to be timed.
    """
    import numpy as np  # not above: who starts processes must stay small

    return lambda: (np.ones(points), bytearray(b"x") * (8 * points))


class Row(NamedTuple):
    """One claim: what was measured, in words, and whether it reached what it must."""

    what: str
    ours: str
    theirs: str
    ratio: str
    must: str
    met: bool | None


class Task(NamedTuple):
    """What to time; `scale` is how much longer the whole is than the part that is run."""

    run: Callable[[], object]
    scale: float = 1.0


def alternate(
    tasks: Mapping[str, Task], rounds: int, before: Callable[[], object] = lambda: None
) -> Times:
    """Seconds of each task, one after the other in each round; a first round is not counted.

    `before` is called ahead of each task, and not timed.
    """
    times: Times = {name: [] for name in tasks}
    for _ in range(rounds + 1):
        for name, task in tasks.items():
            before()
            begin = perf_counter()
            task.run()
            times[name].append((perf_counter() - begin) * task.scale)
    return {name: seconds[1:] for name, seconds in times.items()}


def against(
    what: str, times: Times, ours: str, theirs: str, most: float | None = None, why: str = ""
) -> Row:
    """A row of seconds: ours over theirs, round by round, where `most` is the most it may be."""
    ratios = [a / b for a, b in zip(times[ours], times[theirs], strict=True)]
    must = f"≤ {most:.4g}{why}" if most else ""
    met = median(ratios) <= most if most else None
    return Row(
        what,
        spread(times[ours], duration),
        f"{theirs}: {spread(times[theirs], duration)}",
        spread(ratios, "{:.3g}".format),
        must,
        met,
    )


def spread(numbers: Sequence[float], text: Callable[[float], str]) -> str:
    """`median (least-greatest)`."""
    return f"{text(median(numbers))} ({text(min(numbers))}-{text(max(numbers))})"


def duration(seconds: float) -> str:
    """A time in a unit that suits it."""
    if seconds >= 1000:
        return f"{seconds:,.0f} s"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
