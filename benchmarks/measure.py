"""Measure every row, write the table and the plot, and fail where a figure misses its mark."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import processes
from timing import Row

HERE = Path(__file__).resolve().parent


def within(script: str, quick: bool) -> Any:
    """What another script measures, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "measured.json")
        options = ["--quick"] if quick else []
        subprocess.run([sys.executable, HERE / script, file, *options], check=True)
        return json.loads(file.read_text())


def rows(quick: bool) -> list[Row]:
    """Every row of the table."""
    said("Sampling, memory, calls, text")
    found = [Row(*row) for row in within("sampling.py", quick)]
    said("Whole processes")
    found += processes.starts(rounds=3 if quick else 15)
    said("Peak memory of exports")
    return found + processes.peaks((10**4, 10**5) if quick else (3 * 10**6, 10**7))


def said(step: str) -> None:
    """Say what is being measured."""
    print(f"{step} ...", file=sys.stderr, flush=True)


def main(quick: bool) -> int:
    """The exit status: 1 where a figure missed what it must reach."""
    load = os.getloadavg()[0]
    found = rows(quick)
    said("Growth")
    panels = within("growth.py", quick)
    from report import write  # only now: it is heavy, and what we start would take over its peak

    folder = HERE.parent / ("build/benchmarks" if quick else "docs")
    write(folder, found, panels, load, quick)
    missed = [row for row in found if row.met is False]
    for row in missed:
        print(f"missed: {row.what}: {row.ours}; {row.theirs}; {row.ratio}; must {row.must}")
    print(f"{len(found)} rows, {len(missed)} missed: {folder / 'BENCHMARKS.md'}")
    return 1 if missed and not quick else 0  # on few points much is missed


if __name__ == "__main__":
    sys.exit(main("--quick" in sys.argv))
