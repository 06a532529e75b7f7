"""The closed form for numbers: a function of the time in plain Python."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from textwrap import indent
from typing import TYPE_CHECKING

from logsched.export.snippets.forms import INDEX, INPUTS, TIMED, ClosedForm, is_summed, minus
from logsched.export.snippets.formulas import neat, python
from logsched.export.snippets.layout import function, listed
from logsched.schedule.boundaries import Equal, Growing, Listed

if TYPE_CHECKING:
    from logsched.schedule.parts import Part
    from logsched.schedule.run import Run
    from logsched.schedule.schedule import Schedule

LISTED = 100  # growing cycles whose starts are written out
ABOUT = {
    "epoch": "The learning rate during an epoch, from 0 on; it may be a fraction.",
    "step": "The learning rate at a step, from 0 on.",
    "token": "The learning rate after so many tokens.",
    "sample": "The learning rate after so many samples.",
}


class Scalar(ClosedForm):
    """Functions of floats. Past the run equal cycles go on; of others the last one stays."""

    type = "float"
    at_least = "max"

    def __init__(self, schedule: Schedule, grid: Run) -> None:
        super().__init__(schedule, grid)
        self.time = grid.unit if grid.unit in ("epoch", "step") else f"{grid.unit}s"

    def argument(self, n: str) -> str:
        return self.time_of.format(n)

    def formula(self, text: str, part: Part) -> str:
        return python(text, INPUTS | self.known | self.own.get(part.curve, {}))

    def unless_flat(self, lines: list[str], rate: str) -> list[str]:
        return ["if eta_max == eta_min:", "    return eta_max", *lines, f"return {rate}"]

    def item(self, constant: str, part: Part) -> str:
        numbers = self.numbers(part)
        i = "i" if self.is_listed(part) or self.is_summed(part) else "int(i)"
        index = f"min({i}, {numbers[-1]})" if self.goes_on(part) else i
        return f"{constant}[{minus(index, str(numbers[0]))}]"

    def goes_on(self, part: Part) -> bool:
        """Whether it has more cycles after the run, without end."""
        return part is self.parts[-1] and isinstance(part.times, Equal)

    def is_single(self, part: Part) -> bool:
        return not self.goes_on(part) and super().is_single(part)

    def learning_rate(self) -> str:
        lines: list[str] = []
        for part, after in zip(self.parts, [*self.parts[1:], None], strict=True):
            first, rate = self.body(part)
            inside = [*first, f"return {rate}"]
            if len(self.parts) > 1:
                lines.append(f"# {part.plural}")
            if after is not None:
                lines.append(f"if {self.time} < {self.begin(after)}:")
                inside = [indent(line, " " * 4) for line in inside]
            lines += inside
        return self.function("learning_rate", [self.time], ABOUT[self.unit], lines)

    def length(self, part: Part) -> tuple[str, list[str]]:
        if isinstance(part.times, Growing) and self.is_summed(part):
            return "t_i", [f"t_i = {self.length_of(part, part.times)}(i)"]
        return super().length(part)

    def is_listed(self, part: Part) -> bool:
        """Whether the starts of its cycles are written out."""
        growing = isinstance(part.times, Growing) and self.moves(part)
        few = not self.is_single(part) and self.numbers(part).stop <= LISTED
        return (growing and few) or (isinstance(part.times, Listed) and not self.is_single(part))

    def is_summed(self, part: Part) -> bool:
        """Whether the starts of its cycles take exact sums."""
        if isinstance(part.times, Equal):
            return is_summed(part.times)
        return isinstance(part.times, Growing) and self.numbers(part).stop > LISTED

    def begin(self, part: Part) -> str:
        """When a part begins, by a name; in pieces by its number."""
        before = self.parts[0]
        if part.start == 0 or self.in_pieces:
            return self.number(part.start)
        if self.is_listed(part) and part.times.start(0) == part.start:
            return f"{self.starts(part)}[0]"
        length = before.terms.length if part is self.parts[1] and before.terms else ""
        if before.times.length(0) == part.start and length in self.known:
            return self.known[length]
        return self.constant(f"{part.plural} start", part.start, self.unit)

    def origin(self, part: Part) -> str:
        """When its only cycle begins, or the first, even where that is cut off."""
        start = part.times.start(part.number if self.is_single(part) else 0)
        named = start == part.start and part in self.parts
        return self.begin(part) if named else self.number(start)

    def now(self, part: Part) -> str:
        """When its rate is read."""
        return "held" if part.stair else self.time

    def times(self, part: Part, needed: set[str]) -> list[str]:
        if not needed & (TIMED | INDEX):
            return []
        found, t_cur = self.since(part, needed)
        lines = [f"held = {self.stair(part.stair)}({self.time})"] if part.stair else []
        lines += found
        if not needed & TIMED:
            return lines
        t_i, more = self.length(part)
        lines += more if self.passes(part) or needed & {"u", "T_i"} else []
        if self.passes(part):
            stays = "  # then it stays" if part is self.parts[-1] else ""
            lines.append(f"t_cur = min({t_cur}, {t_i}){stays}")
        elif t_cur != "t_cur" and ("T_cur" in needed or "%" in t_cur):
            lines.append(f"t_cur = {t_cur}")
        elif "u" in needed:
            return [*lines, f"u = {neat(f'({t_cur}) / {t_i}')}"]
        return [*lines, f"u = t_cur / {t_i}"] if "u" in needed else lines

    def since(self, part: Part, needed: set[str]) -> tuple[list[str], str]:
        """Lines that find the cycle, and the expression of T_cur."""
        i, now = "j" if "j" in needed else "i", self.now(part)
        if self.is_single(part):
            return [], minus(now, self.origin(part))
        if self.is_listed(part):
            starts = self.starts(part)
            return [f"{i} = bisect_right({starts}, {now}) - 1"], f"{now} - {starts}[{i}]"
        if self.is_summed(part):
            return self.searched(part, i), f"{now} - {self.start_of(part)}({i})"
        since, (t_i, _) = minus(now, self.origin(part)), self.length(part)
        if not needed & INDEX:
            return [], neat(f"({since}) % {t_i}")
        if not needed & TIMED:
            return [f"{i} = {neat(f'({since}) // {t_i}')}"], ""
        return [f"{i}, t_cur = divmod({since}, {t_i})"], "t_cur"

    def starts(self, part: Part) -> str:
        """The list of the starts of its cycles in the run."""
        alike = [other for other in self.parts if other.times is part.times]
        count = max(self.listed(other).stop for other in alike)
        source = listed(self.number(part.times.start(number)) for number in range(count))
        return self.constant(f"{part.name} starts", source, f"{self.unit}s")

    def searched(self, part: Part, i: str) -> list[str]:
        """Lines that find a cycle by sums."""
        start, now = self.start_of(part), self.now(part)
        if isinstance(part.times, Equal):
            return _nearest(i, now, minus(now, self.origin(part)), self.length(part)[0], start)
        about = "how many there are in the run"
        count = self.constant(part.plural, self.numbers(part).stop, about)
        return [f"{i} = bisect_right(range({count}), {now}, key={start}) - 1"]

    def passes(self, part: Part) -> bool:
        """Whether T_cur may be beyond T_i: after the run, or by rounding before the next part."""
        if isinstance(part.times, Equal) and not self.is_single(part):
            return self.is_summed(part)
        length = part.times.length(part.number)
        if length == inf:
            return False
        if part is self.parts[-1] or not self.is_single(part):
            return True
        return part.read(self.last[part]) - part.times.start(part.number) > length

    def start_of(self, part: Part) -> str:
        """The function from the number of a cycle to its start, an exact sum."""
        times = part.times
        name = self.unique(f"{part.name}_start", times)
        says = f"The {self.unit} at which a {part.name} starts, an exact sum that is rounded once."
        if isinstance(times, Equal):
            return self.help(name, "i: int", says, [f"return {_equal_start(times)}"])
        assert isinstance(times, Growing)
        origin, interval, m = map(_fraction, (times.origin, times.interval, times.multiplier))
        whole = neat(f"{origin} + {interval} * (m**i - 1) / (m - 1)")
        return self.help(name, "i: int", says, [f"m = {m}", f"return float({whole})"])

    def length_of(self, part: Part, times: Growing) -> str:
        """The function from the number of a cycle to its length."""
        name = self.unique(f"{part.name}_{self.unit}s", times)
        interval, m = _fraction(times.interval), _fraction(times.multiplier)
        whole = f"return float({interval} * {m} ** i)"
        return self.help(name, "i: int", f"How long a {part.name} is.", [whole])

    def stair(self, stair: Equal) -> str:
        """The function from a time to that at which its rate is read."""
        its, time = (stair.origin, stair.interval), self.time
        name, start = self.unique("stair", its), self.unique("stair_start", its)
        origin, height = self.number(stair.start(0)), self.named("stair", stair.length(0))
        lines = [f"return {neat(f'({minus(time, origin)}) // {height} * {height} + {origin}')}"]
        if is_summed(stair):
            says = f"The {self.unit} at which a stair starts, an exact sum that is rounded once."
            self.help(start, "i: int", says, [f"return {_equal_start(stair)}"])
            lines = _nearest("i", time, minus(time, origin), height, start)
            lines.append(f"return {start}(i)")
        says = "The start of a stair: the rate is read there for all of it."
        return self.help(name, f"{time}: float", says, lines)

    def help(self, name: str, inputs: str, says: str, lines: list[str]) -> str:
        """Add a function that others use."""
        self.helpers[name] = function(name, inputs, " -> float", says, lines)
        return name


def _nearest(i: str, now: str, since: str, length: str, start: str) -> list[str]:
    """Lines that find which of equal pieces a time lies in."""
    nearest = neat(f"round(({since}) / {length})")
    return [f"{i} = {nearest}", f"if {start}({i}) > {now}:", f"    {i} -= 1"]


def _equal_start(times: Equal) -> str:
    """The source of the start of piece i."""
    return neat(f"({times.first} + {times.step} * i) / {times.over}")


def _fraction(number: Fraction) -> str:
    return f"Fraction({number.numerator}, {number.denominator})"
