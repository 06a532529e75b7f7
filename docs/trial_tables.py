"""The tables of docs/TRIALS.md, made from the results that docs/trials.py has trained.

Losses of two schedules are compared seed by seed: the ratio is the geometric mean of the seeds'
ratios, with its 95 % interval by Student's t. Where one has fewer seeds, these are compared.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from logsched.trial.results import Record, Results, read_results

Floats = NDArray[np.float64]
FUNCTIONS = ("ackley", "griewank", "rastrigin")
TASKS = ("digits", *FUNCTIONS, "gan-ring")
SINGLE = "once"  # one cosine over the whole run, without restarts
STUDENT = {3: 4.303, 5: 2.776}  # seeds -> the quantile 0.975 of t, with one degree less


What = Callable[[str, str], Floats]  # of results and a schedule's label: a number a seed
Pair = tuple[str, str]  # two labels


class Table(NamedTuple):
    """A table of the page."""

    head: Sequence[str]
    rows: Iterable[Sequence[str]]

    def __str__(self) -> str:
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)


class Trials:
    """The results in a folder, by the names of their commands."""

    def __init__(self, folder: Path) -> None:
        self.read: Callable[[str], Results] = cache(
            lambda name: read_results(str(folder / f"{name}.json"))
        )

    def steps(self, name: str, label: str) -> Floats:
        """The losses of a schedule, `(seeds, steps)`."""
        return np.array([record.loss for record in self.read(name).of(label)])

    def epochs(self, name: str, label: str) -> Floats:
        """The mean losses of its epochs, `(seeds, epochs)`."""
        results = self.read(name)
        return np.array([results.by_epoch(record) for record in results.of(label)])

    def final(self, name: str, label: str) -> Floats:
        """The mean loss of the last epoch, `(seeds,)`; of a run that was halted, of its last."""
        results = self.read(name)
        return np.array([results.by_epoch(record)[-1] for record in results.of(label)])

    def mean(self, name: str, label: str) -> Floats:
        """The mean loss of all epochs, `(seeds,)`."""
        return np.asarray(self.epochs(name, label).mean(axis=1))

    def score(self, name: str, label: str) -> Floats:
        """The score after the last epoch, `(seeds,)`."""
        return np.array([record.scores[-1] for record in self.read(name).of(label)])

    def of(self, name: str, label: str) -> tuple[str, str]:
        """The results that hold a schedule of a task: that without restarts has its own."""
        return (f"once-{name}", label) if label == SINGLE else (name, label)


def spread(values: Floats) -> str:
    """Mean ± standard deviation of the seeds."""
    return f"{values.mean():.3g} ± {values.std(ddof=1):.2g}"


def ratio(ours: Floats, theirs: Floats) -> str:
    """How many times theirs ours is, seed by seed; bold where the interval, as shown, is off 1."""
    logs = np.log(ours / theirs[: len(ours)])
    half = STUDENT[len(logs)] * logs.std(ddof=1) / len(logs) ** 0.5
    bounds = np.exp([logs.mean() - half, logs.mean(), logs.mean() + half])
    low, middle, high = (f"{one:.3g}" for one in bounds)
    mark = "**" if float(low) > 1 or float(high) < 1 else ""
    return f"{mark}{middle}{mark} ({low} to {high})"


def difference(ours: Floats, theirs: Floats) -> str:
    """Ours less theirs, seed by seed, with its interval; bold where that leaves out 0."""
    apart = ours - theirs[: len(ours)]
    middle, half = apart.mean(), STUDENT[len(apart)] * apart.std(ddof=1) / len(apart) ** 0.5
    mark = "**" if abs(middle) > half else ""
    return f"{mark}{middle:+.2g}{mark} (± {round(half, 6):.2g})"


# The tables, in the page's order. Each takes the trials.


def overview(trials: Trials, what: What, names: Sequence[str], labels: Sequence[str]) -> Table:
    """A row for results, a column a schedule."""
    rows = [[name, *(spread(what(*trials.of(name, one))) for one in labels)] for name in names]
    return Table(["", *labels], rows)


def against(trials: Trials, what: What, names: Sequence[str], pairs: Sequence[Pair]) -> Table:
    """A row for results, a column for two schedules: one as a multiple of the other."""
    rows = [
        [name, *(ratio(*(what(*trials.of(name, one)) for one in pair)) for pair in pairs)]
        for name in names
    ]
    return Table(["", *(" / ".join(pair) for pair in pairs)], rows)


def starts(name: str) -> tuple[int, ...]:
    """The epochs at which the cycles of results start."""
    return (10, 20, 30) if name == "figure-3" else (15, 25)


def phases(trials: Trials, names: Sequence[str], label: str = "log") -> Table:
    """Loss of a schedule as a multiple of cosine's, by phases of the run."""
    rows = []
    for name in names:
        first, second, *_ = starts(name)
        windows = [(0, first), (first, second), (second, None), (-1, None)]
        rows.append([name, *(_to_cosine(trials, name, label, *window) for window in windows)])
    return Table(["", "before restarts", "first cycle", "later cycles", "last epoch"], rows)


def restarts(trials: Trials, names: Sequence[str]) -> Table:
    """Loss of log in the five epochs after each restart, as a multiple of cosine's."""
    rows = [
        [name, *(_to_cosine(trials, name, "log", start, start + 5) for start in starts(name))]
        for name in names
    ]
    return Table(["", "first restart", "second", "third"], [[*row, ""][:4] for row in rows])


def _to_cosine(trials: Trials, name: str, label: str, first: int, end: int | None) -> str:
    ours, theirs = trials.epochs(name, label), trials.epochs(name, "cosine")
    return ratio(ours[:, first:end].mean(axis=1), theirs[:, first:end].mean(axis=1))


class Spike(NamedTuple):
    """What a restart does to a loss, by step; the level before is the mean of the epoch before."""

    highest: float  # of one step, over the level before
    epoch: float  # the mean of the first epoch, over the level before
    back: float  # epochs until the last one's mean is at the level before; inf: not in this cycle


def spike(losses: Floats, start: int, end: int, steps: int) -> Spike:
    """The spike of one run, `(steps,)` losses, whose cycle goes from a step to another."""
    before = losses[start - steps : start].mean()
    running = np.convolve(losses[start:end], np.full(steps, 1 / steps), mode="valid")
    low = np.flatnonzero(running <= before)
    back = low[0] / steps + 1 if low.size else np.inf
    return Spike(losses[start:end].max() / before, running[0] / before, back)


def spikes(trials: Trials, names: Sequence[str]) -> Table:
    """Height and length of the spikes after both restarts, medians of the seeds."""
    rows = []
    for name in names:
        for label in ("constant", "cosine", "log", "log-bounded"):
            first, second = (_spike(trials, name, label, *cycle) for cycle in ((15, 25), (25, 45)))
            rows.append([name, label, *first, *second])
    measures = ("highest step", "first epoch", "back after")
    return Table(["", "", *measures, *(f"second: {one}" for one in measures)], rows)


def _spike(trials: Trials, name: str, label: str, start: int, end: int) -> list[str]:
    steps = trials.read(name).plan.grid.steps_per_epoch
    found = [
        spike(losses, start * steps, end * steps, steps) for losses in trials.steps(name, label)
    ]
    highest, epoch, back = (float(np.median(column)) for column in zip(*found, strict=True))
    late = sum(np.isinf(one.back) for one in found)
    said = "never" if np.isinf(back) else f"{back:.3g} epochs"
    more = f", {late} of {len(found)} never" if 0 < late < len(found) else ""
    return [f"{highest:.3g}", f"{epoch:.3g}", said + more]


def warmups(trials: Trials) -> Table:
    """Losses of other warmups than 5, as multiples of its; restarts are at the same epochs."""
    columns = [(shape, what) for shape in ("cosine", "log") for what in (trials.final, trials.mean)]
    rows = [
        [
            str(epochs),
            *(
                ratio(what("warmup", f"{shape}-{epochs}"), what("digits", shape))
                for shape, what in columns
            ),
        ]
        for epochs in (0, 10, 15)
    ]
    return Table(["warmup", "cosine, final", "cosine, mean", "log, final", "log, mean"], rows)


def swept(trials: Trials, tasks: Sequence[str], sweeps: Sequence[str]) -> Table:
    """Final loss of log with one parameter changed, over that without; scores less that without."""
    rows = []
    for name in sweeps:
        labels = [[*trials.read(f"{name}-{task}").plan.schedules] for task in tasks]
        for each in zip(*labels, strict=True):
            changed = " or ".join(dict.fromkeys(one.removeprefix("log:") for one in each))
            cells = [_changed(trials, name, *one) for one in zip(tasks, each, strict=True)]
            rows.append([changed, *(cell for its in cells for cell in its)])
    return Table(
        ["log with", *(f"{task}, {one}" for task in tasks for one in ("loss", "share"))], rows
    )


def _changed(trials: Trials, name: str, task: str, label: str) -> tuple[str, str]:
    at = f"{name}-{task}", label
    loss = ratio(trials.final(*at), trials.final(task, "log"))
    return loss, difference(trials.score(*at), trials.score(task, "log"))


HALTED = {  # what was done -> results and label
    "log, restarts at 0.1": ("digits", "log"),
    "restarts at 30, halted": ("hot", "hot"),
    "halted, then on at 0.1": ("calm", "hot"),
    "restarts at 30, not halted": ("unhalted", "hot"),
    "one restart at 30, not halted": ("cooling", "hot"),
}


def halted(trials: Trials) -> Table:
    """Runs that diverge: halted and gone on with, or left alone."""
    rows = [
        [
            what,
            _epochs(trials.read(at[0]).of(at[1])),
            spread(trials.final(*at)),
            spread(trials.score(*at)),
        ]
        for what, at in HALTED.items()
    ]
    return Table(["", "epochs", "final loss", "accuracy"], rows)


def _epochs(records: Sequence[Record]) -> str:
    return ", ".join(str(epochs) for epochs in sorted({record.epochs for record in records}))
