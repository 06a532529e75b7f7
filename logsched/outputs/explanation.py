"""One moment of each schedule, explained as text or JSON: what a student reads beside the paper."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import orjson

from logsched.moment import MIX, Moment, find_moment, put_in
from logsched.parameters import unknown
from logsched.remarks import number
from logsched.run import Run
from logsched.schedule import Schedule

LINE = 40  # characters of an equation that stays on one line
ENDS = {  # what eta_max and eta_min are in a phase
    "warmup": ("warmup_start_lr", "lr"),
    "initial decay": ("lr", "min_decay_lr"),
    "cycle": ("restart_lr", "min_decay_lr"),
}
LENGTHS = {"warmup": "warmup_epochs", "initial decay": "init_decay_epochs"}


def explain_run(run: Run, epoch: float, format: str) -> str:
    """Every schedule of a run at an epoch. Raises LogschedError for an unknown format."""
    if format not in FORMATS:
        raise unknown("format", format, FORMATS)
    moments = {label: find_moment(one, epoch) for label, one in run.schedules.items()}
    return FORMATS[format](run, moments)


def _as_json(run: Run, moments: Mapping[str, Moment]) -> str:
    schedules = {label: dataclasses.asdict(one) for label, one in moments.items()}
    whole = {"schema": 1, "schedules": schedules}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode() + "\n"


def _as_text(run: Run, moments: Mapping[str, Moment]) -> str:
    return "\n".join(_page(label, run.schedules[label], one) for label, one in moments.items())


def _page(label: str, schedule: Schedule, moment: Moment) -> str:
    parts = [f"{label} at epoch {number(moment.epoch)}: {_where(moment)}"]
    if moment.g is not None:
        parts.append(_lines(_times(schedule, moment)))
        parts.append(_lines(_fraction(moment)))
    parts.append(_lines(_rate(moment)))
    return "\n\n".join(parts) + "\n"


def _where(moment: Moment) -> str:
    name = f"{moment.phase} {moment.cycle}" if moment.phase in ("cycle", "step") else moment.phase
    return f"{name}, which starts at epoch {number(moment.start)}"


def _times(schedule: Schedule, moment: Moment) -> list[tuple[str, ...]]:
    """T_cur, T_i, u and the rates between which the cycle moves, each with where it comes from."""
    high, low = ENDS[moment.phase]
    t_cur, t_i = number(moment.t_cur), number(moment.t_i or 0.0)
    return [
        ("T_cur", f"{number(moment.epoch)} - {number(moment.start)}", t_cur),
        ("T_i", *_length(schedule, moment), t_i),
        ("u", "T_cur/T_i", f"{t_cur}/{t_i}", number(moment.u or 0.0)),
        ("eta_max", *_top(schedule, moment, high), number(moment.eta_max)),
        ("eta_min", low, number(moment.eta_min)),
    ]


def _length(schedule: Schedule, moment: Moment) -> list[str]:
    if moment.phase != "cycle":
        return [LENGTHS[moment.phase]]
    formula = f"restart_interval * restart_interval_multiplier^{moment.cycle}"
    return [formula, put_in(formula, _settings(schedule))]


def _top(schedule: Schedule, moment: Moment, name: str) -> list[str]:
    if moment.phase != "cycle" or schedule.restart_lr_decay == 1:
        return [name]
    left = f"restart_lr_decay^{moment.cycle}"
    formula = f"(1 - {left}) * min_decay_lr + {left} * restart_lr"
    return [formula, put_in(formula, _settings(schedule))]


def _settings(schedule: Schedule) -> Mapping[str, object]:
    return vars(schedule)


def _fraction(moment: Moment) -> list[tuple[str, ...]]:
    return [("g", moment.formula.removeprefix("g = "), moment.worked, number(moment.g or 0.0))]


def _rate(moment: Moment) -> list[tuple[str, ...]]:
    if moment.g is None:
        formula, worked = moment.formula.removeprefix("rate = "), moment.worked
    else:
        formula = MIX.removeprefix("rate = ")
        numbers = {"g": moment.g, "eta_max": moment.eta_max, "eta_min": moment.eta_min}
        worked = put_in(formula, numbers)
    return [("rate", formula, worked, repr(moment.lr))]


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
