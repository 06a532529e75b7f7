"""Times against the number of points, and against the number of cycles, for the plot.

`python growth.py FILE [--quick]` writes them into FILE, JSON: panels of curves of `[x, seconds]`.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import peers
from timing import Task, alternate, touch

from logsched import Schedule

QUICK = "--quick" in sys.argv
MOST = 10**5 if QUICK else 10**8
POINTS = 10**5 if QUICK else 10**7  # of the panel of cycles
ROUNDS = 5
Rows = dict[str, list[tuple[float, float]]]
Tasks = dict[str, Task]


def by_points(points: int) -> Tasks:
    """Default schedules of so many points; slow peers as far as they take about a second."""
    tasks = {
        "logsched cosine": Task(lambda: Schedule("cosine").sample(points)),
        "logsched log": Task(lambda: Schedule("log").sample(points)),
        "np.cos pass": Task(_cosines(points)),
        "optax, jitted, float32": Task(peers.optax_cosine(points, 10, 2)),
    }
    if points <= 10**6:
        tasks["lrsched"] = Task(peers.lrsched_cosine(points, 1))
    if points <= 10**5:
        tasks["timm"] = Task(peers.timm_cosine(points, 1))
        tasks["torch stepping"] = Task(peers.torch_cosine(points))
    return tasks


def by_cycles(cycles: int) -> Tasks:
    """As many points in so many equal cycles; slow peers on a part of them."""
    interval = POINTS // cycles
    part = POINTS // min(POINTS, 1000)
    tasks = {
        "logsched cosine": _in_cycles("cosine", interval),
        "logsched log": _in_cycles("log", interval),
        "np.cos pass": Task(_cosines(POINTS)),
        "timm": Task(peers.timm_cosine(POINTS, part, interval, 1.0), part),
    }
    if cycles <= 100:
        tasks["optax, jitted, float32"] = Task(peers.optax_cosine(POINTS, interval, 1, False))
    if cycles <= 10**4:
        tasks["lrsched"] = Task(peers.lrsched_cosine(POINTS, part, interval, 1), part)
    return tasks


def _in_cycles(shape: str, interval: float) -> Task:
    bare = {"warmup_epochs": 0, "init_decay_epochs": 0, "restart_interval_multiplier": 1}
    return Task(lambda: Schedule(shape, restart_interval=interval, **bare).sample(POINTS))


def by_growing_cycles() -> Iterator[tuple[float, float]]:
    """The default cosine with cycles that grow ever less, so that there are ever more of them."""
    for multiplier in (2.0, 1.1, 1.01, 1.001, 1.0001, 1.00001):
        schedule = Schedule("cosine", restart_interval_multiplier=multiplier)
        cycles = schedule.phases[-1].cycles.at(POINTS - 1.0) + 1
        run = Task(lambda m=multiplier: Schedule(**_growing(m)).sample(POINTS))
        yield cycles, min(alternate({"": run}, ROUNDS, touch(POINTS))[""])


def _growing(multiplier: float) -> dict[str, str | float]:
    return {"shape": "cosine", "restart_interval_multiplier": multiplier}


def _cosines(points: int) -> Callable[[], object]:
    phases, out = np.random.default_rng(0).uniform(0.0, np.pi, points), np.empty(points)
    return lambda: np.cos(phases, out=out)


def curves(tasks: Callable[[int], Tasks], least: int, most: int, points: int = 0) -> Rows:
    """Least seconds of each task at powers of ten, which are the points if there is no number."""
    found: Rows = {}
    for x in (10**k for k in range(least, len(str(most)))):
        for name, seconds in alternate(tasks(x), ROUNDS, touch(points or x)).items():
            found.setdefault(name, []).append((x, min(seconds)))
    return found


if __name__ == "__main__":
    panels = {"points": curves(by_points, 3, MOST), "cycles": curves(by_cycles, 0, POINTS, POINTS)}
    panels["cycles"]["logsched cosine, growing cycles"] = list(by_growing_cycles())
    Path(sys.argv[1]).write_text(json.dumps(panels))
