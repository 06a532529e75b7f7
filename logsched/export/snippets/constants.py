"""The constants of a script: parameters and other numbers, each by a name of its own."""

from __future__ import annotations

import re
from collections.abc import Hashable
from itertools import count
from typing import TYPE_CHECKING

from logsched.base.declare import Declared, declared
from logsched.export.snippets.layout import Constant, identifier, in_unit, number

if TYPE_CHECKING:
    from logsched.schedule.schedule import Schedule


class Constants:
    """Gathers constants by name, and keeps the names of different things apart."""

    number = staticmethod(number)  # a number as source

    def __init__(self, schedule: Schedule, unit: str) -> None:
        self.schedule, self.unit = schedule, unit
        self.constants, self.taken = dict[str, Constant](), dict[str, Hashable]()

    def constant(self, words: str, value: float | str, about: str) -> str:
        """The name, made of words, of a constant that is kept for the script."""
        source = value if isinstance(value, str) else self.number(value)
        name = self.unique(identifier(words).upper(), source)
        self.constants.setdefault(name, Constant(source, about))
        return name

    def unique(self, name: str, thing: Hashable) -> str:
        """A name for a thing: with a number after it where another thing has it."""
        numbered = (name if n == 1 else f"{name}_{n}" for n in count(1))
        return next(name for name in numbered if self.taken.setdefault(name, thing) == thing)

    def settings(self, owner: Declared) -> dict[str, str]:
        """The parameters of a schedule, shape or curve that are numbers: names of constants."""
        numbers = {
            name: (value, its)
            for name, its in declared(type(owner)).items()
            if isinstance(value := getattr(owner, name), float)
        }
        return {
            name: self.constant(name, self.value(value, its.unit), self._about(its.help, its.unit))
            for name, (value, its) in numbers.items()
        }

    def named(self, name: str, value: float) -> str:
        """A number by the name of a parameter of the schedule, if it is that one's."""
        if getattr(self.schedule, name) == value:
            return name.upper()
        return self.value(value, self.schedule.declares[name].unit)

    def value(self, value: float, unit: str) -> str:
        """A parameter's value as source."""
        return repr(value) if unit == "rate" else self.number(value)

    def _about(self, help: str, unit: str) -> str:
        """What a parameter is, without what holds for other values of it."""
        text = in_unit(re.split("[;:] | when |, as ", help)[0], self.unit)
        return f"{text}, in {self.unit}s" if unit == "length" else text
