"""Rows measured within one process: sampling, memory, single calls, text.

`python sampling.py FILE [--quick]` writes them into FILE, JSON.
"""

import json
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import peers
from timing import Row, Task, Times, against, alternate, touch

from logsched import Schedule

QUICK = "--quick" in sys.argv
POINTS = 10**5 if QUICK else 10**7
ROUNDS = 3 if QUICK else 11
CALLS = 10**3 if QUICK else 10**5
MIB = 2**20
EQUAL = {"restart_interval_multiplier": 1.0}
EPOCH = EQUAL | {"restart_interval": 1.0}


def sample(shape: str, points: int = POINTS, steps: int = 1, **params: float) -> Task:
    """Make a schedule and sample it."""
    return Task(lambda: Schedule(shape, **params).sample(points // steps, steps))


def floors() -> dict[str, Task]:
    """Bare passes over random numbers, into arrays made beforehand."""
    random, out, other = np.random.default_rng(0), np.empty(POINTS), np.empty(POINTS)
    phases, parts = random.uniform(0.0, np.pi, POINTS), 1.0 - random.random(POINTS)
    return {
        "np.cos pass": Task(lambda: np.cos(phases, out=out)),
        "np.log pass + copy": Task(lambda: (np.log(parts, out=out), np.copyto(other, parts))),
    }


def others() -> dict[str, Task]:
    """The peers, the slow ones on a part of the points."""
    part, few = POINTS // min(POINTS, 100_000), POINTS // min(POINTS, 20_000)
    return {
        "optax, jitted, float32": Task(peers.optax_cosine(POINTS, 10, 2)),
        f"lrsched, 1/{part}": Task(peers.lrsched_cosine(POINTS, part), part),
        f"timm, 1/{few}": Task(peers.timm_cosine(POINTS, few), few),
        f"torch, 1/{few}": Task(peers.torch_cosine(POINTS // few), few),
    }


def check_peers() -> None:
    """All compute the same curve, up to the bits of float32; a test of the comparison."""
    bare = Schedule("cosine", warmup_epochs=0, init_decay_epochs=0).sample(1000)
    runs = peers.lrsched_cosine(1000, 1), peers.timm_cosine(1000, 1), peers.torch_cosine(1000)
    for run in runs:
        np.testing.assert_allclose(run(), bare, rtol=1e-9)
    whole = peers.optax_cosine(1000, 10, 2)()
    np.testing.assert_allclose(whole, Schedule("cosine").sample(1000), rtol=1e-4)


def sampling() -> list[Row]:
    """10^7 points, beside bare passes and peers."""
    ours = {
        "cosine, growing cycles (the defaults)": (sample("cosine"), "np.cos pass", 1.0),
        "cosine, cycles of 10 epochs": (sample("cosine", **EQUAL), "np.cos pass", 1.1),
        "cosine, cycles of 1 epoch": (sample("cosine", **EPOCH), "np.cos pass", 1.1),
        "cosine, cycles of 1 epoch, 100 points each": (
            sample("cosine", steps=100, **EPOCH),
            "np.cos pass",
            1.1,
        ),
        "log": (sample("log"), "np.log pass + copy", 3.5),
        "log-bounded": (sample("log-bounded"), "np.log pass + copy", 3.5),
    }
    tasks, peers_ = {name: task for name, (task, _, _) in ours.items()}, others()
    times = alternate(floors() | tasks | peers_, ROUNDS, touch(POINTS))
    rows = [
        against(f"sample {POINTS:,} points: {name}", times, name, floor, most)
        for name, (_, floor, most) in ours.items()
    ]
    return rows + beside(times, next(iter(ours)), list(peers_))


def beside(times: Times, ours: str, theirs: list[str]) -> list[Row]:
    """The defaults beside each peer; optax is the one to be ahead of."""
    what = f"sample {POINTS:,} points: cosine"
    return [against(what, times, ours, peer, 1.0 if "optax" in peer else None) for peer in theirs]


def memory() -> list[Row]:
    """What sampling allocates beyond its result, at several numbers of cycles."""
    kinds = {
        "1 cycle": {"restart_interval": float(POINTS)},
        "growing cycles, multiplier 2": {},
        "growing cycles, multiplier 1.0001": {"restart_interval_multiplier": 1.0001},
        "cycles of 10 epochs": EQUAL,
        "cycles of 1 epoch": EPOCH,
    }
    shapes = "cosine", "log", "log-bounded"
    return [
        _allocated(name, max(_beyond(sample(shape, **params).run) for shape in shapes))
        for name, params in kinds.items()
    ]


def _beyond(run: Callable[[], object]) -> int:
    """Peak of what is allocated, less 8 bytes a point."""
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - 8 * POINTS


def _allocated(kind: str, beyond: int) -> Row:
    what = f"memory while sampling {POINTS:,} points, the most of three shapes: {kind}"
    ours = f"8 N bytes + {beyond / MIB:.2f} MiB"
    return Row(what, ours, "", "", "≤ 8 N bytes + 16 MiB", beyond <= 16 * MIB)


def calls() -> list[Row]:
    """schedule(t), one number at a time; its most is an absolute time."""
    epochs = [k / 100 for k in range(CALLS)]
    tasks = {shape: _calls(Schedule(shape), epochs) for shape in ("cosine", "log", "log-bounded")}
    steps = min(CALLS, 10_000)
    tasks |= {
        "torch's step()": Task(peers.torch_cosine(steps), 1 / steps),
        "timm": Task(peers.timm_cosine(steps, 1), 1 / steps),
        "lrsched": Task(peers.lrsched_cosine(CALLS, 1), 1 / CALLS),
    }
    times = alternate(tasks, ROUNDS)
    rows = [against("schedule(t): cosine", times, "cosine", name) for name in list(tasks)[3:]]
    return [*(_called(shape, times) for shape in list(tasks)[:3]), *rows]


def _calls(schedule: Schedule, epochs: list[float]) -> Task:
    """Call it at every epoch, as a training loop; with the bits of the array path."""

    def run() -> None:
        for epoch in epochs:
            schedule(epoch)

    assert [schedule(t) for t in epochs] == schedule(np.array(epochs)).tolist()
    return Task(run, 1 / len(epochs))


def _called(shape: str, times: Times) -> Row:
    row = against(f"schedule(t), every step of a loop: {shape}", times, shape, "torch's step()")
    return row._replace(must="≤ 5 µs", met=float(np.median(times[shape])) <= 5e-6)


def text() -> list[Row]:
    """`logsched export -o FILE.csv`, the whole process, beside np.savetxt of a part of the rows."""
    part = min(POINTS, 300_000)
    columns = np.column_stack([np.arange(part, dtype=float), Schedule("log").sample(part)])
    with tempfile.TemporaryDirectory() as folder:
        file, other = Path(folder, "ours.csv"), Path(folder, "theirs.csv")
        command = [Path(sys.executable).with_name("logsched"), "export", "log", "-o", file]
        command += ["--epochs", str(POINTS)]
        savetxt = f"np.savetxt, 1/{POINTS / part:.3g}"
        tasks = {
            "ours": Task(lambda: subprocess.run(command, check=True)),
            savetxt: Task(lambda: np.savetxt(other, columns), POINTS / part),
        }
        times = alternate(tasks, min(ROUNDS, 7))
    what = f"export -o FILE.csv, {POINTS:,} rows, whole process"
    return [against(what, times, "ours", savetxt, 1 / 8, ", 8 times as fast")]


if __name__ == "__main__":
    check_peers()
    rows = [*sampling(), *memory(), *calls(), *text()]
    Path(sys.argv[1]).write_text(json.dumps(rows))
