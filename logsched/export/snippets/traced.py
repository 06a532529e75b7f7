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
    from logsched.schedule.parts import Phase
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
        varying = {"eta_max", *schedule.shape.definitions()}
        self.arrays = {"u", "T_cur", "T_i", *INDEX}
        self.arrays |= varying if any(map(self.varies, self.phases)) else set()

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
        for phase in self.phases:
            first, rate = self.body(phase)
            if len(self.phases) > 1 and not rate.isidentifier():
                name = phase.plural.replace(" ", "_")
                first, rate = ["", f"# {phase.plural}", *first, f"{name} = {rate}"], name
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
        before = ", ".join(f"step < {self.start(phase)}" for phase in self.phases[1:])
        return [
            *lines,
            *([""] if len(lines) > 1 else []),
            f"return {self.module}.select(",
            f"    [{before}],",
            f"    [{', '.join(rates[:-1])}],",
            f"    {rates[-1]},",
            ")",
        ]

    def times(self, phase: Phase, needed: set[str]) -> list[str]:
        if not needed & {"u", "T_cur", *INDEX}:
            return []
        timed = needed & {"u", "T_cur"}
        found, since = self.since(phase, needed)
        if not timed:
            return found
        t_i, more = self.length(phase)
        lines = [*found, f"since = {self.real(since)}", *more, *self.elapsed(phase, t_i)]
        return [*lines, f"u = t_cur / {t_i}"] if "u" in needed else lines

    def elapsed(self, phase: Phase, t_i: str) -> list[str]:
        """Lines that set t_cur, within the cycle also for steps of other phases."""
        t_cur, lines = "since", []
        if self.grid.steps_per_epoch > 1:
            t_cur = "since / STEPS_PER_EPOCH"
        if lead := self.lead(phase):
            t_cur, lines = "t_cur", [f"t_cur = {t_cur} + {lead}"]
        endless = phase.cycles.length(0) == inf
        within = f"maximum({t_cur}, 0)" if endless else f"clip({t_cur}, 0, {t_i})"
        return [*lines, f"t_cur = {self.module}.{within}"]

    def since(self, phase: Phase, needed: set[str]) -> tuple[list[str], str]:
        """Lines that find the cycle, and how many steps ago its first one was."""
        if self.is_single(phase):
            return [], _after(self.start(phase))
        whole = self.is_whole(phase)
        found, since = self.counted(phase, needed) if whole else self.searched(phase)
        if needed & INDEX:
            found.append(f"i = {self.real('cycle')}")
        return found, since

    def is_whole(self, phase: Phase) -> bool:
        """Whether its cycles all have the same number of steps."""
        cycles, steps = phase.cycles, self.grid.steps_per_epoch
        return isinstance(cycles, Equal) and cycles.step * steps % cycles.over == 0

    def counted(self, phase: Phase, needed: set[str]) -> tuple[list[str], str]:
        """`since` by division."""
        steps = round(phase.cycles.length(0) * self.grid.steps_per_epoch)
        length = self.constant(f"{phase.name} steps", steps, "how many it takes")
        since, lines = "step", []
        if phase.start > 0:
            since = "since"
            lines = [f"since = {self.module}.maximum({_after(self.start(phase))}, 0)"]
        if needed & INDEX:
            lines.append(f"cycle = {since} // {length}")
        return lines, f"{since} % {length}"

    def searched(self, phase: Phase) -> tuple[list[str], str]:
        """`since` by a list of the cycles."""
        count, m = self.count(phase), self.module
        if count > MOST:
            raise LogschedError(
                f"the run has {count} {phase.plural} of other than whole numbers of steps, but a "
                f"snippet lists at most {MOST}: take a longer restart_interval, or --array"
            )
        steps = listed(str(self.first(phase, cycle)) for cycle in range(count))
        starts = self.constant(f"{phase.name} starts", steps, "first steps")
        found = f'{m}.searchsorted({m}.array({starts}), step, side="right") - 1'
        lines = [f"cycle = {found}", f"cycle = {m}.maximum(cycle, 0)"]
        return lines, f"step - {self.item(starts)}"

    def length(self, phase: Phase) -> tuple[str, list[str]]:
        if self.is_single(phase) or isinstance(phase.cycles, Equal):
            return super().length(phase)
        epochs = listed(number(phase.cycles.length(i)) for i in range(self.count(phase)))
        lengths = self.constant(f"{phase.name} epochs", epochs, "lengths")
        return "t_i", [f"t_i = {self.item(lengths)}"]

    def lead(self, phase: Phase) -> str:
        """How many epochs before its first step a cycle begins; nothing where none does."""
        alike = self.is_single(phase) or self.is_whole(phase)
        leads = [self.before(phase, cycle) for cycle in range(1 if alike else self.count(phase))]
        if not any(leads):
            return ""
        if alike:
            return self.constant(f"{phase.plural} lead", leads[0], LEAD)
        return self.item(self.constant(f"{phase.name} leads", listed(map(number, leads)), LEAD))

    def item(self, constant: str) -> str:
        """What a list says of the cycle."""
        return f"{self.module}.take({self.module}.array({constant}), cycle)"

    def start(self, phase: Phase) -> str:
        """The first step of a phase, by name."""
        if phase is self.phases[0]:
            return "0"
        if self.moves(phase) and not self.is_single(phase) and not self.is_whole(phase):
            return f"{phase.name.upper()}_STARTS[0]"
        return self.constant(f"{phase.plural} start", self.first(phase, 0), "its first step")

    def first(self, phase: Phase, cycle: int) -> int:
        """The first step of a cycle."""
        return self.grid.index(phase.cycles.start(cycle))

    def before(self, phase: Phase, cycle: int) -> float:
        """How many epochs before its first step a cycle begins."""
        epoch = self.first(phase, cycle) / self.grid.steps_per_epoch
        return epoch - phase.cycles.start(cycle)


class Keras(Traced):
    """Functions of keras.ops, in which whole numbers are to be made float32."""

    module = "ops"

    def real(self, whole: str) -> str:
        return f'ops.cast({whole}, "float32")'


def _after(start: str) -> str:
    return "step" if start == "0" else f"step - {start}"
