"""What is true of the schedules of a plan: facts, a sentence and warnings, and how they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from logsched.base.progress import bar
from logsched.base.words import unknown
from logsched.describe.facts import Difference, Extremes, Facts, compare, find_facts
from logsched.describe.remarks import describe, warnings
from logsched.plan.plan import Plan

LONG = 60  # schedules that are worth a progress bar


@dataclass(frozen=True)
class Description:
    """A schedule's facts, the sentence about it, what to beware of, and how it differs from one."""

    facts: Facts
    sentence: str
    warnings: Sequence[str]
    difference: Difference | None
    unit: str


@dataclass(frozen=True)
class Described:
    """A plan's schedules by label, what there is to beware of in all, and with which they differ.

    `swept` is whether they are one schedule with several values of a parameter.
    """

    schedules: Mapping[str, Description]
    warnings: Sequence[str]
    against: str | None
    swept: bool


def check_asked(plan: Plan, against: str | None, sort: str | None) -> None:
    """Raise LogschedError for a label or a fact that there is not."""
    if against is not None:
        plan.require(against)
    if sort is not None and sort not in Extremes._fields:
        raise unknown("fact", sort, Extremes._fields)


def describe_plan(plan: Plan, against: str | None = None, sort: str | None = None) -> Described:
    """All schedules, each beside the one labelled `against`, in the order of a fact.

    Raises LogschedError like `check_asked`.
    """
    check_asked(plan, against, sort)
    found = {}
    with bar("schedules", len(plan.schedules), long=LONG) as watch:
        for label in plan.schedules:
            found[label] = _describe_one(plan, label, against)
            watch(1)
    if sort is not None:
        found = dict(sorted(found.items(), key=lambda item: getattr(item[1].facts.extremes, sort)))
    unused = [f"{name} is given, but no schedule here uses it" for name in plan.unused]
    return Described(found, [*plan.warnings, *unused], against, plan.swept is not None)


def _describe_one(plan: Plan, label: str, against: str | None) -> Description:
    schedule = plan.schedules[label]
    facts = find_facts(schedule, plan.grid)
    said = [
        *warnings(schedule, facts, plan.grid),
        *(f"{name} is given, but not used here" for name in plan.unused_by.get(label, ())),
    ]
    other = None if against is None or against == label else plan.schedules[against]
    difference = None if other is None else compare(schedule, other, plan.grid)
    sentence = describe(schedule, facts, plan.grid)
    return Description(facts, sentence, said, difference, plan.grid.unit)
