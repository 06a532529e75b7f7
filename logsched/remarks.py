"""Plain words about a schedule: one sentence that says what it does, and what to beware of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import nextafter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logsched.facts import Facts
    from logsched.grid import Grid
    from logsched.phases import Phase
    from logsched.schedule import Schedule

JUMP = 1e-6  # of a rate: less is rounding
NAMED = 4  # epochs that a sentence lists


def number(value: float) -> str:
    """A number as a sentence shows it: six digits."""
    return f"{value:.6g}"


def epochs(values: Iterable[float]) -> str:
    """`epoch 1`, `epochs 1 and 2`; of many, the first ones and the last."""
    texts = [number(value) for value in values]
    if len(texts) == 1:
        return f"epoch {texts[0]}"
    if len(texts) > NAMED:
        return f"epochs {', '.join(texts[: NAMED - 1])}, ... {texts[-1]}"
    return f"epochs {', '.join(texts[:-1])} and {texts[-1]}"


def describe(schedule: Schedule, facts: Facts, grid: Grid) -> str:
    """One sentence: what the schedule does from the start of the run to its end."""
    spans = zip(schedule.phases, facts.phases, strict=False)
    parts = [_phrase(schedule, facts, phase, span.start, span.end) for phase, span in spans]
    final = number(facts.extremes.final_lr)
    return f"It {', then '.join(parts)}; the last rate is {final}, at epoch {number(grid.last)}."


def _phrase(schedule: Schedule, facts: Facts, phase: Phase, start: float, end: float) -> str:
    first, last = schedule(start), schedule(nextafter(end, 0.0))
    if phase.name == "cycle":
        times = "" if facts.cycle_count <= NAMED else f" {facts.cycle_count} times,"
        return f"restarts{times} at {number(first)}, at {epochs(facts.restarts)}"
    if first == last:
        return f"stays at {number(first)}"
    way = f"{'rises' if last > first else 'falls'} from {number(first)} to {number(last)}"
    if phase.name == "step":
        steps = phase.cycles.at(nextafter(end, 0.0))
        return f"{way} in steps, {steps} of them, from epoch {number(phase.cycles.start(1))} on"
    return f"{way} by epoch {number(end)} ({phase.name})"


def warnings(schedule: Schedule, facts: Facts, grid: Grid) -> list[str]:
    """What to beware of, each a plain sentence without its full stop."""
    found = [*_wrong_ways(schedule), *_seams(schedule, facts), *_restarts(schedule, facts, grid)]
    return list(dict.fromkeys([*found, *_of_shape(schedule, facts)]))


def _wrong_ways(schedule: Schedule) -> Iterator[str]:
    """Warmups that go down, decays that go up."""
    names = {phase.name for phase in schedule.phases}
    start, lr, low = schedule.warmup_start_lr, schedule.lr, schedule.min_decay_lr
    if "warmup" in names and start > lr:
        yield f"the warmup goes down, from warmup_start_lr {number(start)} to lr {number(lr)}"
    if "initial decay" in names and low > lr:
        yield f"the initial decay goes up, from lr {number(lr)} to min_decay_lr {number(low)}"
    if schedule.restarts and schedule.restart_lr < low:
        top = number(schedule.restart_lr)
        yield f"a restart is below the minimum: restart_lr {top}, min_decay_lr {number(low)}"


def _seams(schedule: Schedule, facts: Facts) -> Iterator[str]:
    """Jumps from one phase to the next, restarts aside."""
    for before, after in zip(facts.phases, facts.phases[1:], strict=False):
        old, new = schedule(nextafter(after.start, 0.0)), schedule(after.start)
        restart = before.name == "initial decay" and after.name == "cycles"
        if abs(new - old) > JUMP * max(old, new) and not restart:
            yield (
                f"the rate jumps from {number(old)} to {number(new)} at epoch "
                f"{number(after.start)}, between {before.name} and {after.name}"
            )


def _restarts(schedule: Schedule, facts: Facts, grid: Grid) -> Iterator[str]:
    """No restart in the run, or a last cycle that the run cuts off."""
    if not schedule.restarts:
        return
    if not facts.cycle_count:
        first = number(schedule.phases[-1].start)
        yield f"there is no restart within the run: the first would be at epoch {first}"
    elif facts.cycle_count > len(facts.cycles):
        yield f"of {facts.cycle_count} cycles only the first {len(facts.cycles)} are listed"
    elif not facts.cycles[-1].complete:
        start, length, _ = facts.cycles[-1]
        yield (
            f"the last cycle is cut off: of its {number(length)} epochs the run has "
            f"{number(grid.epochs - start)}; cycles end at {epochs(facts.cycle_ends)}"
        )


def _of_shape(schedule: Schedule, facts: Facts) -> Iterator[str]:
    """What the shape has to say of the cycles in the run: of the first and last of each phase."""
    for phase, _ in zip(schedule.phases, facts.phases, strict=False):
        if phase.name in ("initial decay", "cycle"):
            for cycle in {0, max(0, facts.cycle_count - 1) if phase.name == "cycle" else 0}:
                _, _, _, eta_max, eta_min = phase.stretch(cycle)
                yield from schedule.shape.remarks(schedule, eta_max, eta_min)
