"""The files that people log the learning rates of a run to."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from loops import BATCHES, Run, torch

Write = Callable[[Run, Path], Path]
"""Writes the log of a run into a folder and says which file it is."""


def as_csv(*columns: str, number: str = "") -> Write:
    """Some columns, the rates in a format."""

    def write(run: Run, folder: Path) -> Path:
        path = folder / "log.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for row in run.rows:
                rates = {name: format(row[name], number) for name in row if name.startswith("lr")}
                writer.writerow([(row | rates)[name] for name in columns])
        return path

    return write


def as_json_lines(run: Run, folder: Path) -> Path:
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in run.rows))
    return path


def as_trainer_state(run: Run, folder: Path) -> Path:
    """A trainer's own state, in which the log is one of many things."""
    history = [
        {"epoch": row["step"] / BATCHES, "learning_rate": row["lr"], "step": row["step"]}
        for row in run.rows
    ]
    path = folder / "trainer_state.json"
    path.write_text(json.dumps({"global_step": run.step, "log_history": history}))
    return path


def as_array(dtype: type) -> Write:
    """The bare rates."""

    def write(run: Run, folder: Path) -> Path:
        path = folder / "rates.npy"
        np.save(path, np.array([row["lr"] for row in run.rows], dtype))
        return path

    return write


def as_single_tensors(run: Run, folder: Path) -> Path:
    path = folder / "log.tsv"
    rows = [f"{row['epoch']}\t{torch.tensor(row['lr']).item()}\n" for row in run.rows]
    path.write_text("epoch\tlearning_rate\n" + "".join(rows))
    return path


def as_tensorboard(run: Run, folder: Path) -> Path:
    """What TensorBoard lets download of a scalar: float32 in its shortest digits."""
    path = folder / "run-train-tag-lr.csv"
    rows = [f"{1.7e9 + row['epoch']},{row['epoch']},{np.float32(row['lr'])}\n" for row in run.rows]
    path.write_text("Wall time,Step,Value\n" + "".join(rows))
    return path


def as_wandb(run: Run, folder: Path) -> Path:
    path = folder / "wandb_export.csv"
    names = ["Step", "calm-sun-1 - lr", "calm-sun-1 - lr__MIN", "calm-sun-1 - lr__MAX"]
    with path.open("w", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([names, *([row["epoch"], *[row["lr"]] * 3] for row in run.rows)])
    return path


def as_lightning(run: Run, folder: Path) -> Path:
    """A row of the rates, as its monitor names them, and a row of what else there is."""
    names = ["epoch", "lr-SGD/pg1", "lr-SGD/pg2", "step", "train_loss"]
    path = folder / "metrics.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for row in run.rows:
            writer.writerow(["", row["lr"], row["lr_bias"], row["step"], ""])
            writer.writerow([row["epoch"], "", "", row["step"], row["loss"]])
    return path
