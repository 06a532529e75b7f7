"""Plain words about a schedule: one sentence that says what it does, and what to beware of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from math import inf, nextafter
from typing import TYPE_CHECKING

from logsched.base.words import NAMED, number, time, times

if TYPE_CHECKING:
    from logsched.describe.facts import Facts, Span
    from logsched.schedule.parts import Part, Terms
    from logsched.schedule.run import Run
    from logsched.schedule.schedule import Schedule

JUMP = 1e-6  # of the peak: less is rounding


def describe(schedule: Schedule, facts: Facts, grid: Run) -> str:
    """One sentence: what the schedule does from the start of the run to its end."""
    spans = _spans(schedule, facts)
    phrases = [_phrase(schedule, grid, part, span) for part, span in spans]
    last = number(facts.extremes.final_lr)
    final = f"; the last rate is {last}, at {schedule.unit} {time(grid.last)}"
    still = len(phrases) == 1 and phrases[0].startswith("stays")
    return f"It {', then '.join(phrases)}{'' if still else final}."


def _phrase(schedule: Schedule, grid: Run, part: Part, span: Span) -> str:
    if part.restarts:
        return _restarting(part, schedule, span.end)
    if part.cyclic:
        return _cycling(part, schedule.unit, span.end)
    cut = span.end >= grid.end and grid.last >= span.start and not _ends(part, grid)
    end = grid.last if cut else nextafter(span.end, 0.0)
    first, last = schedule(span.start), schedule(end)
    if first == last:
        until = (
            "" if span.end >= grid.end else f" until {schedule.unit} {time(span.end)} ({part.name})"
        )
        return f"stays at {number(first)}{until}"
    way = f"{'rises' if last > first else 'falls'} from {number(first)} to {number(last)}"
    if part.repeats:
        return f"{way} in {_steps(part, schedule.unit, end)}"
    return f"{way} by {schedule.unit} {time(end if cut else span.end)} ({part.name})"


def _ends(part: Part, grid: Run) -> bool:
    """Whether a part comes to its end just as the run does."""
    piece = part.piece(part.number)
    return not part.repeats and piece.start + piece.length == grid.end


def _restarting(part: Part, schedule: Schedule, end: float) -> str:
    starts, count = _starts(part, end)
    often = "" if count <= NAMED else f" {count} times,"
    tops = _tops(schedule(starts[0]), schedule(starts[-1]))
    return f"restarts{often} at {times(schedule.unit, starts)}, to {tops}"


def _starts(part: Part, end: float) -> tuple[list[float], int]:
    """When pieces of a part start, of many the first ones and the last; and how many there are."""
    numbers = part.numbers(end)
    named = [*numbers] if len(numbers) <= NAMED else [*numbers[:NAMED], numbers[-1]]
    return [part.start_of(number) for number in named], len(numbers)


def _tops(first: float, last: float) -> str:
    return number(first) if first == last else f"{number(first)} first and {number(last)} last"


def _cycling(part: Part, unit: str, end: float) -> str:
    """Cycles that begin at their lowest rate: up and down again."""
    numbers = part.numbers(end)
    first, last = part.piece(numbers[0]), part.piece(numbers[-1])
    starts, _ = _starts(part, end)
    tops = _tops(first.first, last.first)
    return f"cycles between {number(first.last)} and {tops}, beginning at {times(unit, starts)}"


def _steps(part: Part, unit: str, end: float) -> str:
    """`2 steps, at epochs 15 and 25`: those that change the rate, until it is at its floor."""
    numbers = part.numbers(end)
    floor = part.piece(numbers[-1]).first
    count = bisect_left(numbers, -floor, key=lambda number: -part.piece(number).first)
    shown = [numbers[place] for place in dict.fromkeys((1, *range(2, min(count, NAMED)), count))]
    starts = [part.start_of(number) for number in shown if number < len(numbers) + numbers[0]]
    return f"{count} step{'s' if count > 1 else ''}, at {times(unit, starts)}"


def warnings(schedule: Schedule, facts: Facts, grid: Run) -> list[str]:
    """What to beware of, each a plain sentence without its full stop."""
    found = [*_cut_short(schedule, facts, grid), *_wrong_ways(schedule, facts)]
    found += _seams(schedule, facts)
    found += [*_cycles(schedule, facts, grid), *_of_curves(schedule, facts)]
    return list(dict.fromkeys(found))


def _spans(schedule: Schedule, facts: Facts) -> list[tuple[Part, Span]]:
    """The phases that the run gets to, and how far."""
    return list(zip(schedule.parts, facts.phases, strict=False))


def _cut_short(schedule: Schedule, facts: Facts, grid: Run) -> Iterator[str]:
    """A phase of one stretch, such as a warmup, that the run does not come to the end of."""
    part, span = _spans(schedule, facts)[-1]
    length = part.times.length(part.number)
    if not part.repeats and grid.end < part.times.start(part.number) + length < inf:
        whole, had = f"{time(length)} {schedule.unit}s", time(grid.end - span.start)
        yield f"the {span.name} is cut off: of its {whole} the run has {had}"


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
    _, start, length, *rates = part.piece(part.number)
    first = schedule(max(part.start, start))
    last = schedule(max(part.start, nextafter(start + length, 0.0)))
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
                f"the rate jumps from {number(old)} to {number(new)} at {schedule.unit} "
                f"{time(start)}, between {old_span.name} and {new_span.name}"
            )


def _cycles(schedule: Schedule, facts: Facts, grid: Run) -> Iterator[str]:
    """No restart in the run, or a last cycle that the run cuts off."""
    if schedule.cyclic is None:
        return
    if facts.last_cycle is None:
        first = time(schedule.cyclic.start)
        yield f"there is no restart within the run: the first would be at {schedule.unit} {first}"
        return
    if facts.cycle_count > len(facts.cycles):
        yield f"of {facts.cycle_count} cycles only the first {len(facts.cycles)} are listed"
    if not facts.last_cycle.complete:
        start, length, _ = facts.last_cycle
        had = time(grid.end - start)
        yield f"the last cycle is cut off: of its {time(length)} {schedule.unit}s the run has {had}"


def _of_curves(schedule: Schedule, facts: Facts) -> Iterator[str]:
    """What curves have to say of their pieces in the run: of the first and last of each part."""
    for part, span in _spans(schedule, facts):
        numbers = part.numbers(span.end)
        for piece in map(part.piece, sorted({numbers[0], numbers[-1]})):
            yield from part.curve.remarks(piece.first, piece.last)
