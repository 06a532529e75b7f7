"""What a trial shows: losses drawn, a table of them, and all of it as JSON or CSV."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import isfinite

import numpy as np

from logsched.base import files
from logsched.base.console import Terminal
from logsched.base.declare import Rule
from logsched.base.errors import LogschedError, OutputError
from logsched.base.lazy import Floats
from logsched.base.text import columns
from logsched.base.words import unknown
from logsched.draw.drawing import Look, draw_rows
from logsched.draw.picture import Picture, picture
from logsched.draw.terminal import plot
from logsched.schedule.trace import FEW_LOGGED, Trace
from logsched.trial.results import Record, Results, Spread, Summary, summarise, to_json
from logsched.trial.task import TASKS

BY = ("epoch", "step")
ABREAST = 3  # panels of a figure with several results
LOW = 20  # rows of a plot that leaves room for what is told under it
WIDE = 100.0  # losses that fall to this part of the greatest are drawn on a logarithmic axis


def as_text(results: Results, by: str, log_y: bool | None, shown: Terminal) -> str:
    """A plot of the losses, and under it a table."""
    pictured = losses(results, by, log_y)
    told = f"{table(results)}\n{legend(results)}"
    drawn = any(trace.epoch.size for trace in pictured.traces)
    room = replace(shown, height=max(LOW, shown.height - told.count("\n") - 1))
    text = plot.draw(pictured, room) + "\n" + told if drawn else told
    return text if shown.unicode else text.replace("±", "+-")


def as_csv(results: Results, by: str, log_y: bool | None, shown: Terminal) -> str:
    """A row a step; the score stands at the last step of an epoch."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["schedule", "seed", "epoch", "step", "lr", "loss", "score"])
    for record in results.records:
        writer.writerows(_csv_rows(results, record))
    return file.getvalue()


def _csv_rows(results: Results, record: Record) -> Iterator[Sequence[object]]:
    steps = results.plan.grid.whole_steps
    for step, (lr, loss) in enumerate(zip(record.lr, record.loss, strict=True)):
        epoch, over = step / steps, (step + 1) % steps == 0 or step + 1 == len(record.loss)
        score = record.scores[step // steps] if over and step // steps < record.epochs else ""
        yield [record.label, record.seed, f"{epoch:.15g}", step, lr, loss, score]


def as_json(results: Results, by: str, log_y: bool | None, shown: Terminal) -> str:
    """Everything, as `--from` reads it back."""
    return to_json(results).decode()


FILES = ("png", "svg", "pdf", "json", "csv")
FILE = Rule("a file that ends in .png, .svg, .pdf, .json or .csv")
FORMATS = {"text": as_text, "json": as_json, "csv": as_csv}


def check_options(format: str, by: str, output: str | None, several: bool) -> None:
    """Raise LogschedError for a format, a `by` or a kind of file that there is not.

    Raises OutputError where a file could not be written: better now than after hours of training.
    """
    if format not in FORMATS:
        raise unknown("format", format, FORMATS)
    if by not in BY:
        raise unknown("by", by, BY)
    if several and format != "text":
        raise LogschedError(f"format is {format}, but several results are only drawn")
    if output is not None:
        _check_file(output, several)


def _check_file(output: str, several: bool) -> None:
    suffix = files.suffix(output)
    if suffix not in FILES:
        raise FILE.broken("file", output)
    if several and suffix in FORMATS:
        raise LogschedError(f"file is {output}, but several results are only drawn: name a .png")
    _check_writable(output)


def _check_writable(output: str) -> None:
    folder = os.path.dirname(output) or "."
    if not os.access(folder, os.W_OK):
        raise OutputError(f"cannot write {output}: {folder} is no folder that can be written in")
    if os.path.isdir(output):
        raise OutputError(f"cannot write {output}: it is a folder")
    if os.path.exists(output) and not os.access(output, os.W_OK):
        raise OutputError(f"cannot write {output}: it may not be written in")


def save(trials: Sequence[Results], by: str, log_y: bool | None, output: str, look: Look) -> None:
    """Write a file: a figure of all results, or of a single one JSON or CSV."""
    suffix = files.suffix(output)
    if suffix in FORMATS:
        files.write([FORMATS[suffix](trials[0], by, log_y, look.terminal).encode()], output)
    else:
        draw_rows(panels(trials, by, log_y), output, look)


def save_picture(draw: Callable[[], bytes], output: str | None) -> None:
    """Write a PNG that is drawn only if there is a file for it. Raises LogschedError otherwise."""
    if output is None or files.suffix(output) != "png":
        raise LogschedError("preprocessing is drawn into a .png file: name it, as in -o batch.png")
    files.write([draw()], output)


# Pictures.


def panels(trials: Sequence[Results], by: str, log_y: bool | None) -> list[list[Picture]]:
    """The rows of a figure: of one trial losses over rates, of several the losses of each."""
    if len(trials) == 1:
        plan = trials[0].plan
        return [[losses(trials[0], by, log_y)], [picture(plan)]]
    if any([*trial.plan.schedules] != [*trials[0].plan.schedules] for trial in trials):
        raise LogschedError("the results have other schedules, so no legend fits them all")
    named = zip(trials, titles(trials), strict=True)
    each = [replace(losses(trial, by, log_y), title=title) for trial, title in named]
    return [each[at : at + ABREAST] for at in range(0, len(each), ABREAST)]


def losses(results: Results, by: str, log_y: bool | None) -> Picture:
    """The loss of each schedule over time: the mean of the seeds, and a band of one deviation.

    On a logarithmic axis where asked for, or where `log_y` is None and losses fall that far.
    """
    plan = results.plan
    traces = tuple(_trace(results, label, by) for label in plan.schedules)
    return replace(
        picture(plan),
        traces=traces,
        title=titles([results])[0],
        y_label="loss",
        log_y=_wide(traces) if log_y is None else log_y,
    )


def _wide(traces: Sequence[Trace]) -> bool:
    drawn = np.concatenate([trace.rate for trace in traces])
    return bool(drawn.size and 0 < WIDE * drawn.min() <= drawn.max())


def _trace(results: Results, label: str, by: str) -> Trace:
    """A schedule's mean loss, as long as all its runs go on and are finite: maybe nowhere."""
    steps, records = results.plan.grid.whole_steps if by == "step" else 1, results.of(label)
    each = [np.asarray(run.loss) if by == "step" else results.by_epoch(run) for run in records]
    shortest = min(map(_finite, each), default=0)
    stacked = np.stack([losses[:shortest] for losses in each or [np.empty(0)]])
    mean = stacked.mean(axis=0)
    at = np.arange(shortest) / steps
    points = np.column_stack([at, mean]) if shortest <= FEW_LOGGED else np.empty((0, 2))
    return Trace(label, at, mean, points, _band(stacked, mean))


def _finite(losses: Floats) -> int:
    """How many losses there are before the first that is not finite."""
    bad = np.flatnonzero(~np.isfinite(losses))
    return int(bad[0]) if bad.size else len(losses)


def _band(stacked: Floats, mean: Floats) -> tuple[Floats, ...]:
    """One standard deviation of the seeds below and above their mean, not beyond the seeds."""
    if len(stacked) < 2:
        return ()
    deviation, least, most = stacked.std(axis=0, ddof=1), stacked.min(axis=0), stacked.max(axis=0)
    return np.maximum(mean - deviation, least), np.minimum(mean + deviation, most)


def titles(trials: Sequence[Results]) -> list[str]:
    """What was trained, how, and how often; of several only what tells them apart."""
    each = [_told(results) for results in trials]
    unlike = [at for at, parts in enumerate(zip(*each, strict=True)) if len({*parts}) > 1]
    chosen = unlike or range(len(each[0]))
    return [", ".join(parts[at] for at in chosen if parts[at]) for parts in each]


def _told(results: Results) -> tuple[str, ...]:
    grid, its = results.plan.grid, results.settings
    seeds = len({record.seed for record in results.records})
    beside = " + transformer" if its.get("network") == "transformer" else ""
    runs, epochs = counted(seeds, "seed"), counted(grid.whole_epochs, "epoch")
    network, optimizer = f"{its.get('backbone', '')}{beside}", str(its.get("optimizer", ""))
    return results.task, network, optimizer, epochs, runs


def counted(number: int, what: str) -> str:
    """1 epoch, 2 epochs."""
    return f"{number} {what}" + ("s" if number != 1 else "")


# The table.


def table(results: Results) -> str:
    """A row a schedule."""
    head = ["", "final loss", "best loss", "at epoch", "mean loss", results.score_name, "halted"]
    seen = [label for label in results.plan.schedules if results.of(label)]
    cells = [_row(label, summarise(results, label)) for label in seen]
    halted = any(row[-1] for row in cells)
    return columns([row if halted else row[:-1] for row in [head, *cells]], right=range(1, 7))


def _row(label: str, its: Summary) -> list[str]:
    final, best, mean, score = map(
        _with_spread, (its.final_loss, its.best_loss, its.mean_loss, its.score)
    )
    return [label, final, best, f"{its.best_epoch.mean:.4g}", mean, score, _halted(its.halted)]


def _with_spread(its: Spread) -> str:
    if not isfinite(its.mean):
        return "not finite"
    return f"{its.mean:.3g}±{its.deviation:.2g}" if its.deviation else f"{its.mean:.4g}"


def _halted(epochs: Sequence[int]) -> str:
    return ", ".join(f"at epoch {epoch}" for epoch in sorted(set(epochs)))


def legend(results: Results) -> str:
    """What the columns mean."""
    several = len({record.seed for record in results.records}) > 1
    said = [
        "Training loss by epoch; mean loss, of all steps: low = fast learning throughout.",
        "±, and dots beside a line: one standard deviation of the seeds." if several else "",
        TASKS[results.task].score.about if results.task in TASKS else "",
    ]
    return "".join(f"{line}\n" for line in said if line)
