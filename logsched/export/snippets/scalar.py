"""The closed form for numbers: a function of the epoch in plain Python."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nextafter
from textwrap import indent
from typing import TYPE_CHECKING

from logsched.export.snippets.forms import INDEX, ClosedForm
from logsched.export.snippets.formulas import neat, python
from logsched.export.snippets.layout import function, listed, number
from logsched.schedule.boundaries import Equal, Growing, Times

if TYPE_CHECKING:
    from logsched.schedule.parts import Part

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

    def is_single(self, part: Part) -> bool:
        return not isinstance(part.times, Equal) and super().is_single(part)

    def learning_rate(self) -> str:
        lines: list[str] = []
        for part, after in zip(self.parts, [*self.parts[1:], None], strict=True):
            first, rate = self.body(part)
            inside = [*first, f"return {rate}"]
            if len(self.parts) > 1:
                lines.append(f"# {part.plural}")
            if after is not None:
                lines.append(f"if epoch < {self.start(after)}:")
                inside = [indent(line, " " * 4) for line in inside]
            lines += inside
        return self.function("learning_rate", ["epoch"], ABOUT, lines)

    def starts(self) -> list[str]:
        summed = (one for one in self.parts if self.is_summed(one))
        return [source for one in summed for source in _sums(one.name, one.times)]

    def length(self, part: Part) -> tuple[str, list[str]]:
        if self.is_summed(part) and isinstance(part.times, Growing):
            return "t_i", [f"t_i = {part.name}_epochs(i)"]
        return super().length(part)

    def is_listed(self, part: Part) -> bool:
        """Whether the starts of its cycles are written out."""
        few = isinstance(part.times, Growing) and 1 < self.count(part) <= LISTED
        return few and self.moves(part)

    def is_summed(self, part: Part) -> bool:
        """Whether the starts of its cycles take exact sums."""
        cycles = part.times
        if isinstance(cycles, Equal):
            return cycles.over.bit_count() > 1  # floats hold halves, quarters and so on exactly
        return self.count(part) > LISTED and self.moves(part)

    def start(self, part: Part) -> str:
        """The epoch at which a phase begins, by name."""
        before = self.parts[0]
        if part is before:
            return "0"
        if self.is_listed(part):
            return f"{part.name.upper()}_STARTS[0]"
        if part is self.parts[1] and before.terms and before.terms.length in self.meaning:
            return self.meaning[before.terms.length]
        return self.constant(f"{part.plural} start", part.start, "epoch")

    def times(self, part: Part, needed: set[str]) -> list[str]:
        if not needed & {"u", "T_cur", *INDEX}:
            return []
        t_i, more = self.length(part)
        found, t_cur = self.since(part, t_i, needed)
        if not needed & {"u", "T_cur"}:
            return found
        lines = [*found, *more]
        if self.passes(part):
            stays = "  # then it stays" if part is self.parts[-1] else ""
            lines.append(f"t_cur = min({t_cur}, {t_i}){stays}")
        elif t_cur != "t_cur" and ("T_cur" in needed or "%" in t_cur):
            lines.append(f"t_cur = {t_cur}")
        elif "u" in needed:
            return [*lines, f"u = {neat(f'({t_cur}) / {t_i}')}"]
        return [*lines, f"u = t_cur / {t_i}"] if "u" in needed else lines

    def since(self, part: Part, t_i: str, needed: set[str]) -> tuple[list[str], str]:
        """Lines that find the cycle, and the expression of T_cur."""
        i = "j" if "j" in needed else "i"
        start = self.start(part)
        since = "epoch" if start == "0" else f"epoch - {start}"
        if self.is_listed(part):
            starts = self.constant(f"{part.name} starts", self.listed(part), "epochs")
            return [f"{i} = bisect_right({starts}, epoch) - 1"], f"epoch - {starts}[{i}]"
        if self.is_summed(part):
            return self.searched(part, i, since, t_i), f"epoch - {part.name}_start({i})"
        if self.is_single(part):
            return [], since
        if not needed & INDEX:
            return [], neat(f"({since}) % {t_i}")
        if not needed & {"u", "T_cur"}:
            return [f"{i} = {neat(f'({since}) // {t_i}')}"], ""
        return [f"{i}, t_cur = divmod({since}, {t_i})"], "t_cur"

    def searched(self, part: Part, i: str, since: str, t_i: str) -> list[str]:
        """Lines that find a cycle by sums."""
        start = f"{part.name}_start"
        if isinstance(part.times, Equal):
            nearest = neat(f"round(({since}) / {t_i})")
            return [f"{i} = {nearest}", f"if {start}({i}) > epoch:", f"    {i} -= 1"]
        count = self.constant(f"{part.plural}", self.count(part), "how many there are in the run")
        return [f"{i} = bisect_right(range({count}), epoch, key={start}) - 1"]

    def listed(self, part: Part) -> str:
        """The starts of its cycles in the run, as source."""
        return listed(number(part.times.start(i)) for i in range(self.count(part)))

    def passes(self, part: Part) -> bool:
        """Whether T_cur may be beyond T_i: after the run, or by rounding before the next phase."""
        if isinstance(part.times, Equal):
            return self.is_summed(part)
        if part.times.length(0) == inf:
            return False
        after = self.parts.index(part) + 1
        if after == len(self.parts):
            return True
        return nextafter(self.parts[after].start, 0.0) - part.start > part.times.length(0)


def _sums(name: str, cycles: Times) -> list[str]:
    """Functions from the number of a cycle to its start, and to its length where they differ."""
    says = f"The epoch at which a {name} starts, an exact sum that is rounded once."
    if isinstance(cycles, Equal):
        start = neat(f"({cycles.first} + {cycles.step} * i) / {cycles.over}")
        return [function(f"{name}_start", "i: int", " -> float", says, [f"return {start}"])]
    assert isinstance(cycles, Growing)
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
