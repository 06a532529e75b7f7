"""MLflow's metric files, and the folder of a run: a line a value, with its time and its step."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice

from logsched.base.errors import LogschedError
from logsched.logs import blocks
from logsched.logs.kind import By, Kind
from logsched.logs.opened import Opened, opened
from logsched.logs.table import Content, Oddities, Scalars, number_of, stacked

METRICS = "metrics"  # the folder of them in the folder of a run
RUNS = 1000  # that are looked for in a folder
FILES = 10_000
LINE = re.compile(rb"\d{13} (?P<value>\S+)(?: (?P<step>-?\d+))?\r?\n")
VALUE = "value"


def _knows(file: Opened) -> bool:
    if file.folder:
        return bool(_runs(file.path))
    lines = [line + b"\n" for line in file.lines if line.strip()]
    return 2 * sum(map(bool, map(LINE.fullmatch, lines))) > len(lines)


def _runs(folder: str) -> list[str]:
    """The folders of metrics in a folder, which may be one itself."""
    if os.path.basename(os.path.abspath(folder)) == METRICS:
        return [folder]
    inside = (one for one, folders, _ in os.walk(folder) if METRICS in folders)
    return [os.path.join(one, METRICS) for one in islice(inside, RUNS)]


def _read(file: Opened) -> Content:
    odd = Oddities()
    if not file.folder:
        return _content({VALUE: _metric(file, odd)}, odd)
    first, *others = sorted(_runs(file.path))
    if others:
        run = os.path.dirname(first)
        raise LogschedError(f"{file.name} holds {1 + len(others)} runs: name one, as in {run}")
    metrics, left = {}, blocks.MOST
    for path in _files(first):
        with opened(path, path) as one:
            metrics[os.path.relpath(path, first)] = _metric(one, odd)
            left -= one.size
        if left < 0:
            raise blocks.too_long(file.name)
    return _content(metrics, odd)


def _files(folder: str) -> Iterator[str]:
    """The files of metrics, whose names may have folders."""
    paths = (os.path.join(inside, name) for inside, _, names in os.walk(folder) for name in names)
    yield from sorted(islice(paths, FILES))


def _metric(file: Opened, odd: Oddities) -> Scalars:
    """The steps and values of one file; of lines without a step, how many came before."""
    found: list[tuple[bytes, bytes]] = []
    stepped, line = _has_steps(file), 1
    for block in file.blocks(odd):
        for number, text in enumerate(block.splitlines(keepends=True), line):
            one = LINE.fullmatch(text)
            if one and bool(one["step"]) == stepped:
                found.append((one["value"], one["step"]))
            elif text.strip():
                odd.cannot_read(number, text.decode(errors="replace").strip())
        line += block.count(b"\n")
    steps = [int(step) for _, step in found] if stepped else range(len(found))
    return steps, [number_of(value.decode(errors="replace")) for value, _ in found]


def _has_steps(file: Opened) -> bool:
    """Whether most lines have a step, which old versions did not write."""
    lines = [LINE.fullmatch(line + b"\n") for line in file.lines]
    return 2 * sum(bool(line and line["step"]) for line in lines) > sum(map(bool, lines))


def _content(metrics: dict[str, Scalars], odd: Oddities) -> Content:
    return Content(stacked(metrics), odd)


KIND = Kind(
    "MLflow's metric files, and folders of runs",
    "1714550000950 0.0003 10",
    By.BYTES,
    knows=_knows,
    read=_read,
)
