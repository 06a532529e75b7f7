"""Rows of whole processes: their CPU time beside that of bare imports, their peak memory.

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
from typing import NamedTuple

from timing import Row, Times, duration, spread

LOGSCHED = str(Path(sys.executable).with_name("logsched"))
FORMATS = "csv", "json", "jsonl", "tsv", "txt", "npy"


Over = Callable[[float, float], float]
TEXTS: dict[Over, str] = {truediv: "{:.3g}", sub: "{:+.3f} s"}


class Claim(NamedTuple):
    """A command beside a bare import: how many times as long, or seconds more, it may be."""

    command: str
    imports: str
    over: Over
    most: float


CLAIMS = (
    Claim("export", "import typer, numpy", truediv, 1.25),
    Claim("--help", "import typer", truediv, 1.3),
    Claim("--version", "import typer", truediv, 1.3),
    Claim("shapes", "import typer", truediv, 1.3),
    Claim("plot", "import plotext", sub, 0.15),
    Claim("plot -o plot.png", "import matplotlib.figure", sub, 0.3),
)


def usage(command: Sequence[str], folder: str) -> struct_rusage:
    """Run a command in a folder, and what it used."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used


def cpu_times(commands: Mapping[str, Sequence[str]], rounds: int) -> Times:
    """User and system seconds of each command, in alternation; a first round is not counted."""
    times: Times = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds + 1):
            for name, command in commands.items():
                used = usage(command, folder)
                times[name].append(used.ru_utime + used.ru_stime)
    return {name: seconds[1:] for name, seconds in times.items()}


def starts(rounds: int) -> list[Row]:
    """Every claim about a command beside a bare import, least against least."""
    imports = dict.fromkeys(claim.imports for claim in CLAIMS)
    commands = {name: [sys.executable, "-c", name] for name in imports}
    commands |= {claim.command: [LOGSCHED, *claim.command.split()] for claim in CLAIMS}
    times = cpu_times(commands, rounds)
    return [_started(claim, times[claim.command], times[claim.imports]) for claim in CLAIMS]


def _started(claim: Claim, ours: list[float], theirs: list[float]) -> Row:
    text = TEXTS[claim.over].format
    least = claim.over(min(ours), min(theirs))
    rounds = spread(list(map(claim.over, ours, theirs)), text)
    return Row(
        f"`logsched {claim.command}`, whole process, CPU",
        least_first(ours),
        f"`{claim.imports}`: {least_first(theirs)}",
        f"{text(least)}; rounds {rounds}",
        f"≤ {text(claim.most)}",
        least <= claim.most,
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
