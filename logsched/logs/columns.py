"""Which column of a file is which: its rates and their times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.base.words import listed, shown, suggestion
from logsched.logs.names import (
    CLOCKS,
    EPOCHS,
    PREFIX,
    RATES,
    STEPS,
    UNSURE_RATES,
    is_metric,
    last_words,
    says_rate,
    words,
)
from logsched.logs.opened import STDIN
from logsched.logs.rounding import agrees_rounded
from logsched.logs.table import OF, PAIR, Column, Content, Oddities, Table

LISTED = 8  # columns that a sentence names
LONG = 40  # characters of a name that it shows
STEADY = 4  # a column of times rises so many times as often as it falls

UNNAMED = "no column named like a learning rate (lr, learning_rate, ...), but"
TWINS = ("__MIN", "__MAX")  # that Weights & Biases writes beside each column


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
            f"{self.name} has {what} {short_list(names)}: name one, as in {self.path}:{example}"
        )

    def without_rate(self, names: Sequence[str]) -> LogschedError:
        """The sentence about a text in which no line says a rate, with what lines do say."""
        rate = f"no line of {self.name} says a learning rate (lr, learning rate, ...)"
        if not names:
            return LogschedError(f"{rate}, nor any other number by a name")
        said = short_list(list(dict.fromkeys(name.casefold() for name in names)))
        example = f"{self.path}:{names[-1]}"
        return LogschedError(
            f"{rate}, but {said}: where one of them is meant, name it, as {example}"
        )

    def without(self, what: str, odd: Oddities) -> LogschedError:
        """The sentence about what the file lacks, perhaps because it could not be read."""
        return LogschedError(": ".join([f"{self.name} has no {what}", *odd.notes()]))


class Choice(NamedTuple):
    """Which columns are rates, and which may be their times, the likelier ones first."""

    rates: Sequence[str]
    epochs: Sequence[str] = ()
    steps: Sequence[str] = ()

    def names(self, table: Table) -> list[str]:
        """All of them, with those of N of a time that is n/N."""
        times = [*self.epochs, *self.steps]
        of = [time + OF for time in times if time + OF in table.columns]
        return list(dict.fromkeys([*self.rates, *times, *of]))


class Columns(NamedTuple):
    """A column of rates and those of its times, without the rows in which it is blank."""

    table: Table
    rate: str
    epoch: str | None
    step: str | None
    iteration: str | None

    def values(self, name: str | None) -> Floats | None:
        """The numbers of a column."""
        return None if name is None else self.table.columns[name].values

    @property
    def iterations(self) -> int | None:
        """How many iterations an epoch has, where a column says the same in all rows."""
        of = f"{self.iteration}{OF}"
        if of not in self.table.columns:
            return None
        said = np.unique(self.table.columns[of].values)
        return int(said[0]) if said.size == 1 and np.isfinite(said[0]) else None

    @property
    def time(self) -> Floats | None:
        """What orders the rows: the steps, or the epochs with what is counted in them."""
        epoch, iteration = self.values(self.epoch), self.values(self.iteration)
        if self.step is not None or epoch is None or iteration is None:
            return epoch if self.step is None else self.values(self.step)
        return epoch + iteration / (1 + np.nanmax(iteration))


def settle(table: Table, choice: Choice, rate: str) -> Columns:
    """Which of the columns that may be times are those of one column of rates."""
    kept = ~table.columns[rate].blank
    if not kept.all():
        table = table.rows(kept)
    told = [name for name in choice.steps if _tells(table.columns[name].values)]
    epoch = next((name for name in choice.epochs if has_numbers(table.columns[name])), None)
    if epoch is None:
        return Columns(table, rate, None, told[0] if told else None, None)
    inner = [name for name in told if _within(table, epoch, name)]
    steps = [name for name in told if name not in inner and _goes_with(table, epoch, name)]
    iteration = inner[0] if inner and not steps else None
    return Columns(table, rate, epoch, steps[0] if steps else None, iteration)


def _tells(step: Floats) -> bool:
    """Whether a count says when rows were: it is there, and not the same in all of them."""
    finite = step[np.isfinite(step)]
    return bool(finite.size) and (step.size == 1 or bool((finite != finite[0]).any()))


def _within(table: Table, epoch: str, name: str) -> bool:
    """Whether iterations are counted within each epoch."""
    of, iteration = table.columns[epoch].values, table.columns[name].values
    known = np.isfinite(of) & np.isfinite(iteration)
    of, iteration = of[known], iteration[known]
    if (of != np.floor(of)).any():
        return False
    last = np.flatnonzero(np.diff(of) > 0)
    again = np.count_nonzero(iteration[last + 1] <= iteration[last])
    return name == PAIR or bool(2 * again > last.size)


def _goes_with(table: Table, epoch: str, name: str) -> bool:
    """Whether a column may be the steps: a nameless n/N only if it agrees with rounded epochs."""
    of, count = table.columns[epoch].values, table.columns[name].values
    return name != PAIR or agrees_rounded(of, count)


def short_list(names: Sequence[str]) -> str:
    """`a, b and c`; of many names the first ones, and of a long one its beginning."""
    return listed(_short(names)) if len(names) <= LISTED else ", ".join(_short(names))


def _short(names: Sequence[str]) -> list[str]:
    short = [name if len(name) <= LONG else f"{name[:LONG]}..." for name in names[:LISTED]]
    return [*short, "..."] if len(names) > LISTED else short


# Which column is which.


def choose(content: Content, asked: Source) -> Choice:
    """The columns of a file's rates and times. Raises LogschedError where they cannot be told."""
    table = content.first
    names = list(table.columns)
    if content.said and asked.column is None and not any(map(says_rate, [*table.rates, *names])):
        raise asked.without_rate([name for name in names if not name.endswith(OF)])
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
        return Choice(rates, ["1"] if "1" in others and _rises(table.columns["1"]) else [])
    steps = [name for name in others if _counts(table.columns[name])]
    return Choice(rates, _known(EPOCHS, others), _known(STEPS, steps))


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
    rates = [name for name in names if says_rate(name)]
    exact = [name for name in rates if words(name) in RATES]
    unsure = [name for name in names if last_words(name) in UNSURE_RATES]
    if rates or unsure:
        return exact if len(exact) == 1 else rates or unsure
    others = [name for name in names if not _is_time(name, table)]
    others = [name for name in others if has_numbers(table.columns[name])]
    if not others:
        any_numbers = any(map(has_numbers, table.columns.values()))
        raise asked.without("column of rates" if any_numbers else "table of numbers", odd)
    may_be = [name for name in others if not is_metric(name)]
    if may_be and (len(others) == 1 or words(names[0]) == EPOCHS[0]):
        return may_be
    raise asked.several(UNNAMED, names, others[0])


def _is_time(name: str, table: Table) -> bool:
    """Whether a column says when a row was; or is the N of n/N."""
    said = last_words(name)
    if said in EPOCHS or said in CLOCKS or name.removesuffix(OF) in {*table.columns} - {name}:
        return True
    return said in STEPS and _counts(table.columns[name])


def _known(known: Sequence[str], names: Sequence[str]) -> list[str]:
    """The names that are among known ones, in their order."""
    said = {name: name if name == PAIR else last_words(name) for name in names}
    return sorted(
        (name for name in names if said[name] in known), key=lambda n: known.index(said[n])
    )


def has_numbers(column: Column) -> bool:
    """Whether there is a number in a column."""
    return bool(np.isfinite(column.values).any())


def _counts(column: Column) -> bool:
    """Whether numbers are whole, as those of steps are and the rates of `step` are not."""
    numbers = column.values[np.isfinite(column.values)]
    return bool(2 * np.count_nonzero(numbers == np.floor(numbers)) >= numbers.size)


def _rises(column: Column) -> bool:
    """Whether numbers rise, and hardly ever fall, as times do also where a run is resumed."""
    change = np.diff(column.values[np.isfinite(column.values)])
    return bool(np.count_nonzero(change > 0) >= STEADY * np.count_nonzero(change < 0))
