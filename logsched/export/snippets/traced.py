"""The closed form for arrays under a compiler: a function of the step, without branches."""

from __future__ import annotations

from math import gcd, inf, lcm
from textwrap import indent
from typing import TYPE_CHECKING

from logsched.base.errors import LogschedError
from logsched.export.snippets.forms import INDEX, INPUTS, TIMED, ClosedForm, minus
from logsched.export.snippets.formulas import for_arrays, is_plain, neat
from logsched.export.snippets.layout import WIDTH, identifier, listed, number
from logsched.schedule.boundaries import Equal
from logsched.schedule.compose import START

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsched.schedule.parts import Part
    from logsched.schedule.run import Run
    from logsched.schedule.schedule import Schedule

WHOLE = 2**31  # of the whole numbers that arrays hold, which are below this
LOCAL = ("step", "stair", "cycle", "i", "since", "t_i", "t_cur", "u", "top", "rate", "share")
ABOUT = "The learning rate at a step, from 0 on; after the run it stays."


class Traced(ClosedForm):
    """Functions of arrays, by a module such as jax.numpy.

    They find a cycle by its first step, a whole number, and count on from there: late in a run
    float32 could not tell one step from the next. Where rates are read on stairs, those are counted
    instead of steps.
    """

    module = "jnp"

    def __init__(self, schedule: Schedule, grid: Run) -> None:
        super().__init__(schedule, grid)
        self.at_least = f"{self.module}.maximum"
        self.taken |= dict.fromkeys(LOCAL)
        self.points = Equal(START, grid.spacing)
        definitions = [part.curve.definitions() for part in self.last]
        varying = {"eta_max"}.union(*definitions)
        self.arrays = {"u", "T_cur", "T_i", *INDEX}
        self.arrays |= varying if any(map(self.varies, self.last)) else set()

    @staticmethod
    def number(value: float) -> str:  # a whole number that arrays can't hold as one is a float
        return number(value) if abs(value) < WHOLE else repr(float(value))

    def real(self, whole: str) -> str:
        """Whole numbers as floats, of the precision that is in effect."""
        return neat(f"({whole}).astype(float)")

    def formula(self, text: str, part: Part) -> str:
        meaning = INPUTS | self.known | self.own.get(part.curve, {}) | {"j": "i"}
        return for_arrays(text, meaning, self.module, self.arrays)

    def unless_flat(self, lines: list[str], rate: str) -> list[str]:
        choice = f"{self.module}.where(eta_max == eta_min, eta_max, rate)"
        return [*lines, f"rate = {rate}", f"return {choice}"]

    def item(self, constant: str, part: Part) -> str:
        last = len(self.numbers(part)) - 1  # which division does not know
        cycle = f"{self.module}.minimum(cycle, {last})" if self.is_whole(part) else "cycle"
        return f"{self.module}.take({self.module}.array({constant}), {cycle})"

    def learning_rate(self) -> str:
        lines, rates = [], []
        for part in self.parts:
            first, rate = self.body(part)
            if len(self.parts) > 1 and not is_plain(rate):
                words = f"piece {part.plural}" if self.in_pieces else part.plural
                name = self.unique(identifier(words), part)
                first, rate = ["", f"# {part.plural}", *first, f"{name} = {rate}"], name
            lines += first
            rates.append(rate)
        return self.function("learning_rate", ["step"], ABOUT, self.chosen(lines, rates))

    def chosen(self, lines: list[str], rates: list[str]) -> list[str]:
        """Lines that return the rate of the part in which a step lies."""
        if lines or len(rates) > 1:
            self.constant("last step", self.grid.size - 1, "of the run")
            lines = [f"step = {self.module}.minimum(step, LAST_STEP)", *lines]
        if len(rates) == 1:
            return [*lines, f"return {rates[0]}"]
        return [
            *lines,
            *([""] if len(lines) > 1 else []),
            f"return {self.module}.select(",
            *_items([f"step < {self.begin(part)}" for part in self.parts[1:]]),
            *_items(rates[:-1]),
            f"    {rates[-1]},",
            ")",
        ]

    def clock(self, part: Part) -> tuple[str, Equal]:
        """What is counted for a part, steps or stairs, and when each of them is."""
        return ("step", self.points) if part.stair is None else ("stair", part.stair)

    def times(self, part: Part, needed: set[str]) -> list[str]:
        if not needed & (TIMED | INDEX):
            return []
        found, since = self.since(part, needed)
        lines = [*self.stair(part), *found]
        if not needed & TIMED:
            return lines
        t_i, more = self.length(part)
        lines += [f"since = {self.real(since)}", *more, *self.elapsed(part, t_i)]
        return [*lines, f"u = t_cur / {t_i}"] if "u" in needed else lines

    def stair(self, part: Part) -> list[str]:
        """A line that counts stairs."""
        stair = part.stair
        if stair is None:
            return []
        its = (self.points.interval, stair.origin, stair.interval)
        scale = lcm(*(length.denominator for length in its))
        whole = [int(length * scale) for length in its]
        step, origin, height = (length // gcd(*whole) for length in whole)
        if max(step * self.grid.size, abs(origin), height) >= WHOLE:
            raise LogschedError(
                f"stair is {stair.length(0):.12g}, but a step of the run is no simple share of it "
                "for whole numbers below 2**31: take another, or --array"
            )
        since = minus(f"{step} * step", str(origin))
        return [f"stair = {neat(f'({since}) // {height}')}  # the rate is read at its start"]

    def elapsed(self, part: Part, t_i: str) -> list[str]:
        """Lines that set t_cur, within the cycle also for steps of other parts."""
        t_cur, lines = self.time_of.format("since"), list[str]()
        if part.stair is not None:
            t_cur = neat(f"since * {self.named('stair', part.stair.length(0))}")
        if lead := self.lead(part):
            t_cur, lines = "t_cur", [f"t_cur = {t_cur} + {lead}"]
        endless = part.times.length(part.number) == inf
        within = f"maximum({t_cur}, 0)" if endless else f"clip({t_cur}, 0, {t_i})"
        return [*lines, f"t_cur = {self.module}.{within}"]

    def since(self, part: Part, needed: set[str]) -> tuple[list[str], str]:
        """Lines that find the cycle, and how many steps ago its first one was."""
        if self.is_single(part):
            return [], minus(self.clock(part)[0], self.first_step(part))
        found, since = self.counted(part, needed) if self.is_whole(part) else self.searched(part)
        if needed & {"i", "j"}:
            found.append(f"i = {self.real('cycle')}" + (f" + {part.number}" if part.number else ""))
        return found, since

    def is_whole(self, part: Part) -> bool:
        """Whether its cycles all have the same number of steps."""
        times, (_, clock) = part.times, self.clock(part)
        return isinstance(times, Equal) and times.interval % clock.interval == 0

    def counted(self, part: Part, needed: set[str]) -> tuple[list[str], str]:
        """`since` by division."""
        n, clock = self.clock(part)
        steps = round(part.times.length(0) / clock.length(0))
        length = self.constant(f"{part.name} {n}s", steps, "how many it takes")
        since, lines = n, []
        if (first := self.first_step(part)) != "0":
            since = "since"
            lines = [f"since = {self.module}.maximum({minus(n, first)}, 0)"]
        if needed & INDEX:
            lines.append(f"cycle = {since} // {length}")
        return lines, f"{since} % {length}"

    def searched(self, part: Part) -> tuple[list[str], str]:
        """`since` by a list of the cycles."""
        m, n = self.module, self.clock(part)[0]
        starts = self.starts(part)
        found = f'{m}.searchsorted({m}.array({starts}), {n}, side="right") - 1'
        lines = [f"cycle = {found}", f"cycle = {m}.maximum(cycle, 0)"]
        return lines, f"{n} - {self.item(starts, part)}"

    def starts(self, part: Part) -> str:
        """The list of the first steps of its cycles."""
        steps = listed(str(self.first(part, number)) for number in self.listed(part))
        return self.constant(f"{part.name} starts", steps, f"first {self.clock(part)[0]}s")

    def length(self, part: Part) -> tuple[str, list[str]]:
        if self.is_single(part) or isinstance(part.times, Equal):
            return super().length(part)
        lengths = listed(self.number(part.times.length(number)) for number in self.listed(part))
        constant = self.constant(f"{part.name} {self.unit}s", lengths, "lengths")
        return "t_i", [f"t_i = {self.item(constant, part)}"]

    def lead(self, part: Part) -> str:
        """How long before its first step a cycle begins; nothing where none does."""
        alike = self.is_single(part) or self.is_whole(part)
        numbers = [part.number] if alike else self.listed(part)
        leads = [self.before(part, number) for number in numbers]
        about = f"{self.unit}s from the start to the first {self.clock(part)[0]}"
        if not any(leads):
            return ""
        if alike:
            return self.constant(f"{part.plural} lead", leads[0], about)
        leads_of_all = listed(map(self.number, leads))
        return self.item(self.constant(f"{part.name} leads", leads_of_all, about), part)

    def begin(self, part: Part) -> str:
        """The first step of a part, by a name; in pieces by its number."""
        step = _index(self.points, part.start)
        if self.in_pieces or step == 0:
            return str(step)
        cycles = self.moves(part) and not self.is_single(part) and not self.is_whole(part)
        if cycles and part.stair is None and self.first(part, part.number) == step:
            return f"{self.starts(part)}[0]"
        return self.constant(f"{part.plural} start", step, "its first step")

    def first_step(self, part: Part) -> str:
        """The first step of the first cycle, by a name where the part begins with it."""
        first = self.first(part, part.number)
        named = (
            part.stair is None and part in self.parts and first == _index(self.points, part.start)
        )
        return self.begin(part) if named else str(first)

    def first(self, part: Part, number: int) -> int:
        """The first step of a cycle."""
        return _index(self.clock(part)[1], part.times.start(number))

    def before(self, part: Part, number: int) -> float:
        """How long before its first step a cycle begins."""
        _, clock = self.clock(part)
        return clock.start(self.first(part, number)) - part.times.start(number)


class Keras(Traced):
    """Functions of keras.ops, in which whole numbers are to be made float32."""

    module = "ops"

    def real(self, whole: str) -> str:
        return f'ops.cast({whole}, "float32")'


def _index(clock: Equal, time: float) -> int:
    """The number of the first of equal pieces that does not start before a time."""
    index = clock.at(time)
    return index + (clock.start(index) < time)


def _items(items: Sequence[str]) -> list[str]:
    """A list of expressions as an argument, on one line or on one each."""
    line = f"    [{', '.join(items)}],"
    if len(line) + 4 <= WIDTH:
        return [line]
    return ["    [", *(indent(f"{item},", " " * 8) for item in items), "    ],"]
