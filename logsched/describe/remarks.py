"""Plain words about a schedule: one sentence that says what it does, and what to beware of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from math import inf, nextafter
from typing import TYPE_CHECKING

from logsched.base.words import NAMED, epochs, number, time

if TYPE_CHECKING:
    from logsched.describe.facts import Facts, Span
    from logsched.schedule.grid import Grid
    from logsched.schedule.parts import Phase, Terms
    from logsched.schedule.schedule import Schedule

JUMP = 1e-6  # of the peak: less is rounding


def describe(schedule: Schedule, facts: Facts, grid: Grid) -> str:
    """One sentence: what the schedule does from the start of the run to its end."""
    spans = _parts(schedule, facts)
    parts = [_phrase(schedule, facts, grid, phase, span) for phase, span in spans]
    final = f"; the last rate is {number(facts.extremes.final_lr)}, at epoch {time(grid.last)}"
    still = len(parts) == 1 and parts[0].startswith("stays")
    return f"It {', then '.join(parts)}{'' if still else final}."


def _phrase(schedule: Schedule, facts: Facts, grid: Grid, phase: Phase, span: Span) -> str:
    if phase.restarts:
        return _restarting(phase, schedule, facts)
    if phase.cyclic:
        return _cycling(phase, facts)
    cut = span.end >= grid.epochs and grid.last >= span.start
    end = grid.last if cut else nextafter(span.end, 0.0)
    first, last = schedule(span.start), schedule(end)
    if first == last:
        until = "" if cut else f" until epoch {time(span.end)} ({phase.name})"
        return f"stays at {number(first)}{until}"
    way = f"{'rises' if last > first else 'falls'} from {number(first)} to {number(last)}"
    if phase.repeats:
        return f"{way} in {_steps(phase, end)}"
    return f"{way} by epoch {time(end if cut else span.end)} ({phase.name})"


def _restarting(restarts: Phase, schedule: Schedule, facts: Facts) -> str:
    top = schedule(restarts.cycles.start(0))
    fallen = schedule(restarts.cycles.start(facts.cycle_count - 1))
    times = "" if facts.cycle_count <= NAMED else f" {facts.cycle_count} times,"
    return f"restarts{times} at {epochs(facts.restarts)}, to {_tops(top, fallen)}"


def _tops(first: float, last: float) -> str:
    return number(first) if first == last else f"{number(first)} first and {number(last)} last"


def _cycling(cycles: Phase, facts: Facts) -> str:
    """Cycles that begin at their lowest rate: up and down again."""
    *_, top, low = cycles.stretch(0)
    last_top = cycles.stretch(facts.cycle_count - 1).eta_max
    starts = epochs(one.start for one in facts.cycles)
    return f"cycles between {number(low)} and {_tops(top, last_top)}, beginning at {starts}"


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
    found += [*_cycles(schedule, facts, grid), *_of_shape(schedule, facts)]
    return list(dict.fromkeys(found))


def _parts(schedule: Schedule, facts: Facts) -> list[tuple[Phase, Span]]:
    """The phases that the run gets to, and how far."""
    return list(zip(schedule.phases, facts.phases, strict=False))


def _cut_short(schedule: Schedule, facts: Facts, grid: Grid) -> Iterator[str]:
    """A phase of one stretch, such as a warmup, that the run does not come to the end of."""
    phase, span = _parts(schedule, facts)[-1]
    length = phase.cycles.length(0)
    if not phase.repeats and grid.epochs < span.start + length < inf:
        had = time(grid.epochs - span.start)
        yield f"the {span.name} is cut off: of its {time(length)} epochs the run has {had}"


def _wrong_ways(schedule: Schedule, facts: Facts) -> Iterator[str]:
    """Warmups that go down, decays that go up, cycles whose top is below."""
    for phase, _ in _parts(schedule, facts):
        if phase.cyclic and schedule.restart_lr < schedule.min_decay_lr:
            what = "a restart" if phase.restarts else "the top of a cycle"
            top, low = number(schedule.restart_lr), number(schedule.min_decay_lr)
            yield f"{what} is below the minimum: restart_lr {top}, min_decay_lr {low}"
        elif phase.terms is not None and not phase.repeats:
            yield from _wrong_way(schedule, phase, phase.terms)


def _wrong_way(schedule: Schedule, phase: Phase, terms: Terms) -> Iterator[str]:
    _, start, length, *rates = phase.stretch(0)
    first, last = schedule(start), schedule(nextafter(start + length, 0.0))
    if (first > last) if phase.rises else (first < last):
        ends = [f"{term} {number(rate)}" for term, rate in zip(terms[1:], rates, strict=True)]
        way = "down" if phase.rises else "up"
        yield f"the {phase.name} goes {way}, from {ends[0]} to {ends[1]}"


def _seams(schedule: Schedule, facts: Facts) -> Iterator[str]:
    """Jumps from one phase to the next, restarts aside."""
    least = JUMP * facts.extremes.peak_lr
    for (before, old_span), (after, new_span) in pairwise(_parts(schedule, facts)):
        start = new_span.start
        old, new = schedule(nextafter(start, 0.0)), schedule(start)
        if abs(new - old) > least and not (before.decays and after.restarts):
            yield (
                f"the rate jumps from {number(old)} to {number(new)} at epoch {time(start)}, "
                f"between {old_span.name} and {new_span.name}"
            )


def _cycles(schedule: Schedule, facts: Facts, grid: Grid) -> Iterator[str]:
    """No restart in the run, or a last cycle that the run cuts off."""
    if schedule.cyclic is None:
        return
    if facts.last_cycle is None:
        first = time(schedule.cyclic.start)
        yield f"there is no restart within the run: the first would be at epoch {first}"
        return
    if facts.cycle_count > len(facts.cycles):
        yield f"of {facts.cycle_count} cycles only the first {len(facts.cycles)} are listed"
    if not facts.last_cycle.complete:
        start, length, _ = facts.last_cycle
        had = time(grid.epochs - start)
        yield f"the last cycle is cut off: of its {time(length)} epochs the run has {had}"


def _of_shape(schedule: Schedule, facts: Facts) -> Iterator[str]:
    """What the shape has to say of the cycles in the run: of the first and last of each phase."""
    for phase, _ in _parts(schedule, facts):
        last = max(0, facts.cycle_count - 1) if phase.cyclic else 0
        for cycle in sorted({0, last}) if phase.shape else ():
            _, _, _, eta_max, eta_min = phase.stretch(cycle)
            yield from phase.shape.remarks(schedule, eta_max, eta_min) if phase.shape else ()
