"""The closed form of a schedule as functions: a curve for each shape, and `learning_rate`."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from logsched.base.declare import Declared, declared
from logsched.export.snippets.formulas import names, neat
from logsched.export.snippets.layout import Constant, function, number

if TYPE_CHECKING:
    from logsched.schedule.curves.curve import Curve
    from logsched.schedule.grid import Grid
    from logsched.schedule.parts import Part
    from logsched.schedule.schedule import Schedule

INPUTS = {"u": "u", "T_cur": "t_cur", "T_i": "t_i", "eta_max": "eta_max", "eta_min": "eta_min"}
"""What a curve may take: formulas' names for it, and the code's."""

LENGTH = "how long one is, in epochs"
INDEX = {"i", "j"}  # formulas' names for the number of the cycle, or of the step


class ClosedForm(ABC):
    """Writes the functions of the phases that begin within a run, and gathers their constants."""

    type = ""  # of what the functions take and give, where they say so

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        self.schedule, self.grid = schedule, grid
        self.parts = [part for part in schedule.parts if part.start <= grid.last]
        self.constants = _settings(schedule)
        for owner in (schedule.shape, *(part.curve for part in self.parts)):
            self.constants |= _settings(owner)
        self.constant("steps per epoch", grid.steps_per_epoch, "optimizer steps of an epoch")
        self.meaning = INPUTS | {name.lower(): name for name in self.constants}

    @abstractmethod
    def formula(self, text: str) -> str:
        """A formula as Python."""

    @abstractmethod
    def times(self, part: Part, needed: set[str]) -> list[str]:
        """Lines that set those of INPUTS and INDEX which are needed and tell the time."""

    @abstractmethod
    def learning_rate(self) -> str:
        """The function from the time to the rate."""

    @abstractmethod
    def unless_flat(self, lines: list[str], rate: str) -> list[str]:
        """The lines and what they lead to, a rate, but eta_max where that is eta_min."""

    def argument(self, n: str) -> str:
        """What `learning_rate` is given for the n-th point of the grid."""
        return n

    def functions(self) -> list[str]:
        """The functions in the order in which they call each other, `learning_rate` the last."""
        curves = [self.curve(part) for part in self.parts if self.moves(part)]
        return [*dict.fromkeys(curves), *self.starts(), self.learning_rate()]

    def starts(self) -> list[str]:
        """Functions for the starts of cycles, where there are any."""
        return []

    def count(self, part: Part) -> int:
        """How many of its cycles begin within the run."""
        return part.times.at(self.grid.last) + 1

    def is_single(self, part: Part) -> bool:
        """Whether the functions have one cycle of it."""
        return self.count(part) == 1

    def varies(self, part: Part) -> bool:
        """Whether its cycles have different highest rates."""
        terms = part.terms
        return terms is not None and "{i}" in terms.first and not self.is_single(part)

    def moves(self, part: Part) -> bool:
        """Whether it follows a curve between two rates."""
        piece = part.piece(0)
        flat = part.terms is not None and piece.first == piece.last
        return not part.holds and (not flat or self.varies(part))

    def curve(self, part: Part) -> str:
        """The function from the time and the rates of a cycle to its rate."""
        curve = part.curve
        alike = [other for other in self.parts if other.curve == curve]
        lines, rate = self.defined(part), self.formula(part.formula)
        if part.formula.startswith("g = "):
            lines, rate = [*lines, f"g = {rate}"], "(1 - g) * eta_min + g * eta_max"
        if curve.overshoots and any(map(_rises, alike)):  # it may lead through 0
            rate = f"abs({rate})"
        divides = any("eta_max - eta_min" in text for text in curve.definitions().values())
        guarded = divides and any(map(self.varies, alike))
        lines = self.unless_flat(lines, rate) if guarded else [*lines, f"return {rate}"]
        inputs = [code for name, code in INPUTS.items() if name in self.used(part)]
        source = curve.source or str(curve.__doc__).partition(".")[0]
        about = f"{source[0].upper()}{source[1:]}."
        return self.function(_name(curve), inputs, about, lines)

    def function(self, name: str, inputs: list[str], about: str, lines: list[str]) -> str:
        """A function from numbers to a number."""
        typed = [f"{one}: {self.type}" if self.type else one for one in inputs]
        output = f" -> {self.type}" if self.type else ""
        return function(name, ", ".join(typed), output, about, lines)

    def used(self, part: Part) -> set[str]:
        """The names on which the rate of a phase depends by its formula."""
        known, used = part.curve.definitions(), names(part.formula)
        mixed = {"eta_max", "eta_min"} if part.formula.startswith("g = ") else set()
        return used.union(mixed, *(names(text) for name, text in known.items() if name in used))

    def defined(self, part: Part) -> list[str]:
        """Lines for the names in its formula that are no parameters."""
        known, used = part.curve.definitions(), names(part.formula)
        return [f"{name} = {self.formula(text)}" for name, text in known.items() if name in used]

    def body(self, part: Part) -> tuple[list[str], str]:
        """Lines to begin with, and the expression of the rate."""
        if part.terms is not None and not self.moves(part):
            return [], self.term(part, part.terms.first)
        needed = self.used(part)
        if part.holds:
            if self.is_single(part):
                return self.defined(part), self.term(part, re.sub(r"\bj\b", "0", part.formula))
            return [*self.times(part, needed), *self.defined(part)], self.formula(part.formula)
        inputs, tops = {name: name for name in INPUTS.values()}, []
        if part.terms is not None:
            eta_max, eta_min = (self.term(part, text) for text in part.terms[1:])
            tops = [f"top = {eta_max}"] if self.varies(part) else []
            t_i, _ = self.length(part)
            inputs |= {"t_i": t_i, "eta_max": "top" if tops else eta_max, "eta_min": eta_min}
        given = [inputs[code] for name, code in INPUTS.items() if name in needed]
        lines = [*self.times(part, needed | ({"i"} if tops else set())), *tops]
        return lines, f"{_name(part.curve)}({', '.join(given)})"

    def length(self, part: Part) -> tuple[str, list[str]]:
        """T_i as a name, and lines that set it where it has to be worked out."""
        if part.terms is None:
            return self.constant(f"{part.name} epochs", part.times.length(0), LENGTH), []
        t_i = self.term(part, part.terms.length)
        return (t_i, []) if t_i.isidentifier() else ("t_i", [f"t_i = {t_i}"])

    def term(self, part: Part, text: str) -> str:
        """A term of a phase as Python; where the run has one cycle of it, of that."""
        return neat(self.formula(text.replace("{i}", "0" if self.is_single(part) else "i")))

    def constant(self, words: str, value: float | str, about: str) -> str:
        """The name, made of words, of a constant that is kept for the script."""
        name = words.upper().replace(" ", "_")
        self.constants[name] = Constant(value if isinstance(value, str) else number(value), about)
        return name


def _name(curve: Curve) -> str:
    """What the function of a curve is called."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(curve).__name__).lower() + "_rate"


def _rises(part: Part) -> bool:
    piece = part.piece(0)
    return piece.first < piece.last


def _settings(owner: Declared) -> dict[str, Constant]:
    """The parameters of a schedule or shape that are numbers, as constants."""
    return {
        name.upper(): Constant(_literal(value, one.unit), _about(one.help, one.unit))
        for name, one in declared(type(owner)).items()
        if isinstance(value := getattr(owner, name), float)
    }


def _literal(value: float, unit: str) -> str:
    return repr(value) if unit == "rate" else number(value)


def _about(help: str, unit: str) -> str:
    """What a parameter is, without what holds for other values of it."""
    text = re.split("[;:] | when ", help)[0]
    return f"{text}, in epochs" if unit == "epochs" and "epochs" not in text else text
