"""The parameters of every schedule, declared once: meaning, unit, rule, what left out means.

From here they reach `Schedule`, the options of every command, schedule texts and exported files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from functools import lru_cache
from math import isfinite
from numbers import Integral, Real
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from logsched.base.errors import LogschedError
from logsched.base.words import cut, shown, suggestion, unknown

if TYPE_CHECKING:
    from fractions import Fraction

Value = float | str
PLAIN = re.compile(r"[!-^`-~]*[!-~]", re.ASCII)  # a word in ASCII, without _ inside
NUMBER = re.compile(r"[-+.,0-9a-z]+", re.ASCII | re.IGNORECASE)  # or what could be meant as one


@dataclass(frozen=True)
class Rule:
    """What a value must be: one of some words, any text, or a number for which a test holds."""

    says: str
    holds: Callable[[float], bool] = lambda number: False
    words: tuple[str, ...] = ()
    whole: bool = False
    text: bool = False

    def parse(self, name: str, text: str) -> Value:
        """The value that a text stands for. Raises LogschedError where it breaks the rule."""
        if self.text:
            return str(self.check(name, text))
        word = text.strip()
        if word in self.words:
            return word
        if not PLAIN.fullmatch(word):
            raise self.broken(name, word)
        try:
            number = int(word) if self.whole else float(word)
        except ValueError:
            raise self.broken(name, word) from None
        return self._number(name, number, shown=word)

    def check(self, name: str, value: object) -> Value:
        """The value itself, a number as float or int. Raises LogschedError like `parse`."""
        if isinstance(value, str) and (value in self.words or (self.text and value)):
            return value
        if (
            self.text
            or isinstance(value, bool)
            or not isinstance(value, Integral if self.whole else Real)
        ):
            raise self.broken(name, value, quoted=True)
        return self._number(name, value, shown=value)

    def broken(self, name: str, value: object, quoted: bool = False) -> LogschedError:
        """The sentence about a value that breaks this rule; a word may be quoted."""
        bare = isinstance(value, str) and not quoted and NUMBER.fullmatch(value)
        text = cut(str(value)) if bare else shown(value)
        hint = suggestion(value, self.words) if isinstance(value, str) else ""
        return LogschedError(f"{name} is {text}, but it must be {self.says}{hint}")

    def _number(self, name: str, number: Any, shown: object) -> Value:
        try:
            read = int(number) if self.whole else float(number) + 0.0  # -0.0 becomes 0.0
        except OverflowError:
            raise self.broken(name, shown) from None
        if not (self.whole or isfinite(read)) or not self.holds(read):
            raise self.broken(name, shown)
        return read


@dataclass(frozen=True)
class Parameter:
    """One declared parameter."""

    help: str
    rule: Rule
    unit: str
    default: Value | Callable[[Any], Value] | None
    left_out: str

    def derive(self, settings: object) -> Value | None:
        """What it is where it was left out."""
        return self.default(settings) if callable(self.default) else self.default


def parameter(
    help: str, rule: Rule, default: Any, *, unit: str = "", left_out: str | None = None
) -> Any:
    """Declare a parameter as a field of a `Declared` class."""
    says = str(default) if left_out is None else left_out
    return field(metadata={"parameter": Parameter(help, rule, unit, default, says)})


def declared(owner: type[Declared]) -> MappingProxyType[str, Parameter]:
    """The parameters that a `Declared` class declares, by name, in their order."""
    return owner.declares


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Declared:
    """Holds what its fields declare: given by keyword, checked, derived where left out.

    A subclass is a frozen dataclass, without a decorator.
    """

    declares: ClassVar[MappingProxyType[str, Parameter]]

    def __init_subclass__(cls) -> None:
        if any(isinstance(value, Field) for value in vars(cls).values()):
            dataclass(frozen=True, init=False, eq=False, repr=False)(cls)
        its = {f.name: f.metadata["parameter"] for f in fields(cls) if "parameter" in f.metadata}
        cls.declares = MappingProxyType(its)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        known = [f"{name}={value!r}" for name, value in settings_of(self).items()]
        return f"{type(self).__name__}({', '.join(known)})"

    def _key(self) -> tuple[object, ...]:
        compared = (field.name for field in fields(self) if field.compare)
        names = dict.fromkeys([*self.declares, *compared])
        return tuple(self._compared(name) for name in names)

    def _compared(self, name: str) -> object:
        """A parameter as it counts for equality: a length by its fraction."""
        value = getattr(self, name)
        is_length = name in self.declares and self.declares[name].unit == "length"
        return exact(value) if is_length and isinstance(value, float) else value

    def __init__(self, **given: object) -> None:
        self._settle(given, self)

    def _settle(self, given: Mapping[str, object], its: object) -> None:
        """Set every parameter; what is left out is derived from `its` parameters."""
        known = declared(type(self))
        for name in given:
            if name not in known:
                raise unknown("parameter", name, known)
        for name, parameter in known.items():
            value = given.get(name)
            settled = parameter.derive(its) if value is None else parameter.rule.check(name, value)
            object.__setattr__(self, name, self._resolved(name, settled, its))

    def _resolved(self, name: str, value: Value | None, its: object) -> Value | None:
        """A value as it is in effect; a subclass knows what texts stand for."""
        return value


def settings_of(owner: Declared) -> dict[str, Value]:
    """What the parameters are in effect that an object's class declares, by name."""
    return {name: getattr(owner, name) for name in declared(type(owner))}


def exact(number: float) -> Fraction:
    """The decimal that a float is written as: 0.1 is one tenth. (DESIGN: `Fraction(repr(x))`.)

    Of a length that knows its fraction, that.
    """
    known: Fraction | None = getattr(number, "fraction", None)
    return _decimal(number) if known is None else known


@lru_cache(maxsize=1024)
def _decimal(number: float) -> Fraction:
    from fractions import Fraction

    return Fraction(repr(number))


NOT_NEGATIVE = Rule("a finite number, 0 or more", lambda number: number >= 0)
POSITIVE = Rule("a finite number above 0", lambda number: number > 0)
EXACT = 2**53  # beyond this a whole number is no longer exact in float64
WHOLE = Rule("a whole number from 1 to 2**53, as in 45", lambda n: 1 <= n <= EXACT, whole=True)
