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
    from logsched.schedule.parts import Part, Terms
    from logsched.schedule.schedule import Schedule

JUMP = 1e-6  # of the peak: less is rounding


def describe(schedule: Schedule, facts: Facts, grid: Grid) -> str:
    """One sentence: what the schedule does from the start of the run to its end."""
    spans = _spans(schedule, facts)
    phrases = [_phrase(schedule, facts, grid, part, span) for part, span in spans]
    final = f"; the last rate is {number(facts.extremes.final_lr)}, at epoch {time(grid.last)}"
    still = len(phrases) == 1 and phrases[0].startswith("stays")
    return f"It {', then '.join(phrases)}{'' if still else final}."


def _phrase(schedule: Schedule, facts: Facts, grid: Grid, part: Part, span: Span) -> str:
    if part.restarts:
        return _restarting(part, schedule, facts)
    if part.cyclic:
        return _cycling(part, facts)
    cut = span.end >= grid.epochs and grid.last >= span.start and not _ends(part, grid)
    end = grid.last if cut else nextafter(span.end, 0.0)
    first, last = schedule(span.start), schedule(end)
    if first == last:
        until = "" if span.end >= grid.epochs else f" until epoch {time(span.end)} ({part.name})"
        return f"stays at {number(first)}{until}"
    way = f"{'rises' if last > first else 'falls'} from {number(first)} to {number(last)}"
    if part.repeats:
        return f"{way} in {_steps(part, end)}"
    return f"{way} by epoch {time(end if cut else span.end)} ({part.name})"


def _ends(part: Part, grid: Grid) -> bool:
    """Whether a part comes to its end just as the run does."""
    return not part.repeats and part.start + part.times.length(0) == grid.epochs


def _restarting(restarts: Part, schedule: Schedule, facts: Facts) -> str:
    top = schedule(restarts.times.start(0))
    fallen = schedule(restarts.times.start(facts.cycle_count - 1))
    times = "" if facts.cycle_count <= NAMED else f" {facts.cycle_count} times,"
    return f"restarts{times} at {epochs(facts.restarts)}, to {_tops(top, fallen)}"


def _tops(first: float, last: float) -> str:
    return number(first) if first == last else f"{number(first)} first and {number(last)} last"


def _cycling(cycles: Part, facts: Facts) -> str:
    """Cycles that begin at their lowest rate: up and down again."""
    *_, top, low = cycles.piece(0)
    last_top = cycles.piece(facts.cycle_count - 1).first
    starts = epochs(one.start for one in facts.cycles)
    return f"cycles between {number(low)} and {_tops(top, last_top)}, beginning at {starts}"


def _steps(part: Part, end: float) -> str:
    """`2 steps, at epochs 15 and 25`: those that change the rate, until it is at its floor."""
    final = part.times.at(end)
    floor = part.piece(final).first
    count = bisect_left(range(final + 1), -floor, key=lambda step: -part.piece(step).first)
    starts = [part.times.start(step) for step in (1, *range(2, min(count, NAMED)), count)]
    named = epochs(dict.fromkeys(starts))
    return f"{count} step{'s' if count > 1 else ''}, at {named}"


def warnings(schedule: Schedule, facts: Facts, grid: Grid) -> list[str]:
    """What to beware of, each a plain sentence without its full stop."""
    found = [*_cut_short(schedule, facts, grid), *_wrong_ways(schedule, facts)]
    found += _seams(schedule, facts)
    found += [*_cycles(schedule, facts, grid), *_of_curves(schedule, facts)]
    return list(dict.fromkeys(found))


def _spans(schedule: Schedule, facts: Facts) -> list[tuple[Part, Span]]:
    """The phases that the run gets to, and how far."""
    return list(zip(schedule.parts, facts.phases, strict=False))


def _cut_short(schedule: Schedule, facts: Facts, grid: Grid) -> Iterator[str]:
    """A phase of one stretch, such as a warmup, that the run does not come to the end of."""
    part, span = _spans(schedule, facts)[-1]
    length = part.times.length(0)
    if not part.repeats and grid.epochs < span.start + length < inf:
        had = time(grid.epochs - span.start)
        yield f"the {span.name} is cut off: of its {time(length)} epochs the run has {had}"


def _wrong_ways(schedule: Schedule, facts: Facts) -> Iterator[str]:
    """Warmups that go down, decays that go up, cycles whose top is below."""
    for part, _ in _spans(schedule, facts):
        if part.cyclic and schedule.restart_lr < schedule.min_decay_lr:
            what = "a restart" if part.restarts else "the top of a cycle"
            top, low = number(schedule.restart_lr), number(schedule.min_decay_lr)
            yield f"{what} is below the minimum: restart_lr {top}, min_decay_lr {low}"
        elif part.terms is not None and not part.repeats:
            yield from _wrong_way(schedule, part, part.terms)


def _wrong_way(schedule: Schedule, part: Part, terms: Terms) -> Iterator[str]:
    _, start, length, *rates = part.piece(0)
    first, last = schedule(start), schedule(nextafter(start + length, 0.0))
    if (first > last) if part.warms else (first < last):
        ends = [f"{term} {number(rate)}" for term, rate in zip(terms[1:], rates, strict=True)]
        way = "down" if part.warms else "up"
        yield f"the {part.name} goes {way}, from {ends[0]} to {ends[1]}"


def _seams(schedule: Schedule, facts: Facts) -> Iterator[str]:
    """Jumps from one phase to the next, restarts aside."""
    least = JUMP * facts.extremes.peak_lr
    for (before, old_span), (after, new_span) in pairwise(_spans(schedule, facts)):
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


def _of_curves(schedule: Schedule, facts: Facts) -> Iterator[str]:
    """What curves have to say of their pieces in the run: of the first and last of each part."""
    for part, _ in _spans(schedule, facts):
        last = max(0, facts.cycle_count - 1) if part.cyclic else 0
        for piece in map(part.piece, sorted({0, last})):
            yield from part.curve.remarks(piece.first, piece.last)
