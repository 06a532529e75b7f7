"""One moment of each schedule, explained as text or JSON: what a student reads beside the paper."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from logsched.base.declare import declared, settings_of
from logsched.base.text import as_json
from logsched.base.words import number, time
from logsched.describe.moment import Moment, put_in
from logsched.plan.plan import Plan
from logsched.schedule.parts import Part
from logsched.schedule.schedule import Schedule
from logsched.schedule.settled import in_effect

LINE = 40  # characters of an equation that stays on one line


def _as_json(plan: Plan, moments: Mapping[str, Moment]) -> str:
    schedules = {label: dataclasses.asdict(one) for label, one in moments.items()}
    return as_json({"unit": plan.grid.unit, "schedules": schedules})


def _as_text(plan: Plan, moments: Mapping[str, Moment]) -> str:
    return "\n".join(_page(label, plan.schedules[label], one) for label, one in moments.items())


def _page(label: str, schedule: Schedule, moment: Moment) -> str:
    part = schedule.part_at(moment.at)
    paragraphs = [f"{label} at {schedule.unit} {time(moment.at)}: {_where(schedule, part, moment)}"]
    if not part.holds and moment.eta_max != moment.eta_min:
        paragraphs.append(_lines(_times(schedule, part, moment)))
    if moment.g is not None:
        paragraphs.append(_lines([("g", moment.formula[4:], moment.worked, number(moment.g))]))
        paragraphs[-1] += _pole(part, moment)
    paragraphs.append(_lines([_rate(part, moment)]))
    return "\n\n".join(paragraphs) + "\n"


def _pole(part: Part, moment: Moment) -> str:
    """A line about the formula where it is infinite, which a shape has a `peak` for."""
    capped = "peak" in declared(type(part.curve))
    return f"\n  {'':8}  pi/0 is infinite: peak caps g" if capped and moment.u == 0 else ""


def _where(schedule: Schedule, part: Part, moment: Moment) -> str:
    if moment.t_i is None:
        return f"{part.name}, from {schedule.unit} {time(moment.start)} on"
    return f"{part.name_of(moment.cycle)}, which starts at {schedule.unit} {time(moment.start)}"


def _names(part: Part) -> tuple[str, str]:
    """What the rates are called between which a cycle moves: a warmup's are no extremes."""
    return ("start", "end") if part.warms else ("eta_max", "eta_min")


def _times(schedule: Schedule, part: Part, moment: Moment) -> list[tuple[str, ...]]:
    """T_cur, T_i, u, the rates between which the cycle moves, and words that stand for numbers."""
    t_cur, t_i = time(moment.t_cur), time(moment.t_i or 0.0)
    since = (
        "T_cur",
        f"{time(moment.at if part.stair is None else part.read(moment.at))} - {time(moment.start)}",
        t_cur,
    )
    if part.terms is None:
        return [since]
    terms, (first, last) = part.terms, _names(part)
    return [
        since,
        ("T_i", *_worked(schedule, terms.length, moment.cycle), t_i),
        ("u", "T_cur/T_i", f"{t_cur}/{t_i}", number(moment.u or 0.0)),
        (first, *_worked(schedule, terms.first, moment.cycle), number(moment.eta_max)),
        (last, *_worked(schedule, terms.last, moment.cycle), number(moment.eta_min)),
        *_words(part, moment),
    ]


def _worked(schedule: Schedule, term: str, cycle: int) -> list[str]:
    """A term as a formula, and with its numbers where that says more than the result."""
    formula = term.replace("{i}", str(cycle))
    return [formula] if formula.isidentifier() else [formula, put_in(formula, in_effect(schedule))]


def _words(part: Part, moment: Moment) -> list[tuple[str, ...]]:
    """The curve's parameters that are words, with the numbers that they stand for here."""
    numbers = part.curve.numbers(moment.eta_max, moment.eta_min)
    return [
        (name, word, number(float(numbers[name])))
        for name, word in settings_of(part.curve).items()
        if isinstance(word, str)
    ]


def _rate(part: Part, moment: Moment) -> tuple[str, ...]:
    if moment.g is None:
        return ("rate", moment.formula.removeprefix("rate = "), moment.worked, repr(moment.lr))
    high, low = _names(part)
    formula = f"(1 - g) * {low} + g * {high}"
    worked = put_in(formula, {"g": moment.g, high: moment.eta_max, low: moment.eta_min})
    if (1 - moment.g) * moment.eta_min + moment.g * moment.eta_max < 0:
        return ("rate", f"|{formula}|", f"|{worked}|", repr(moment.lr))
    return ("rate", formula, worked, repr(moment.lr))


def _lines(equations: list[tuple[str, ...]]) -> str:
    """Equations: name, formula, numbers and result in a line, or one under the other if long."""
    lines = []
    for name, *sides in equations:
        differing = list(dict.fromkeys(sides))
        line = " = ".join(differing)
        lines.append(f"  {name:8}= {line if len(line) <= LINE else differing[0]}")
        if len(line) > LINE:
            lines += [f"  {'':8}= {side}" for side in differing[1:]]
    return "\n".join(lines)


FORMATS = {"text": _as_text, "json": _as_json}
