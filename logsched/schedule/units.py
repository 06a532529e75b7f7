"""Lengths and rates as people write them: `2000 steps`, `10T tokens`, `3%`, `rest`; `0.1x` of lr.

A length is kept as an exact fraction, so that a seam that is a point of the grid is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import ClassVar

from logsched.base.declare import Rule, Value, exact
from logsched.base.errors import LogschedError
from logsched.base.words import shown

UNITS = ("epoch", "step", "token", "sample")
REST = "rest"
SHARE = "%"
_SHORT = {"ep": "epoch", "st": "step", "tok": "token", "sp": "sample"}
_NAMES = {name: unit for unit in UNITS for name in (unit, f"{unit}s")} | _SHORT
_LARGE = {"k": 10**3, "M": 10**6, "B": 10**9, "G": 10**9, "T": 10**12}
NUMBER = r"[+-]?(?:\d[\d_]{0,60}\.?\d{0,60}|\.\d{1,60})(?:[eE][+-]?\d{1,3})?"
_LENGTH = re.compile(rf"({NUMBER})\s*([kMBGT]?)\s*(%|[A-Za-z]*)", re.ASCII)
_RATE = re.compile(rf"({NUMBER})\s*([x%]?)", re.ASCII)
_MANY = 10**6  # from here on a canonical text has a letter for the zeros


@dataclass(frozen=True)
class Length:
    """A length as written: how much, of which unit; `%` of the run, or `rest` of it.

    Without a unit it is in that of the run.
    """

    amount: Fraction
    unit: str = ""

    def __str__(self) -> str:
        """The canonical text, which reads back to the same."""
        if self.unit == REST:
            return REST
        if self.unit == SHARE:
            return f"{written(self.amount)}%"
        return f"{_large(self.amount)} {self.unit}s" if self.unit else written(self.amount)


class Exact(float):
    """A length in the unit of the run: its nearest float64, and the fraction that it is."""

    fraction: Fraction

    def __new__(cls, fraction: Fraction) -> Exact:
        number = super().__new__(cls, _nearest(fraction))
        number.fraction = fraction
        return number

    def __reduce__(self) -> tuple[type[Exact], tuple[Fraction]]:
        return Exact, (self.fraction,)


def _nearest(fraction: Fraction) -> float:
    try:
        return fraction.numerator / fraction.denominator
    except OverflowError:
        return inf


def written(number: Fraction) -> str:
    """A decimal fraction in the digits that it has; of others, such as 1/7, the nearest float's."""
    if number.denominator == 1:
        return str(number.numerator)
    near = repr(float(number))
    if Fraction(near) == number or 10**400 % number.denominator:
        return near
    places = next(n for n in range(1, 401) if (number * 10**n).denominator == 1)
    digits = str(number.numerator * 10**places // number.denominator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def _large(amount: Fraction) -> str:
    """`10T`, `1.4T`, `63M`; below a million, or with many digits, all of them."""
    for letter in ("T", "B", "M"):
        count = amount / _LARGE[letter]
        if amount >= _MANY and count >= 1 and len(written(count)) < len(written(amount)):
            return f"{written(count)}{letter}"
    return written(amount)


def read_length(text: str) -> Length | None:
    """The length that a text stands for; None where it is none."""
    word = text.strip()
    if word == REST:
        return Length(Fraction(0), REST)
    found = _LENGTH.fullmatch(word)
    if found is None:
        return None
    number, large, unit = found.groups()
    if unit not in ("", SHARE) and unit not in _NAMES:
        return None
    amount = Fraction(number.replace("_", "")) * _LARGE.get(large, 1)
    return Length(amount, SHARE if unit == SHARE else _NAMES.get(unit, ""))


@dataclass(frozen=True)
class LengthRule(Rule):
    """A length: 0 or more, or above 0; in bare numbers, or as a text."""

    FORMS: ClassVar[str] = "as in 2000, 2000 steps, 5 epochs, 10T tokens, 3% or rest"
    positive: bool = False
    rest: bool = False

    def parse(self, name: str, text: str) -> Value:
        length = read_length(text)
        if length is None or (length.unit == REST and not self.rest):
            raise self.broken(name, text)
        return self._checked(name, length, text)

    def check(self, name: str, value: object) -> Value:
        if isinstance(value, Exact):
            return self._checked(name, Length(value.fraction), value)
        if isinstance(value, str) and not isinstance(value, Exact):
            return self.parse(name, value)
        return super().check(name, value)

    def _checked(self, name: str, length: Length, value: object) -> Value:
        if length.unit == SHARE and length.amount > 100:
            raise LogschedError(f"{name} is {value}, but a share of the run is at most 100%")
        if length.unit != REST and not self.holds(float(length.amount)):
            raise self.broken(name, value)
        if length.unit:
            return str(length)
        number = float(length.amount)
        return number if exact(number) == length.amount else str(length)


@dataclass(frozen=True)
class RateRule(Rule):
    """A rate: a number, or a text such as `0.1x` or `10%` for so many times lr."""

    def parse(self, name: str, text: str) -> Value:
        found = _RATE.fullmatch(text.strip())
        if found is None or not found[2]:
            return super().parse(name, text)
        times = Fraction(found[1].replace("_", "")) / (100 if found[2] == "%" else 1)
        if not self.holds(float(times)):
            raise self.broken(name, text)
        return f"{written(times)}x"

    def check(self, name: str, value: object) -> Value:
        return self.parse(name, value) if isinstance(value, str) else super().check(name, value)


def rate_of(value: Value, lr: float) -> float:
    """A rate in numbers: the value, or so many times lr."""
    if not isinstance(value, str):
        return float(value)
    return float(exact(lr) * Fraction(value.removesuffix("x")))


def refuse_unit(name: str, value: object, unit: str, run_unit: str, option: str) -> LogschedError:
    """The sentence about a length whose unit nothing connects to that of the run."""
    return LogschedError(
        f"{name} is {shown(value)}, but nothing says how many {unit}s a {run_unit} has: give "
        f"{option}"
    )


LENGTH = LengthRule(f"a length of 0 or more, {LengthRule.FORMS}", lambda x: x >= 0, rest=True)
SPAN = LengthRule("a length of 0 or more, as in 10, 2000 steps, 5 epochs or 3%", lambda x: x >= 0)
LENGTH_ABOVE_0 = LengthRule(
    "a length above 0, as in 45, 2000 steps, 3% or rest", lambda x: x > 0, rest=True
)
SPAN_ABOVE_0 = LengthRule("a length above 0, as in 45, 2000 steps or 3%", lambda x: x > 0)
RATE = RateRule("a finite number, 0 or more, or a multiple of lr, as in 0.1x", lambda x: x >= 0)
