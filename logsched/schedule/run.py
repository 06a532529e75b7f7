"""A run: how long it is, how its units are connected, and the points at which it is evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any

from logsched.base.declare import (
    EXACT,
    WHOLE,
    Declared,
    Parameter,
    Rule,
    declared,
    exact,
    parameter,
)
from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.base.words import listed, shown
from logsched.schedule.units import SHARE, UNITS, Length, read_length

if TYPE_CHECKING:
    from logsched.base.declare import Value

BLOCK = 12288  # points evaluated at a time: a few arrays of 96 kB stay in a core's cache
FEWER = "take a shorter run or fewer points"  # where a run has too many points
ALL = 10**8  # points that it is feasible to go over one by one: some ten seconds a schedule
LENGTHS = {"epochs": "epoch", "steps": "step", "tokens": "token", "samples": "sample"}


class Amount(Rule):
    """A number above 0, in digits or as 500k, 2M, 1.4T, with or without the unit's name."""

    def parse(self, name: str, text: str) -> Value:
        length = read_length(text)
        unit = name.partition("_per_")[0].removesuffix("s")
        if length is None or length.unit not in ("", unit) or not 0 < length.amount <= EXACT:
            raise self.broken(name, text)
        whole = length.amount.denominator == 1
        return int(length.amount) if whole else float(length.amount)

    def check(self, name: str, value: object) -> Value:
        if isinstance(value, str):
            return self.parse(name, value)
        number = super().check(name, value)
        return int(number) if float(number).is_integer() else number


AMOUNT = Amount("a number above 0, at most 2**53, as in 45, 500k or 1.4T", lambda n: 0 < n <= EXACT)


def _amount(help: str, **about: Any) -> Any:
    return parameter(help, AMOUNT, None, **about)


class Run(Declared):
    """A run of one length, in the unit of that length: `Run(steps=1218)`, `Run(tokens="2T")`.

    Points are the optimizer's steps, point k at k * over / under, one true division of whole
    numbers. Where nothing says how many steps an epoch has, a point is an epoch; a run of tokens or
    samples has `points` even ones. Raises LogschedError for two lengths, and for too many points.

    >>> Run(epochs=90, steps_per_epoch=391).size
    35190
    """

    epochs: float | None = _amount("length of the run in epochs", unit="epochs", left_out="45")
    steps: float | None = _amount("length of the run in steps", unit="steps", left_out="")
    tokens: float | None = _amount("length of the run in tokens", unit="tokens", left_out="")
    samples: float | None = _amount("length of the run in samples", unit="samples", left_out="")
    steps_per_epoch: float | None = _amount("optimizer steps of an epoch", left_out="1")
    tokens_per_step: float | None = _amount("tokens of an optimizer step", left_out="")
    samples_per_step: float | None = _amount(
        "samples of an optimizer step, the batch", left_out="batch"
    )
    examples: int | None = parameter(
        "examples of an epoch: with --batch, they say steps_per_epoch", WHOLE, None, left_out=""
    )
    batch: int | None = parameter("examples of an optimizer step", WHOLE, None, left_out="")
    points: int = parameter("points of a run of tokens or samples without steps", WHOLE, 1000)

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        lengths = [name for name in LENGTHS if getattr(self, name) is not None]
        if len(lengths) > 1:
            raise LogschedError(f"{listed(lengths)} are given, but a run has one length")
        if not lengths:
            object.__setattr__(self, "epochs", 45)
        self._connect()
        if self.size > EXACT:
            raise LogschedError(
                f"the run has {shown(self.size)} points, but there must be at most 2**53: {FEWER}"
            )

    def _connect(self) -> None:
        """Steps of an epoch and samples of a step from examples and a batch."""
        if (self.examples is None) != (self.batch is None):
            missing, there = ("batch", "examples") if self.batch is None else ("examples", "batch")
            raise LogschedError(f"{there} is given, but steps per epoch also need --{missing}")
        if self.examples is None or self.batch is None:
            return
        for name, number in (
            ("steps_per_epoch", -(-self.examples // self.batch)),
            ("samples_per_step", self.batch),
        ):
            if getattr(self, name) not in (None, number):
                raise LogschedError(
                    f"{name} is {getattr(self, name)}, but examples and batch say {number}: give "
                    "one of them"
                )
            object.__setattr__(self, name, number)

    @cached_property
    def unit(self) -> str:
        """`epoch`, `step`, `token` or `sample`: that of its length."""
        return next(unit for name, unit in LENGTHS.items() if getattr(self, name) is not None)

    @cached_property
    def length(self) -> Fraction:
        """How long it is, in its unit."""
        return exact(getattr(self, f"{self.unit}s"))

    @cached_property
    def end(self) -> float:
        """The time at which it is over."""
        return float(self.length)

    @property
    def whole_steps(self) -> int:
        """Steps of an epoch, 1 where nothing says so. Raises LogschedError for a fraction."""
        return _whole("steps_per_epoch", self.steps_per_epoch or 1)

    @property
    def whole_epochs(self) -> int:
        """The length in epochs. Raises LogschedError where it is a fraction, or in other units."""
        return _whole("epochs", float(self.length * self.size_of("epoch", "epochs", self.end)))

    def steps_in(self, unit: str) -> Fraction | None:
        """How many steps one of a unit has; None where nothing says so."""
        if unit == "step":
            return Fraction(1)
        if unit == "epoch":
            return None if self.steps_per_epoch is None else exact(self.steps_per_epoch)
        per_step = getattr(self, f"{unit}s_per_step")
        return None if per_step is None else 1 / exact(per_step)

    def in_unit(self, unit: str) -> float:
        """How many of another unit one of its own has. Raises LogschedError like `size_of`."""
        return float(1 / self.size_of(unit, "unit", unit))

    def size_of(self, unit: str, name: str, value: object) -> Fraction:
        """How much of the run's unit one of another unit is.

        Raises LogschedError where nothing connects them, for the parameter `name`, `value`.
        """
        if unit == self.unit:
            return Fraction(1)
        for one in (unit, self.unit):
            if self.steps_in(one) is None:
                option = "--steps-per-epoch" if one == "epoch" else f"--{one}s-per-step"
                raise LogschedError(
                    f"{name} is {shown(value)}, but nothing says how many {unit}s of this run of "
                    f"{self.unit}s that is: give {option}"
                )
        ours, others = self.steps_in(self.unit), self.steps_in(unit)
        assert ours is not None
        assert others is not None
        return others / ours

    def resolve(self, name: str, length: Length) -> Fraction:
        """A length in the unit of the run. Raises LogschedError where its unit is not connected."""
        if length.unit == SHARE:
            return self.length * length.amount / 100
        if not length.unit:
            self.refuse_tiny(name, length.amount)
            return length.amount
        return length.amount * self.size_of(length.unit, name, str(length))

    def refuse_tiny(self, name: str, amount: Fraction) -> None:
        """Raise LogschedError for a bare number below a step, in a run of tokens or samples."""
        if self.unit in ("token", "sample") and 0 < amount < Fraction(self.over, self.under):
            raise LogschedError(
                f"{name} is {float(amount):.6g}, that is of {self.unit}s less than a step: give it "
                f"a unit, as in {float(amount):.6g}k {self.unit}s or 2000 steps"
            )

    @cached_property
    def spacing(self) -> Fraction:
        """The time from one point to the next."""
        steps = self.steps_in(self.unit)
        if steps is not None:
            return 1 / steps
        return Fraction(1) if self.unit == "epoch" else self.length / self.points

    @property
    def over(self) -> int:
        """Point k is at k * over / under."""
        return self.spacing.numerator

    @property
    def under(self) -> int:
        """Point k is at k * over / under."""
        return self.spacing.denominator

    @cached_property
    def size(self) -> int:
        """The number of points."""
        return ceil(self.length / self.spacing)

    @property
    def last(self) -> float:
        """The time of the last point."""
        return self.at(self.size - 1)

    def at(self, point: int) -> float:
        """The time of a point."""
        return point * self.over / self.under

    def index(self, time: float) -> int:
        """The number of the first point that is not before a time."""
        near = max(0, ceil(time * self.under / self.over))  # which may have been rounded
        while near > 0 and self.at(near - 1) >= time:
            near -= 1
        while self.at(near) < time:
            near += 1
        return near

    def slice(self, begin: int, end: int, every: int = 1) -> Floats:
        """The times of points begin, begin + every, ... below end; a true division each."""
        if max(end * self.over, self.under) > EXACT:
            return np.array([self.at(k) for k in range(begin, end, every)])
        points = np.arange(begin, end, every, dtype=np.float64)
        if self.over > 1:
            points *= self.over
        if self.under > 1:
            points /= self.under
        return points

    def all_blocks(self) -> Iterator[Floats]:
        """The times of all points. Raises LogschedError where so many take too long."""
        if self.size > ALL:
            raise LogschedError(
                f"the run has {self.size} points, but to go over all of them there must be at most "
                f"{ALL}: {FEWER}"
            )
        return self.blocks()

    def blocks(self, every: int = 1) -> Iterator[Floats]:
        """The times of every so many-th point, a block at a time."""
        for begin in range(0, self.size, BLOCK * every):
            yield self.slice(begin, min(begin + BLOCK * every, self.size), every)

    def __repr__(self) -> str:
        return f"Run({', '.join(f'{name}={value!r}' for name, value in self.given.items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_given, (self.given,)

    def longer(self, length: float) -> Run:
        """The same run, of another length in its unit."""
        return Run(**{**self.given, f"{self.unit}s": length})

    @property
    def given(self) -> dict[str, Value]:
        """What makes this run, without what is left out."""
        usual = {"points": 1000}
        its = {name: getattr(self, name) for name in declared(Run)}
        return {k: v for k, v in its.items() if v is not None and usual.get(k) != v}


def _from_given(given: dict[str, Value]) -> Run:
    return Run(**given)


def _whole(name: str, number: float) -> int:
    if number != int(number):
        raise LogschedError(f"{name} is {number:.12g}, but it must be a whole number here")
    return int(number)


CYCLES = Parameter(
    "instead of a length: the run ends after so many restart cycles",
    WHOLE,
    "",
    None,
    "the run's length decides",
)
RUN_PARAMETERS: Mapping[str, Parameter] = {**declared(Run), "cycles": CYCLES}
"""What can be set of a run, as apart from a schedule."""
ENDS = (*LENGTHS, "cycles")
"""What says where a run ends: one of these."""
assert set(LENGTHS.values()) == set(UNITS)
