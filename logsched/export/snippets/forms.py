"""The closed form of a schedule as functions: one for each curve, and `learning_rate`."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from fractions import Fraction
from math import nextafter
from typing import TYPE_CHECKING

from logsched.base.errors import LogschedError
from logsched.export.snippets.constants import Constants
from logsched.export.snippets.counting import counted
from logsched.export.snippets.formulas import is_plain, names, neat
from logsched.export.snippets.layout import function, in_unit, listed
from logsched.schedule.boundaries import Equal, Growing, Listed
from logsched.schedule.parts import Part, Terms
from logsched.schedule.shapes.pieces import Pieces

if TYPE_CHECKING:
    from logsched.schedule.curves.curve import Curve
    from logsched.schedule.run import Run
    from logsched.schedule.schedule import Schedule

INPUTS = {"u": "u", "T_cur": "t_cur", "T_i": "t_i", "eta_max": "eta_max", "eta_min": "eta_min"}
"""What a curve may take: formulas' names for it, and the code's."""

INDEX = {"i", "j", "cycle"}  # names for the number of the cycle, or of the step
TIMED = {"u", "T_cur"}
MOST = 10_000  # starts or rates of cycles that are written out


class ClosedForm(Constants, ABC):
    """Writes the functions of the parts that begin within a run, and gathers their constants.

    Numbers go by the names of the parameters that they come from; those of pieces by none.
    """

    type = ""  # of what the functions take and give, where they say so
    at_least: str  # the function that gives the higher of two rates

    def __init__(self, schedule: Schedule, grid: Run) -> None:
        super().__init__(schedule, grid.unit)
        self.grid = grid
        self.curves, self.helpers = dict[str, str](), dict[str, str]()
        self.parts, self.last = list[Part](), dict[Part, float]()
        for part, over in schedule.spans:
            if part.start < over and part.start <= grid.last:
                self._take(part, min(nextafter(over, 0.0), grid.last))
        known = self.settings(schedule) | self.settings(schedule.shape)
        self.in_pieces = isinstance(schedule.shape, Pieces)
        self.known = {"lr": "eta_max"} if self.in_pieces else known
        moving = filter(self.moves, self.last)
        self.own = {part.curve: self.settings(part.curve) for part in moving}
        self.time_of = self._scale()

    def _take(self, part: Part, last: float) -> None:
        """Note a part, the ramp over it before it, and the last time in which they hold."""
        if part.ramp is not None:
            self.last[part.ramp.part] = last
        self.last[part] = last
        self.parts.append(part)

    def _scale(self) -> str:
        """A format that makes a time of the run of the number of a point."""
        spacing, unit, n = self.grid.spacing, self.unit, counted(self.grid)
        if spacing == 1:
            return "{}"
        if unit == "epoch" and Fraction(float(1 / spacing)) == 1 / spacing:
            about = "optimizer steps of an epoch"
            return "{} / " + self.constant("steps per epoch", float(1 / spacing), about)
        if Fraction(float(spacing)) == spacing:
            return "{} * " + self.constant(f"{unit}s per {n}", float(spacing), f"{unit}s of a {n}")
        return f"{self.number(spacing.numerator)} * {{}} / {self.number(spacing.denominator)}"

    @abstractmethod
    def formula(self, text: str, part: Part) -> str:
        """A formula of a part as Python."""

    @abstractmethod
    def times(self, part: Part, needed: set[str]) -> list[str]:
        """Lines that set those of INPUTS and INDEX which are needed and tell the time."""

    @abstractmethod
    def item(self, constant: str, part: Part) -> str:
        """What a list says of the cycle."""

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
        whole = self.learning_rate()
        return [*self.curves.values(), *self.helpers.values(), whole]

    def numbers(self, part: Part) -> range:
        """Of its cycles, the numbers of those within the run."""
        return range(part.number, part.times.at(part.read(self.last[part])) + 1)

    def is_single(self, part: Part) -> bool:
        """Whether the functions have one cycle of it."""
        return len(self.numbers(part)) == 1

    def varies(self, part: Part) -> bool:
        """Whether its cycles have different highest rates."""
        if self.in_pieces:
            return not isinstance(part.first, float) and not self.is_single(part)
        return part.terms is not None and "{i}" in part.terms.first and not self.is_single(part)

    def moves(self, part: Part) -> bool:
        """Whether it follows a curve between two rates."""
        piece, by_rates = part.piece(part.number), self.in_pieces or part.terms is not None
        flat = by_rates and piece.first == piece.last
        return not part.holds and (not flat or self.varies(part))

    def body(self, part: Part) -> tuple[list[str], str]:
        """Lines to begin with, and the expression of the rate."""
        lines, rate = self.level(part) if part.holds else self.curved(part)
        if part.floor > _lowest(part):
            if not is_plain(rate):
                lines, rate = [*lines, f"rate = {rate}"], "rate"
            rate = f"{self.at_least}({rate}, {self.named('floor_lr', part.floor)})"
        if part.ramp is None:
            return lines, rate
        if not part.ramp.top:
            return [], "0.0"
        before, warmup = self.body(part.ramp.part)
        share = neat(f"({warmup}) / {self.named('lr', part.ramp.top)}")
        return [*before, f"share = {share}", *lines], neat(f"share * ({rate})")

    def level(self, part: Part) -> tuple[list[str], str]:
        """The same of a part whose pieces stand still."""
        in_numbers = self.in_pieces or isinstance(part.times, Listed)
        if self.is_single(part):
            if in_numbers:
                return [], repr(part.piece(part.number).first)
            formula = re.sub(r"\bj\b", str(part.number), part.formula)
            return self.defined(part), neat(self.formula(formula, part))
        if in_numbers:
            return self.times(part, {"cycle"}), self.rates(part)
        return [*self.times(part, {"j"}), *self.defined(part)], self.formula(part.formula, part)

    def curved(self, part: Part) -> tuple[list[str], str]:
        """The same of a part that follows a curve."""
        terms = self.terms(part)
        if terms is not None and not self.moves(part):
            return [], self.term(part, terms.first)
        needed, lines = self.used(part), list[str]()
        inputs = {name: name for name in INPUTS.values()}
        if terms is not None:
            first, index = self.top(part, terms)
            fades = "{i}" in terms.first and not is_plain(first)
            lines = [f"top = {first}"] if index or fades else []
            needed, inputs["eta_max"] = needed | index, "top" if lines else first
            inputs |= {"t_i": self.length(part)[0], "eta_min": self.term(part, terms.last)}
        given = [inputs[code] for name, code in INPUTS.items() if name in needed]
        return [*self.times(part, needed), *lines], f"{self.curve(part)}({', '.join(given)})"

    def top(self, part: Part, terms: Terms) -> tuple[str, set[str]]:
        """The source of the rate at which its cycles begin, and what of INDEX it needs."""
        if not self.varies(part):
            return self.term(part, terms.first), set()
        if self.in_pieces:
            return self.rates(part), {"cycle"}
        return self.term(part, terms.first), {"i"}

    def terms(self, part: Part) -> Terms | None:
        """Formulas of its length and of its rates; in pieces numbers."""
        if not self.in_pieces:
            return part.terms
        times, piece = part.times, part.piece(part.number)
        if isinstance(times, Growing) and not self.is_single(part):
            multiplier = self.number(float(times.multiplier))
            length = f"{self.number(float(times.interval))} * {multiplier}^{{i}}"
        else:
            length = self.number(piece.length)
        return Terms(length, repr(piece.first), repr(piece.last))

    def term(self, part: Part, text: str) -> str:
        """A term of a part as Python; where the run has one cycle of it, of that."""
        index = str(part.number) if self.is_single(part) else "i"
        return neat(self.formula(text.replace("{i}", index), part))

    def length(self, part: Part) -> tuple[str, list[str]]:
        """T_i by name, or its number, and lines that set it where it has to be worked out."""
        terms = self.terms(part)
        if terms is None:
            return self.equal_length(part), []
        t_i = self.term(part, terms.length)
        return (t_i, []) if is_plain(t_i) else ("t_i", [f"t_i = {t_i}"])

    def equal_length(self, part: Part) -> str:
        """The length of its cycles by a name of its own."""
        about = f"how long one is, in {self.unit}s"
        return self.constant(f"{part.name} {self.unit}s", part.times.length(0), about)

    def rates(self, part: Part) -> str:
        """The rate at which a cycle begins, from a list."""
        rates = (repr(part.piece(number).first) for number in self.listed(part))
        constant = self.constant(f"{part.name} rates", listed(rates), "the highest of each")
        return self.item(constant, part)

    def listed(self, part: Part) -> range:
        """`numbers`, where they are not too many to write something out for each."""
        numbers = self.numbers(part)
        if len(numbers) > MOST:
            raise LogschedError(
                f"the run has {len(numbers)} {part.plural} of other than whole numbers of steps, "
                f"or of rates of their own, but a snippet lists at most {MOST}: make them longer, "
                "or take --array"
            )
        return numbers

    def curve(self, part: Part) -> str:
        """The name of the function from a time and the rates of a cycle to its rate."""
        name = self.unique(_name(part.curve), part.curve)
        if name not in self.curves:
            self.curves[name] = self.written(name, part)
        return name

    def written(self, name: str, part: Part) -> str:
        """That function, for all parts that have the curve."""
        curve = part.curve
        alike = [other for other in self.last if other.curve == curve]
        lines, rate = self.defined(part), self.formula(part.formula, part)
        if part.formula.startswith("g = "):
            lines, rate = [*lines, f"g = {rate}"], "(1 - g) * eta_min + g * eta_max"
        if curve.overshoots and any(map(_rises, alike)):  # it may lead through 0
            rate = f"abs({rate})"
        divides = any("eta_max - eta_min" in text for text in curve.definitions().values())
        guarded = divides and any(map(self.varies, alike))
        lines = self.unless_flat(lines, rate) if guarded else [*lines, f"return {rate}"]
        inputs = [code for name, code in INPUTS.items() if name in self.used(part)]
        source = in_unit(curve.source or str(curve.__doc__).partition(".")[0], self.unit)
        return self.function(name, inputs, f"{source[0].upper()}{source[1:]}.", lines)

    def function(self, name: str, inputs: list[str], about: str, lines: list[str]) -> str:
        """A function from numbers to a number."""
        typed = [f"{taken}: {self.type}" if self.type else taken for taken in inputs]
        output = f" -> {self.type}" if self.type else ""
        return function(name, ", ".join(typed), output, about, lines)

    def used(self, part: Part) -> set[str]:
        """The names on which the rate of a part depends by its formula."""
        known, used = part.curve.definitions(), names(part.formula)
        mixed = {"eta_max", "eta_min"} if part.formula.startswith("g = ") else set()
        used = used.union(mixed, *(names(text) for name, text in known.items() if name in used))
        return {self.known.get(name, name) for name in used}

    def defined(self, part: Part) -> list[str]:
        """Lines for the names in its formula that are no parameters."""
        known, used = part.curve.definitions(), names(part.formula)
        return [f"{n} = {self.formula(text, part)}" for n, text in known.items() if n in used]


def minus(time: str, start: str) -> str:
    """The source of a time less a start, which may be 0 or below."""
    if start.startswith("-"):
        return f"{time} + {start[1:]}"
    return time if start == "0" else f"{time} - {start}"


def is_summed(times: Equal) -> bool:
    """Whether floats can't do with quotients: they hold halves and so on exactly, from 0 on."""
    return times.over.bit_count() > 1 or times.origin < 0


def _name(curve: Curve) -> str:
    """What the function of a curve is called."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(curve).__name__).lower() + "_rate"


def _lowest(part: Part) -> float:
    """A rate below which it never is, without its floor."""
    if part.curve.overshoots or not isinstance(part.first, float):
        return 0.0
    return part.first if part.holds else min(part.first, part.last)


def _rises(part: Part) -> bool:
    piece = part.piece(part.number)
    return piece.first < piece.last
