"""What a trial shows: losses drawn, a table of them, and all of it as JSON or CSV."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from logsched.errors import LogschedError, OutputError
from logsched.lazy import Floats
from logsched.outputs import files, terminal
from logsched.outputs.console import Terminal
from logsched.outputs.plotting import Look, draw_rows
from logsched.outputs.text import columns
from logsched.parameters import Rule, unknown
from logsched.picture import FEW_LOGGED, Curve, Picture, picture
from logsched.trial.results import Record, Results, Spread, Summary, summarise, to_json

BY = ("epoch", "step")
ABREAST = 3  # panels of a figure with several results
ABOUT = {
    "accuracy": "Accuracy: of the images held out, the share whose class is found.",
    "global basin": "Global basin: the share of starts that end in the pit of the least value.",
    "modes of 8": "Modes: how many of the eight Gaussians the generator draws from.",
}


def as_text(results: Results, by: str, log_y: bool, shown: Terminal) -> str:
    """A plot of the losses, and under it a table."""
    pictured = losses(results, by, log_y)
    plot = terminal.draw(pictured, shown) + "\n" if pictured.curves else ""
    return f"{plot}{table(results)}\n{legend(results)}"


def as_csv(results: Results, by: str, log_y: bool, shown: Terminal) -> str:
    """A row a step; the score stands at the last step of an epoch."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["schedule", "seed", "epoch", "step", "lr", "loss", "score"])
    for record in results.records:
        writer.writerows(_csv_rows(results, record))
    return file.getvalue()


def _csv_rows(results: Results, record: Record) -> Iterator[Sequence[object]]:
    steps = results.run.grid.steps_per_epoch
    for step, (lr, loss) in enumerate(zip(record.lr, record.loss, strict=True)):
        epoch, over = step / steps, (step + 1) % steps == 0 or step + 1 == len(record.loss)
        score = record.score[step // steps] if over and step // steps < record.epochs else ""
        yield [record.label, record.seed, f"{epoch:.15g}", step, lr, loss, score]


def as_json(results: Results, by: str, log_y: bool, shown: Terminal) -> str:
    """Everything, as `--from` reads it back."""
    return to_json(results).decode()


FILES = ("png", "svg", "pdf", "json", "csv")
FILE = Rule("a file that ends in .png, .svg, .pdf, .json or .csv")
FORMATS = {"text": as_text, "json": as_json, "csv": as_csv}


def check_options(format: str, by: str, output: str | None) -> None:
    """Raise LogschedError for a format, a `by` or a kind of file that there is not.

    Raises OutputError where a file could not be written: better now than after hours of training.
    """
    if output is not None and files.suffix(output) not in FILES:
        raise FILE.broken("file", output)
    folder = os.path.dirname(output or "") or "."
    if not os.access(folder, os.W_OK):
        raise OutputError(f"cannot write {output}: {folder} is no folder that can be written in")
    if format not in FORMATS:
        raise unknown("format", format, FORMATS)
    if by not in BY:
        raise unknown("by", by, BY)


def save(results: Sequence[Results], by: str, log_y: bool, output: str, look: Look) -> None:
    """Write a file: a figure of all results, or of a single one JSON or CSV."""
    suffix = files.suffix(output)
    if suffix not in ("json", "csv"):
        draw_rows(rows(results, by, log_y), output, look)
    elif len(results) == 1:
        files.write([FORMATS[suffix](results[0], by, log_y, look.terminal).encode()], output)
    else:
        raise LogschedError(f"file is {output}, but several results are only drawn: name a .png")


def save_picture(draw: Callable[[], bytes], output: str | None) -> None:
    """Write a PNG that is drawn only if there is a file for it. Raises LogschedError otherwise."""
    if output is None or files.suffix(output) != "png":
        raise LogschedError("preprocessing is drawn into a .png file: name it, as in -o batch.png")
    files.write([draw()], output)


# Pictures.


def rows(results: Sequence[Results], by: str, log_y: bool) -> list[list[Picture]]:
    """The panels of a figure: of one trial losses over rates, of several the losses of each."""
    if len(results) == 1:
        run = results[0].run
        return [[losses(results[0], by, log_y)], [picture(run)]]
    if any([*one.run.schedules] != [*results[0].run.schedules] for one in results):
        raise LogschedError("the results have other schedules, so no legend fits them all")
    named = zip(results, titles(results), strict=True)
    panels = [replace(losses(one, by, log_y), title=title) for one, title in named]
    return [panels[at : at + ABREAST] for at in range(0, len(panels), ABREAST)]


def losses(results: Results, by: str, log_y: bool) -> Picture:
    """The loss of each schedule over time: the mean of the seeds, and a band of one deviation."""
    run = results.run
    seen = [(label, results.of(label)) for label in run.schedules]
    curves = [_curve(results, label, records, by) for label, records in seen if records]
    return replace(
        picture(run),
        curves=tuple(one for one in curves if one.epoch.size),
        title=titles([results])[0],
        y_label="loss",
        log_y=log_y,
    )


def _curve(results: Results, label: str, records: Sequence[Record], by: str) -> Curve:
    """A schedule's mean loss, as long as all its runs go on and are finite."""
    steps = results.run.grid.steps_per_epoch if by == "step" else 1
    each = [np.asarray(one.loss) if by == "step" else results.by_epoch(one) for one in records]
    shortest = min(_finite(losses) for losses in each)
    stacked = np.stack([losses[:shortest] for losses in each])
    mean = stacked.mean(axis=0)
    at = np.arange(shortest) / steps
    marks = np.column_stack([at, mean]) if shortest <= FEW_LOGGED else np.empty((0, 2))
    return Curve(label, at, mean, marks, _band(stacked, mean))


def _finite(losses: Floats) -> int:
    """How many losses there are before the first that is not finite."""
    bad = np.flatnonzero(~np.isfinite(losses))
    return int(bad[0]) if bad.size else len(losses)


def _band(stacked: Floats, mean: Floats) -> tuple[Floats, ...]:
    """One standard deviation of the seeds below and above their mean, not below 0."""
    if len(stacked) < 2:
        return ()
    deviation = stacked.std(axis=0, ddof=1)
    return np.maximum(mean - deviation, 0), mean + deviation


def titles(results: Sequence[Results]) -> list[str]:
    """What was trained, how, and how often; of several only what tells them apart."""
    each = [_told(one) for one in results]
    unlike = [at for at, parts in enumerate(zip(*each, strict=True)) if len({*parts}) > 1]
    chosen = unlike or range(len(each[0]))
    return [", ".join(parts[at] for at in chosen if parts[at]) for parts in each]


def _told(results: Results) -> tuple[str, ...]:
    grid, its = results.run.grid, results.settings
    seeds = len({record.seed for record in results.records})
    beside = " + transformer" if its.get("network") == "transformer" else ""
    runs = "1 seed" if seeds == 1 else f"{seeds} seeds"
    network, optimizer = f"{its.get('backbone', '')}{beside}", str(its.get("optimizer", ""))
    return results.task, network, optimizer, f"{grid.epochs} epochs", runs


# The table.


def table(results: Results) -> str:
    """A row a schedule."""
    head = ["", "final loss", "best loss", "at epoch", "mean loss", results.score, "halted"]
    seen = [label for label in results.run.schedules if results.of(label)]
    cells = [_row(label, summarise(results, label)) for label in seen]
    halted = any(row[-1] for row in cells)
    return columns([row if halted else row[:-1] for row in [head, *cells]], right=range(1, 7))


def _row(label: str, its: Summary) -> list[str]:
    numbers = [its.final_loss, its.best_loss, its.best_epoch, its.mean_loss, its.score]
    return [label, *map(_with_spread, numbers), _halted(its.halted)]


def _with_spread(its: Spread) -> str:
    return f"{its.mean:.4g}" + (f" ±{its.deviation:.2g}" if its.deviation else "")


def _halted(epochs: Sequence[int]) -> str:
    return ", ".join(f"at epoch {epoch}" for epoch in sorted(set(epochs)))


def legend(results: Results) -> str:
    """What the columns mean."""
    about = ABOUT.get(results.score)
    said = [
        "Losses are means over an epoch; mean loss is over all steps.",
        *([about] if about else []),
    ]
    return "".join(f"{line}\n" for line in said)
