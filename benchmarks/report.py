"""The report: docs/BENCHMARKS.md, a table of claims, and docs/benchmarks.png, how times grow."""

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from itertools import cycle
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from timing import Row, duration

OWN = ("logsched", "numpy", "orjson", "typer", "rich", "plotext", "matplotlib")
PEERS = ("lrsched", "torch", "timm", "optax", "jax")
VERDICT = {True: "met", False: "**missed**", None: ""}
HEADER = Row("what", "ours", "theirs", "ours / theirs", "must", None)
METHOD = """\
Made by `python benchmarks/run.py`, which fails where a figure misses what it must reach. All that
a row compares is timed in turn, round by round, in one run: ratios are taken within a round, and
shown as median (least-greatest) of {rounds} rounds, {texts} for csv. A peer marked 1/100 ran on a
hundredth of the points, spread over the run (torch: its first ones), and its time is scaled up.
Whole processes: CPU time (user and system, all threads) or the wall clock, the least of {starts}
against the least of {starts}, and the ratios or differences of all rounds after it. Peers leave out
warmup and initial decay, all but optax, whose epochs are made before it is timed. Ours makes the
schedule anew each time. As much memory as a sample takes is filled and given back before each
timing, so that none pays for memory that the task before it gave back to the system; a first round,
in which peers compile and load what they need, is not counted.
"""
GROWTH = """\
![Time against points and cycles](benchmarks.png)

Left: from some 100,000 points on, time grows in proportion to N. Right: it does not grow with the
number of equal cycles, up to one a grid point: from the quickest to the slowest there, cosine takes
{cosine:.2g} times as long, log {log:.2g} times. Where cycles grow, each needs its own exact start,
about {each} a cycle. The least of 5 rounds:
"""
Rows = Mapping[str, Sequence[Sequence[float]]]
Panels = Mapping[str, Rows]


def write(folder: Path, rows: Sequence[Row], panels: Panels, load: float, quick: bool) -> None:
    """Write the table and the plot into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rounds, texts, starts = (3, 3, 3) if quick else (11, 7, 15)
    warning = "**A quick try on few points: it claims nothing.**\n\n" if quick else ""
    parts = [
        f"# Benchmarks\n\n{warning}{METHOD.format(rounds=rounds, texts=texts, starts=starts)}",
        _machine(load),
        f"## Claims\n\n{_verdict(rows)}\n\n{_table(rows)}",
        f"## Growth\n\n{_growth_said(panels['cycles'])}",
        _growth(panels["points"], "points"),
        _growth(panels["cycles"], "cycles"),
    ]
    (folder / "BENCHMARKS.md").write_text("\n".join(parts), encoding="utf-8")
    _plot(panels).savefig(folder / "benchmarks.png", dpi=90, metadata={"Software": None})


def _machine(load: float) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in OWN + PEERS)
    return (
        f"- Machine: {_processor()}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}; load before the run {load:.2f}\n"
        f"- Python {platform.python_version()}; {versions}\n"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def _verdict(rows: Sequence[Row]) -> str:
    claims = [row for row in rows if row.met is not None]
    met = sum(row.met is True for row in claims)
    return f"{met} of {len(claims)} claims met; rows without a claim are there to compare."


def _table(rows: Sequence[Row]) -> str:
    cells = [[*row[:5], VERDICT[row.met]] for row in rows]
    lines = [[*HEADER[:5], "verdict"], ["---"] * 6, *cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _growth(curves: Rows, unit: str) -> str:
    """The times, a row a curve."""
    every = sorted({x for points in curves.values() for x, _ in points if _is_power_of_ten(x)})
    lines = [[unit, *(f"{x:,}" for x in every)], ["---"] * (len(every) + 1)]
    for name, points in curves.items():
        times = {x: duration(seconds) for x, seconds in points}
        if "growing" not in name:
            lines.append([name, *(times.get(x, "") for x in every)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _is_power_of_ten(x: float) -> bool:
    return set(str(int(x))) <= {"1", "0"} and str(int(x)).count("1") == 1


def _growth_said(curves: Rows) -> str:
    cosine, log = (_range(curves[f"logsched {shape}"]) for shape in ("cosine", "log"))
    return GROWTH.format(cosine=cosine, log=log, each=_each_cycle(curves))


def _range(curve: Sequence[Sequence[float]]) -> float:
    """The greatest time over the least."""
    seconds = [point[1] for point in curve]
    return max(seconds) / min(seconds)


def _each_cycle(curves: Rows) -> str:
    """What a further cycle costs where cycles grow."""
    (few, quick), *_, (many, slow) = curves["logsched cosine, growing cycles"]
    return duration(max(slow - quick, 0.0) / (many - few))


def _plot(panels: Panels) -> Figure:
    figure = Figure(figsize=(11, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    names = list(dict.fromkeys(name for curves in panels.values() for name in curves))
    colors = dict(zip(names, cycle(f"C{k}" for k in range(10)), strict=False))
    _draw(left, panels["points"], colors)
    _draw(right, panels["cycles"], colors)
    points = max(x for x, _ in panels["cycles"]["logsched cosine"])
    left.set(xlabel="points N", ylabel="seconds", title="the default schedule, N points")
    right.set(xlabel="cycles", title=f"{points:,} points in equal cycles (slow peers scaled up)")
    handles = {line.get_label(): line for axes in (left, right) for line in axes.get_lines()}
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4)
    return figure


def _draw(axes: Axes, curves: Mapping[str, Any], colors: Mapping[str, str]) -> None:
    for name, points in curves.items():
        style = "o-" if name.startswith("logsched") else "s--"
        width = 2.0 if name.startswith("logsched") else 1.0
        x, seconds = zip(*points, strict=True)
        axes.plot(x, seconds, style, ms=4, lw=width, label=name, color=colors[name])
    axes.set(xscale="log", yscale="log")
    axes.grid(alpha=0.3)
