"""Which column of a file is which: its rates and their times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.lazy import np
from logsched.base.words import listed, shown, suggestion
from logsched.logs.kinds.table import Column, Content, Oddities, Table

STDIN = "-"
LISTED = 8  # columns that a sentence names
LONG = 40  # characters of a name that it shows
STEADY = 4  # a column of times rises so many times as often as it falls

# Names of columns in words: `global_step` and `globalStep` are "global step". A rate may have other
# words around it, as in `lr-Adam/pg1` or `optimizer.lr`, but none of NO_RATES; the rest only a path
# or a run before it, as in `train/epoch` or `calm-sun-1 - epoch`. The time listed first counts.
RATES = ("lr", "learning rate", "learningrate", "lrate")
NO_RATES = {
    *("min", "max", "momentum", "weight", "decay", "wd", "loss", "scale", "mult", "multiplier"),
    *("factor", "ratio", "scheduler", "schedule", "gamma", "patience", "steps", "epochs"),
}
UNNAMED = "no column named like a learning rate (lr, learning_rate, ...), but"
UNSURE_RATES = ("rate", "eta", "\N{GREEK SMALL LETTER ETA}")  # where there is none of RATES
EPOCHS = ("epoch", "epochs", "current epoch", "epoch num", "epoch number", "epoch idx", "ep")
STEPS = (
    *("global step", "global steps", "step", "steps", "iteration", "iterations", "iter", "iters"),
    *("it", "num updates", "update", "updates", "batch", "batches", "batch idx"),
    *("unnamed 0", ""),  # the index of a pandas.DataFrame
)
CLOCKS = (
    *("wall time", "time", "timestamp", "runtime", "relative time", "relative time process"),
    *("date", "datetime", "elapsed", "elapsed time", "created at"),
)
TWINS = ("__MIN", "__MAX")  # that Weights & Biases writes beside each column
PREFIX = re.compile(r".*(?:[/.]| - )", re.DOTALL)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
WORD = re.compile(r"[^\W\d_]+|\d+")


class Source(NamedTuple):
    """A file, or standard input, and the column that was asked for."""

    path: str
    column: str | None

    @property
    def name(self) -> str:
        """The file as a sentence names it."""
        return "standard input" if self.path == STDIN else self.path or shown(self.path)

    def several(self, what: str, names: Sequence[str], example: str) -> LogschedError:
        """The sentence about columns of which one must be named."""
        return LogschedError(
            f"{self.name} has {what} {_listed(names)}: name one, as in {self.path}:{example}"
        )

    def without(self, what: str, odd: Oddities) -> LogschedError:
        """The sentence about what the file lacks, perhaps because it could not be read."""
        return LogschedError(": ".join([f"{self.name} has no {what}", *odd.notes()]))


class Choice(NamedTuple):
    """Which columns are rates, and which are their times."""

    rates: Sequence[str]
    epoch: str | None
    step: str | None

    @property
    def names(self) -> list[str]:
        """All of them."""
        return [*self.rates, *(name for name in (self.epoch, self.step) if name is not None)]


def _listed(names: Sequence[str]) -> str:
    """`a, b and c`; of many names the first ones, and of a long one its beginning."""
    return listed(_short(names)) if len(names) <= LISTED else ", ".join(_short(names))


def _short(names: Sequence[str]) -> list[str]:
    short = [name if len(name) <= LONG else f"{name[:LONG]}..." for name in names[:LISTED]]
    return [*short, "..."] if len(names) > LISTED else short


# Which column is which.


def _choose(content: Content, asked: Source) -> Choice:
    """The columns of a file's rates and times. Raises LogschedError where they cannot be told."""
    table = content.first
    names = list(table.columns)
    if not names or not table.row.size:
        raise asked.without("rows of numbers", content.oddities)
    if asked.column is not None:
        rates = _find(asked.column, names)
    elif table.rates or len(names) == 1:
        rates = list(table.rates) or names
    elif table.named:
        rates = _named_rates(table, asked, content.oddities)
    else:
        rates = _unnamed_rates(table, asked)
    chosen = {*rates}
    others = [name for name in names if name not in chosen]
    if not table.named:
        return Choice(rates, "1" if "1" in others and _rises(table.columns["1"]) else None, None)
    steps = [name for name in others if _counts(table.columns[name])]
    return Choice(rates, _first(EPOCHS, others), _first(STEPS, steps))


def _find(word: str, names: Sequence[str]) -> list[str]:
    """The column of a name: as it is, in any case, without its path, or by its number from 1."""
    folded = word.casefold()
    alike = [name for name in names if name.casefold() == folded]
    inner = [name for name in names if PREFIX.sub("", name).casefold() == folded]
    if found := [name for name in names if name == word] or alike or inner:
        return found
    if word.isdecimal() and word.isascii() and 1 <= float(word) <= len(names):
        return [names[int(word) - 1]]
    hint = suggestion(word, names) or f"; known are {', '.join(_short(names))}"
    raise LogschedError(f"there is no column {shown(word)}{hint}")


def _unnamed_rates(table: Table, asked: Source) -> list[str]:
    """Of two columns the second, where the first one rises as times do."""
    names = list(table.columns)
    if len(names) == 2 and _rises(table.columns["1"]):
        return names[1:]
    raise asked.several(f"{len(names)} columns without names,", names, names[-1])


def _named_rates(table: Table, asked: Source, odd: Oddities) -> list[str]:
    """The columns that are rates by their names; or else the only one that is no time.

    Without either, all others where the first is the epoch, which is what `export` writes.
    """
    names = [name for name in table.columns if not name.endswith(TWINS)]
    rates = [name for name in names if _says_rate(name)]
    exact = [name for name in rates if _words(name) in RATES]
    unsure = [name for name in names if _words(PREFIX.sub("", name)) in UNSURE_RATES]
    if rates or unsure:
        return exact if len(exact) == 1 else rates or unsure
    others = [name for name in names if not _is_time(name, table.columns[name])]
    others = [name for name in others if _has_numbers(table.columns[name])]
    if not others:
        any_numbers = any(map(_has_numbers, table.columns.values()))
        raise asked.without("column of rates" if any_numbers else "table of numbers", odd)
    if len(others) == 1 or _words(names[0]) == EPOCHS[0]:
        return others
    raise asked.several(UNNAMED, names, others[0])


def _words(name: str) -> str:
    """The words of a name without the run before it: `lr adam pg 1` of `calm-sun - lr-Adam/pg1`."""
    own = CAMEL.sub(" ", name.rpartition(" - ")[2])
    return " ".join(WORD.findall(own.casefold()))


def _says_rate(name: str) -> bool:
    words = f" {_words(name)} "
    if "=" in name or not NO_RATES.isdisjoint(words.split()):  # = is in a schedule's text
        return False
    return any(f" {rate} " in words for rate in RATES)


def _is_time(name: str, column: Column) -> bool:
    words = _words(PREFIX.sub("", name))
    return words in EPOCHS or words in CLOCKS or (words in STEPS and _counts(column))


def _first(known: Sequence[str], names: Sequence[str]) -> str | None:
    """The name that is listed first among the known ones."""
    words = [_words(PREFIX.sub("", name)) for name in names]
    return next((names[words.index(one)] for one in known if one in words), None)


def _has_numbers(column: Column) -> bool:
    return bool(np.isfinite(column.values).any())


def _counts(column: Column) -> bool:
    """Whether numbers are whole, as those of steps are and the rates of `step` are not."""
    numbers = column.values[np.isfinite(column.values)]
    return bool(2 * np.count_nonzero(numbers == np.floor(numbers)) >= numbers.size)


def _rises(column: Column) -> bool:
    """Whether numbers rise, and hardly ever fall, as times do also where a run is resumed."""
    change = np.diff(column.values[np.isfinite(column.values)])
    return bool(np.count_nonzero(change > 0) >= STEADY * np.count_nonzero(change < 0))
