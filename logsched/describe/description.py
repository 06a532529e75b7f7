"""What is true of each schedule, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from logsched.base import console
from logsched.base.text import as_json, columns
from logsched.base.words import listed, number, time
from logsched.describe.describe import Described, Description
from logsched.describe.facts import Facts

MANY = 6  # schedules up to which each has a page of its own
WIDTH = 80  # of paragraphs, whatever the terminal


def _as_json(described: Described) -> str:
    schedules = {
        label: _json_of(one, described.against) for label, one in described.schedules.items()
    }
    return as_json({"schedules": schedules, "warnings": described.warnings})


def _json_of(one: Description, against: str | None) -> dict[str, Any]:
    facts = one.facts
    said = {
        "unit": one.unit,
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
    return {**said, "against": {"label": against, **one.difference._asdict()}}


def _as_text(described: Described) -> str:
    found = described.schedules
    many = len(found) > MANY or described.swept
    pages = [] if many else [_page(label, one) for label, one in found.items()]
    facts = _row_each(found) if many else _side_by_side(found)
    notes = [line for text in described.warnings for line in _warning(text)]
    tail = ["".join(f"{line}\n" for line in notes)] if notes else []
    return "\n".join([*pages, facts, *_differences(described), *tail])


def _page(label: str, one: Description) -> str:
    """A schedule's sentence, its cycles and its warnings."""
    lines = [label, *_paragraph(one.sentence, "  ")]
    if one.facts.cycle_ends:
        ends = listed([time(end) for end in one.facts.cycle_ends], "or")
        lines += _paragraph(f"To end on a completed decay, run {ends} {one.unit}s.", "  ")
    for text in one.warnings:
        lines += _warning(text)
    return "".join(f"{line}\n" for line in lines)


def _warning(text: str) -> list[str]:
    return _paragraph(f"{text}.", "  ! ")


def _paragraph(text: str, indent: str) -> list[str]:
    after = " " * len(indent)
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=after)


def _side_by_side(found: Mapping[str, Description]) -> str:
    """The facts as rows, the schedules as columns."""
    rows = [_fact_column(one.facts, one.unit) for one in found.values()]
    names = list(rows[0])
    table = [["", *found], *([name, *(row[name] for row in rows)] for name in names)]
    return columns(table, range(1, len(table[0])), console.columns_seen())


def _row_each(found: Mapping[str, Description]) -> str:
    """The schedules as rows, the facts as columns."""
    facts = [_fact_column(one.facts, one.unit) for one in found.values()]
    names = [name.strip() for name in facts[0]]
    rows = [[label, *one.values()] for label, one in zip(found, facts, strict=True)]
    return columns([["", *names], *rows], range(1, len(names) + 1), console.columns_seen())


def _fact_column(facts: Facts, unit: str) -> dict[str, str]:
    its = facts.extremes
    last = facts.last_cycle
    return {
        "peak lr": number(its.peak_lr),
        f"  at {unit}": time(its.peak_at),
        "least lr": number(its.min_lr),
        f"  at {unit} ": time(its.min_at),
        "final lr": number(its.final_lr),
        "mean lr": number(its.mean_lr),
        "lr budget": number(its.lr_budget),
        "cycles": str(facts.cycle_count) if last else "-",
        "  complete": str(facts.cycle_count - (not last.complete)) if last else "-",
        "  longest": time(max(facts.cycles[0].length, last.length)) if last else "-",
    }


def _differences(described: Described) -> list[str]:
    """How each differs from the one that it is held against."""
    unit = next(iter(described.schedules.values())).unit
    names = ["mean ratio", "budget ratio", "greatest difference", f"at {unit}"]
    rows = [[f"against {described.against}", *names]]
    for label, one in described.schedules.items():
        if one.difference is not None:
            *ratios, apart, at = one.difference
            shown = ["-" if ratio is None else number(ratio) for ratio in ratios]
            rows.append([label, *shown, number(apart), time(at)])
    return [columns(rows, right=range(1, 5))] if len(rows) > 1 else []


FORMATS = {"text": _as_text, "json": _as_json}
