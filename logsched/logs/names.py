"""What columns, and the words before numbers in a line, are by their names: rates, times, clocks.

Names are taken in words: `global_step` and `globalStep` are "global step". A rate may have other
words around it, as in `lr-Adam/pg1` or `optimizer.lr`, but none of NO_RATES; the rest only a path
or a run before it, as in `train/epoch` or `calm-sun-1 - epoch`.
"""

from __future__ import annotations

import re

from logsched.logs.table import BOTH, PAIR

RATES = ("lr", "learning rate", "learningrate", "lrate", "l r", "\u5b66\u4e60\u7387")
NO_RATES = {
    *("min", "max", "momentum", "weight", "decay", "wd", "loss", "scale", "mult", "multiplier"),
    *("factor", "ratio", "scheduler", "schedule", "gamma", "patience", "steps", "epochs", "warmup"),
    *("init", "initial", "final", "end", "target", "peak", "policy", "range"),
}
METRICS = {  # words of columns that hold no rates where none says so
    *("loss", "losses", "acc", "accuracy", "error", "err", "norm", "perplexity", "ppl", "auc"),
    *("f", "map", "iou", "miou", "dice", "bleu", "precision", "recall", "top", "momentum", "score"),
    *("memory", "mem", "seconds", "size", "samples", "tokens"),
}
UNSURE_RATES = ("rate", "eta", "\N{GREEK SMALL LETTER ETA}")  # where there is none of RATES
EPOCHS = ("epoch", "epochs", "current epoch", "epoch num", "epoch number", "epoch idx", "ep")
STEPS = (  # the first one that is there counts
    *("global step", "global steps", "num updates", "current steps", "current step", "cur step"),
    *("step", "steps", "train step", "iteration", "iterations", "iter", "iters", "it", "n iter"),
    *("training iteration", "update", "updates", "up", "num steps", "optimizer step"),
    *("batch", "batches", "batch idx", "total timesteps", "timesteps", "timesteps total"),
    PAIR,
    *("unnamed 0", ""),  # the index of a pandas.DataFrame
)
CLOCKS = (
    *("wall time", "time", "timestamp", "runtime", "relative time", "relative time process"),
    *("date", "datetime", "elapsed", "elapsed time", "created at"),
)
PREFIX = re.compile(r".*(?:[/.]| - )", re.DOTALL)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
WORD = re.compile(r"[^\W\d_]+|\d+")


def words(name: str) -> str:
    """The words of a name without the run before it: `lr adam pg 1` of `calm-sun - lr-Adam/pg1`."""
    own = CAMEL.sub(" ", name.rpartition(" - ")[2])
    return " ".join(WORD.findall(own.casefold()))


def last_words(name: str) -> str:
    """The words of a name without the path or the run before it."""
    return words(PREFIX.sub("", name))


def says_rate(name: str) -> bool:
    """Whether a name is that of a learning rate."""
    found = f" {words(name)} "
    if "=" in name or not NO_RATES.isdisjoint(found.split()):  # = is in a schedule's text
        return False
    return any(f" {rate} " in found for rate in RATES)


def says_time(name: str) -> bool:
    """Whether a name is that of an epoch or of a step; `step/max_steps` is, too."""
    said = last_words(BOTH.sub("", name))
    return said != "" and (said in EPOCHS or said in STEPS)


def is_metric(name: str) -> bool:
    """Whether a name is that of something else which runs log."""
    return not METRICS.isdisjoint(words(name).split())
