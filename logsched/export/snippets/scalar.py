"""The closed form for numbers: a function of the epoch in plain Python."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nextafter
from textwrap import indent
from typing import TYPE_CHECKING

from logsched.export.snippets.forms import INDEX, ClosedForm
from logsched.export.snippets.formulas import neat, python
from logsched.export.snippets.layout import function, listed, number
from logsched.schedule.boundaries import Cycles, Equal, Geometric

if TYPE_CHECKING:
    from logsched.schedule.parts import Phase

LISTED = 100  # cycles whose starts are written out
ABOUT = "The learning rate during an epoch, from 0 on; it may be a fraction."


class Scalar(ClosedForm):
    """Functions of floats. Past the run equal cycles go on; of others the last one stays."""

    type = "float"

    def argument(self, n: str) -> str:
        return f"{n} / STEPS_PER_EPOCH" if self.grid.steps_per_epoch > 1 else n

    def formula(self, text: str) -> str:
        return python(text, self.meaning)

    def unless_flat(self, lines: list[str], rate: str) -> list[str]:
        return ["if eta_max == eta_min:", "    return eta_max", *lines, f"return {rate}"]

    def is_single(self, phase: Phase) -> bool:
        return not isinstance(phase.cycles, Equal) and super().is_single(phase)

    def learning_rate(self) -> str:
        lines: list[str] = []
        for phase, after in zip(self.phases, [*self.phases[1:], None], strict=True):
            first, rate = self.body(phase)
            inside = [*first, f"return {rate}"]
            if len(self.phases) > 1:
                lines.append(f"# {phase.plural}")
            if after is not None:
                lines.append(f"if epoch < {self.start(after)}:")
                inside = [indent(line, " " * 4) for line in inside]
            lines += inside
        return self.function("learning_rate", ["epoch"], ABOUT, lines)

    def starts(self) -> list[str]:
        summed = (one for one in self.phases if self.is_summed(one))
        return [source for one in summed for source in _sums(one.name, one.cycles)]

    def length(self, phase: Phase) -> tuple[str, list[str]]:
        if self.is_summed(phase) and isinstance(phase.cycles, Geometric):
            return "t_i", [f"t_i = {phase.name}_epochs(i)"]
        return super().length(phase)

    def is_listed(self, phase: Phase) -> bool:
        """Whether the starts of its cycles are written out."""
        few = isinstance(phase.cycles, Geometric) and 1 < self.count(phase) <= LISTED
        return few and self.moves(phase)

    def is_summed(self, phase: Phase) -> bool:
        """Whether the starts of its cycles take exact sums."""
        cycles = phase.cycles
        if isinstance(cycles, Equal):
            return cycles.over.bit_count() > 1  # floats hold halves, quarters and so on exactly
        return self.count(phase) > LISTED and self.moves(phase)

    def start(self, phase: Phase) -> str:
        """The epoch at which a phase begins, by name."""
        before = self.phases[0]
        if phase is before:
            return "0"
        if self.is_listed(phase):
            return f"{phase.name.upper()}_STARTS[0]"
        if phase is self.phases[1] and before.terms and before.terms.t_i in self.meaning:
            return self.meaning[before.terms.t_i]
        return self.constant(f"{phase.plural} start", phase.start, "epoch")

    def times(self, phase: Phase, needed: set[str]) -> list[str]:
        if not needed & {"u", "T_cur", *INDEX}:
            return []
        t_i, more = self.length(phase)
        found, t_cur = self.since(phase, t_i, needed)
        if not needed & {"u", "T_cur"}:
            return found
        lines = [*found, *more]
        if self.passes(phase):
            stays = "  # then it stays" if phase is self.phases[-1] else ""
            lines.append(f"t_cur = min({t_cur}, {t_i}){stays}")
        elif t_cur != "t_cur" and ("T_cur" in needed or "%" in t_cur):
            lines.append(f"t_cur = {t_cur}")
        elif "u" in needed:
            return [*lines, f"u = {neat(f'({t_cur}) / {t_i}')}"]
        return [*lines, f"u = t_cur / {t_i}"] if "u" in needed else lines

    def since(self, phase: Phase, t_i: str, needed: set[str]) -> tuple[list[str], str]:
        """Lines that find the cycle, and the expression of T_cur."""
        i = "j" if "j" in needed else "i"
        start = self.start(phase)
        since = "epoch" if start == "0" else f"epoch - {start}"
        if self.is_listed(phase):
            starts = self.constant(f"{phase.name} starts", self.listed(phase), "epochs")
            return [f"{i} = bisect_right({starts}, epoch) - 1"], f"epoch - {starts}[{i}]"
        if self.is_summed(phase):
            return self.searched(phase, i, since, t_i), f"epoch - {phase.name}_start({i})"
        if self.is_single(phase):
            return [], since
        if not needed & INDEX:
            return [], neat(f"({since}) % {t_i}")
        if not needed & {"u", "T_cur"}:
            return [f"{i} = {neat(f'({since}) // {t_i}')}"], ""
        return [f"{i}, t_cur = divmod({since}, {t_i})"], "t_cur"

    def searched(self, phase: Phase, i: str, since: str, t_i: str) -> list[str]:
        """Lines that find a cycle by sums."""
        start = f"{phase.name}_start"
        if isinstance(phase.cycles, Equal):
            nearest = neat(f"round(({since}) / {t_i})")
            return [f"{i} = {nearest}", f"if {start}({i}) > epoch:", f"    {i} -= 1"]
        count = self.constant(f"{phase.plural}", self.count(phase), "how many there are in the run")
        return [f"{i} = bisect_right(range({count}), epoch, key={start}) - 1"]

    def listed(self, phase: Phase) -> str:
        """The starts of its cycles in the run, as source."""
        return listed(number(phase.cycles.start(i)) for i in range(self.count(phase)))

    def passes(self, phase: Phase) -> bool:
        """Whether T_cur may be beyond T_i: after the run, or by rounding before the next phase."""
        if isinstance(phase.cycles, Equal):
            return self.is_summed(phase)
        if phase.cycles.length(0) == inf:
            return False
        after = self.phases.index(phase) + 1
        if after == len(self.phases):
            return True
        return nextafter(self.phases[after].start, 0.0) - phase.start > phase.cycles.length(0)


def _sums(name: str, cycles: Cycles) -> list[str]:
    """Functions from the number of a cycle to its start, and to its length where they differ."""
    says = f"The epoch at which a {name} starts, an exact sum that is rounded once."
    if isinstance(cycles, Equal):
        start = neat(f"({cycles.first} + {cycles.step} * i) / {cycles.over}")
        return [function(f"{name}_start", "i: int", " -> float", says, [f"return {start}"])]
    assert isinstance(cycles, Geometric)
    m = f"m = {_fraction(cycles.multiplier)}"
    origin, interval = _fraction(cycles.origin), _fraction(cycles.interval)
    start = f"return float({neat(f'{origin} + {interval} * (m**i - 1) / (m - 1)')})"
    length = f"return float({_fraction(cycles.interval)} * {_fraction(cycles.multiplier)} ** i)"
    return [
        function(f"{name}_start", "i: int", " -> float", says, [m, start]),
        function(f"{name}_epochs", "i: int", " -> float", f"How long a {name} is.", [length]),
    ]


def _fraction(number: Fraction) -> str:
    return f"Fraction({number.numerator}, {number.denominator})"
