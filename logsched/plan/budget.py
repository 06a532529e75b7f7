"""Equal budgets: the rate at which a schedule spends as much learning rate as another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from logsched.base.errors import LogschedError
from logsched.base.lazy import np
from logsched.base.words import number, shown
from logsched.schedule.schedule import Schedule

if TYPE_CHECKING:
    from logsched.plan.plan import Plan
    from logsched.schedule.run import Run

EXACT = 1e-10  # of the budget
TRIES = 200


def match_plan(plan: Plan, label: str) -> Plan:
    """The run with every other schedule's rate changed so that its budget is the labelled one's.

    What was changed is among the notes. Raises LogschedError for an unknown label, and where no
    rate matches the budget.
    """
    plan.require(label)
    budget = total(plan.schedules[label], plan.grid)
    schedules, said = {}, []
    for name, schedule in plan.schedules.items():
        schedules[name] = schedule
        if name != label:
            schedules[name], change = matched(name, schedule, budget, plan.grid)
            if schedules[name] != schedule:
                said.append(f"{change}, to spend as much as {label}")
    return replace(plan, schedules=schedules, notes=[*plan.notes, *said])


def total(schedule: Schedule, grid: Run) -> float:
    """The sum of the rates over a grid. Raises LogschedError where the schedule does not hold."""
    schedule.check(grid)
    rates = map(schedule.rates_in_order, grid.all_blocks())
    return float(sum(one.sum(dtype=np.longdouble) for one in rates))


def matched(label: str, schedule: Schedule, budget: float, grid: Run) -> tuple[Schedule, str]:
    """The schedule with another restart_lr and the given sum of rates, and what was changed.

    Where restart_lr was left out, or is of no use to the shape, it follows lr, so lr is solved
    for. Raises LogschedError where no rate gives that sum.
    """
    used = "restart_lr" in schedule.uses
    name = "restart_lr" if used and schedule.params["restart_lr"] is not None else "lr"
    if re.search(rf"[:,]{name}=", label.replace("-", "_")):
        raise LogschedError(
            f"schedule {shown(label)} says its {name}, which is to change: name it otherwise, as "
            f"in mine={schedule.shape.name}:..."
        )
    rate = _solve(
        lambda rate: total(schedule.replace(**{name: rate}), grid) - budget,
        getattr(schedule, name),
        EXACT * budget,
    )
    if rate is None:
        raise LogschedError(
            f"no {name} of {label} gives it a budget of {number(budget * float(grid.spacing))}"
        )
    before = getattr(schedule, name)
    changed = schedule if rate == before else schedule.replace(**{name: rate})
    return changed, f"{label}: {name} {number(before)} becomes {rate!r}"


def _solve(excess: Callable[[float], float], start: float, near: float) -> float | None:
    """A rate at which `excess`, which grows with it, is as near to 0 as asked for.

    Regula falsi, the Illinois way: an end that is kept twice counts half.
    """
    bracket = _bracket(excess, start, near)
    if bracket is None:
        return None
    for rate, found in bracket:
        if abs(found) <= near:
            return rate
    (low, under), (high, over) = bracket
    kept = 0.0
    for _ in range(TRIES):
        rate = high - over * (high - low) / (over - under)
        rate = rate if low < rate < high else (low + high) / 2
        found = excess(rate)
        if abs(found) <= near:
            return rate
        if found > 0:
            high, over, under = rate, found, under / 2 if kept > 0 else under
        else:
            low, under, over = rate, found, over / 2 if kept < 0 else over
        kept = found
    return None


Point = tuple[float, float]
"""A rate and the excess there."""


def _bracket(
    excess: Callable[[float], float], start: float, near: float
) -> tuple[Point, Point] | None:
    """Two rates, one too low and one too high, from the first that are found by doubling."""
    here = (start, excess(start))
    if abs(here[1]) <= near:
        return here, here
    if here[1] > 0 and (zero := _at(excess, 0.0)) is not None and zero[1] <= 0:
        return zero, here
    limit = inf
    for _ in range(TRIES):
        rate = (here[0] * 2 or 1.0) if limit == inf else (here[0] + limit) / 2
        there = _at(excess, rate if here[1] < 0 else here[0] / 2)
        if there is None and here[1] > 0:
            return None
        if there is None:  # the shape does not hold there
            limit = rate
        elif there[1] * here[1] <= 0:
            return (here, there) if here[1] < 0 else (there, here)
        else:
            here = there
    return None


def _at(excess: Callable[[float], float], rate: float) -> Point | None:
    try:
        return rate, excess(rate)
    except LogschedError:
        return None
