"""The closed form for arrays under a compiler: a function of the step, without branches."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from logsched.base.errors import LogschedError
from logsched.export.snippets.forms import INDEX, ClosedForm
from logsched.export.snippets.formulas import for_arrays, neat
from logsched.export.snippets.layout import listed, number
from logsched.schedule.boundaries import Equal

if TYPE_CHECKING:
    from logsched.schedule.grid import Grid
    from logsched.schedule.parts import Part
    from logsched.schedule.schedule import Schedule

MOST = 10_000  # cycles whose starts are written out
LEAD = "epochs from the start to the first step"
ABOUT = "The learning rate at a step, from 0 on; after the run it stays."


class Traced(ClosedForm):
    """Functions of arrays, by a module such as jax.numpy.

    They find a cycle by its first step, a whole number, and count on from there: late in a run
    float32 could not tell one step from the next.
    """

    module = "jnp"

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        self.meaning["j"] = "i"
        definitions = [part.curve.definitions() for part in self.parts]
        varying = {"eta_max"}.union(*definitions)
        self.arrays = {"u", "T_cur", "T_i", *INDEX}
        self.arrays |= varying if any(map(self.varies, self.parts)) else set()

    def real(self, whole: str) -> str:
        """Whole numbers as floats, of the precision that is in effect."""
        return neat(f"({whole}).astype(float)")

    def formula(self, text: str) -> str:
        return for_arrays(text, self.meaning, self.module, self.arrays)

    def unless_flat(self, lines: list[str], rate: str) -> list[str]:
        choice = f"{self.module}.where(eta_max == eta_min, eta_max, rate)"
        return [*lines, f"rate = {rate}", f"return {choice}"]

    def learning_rate(self) -> str:
        lines, rates = [], []
        for part in self.parts:
            first, rate = self.body(part)
            if len(self.parts) > 1 and not rate.isidentifier():
                name = part.plural.replace(" ", "_")
                first, rate = ["", f"# {part.plural}", *first, f"{name} = {rate}"], name
            lines += first
            rates.append(rate)
        return self.function("learning_rate", ["step"], ABOUT, self.chosen(lines, rates))

    def chosen(self, lines: list[str], rates: list[str]) -> list[str]:
        """Lines that return the rate of the phase in which a step lies."""
        if lines or len(rates) > 1:
            self.constant("last step", self.grid.size - 1, "of the run")
            lines = [f"step = {self.module}.minimum(step, LAST_STEP)", *lines]
        if len(rates) == 1:
            return [*lines, f"return {rates[0]}"]
        before = ", ".join(f"step < {self.start(part)}" for part in self.parts[1:])
        return [
            *lines,
            *([""] if len(lines) > 1 else []),
            f"return {self.module}.select(",
            f"    [{before}],",
            f"    [{', '.join(rates[:-1])}],",
            f"    {rates[-1]},",
            ")",
        ]

    def times(self, part: Part, needed: set[str]) -> list[str]:
        if not needed & {"u", "T_cur", *INDEX}:
            return []
        timed = needed & {"u", "T_cur"}
        found, since = self.since(part, needed)
        if not timed:
            return found
        t_i, more = self.length(part)
        lines = [*found, f"since = {self.real(since)}", *more, *self.elapsed(part, t_i)]
        return [*lines, f"u = t_cur / {t_i}"] if "u" in needed else lines

    def elapsed(self, part: Part, t_i: str) -> list[str]:
        """Lines that set t_cur, within the cycle also for steps of other phases."""
        t_cur, lines = "since", []
        if self.grid.steps_per_epoch > 1:
            t_cur = "since / STEPS_PER_EPOCH"
        if lead := self.lead(part):
            t_cur, lines = "t_cur", [f"t_cur = {t_cur} + {lead}"]
        endless = part.times.length(0) == inf
        within = f"maximum({t_cur}, 0)" if endless else f"clip({t_cur}, 0, {t_i})"
        return [*lines, f"t_cur = {self.module}.{within}"]

    def since(self, part: Part, needed: set[str]) -> tuple[list[str], str]:
        """Lines that find the cycle, and how many steps ago its first one was."""
        if self.is_single(part):
            return [], _after(self.start(part))
        whole = self.is_whole(part)
        found, since = self.counted(part, needed) if whole else self.searched(part)
        if needed & INDEX:
            found.append(f"i = {self.real('cycle')}")
        return found, since

    def is_whole(self, part: Part) -> bool:
        """Whether its cycles all have the same number of steps."""
        cycles, steps = part.times, self.grid.steps_per_epoch
        return isinstance(cycles, Equal) and cycles.step * steps % cycles.over == 0

    def counted(self, part: Part, needed: set[str]) -> tuple[list[str], str]:
        """`since` by division."""
        steps = round(part.times.length(0) * self.grid.steps_per_epoch)
        length = self.constant(f"{part.name} steps", steps, "how many it takes")
        since, lines = "step", []
        if part.start > 0:
            since = "since"
            lines = [f"since = {self.module}.maximum({_after(self.start(part))}, 0)"]
        if needed & INDEX:
            lines.append(f"cycle = {since} // {length}")
        return lines, f"{since} % {length}"

    def searched(self, part: Part) -> tuple[list[str], str]:
        """`since` by a list of the cycles."""
        count, m = self.count(part), self.module
        if count > MOST:
            raise LogschedError(
                f"the run has {count} {part.plural} of other than whole numbers of steps, but a "
                f"snippet lists at most {MOST}: take a longer restart_interval, or --array"
            )
        steps = listed(str(self.first(part, cycle)) for cycle in range(count))
        starts = self.constant(f"{part.name} starts", steps, "first steps")
        found = f'{m}.searchsorted({m}.array({starts}), step, side="right") - 1'
        lines = [f"cycle = {found}", f"cycle = {m}.maximum(cycle, 0)"]
        return lines, f"step - {self.item(starts)}"

    def length(self, part: Part) -> tuple[str, list[str]]:
        if self.is_single(part) or isinstance(part.times, Equal):
            return super().length(part)
        epochs = listed(number(part.times.length(i)) for i in range(self.count(part)))
        lengths = self.constant(f"{part.name} epochs", epochs, "lengths")
        return "t_i", [f"t_i = {self.item(lengths)}"]

    def lead(self, part: Part) -> str:
        """How many epochs before its first step a cycle begins; nothing where none does."""
        alike = self.is_single(part) or self.is_whole(part)
        leads = [self.before(part, cycle) for cycle in range(1 if alike else self.count(part))]
        if not any(leads):
            return ""
        if alike:
            return self.constant(f"{part.plural} lead", leads[0], LEAD)
        return self.item(self.constant(f"{part.name} leads", listed(map(number, leads)), LEAD))

    def item(self, constant: str) -> str:
        """What a list says of the cycle."""
        return f"{self.module}.take({self.module}.array({constant}), cycle)"

    def start(self, part: Part) -> str:
        """The first step of a phase, by name."""
        if part is self.parts[0]:
            return "0"
        if self.moves(part) and not self.is_single(part) and not self.is_whole(part):
            return f"{part.name.upper()}_STARTS[0]"
        return self.constant(f"{part.plural} start", self.first(part, 0), "its first step")

    def first(self, part: Part, cycle: int) -> int:
        """The first step of a cycle."""
        return self.grid.index(part.times.start(cycle))

    def before(self, part: Part, cycle: int) -> float:
        """How many epochs before its first step a cycle begins."""
        epoch = self.first(part, cycle) / self.grid.steps_per_epoch
        return epoch - part.times.start(cycle)


class Keras(Traced):
    """Functions of keras.ops, in which whole numbers are to be made float32."""

    module = "ops"

    def real(self, whole: str) -> str:
        return f'ops.cast({whole}, "float32")'


def _after(start: str) -> str:
    return "step" if start == "0" else f"step - {start}"
