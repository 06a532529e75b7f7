"""What is true of each schedule, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from logsched.base import console
from logsched.base.progress import bar
from logsched.base.text import as_json, check_format, columns
from logsched.base.words import listed, number, time, unknown
from logsched.describe.facts import Difference, Extremes, Facts, compare, find_facts
from logsched.describe.remarks import describe, warnings
from logsched.plan.config import as_toml
from logsched.plan.plan import Plan

MANY = 6  # schedules up to which each has a page of its own
WIDTH = 80  # of paragraphs, whatever the terminal


@dataclass(frozen=True)
class Described:
    """A schedule's facts, the sentence about it, what to beware of, and how it differs from one."""

    facts: Facts
    sentence: str
    warnings: list[str]
    against: str | None
    difference: Difference | None


def describe_plan(plan: Plan, format: str, against: str | None, sort: str | None) -> str:
    """All schedules of a run, in the order of a fact if one is named.

    Raises LogschedError for a format, label or fact that there is not.
    """
    check_format(format, (*FORMATS, "toml"))
    if against is not None:
        plan.require(against)
    if sort is not None and sort not in Extremes._fields:
        raise unknown("fact", sort, Extremes._fields)
    if format == "toml":
        return as_toml(plan.schedules, plan.grid)
    found = {}
    with bar("schedules", len(plan.schedules), long=MANY * 10) as watch:
        for label in plan.schedules:
            found[label] = _describe_one(plan, label, against)
            watch(1)
    if sort is not None:
        found = dict(sorted(found.items(), key=lambda one: getattr(one[1].facts.extremes, sort)))
    return FORMATS[format](plan, found)


def _describe_one(plan: Plan, label: str, against: str | None) -> Described:
    schedule = plan.schedules[label]
    facts = find_facts(schedule, plan.grid)
    said = [
        *warnings(schedule, facts, plan.grid),
        *(f"{name} is given, but not used here" for name in plan.unused_by.get(label, ())),
    ]
    other = None if against is None or against == label else plan.schedules[against]
    difference = None if other is None else compare(schedule, other, plan.grid)
    return Described(facts, describe(schedule, facts, plan.grid), said, against, difference)


def _run_warnings(plan: Plan) -> list[str]:
    unused = [f"{name} is given, but no schedule here uses it" for name in plan.unused]
    return [*plan.warnings, *unused]


def _as_json(plan: Plan, found: Mapping[str, Described]) -> str:
    schedules = {label: _json_of(one) for label, one in found.items()}
    return as_json({"schedules": schedules, "warnings": _run_warnings(plan)})


def _json_of(one: Described) -> dict[str, Any]:
    facts = one.facts
    said = {
        **facts.extremes._asdict(),
        "restarts": facts.restarts,
        "phases": [phase._asdict() for phase in facts.phases],
        "cycles": [cycle._asdict() for cycle in facts.cycles],
        "cycle_ends": facts.cycle_ends,
        "sentence": one.sentence,
        "warnings": one.warnings,
    }
    if one.difference is None:
        return said
    return {**said, "against": {"label": one.against, **one.difference._asdict()}}


def _as_text(plan: Plan, found: Mapping[str, Described]) -> str:
    many = len(found) > MANY or plan.swept is not None
    pages = [] if many else [_page(label, one) for label, one in found.items()]
    facts = _row_each(found) if many else _side_by_side(found)
    notes = [line for text in _run_warnings(plan) for line in _warning(text)]
    tail = ["".join(f"{line}\n" for line in notes)] if notes else []
    return "\n".join([*pages, facts, *_differences(found), *tail])


def _page(label: str, one: Described) -> str:
    """A schedule's sentence, its cycles and its warnings."""
    lines = [label, *_paragraph(one.sentence, "  ")]
    if one.facts.cycle_ends:
        ends = listed([time(end) for end in one.facts.cycle_ends], "or")
        lines += _paragraph(f"To end on a completed decay, run {ends} epochs.", "  ")
    for text in one.warnings:
        lines += _warning(text)
    return "".join(f"{line}\n" for line in lines)


def _warning(text: str) -> list[str]:
    return _paragraph(f"{text}.", "  ! ")


def _paragraph(text: str, indent: str) -> list[str]:
    after = " " * len(indent)
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=after)


def _side_by_side(found: Mapping[str, Described]) -> str:
    """The facts as rows, the schedules as columns."""
    rows = [_fact_column(one.facts) for one in found.values()]
    names = list(rows[0])
    table = [["", *found], *([name, *(row[name] for row in rows)] for name in names)]
    return columns(table, range(1, len(table[0])), console.columns_seen())


def _row_each(found: Mapping[str, Described]) -> str:
    """The schedules as rows, the facts as columns."""
    facts = [_fact_column(one.facts) for one in found.values()]
    names = [name.strip() for name in facts[0]]
    rows = [[label, *one.values()] for label, one in zip(found, facts, strict=True)]
    return columns([["", *names], *rows], range(1, len(names) + 1), console.columns_seen())


def _fact_column(facts: Facts) -> dict[str, str]:
    its = facts.extremes
    last = facts.last_cycle
    return {
        "peak lr": number(its.peak_lr),
        "  at epoch": time(its.peak_epoch),
        "least lr": number(its.min_lr),
        "  at epoch ": time(its.min_epoch),
        "final lr": number(its.final_lr),
        "mean lr": number(its.mean_lr),
        "lr budget": number(its.lr_budget),
        "cycles": str(facts.cycle_count) if last else "-",
        "  complete": str(facts.cycle_count - (not last.complete)) if last else "-",
        "  longest": time(max(facts.cycles[0].length, last.length)) if last else "-",
    }


def _differences(found: Mapping[str, Described]) -> list[str]:
    """How each differs from the one that it is held against."""
    compared = {label: one for label, one in found.items() if one.difference is not None}
    if not compared:
        return []
    names = ["mean ratio", "budget ratio", "greatest difference", "at epoch"]
    against = next(iter(compared.values())).against
    rows = [[f"against {against}", *names]]
    for label, one in compared.items():
        if one.difference is not None:
            *ratios, apart, epoch = one.difference
            shown = ["-" if ratio is None else number(ratio) for ratio in ratios]
            rows.append([label, *shown, number(apart), time(epoch)])
    return [columns(rows, right=range(1, 5))]


FORMATS = {"text": _as_text, "json": _as_json}
