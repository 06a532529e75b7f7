"""What a curve is: how a rate goes from `first` to `last` within a piece of a schedule.

Defining a subclass with a name registers it. A curve's own parameters are fields made by
`parameter`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from logsched.base.declare import Declared, Rule, Value, settings_of
from logsched.base.lazy import Numbers, np

CURVES: dict[str, type[Curve]] = {}
FACTOR = Rule("a number above 0 and at most 1", lambda number: 0 < number <= 1)


class Curve(Declared):
    """How a rate goes from `first` to `last` while `since` goes from 0 to `length`.

    Times are in the unit of the schedule. They and the rates are numbers or `(n,)` arrays. In
    formulas, which follow the paper, `first` is eta_max, `last` eta_min, `since` T_cur, `length`
    T_i, and u is T_cur/T_i.
    """

    name: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[str]
    is_shape: ClassVar[bool] = True  # whether it is one in parts of its own, too

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "name" in vars(cls):  # a base of several curves has none
            CURVES[cls.name] = cls

    @property
    def chosen_formula(self) -> str:
        """The formula, of those that the curve's parameters choose from."""
        return self.formula

    @property
    def overshoots(self) -> bool:
        """Whether rates may rise above `first` (g above 1)."""
        return False

    @property
    def top(self) -> float:
        """u at which a piece is at eta_max; only one that begins there is a restart."""
        return 0.0

    @abstractmethod
    def rate(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        """The rate as a new value: exactly eta_max at the top of a piece."""

    def check(self, length: float, first: float, last: float) -> None:
        """Raise LogschedError where the formula does not hold for such a piece."""

    def numbers(self, first: float, last: float) -> dict[str, Value]:
        """What the names in the formula stand for, beside the schedule's parameters."""
        return settings_of(self)

    def definitions(self) -> dict[str, str]:
        """Formulas of the names in the formula that are no parameters, or stand for a word."""
        return {}

    def remarks(self, first: float, last: float) -> list[str]:
        """What to beware of in a piece between two rates."""
        return []


class Annealing(Curve):
    """A curve whose formula is of g, how much of the way from `last` to `first` the rate is at."""

    @abstractmethod
    def fraction(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        """g as a new value."""

    def rate(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        """(1 - g) last + g first: exactly `first` where g = 1. (DESIGN 4.)"""
        g = self.fraction(since, length, first, last)
        rate = 1.0 - g
        rate *= last
        g *= first
        rate += g
        return rate


class Hold(Curve):
    """It stands still at `first`, which a formula may tell from the parameters."""

    formula: str  # type: ignore[misc]
    known: Mapping[str, tuple[str, Value]] = field(compare=False)  # names in it: formula and number

    def __init__(self, formula: str, **known: tuple[str, Value]) -> None:
        super().__init__()
        object.__setattr__(self, "formula", formula)
        object.__setattr__(self, "known", known)

    def rate(self, since: Numbers, length: Numbers, first: Numbers, last: Numbers) -> Numbers:
        return np.full_like(since, first)

    def numbers(self, first: float, last: float) -> dict[str, Value]:
        return {name: number for name, (_, number) in self.known.items()}

    def definitions(self) -> dict[str, str]:
        return {name: formula for name, (formula, _) in self.known.items()}
