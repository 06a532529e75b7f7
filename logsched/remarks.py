"""Plain words about a schedule: one sentence that says what it does, and what to beware of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from math import nextafter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logsched.facts import Facts, Span
    from logsched.grid import Grid
    from logsched.phases import Phase
    from logsched.schedule import Schedule

JUMP = 1e-6  # of the peak: less is rounding
NAMED = 4  # epochs that a sentence lists
WHOLE = 1e15  # below this a whole number is written as one


def number(value: float) -> str:
    """A number as a sentence shows it: six digits, but all of a whole number's."""
    return str(int(value)) if abs(value) < WHOLE and value == int(value) else f"{value:.6g}"


def time(epoch: float) -> str:
    """An epoch, or a length, with the digits that tell it from others."""
    return f"{epoch:.12g}"


def epochs(values: Iterable[float], last: str = "and") -> str:
    """`epoch 1`, `epochs 1 and 2`; of many, the first ones and the last."""
    texts = [time(value) for value in values]
    if len(texts) == 1:
        return f"epoch {texts[0]}"
    if len(texts) > NAMED:
        return f"epochs {', '.join(texts[: NAMED - 1])}, ... {texts[-1]}"
    return f"epochs {', '.join(texts[:-1])} {last} {texts[-1]}"


def describe(schedule: Schedule, facts: Facts, grid: Grid) -> str:
    """One sentence: what the schedule does from the start of the run to its end."""
    spans = zip(schedule.phases, facts.phases, strict=False)
    parts = [_phrase(schedule, facts, grid, phase, span) for phase, span in spans]
    final = f"; the last rate is {number(facts.extremes.final_lr)}, at epoch {time(grid.last)}"
    still = len(parts) == 1 and parts[0].startswith("stays")
    return f"It {', then '.join(parts)}{'' if still else final}."


def _phrase(schedule: Schedule, facts: Facts, grid: Grid, phase: Phase, span: Span) -> str:
    if phase.restarts:
        return _restarting(phase, schedule, facts)
    cut = span.end >= grid.epochs and grid.last >= span.start
    end = grid.last if cut else nextafter(span.end, 0.0)
    first, last = schedule(span.start), schedule(end)
    if first == last:
        return f"stays at {number(first)}"
    way = f"{'rises' if last > first else 'falls'} from {number(first)} to {number(last)}"
    if phase.repeats:
        return f"{way} in {_steps(phase, end)}"
    return f"{way} by epoch {time(end if cut else span.end)} ({phase.name})"


def _restarting(restarts: Phase, schedule: Schedule, facts: Facts) -> str:
    top = schedule(restarts.cycles.start(0))
    fallen = schedule(restarts.cycles.start(facts.cycle_count - 1))
    times = "" if facts.cycle_count <= NAMED else f" {facts.cycle_count} times,"
    tops = number(top) if top == fallen else f"{number(top)} first and {number(fallen)} last"
    return f"restarts{times} at {epochs(facts.restarts)}, to {tops}"


def _steps(phase: Phase, end: float) -> str:
    """`2 steps, at epochs 15 and 25`: those that change the rate, until it is at its floor."""
    final = phase.cycles.at(end)
    floor = phase.stretch(final).eta_max
    count = bisect_left(range(final + 1), -floor, key=lambda step: -phase.stretch(step).eta_max)
    starts = [phase.cycles.start(step) for step in (1, *range(2, min(count, NAMED)), count)]
    named = epochs(dict.fromkeys(starts))
    return f"{count} step{'s' if count > 1 else ''}, at {named}"


def warnings(schedule: Schedule, facts: Facts, grid: Grid) -> list[str]:
    """What to beware of, each a plain sentence without its full stop."""
    found = [*_cut_short(schedule, facts, grid), *_wrong_ways(schedule, facts)]
    found += _seams(schedule, facts)
    found += [*_restarts(schedule, facts, grid), *_of_shape(schedule, facts)]
    return list(dict.fromkeys(found))


def _cut_short(schedule: Schedule, facts: Facts, grid: Grid) -> Iterator[str]:
    """A warmup or an initial decay that the run does not come to the end of."""
    last = facts.phases[-1]
    lengths = {"warmup": schedule.warmup_epochs, "initial decay": schedule.init_decay_epochs}
    if last.name in lengths and last.start + lengths[last.name] > grid.epochs:
        length, had = time(lengths[last.name]), time(grid.epochs - last.start)
        yield f"the {last.name} is cut off: of its {length} epochs the run has {had}"


def _wrong_ways(schedule: Schedule, facts: Facts) -> Iterator[str]:
    """Warmups that go down, decays and cycles that go up."""
    names = {phase.name for phase in facts.phases}
    start, lr, low = schedule.warmup_start_lr, schedule.lr, schedule.min_decay_lr
    if "warmup" in names and start > lr:
        yield f"the warmup goes down, from warmup_start_lr {number(start)} to lr {number(lr)}"
    if "initial decay" in names and low > lr:
        yield f"the initial decay goes up, from lr {number(lr)} to min_decay_lr {number(low)}"
    if "cycles" in names and schedule.restart_lr < low:
        top = number(schedule.restart_lr)
        yield f"a restart is below the minimum: restart_lr {top}, min_decay_lr {number(low)}"


def _seams(schedule: Schedule, facts: Facts) -> Iterator[str]:
    """Jumps from one phase to the next, restarts aside."""
    least = JUMP * facts.extremes.peak_lr
    for before, after in zip(facts.phases, facts.phases[1:], strict=False):
        old, new = schedule(nextafter(after.start, 0.0)), schedule(after.start)
        restart = before.name == "initial decay" and after.name == "cycles"
        if abs(new - old) > least and not restart:
            yield (
                f"the rate jumps from {number(old)} to {number(new)} at epoch "
                f"{time(after.start)}, between {before.name} and {after.name}"
            )


def _restarts(schedule: Schedule, facts: Facts, grid: Grid) -> Iterator[str]:
    """No restart in the run, or a last cycle that the run cuts off."""
    if schedule.restarts is None:
        return
    if not facts.cycle_count:
        first = time(schedule.restarts.start)
        yield f"there is no restart within the run: the first would be at epoch {first}"
    elif facts.cycle_count > len(facts.cycles):
        yield f"of {facts.cycle_count} cycles only the first {len(facts.cycles)} are listed"
    elif not facts.cycles[-1].complete:
        start, length, _ = facts.cycles[-1]
        had = time(grid.epochs - start)
        yield f"the last cycle is cut off: of its {time(length)} epochs the run has {had}"


def _of_shape(schedule: Schedule, facts: Facts) -> Iterator[str]:
    """What the shape has to say of the cycles in the run: of the first and last of each phase."""
    for phase, _ in zip(schedule.phases, facts.phases, strict=False):
        last = max(0, facts.cycle_count - 1) if phase.restarts else 0
        for cycle in sorted({0, last}) if phase.shape else ():
            _, _, _, eta_max, eta_min = phase.stretch(cycle)
            yield from phase.shape.remarks(schedule, eta_max, eta_min) if phase.shape else ()
