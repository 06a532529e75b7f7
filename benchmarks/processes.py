"""Rows of whole processes: their time beside that of bare imports, their peak memory.

Nothing heavy is imported here, for a process that is started takes over the peak of its starter.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from operator import sub, truediv
from pathlib import Path
from resource import struct_rusage
from statistics import median
from time import perf_counter
from typing import NamedTuple

from timing import Row, Times, duration, spread

LOGSCHED = str(Path(sys.executable).with_name("logsched"))
CLOCKS = "CPU", "wall clock"
FORMATS = "csv", "json", "jsonl", "tsv", "txt", "npy"


Over = Callable[[float, float], float]


def beyond(ours: float, theirs: float) -> float:
    """Seconds over 1.25 times as many."""
    return ours - 1.25 * theirs


TEXTS: dict[Over, str] = {truediv: "{:.3g}", sub: "{:+.3f} s", beyond: "1.25 x theirs {:+.3f} s"}


class Claim(NamedTuple):
    """A command beside a bare import, by a clock: how many times as long, or seconds more, it is.

    `most` is what it may be, None where nothing is claimed.
    """

    command: str
    imports: str
    clock: str
    over: Over
    most: float | None


CLAIMS = (
    Claim("export", "import typer, numpy", "CPU", truediv, 1.25),
    Claim("--help", "import typer", "CPU", truediv, 1.3),
    Claim("--version", "import typer", "CPU", truediv, 1.3),
    Claim("shapes", "import typer", "CPU", truediv, 1.3),
    Claim("plot", "import typer, numpy", "wall clock", beyond, 0.08),
    Claim("plot -o plot.png", "import matplotlib.figure", "wall clock", sub, 0.15),
    Claim("plot", "import typer, numpy", "CPU", sub, None),
    Claim("plot -o plot.png", "import matplotlib.figure", "CPU", sub, None),
)


def usage(command: Sequence[str], folder: str) -> struct_rusage:
    """Run a command in a folder, and what it used."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used


def both_times(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Times]:
    """Seconds of each command by each clock, in alternation; a first round is not counted.

    CPU time is the user's and the system's, of all threads.
    """
    times: dict[str, Times] = {clock: {name: [] for name in commands} for clock in CLOCKS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds + 1):
            for name, command in commands.items():
                begin = perf_counter()
                used = usage(command, folder)
                times["wall clock"][name].append(perf_counter() - begin)
                times["CPU"][name].append(used.ru_utime + used.ru_stime)
    return {
        clock: {name: seconds[1:] for name, seconds in each.items()}
        for clock, each in times.items()
    }


def starts(rounds: int) -> list[Row]:
    """Every claim about a command beside a bare import, least against least."""
    imports = dict.fromkeys(claim.imports for claim in CLAIMS)
    commands = {name: [sys.executable, "-c", name] for name in imports}
    commands |= {claim.command: [LOGSCHED, *claim.command.split()] for claim in CLAIMS}
    times = both_times(commands, rounds)
    return [
        _started(one, times[one.clock][one.command], times[one.clock][one.imports])
        for one in CLAIMS
    ]


def _started(claim: Claim, ours: list[float], theirs: list[float]) -> Row:
    text = TEXTS[claim.over].format
    least = claim.over(min(ours), min(theirs))
    rounds = spread(list(map(claim.over, ours, theirs)), text)
    return Row(
        f"`logsched {claim.command}`, whole process, {claim.clock}",
        least_first(ours),
        f"`{claim.imports}`: {least_first(theirs)}",
        f"{text(least)}; rounds {rounds}",
        "" if claim.most is None else f"≤ {text(claim.most)}",
        None if claim.most is None else least <= claim.most,
    )


def least_first(seconds: list[float]) -> str:
    """`least (median, greatest)`."""
    rest = f"median {duration(median(seconds))}, greatest {duration(max(seconds))}"
    return f"{duration(min(seconds))} ({rest})"


def peaks(sizes: Sequence[int]) -> list[Row]:
    """The peak memory of exports, a row a format."""
    return [_peaks(format, {rows: _peak(format, rows) for rows in sizes}) for format in FORMATS]


def _peaks(format: str, peaks: Mapping[int, float]) -> Row:
    ours = ", ".join(f"{peak:.0f} MiB with {rows:,} rows" for rows, peak in peaks.items())
    what = f"peak memory of logsched export -o FILE.{format}, whole process"
    return Row(what, ours, "", "", "< 200 MiB", max(peaks.values()) < 200)


def _peak(format: str, rows: int) -> float:
    """The greatest resident memory, in MiB."""
    command = LOGSCHED, "export", "log", "--epochs", str(rows), "-o", f"rates.{format}"
    with tempfile.TemporaryDirectory() as folder:
        peak = usage(command, folder).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
