"""One moment of each schedule, explained as text or JSON: what a student reads beside the paper."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import orjson

from logsched.moment import Moment, find_moment, put_in, settings
from logsched.parameters import unknown
from logsched.remarks import number, time
from logsched.run import Run
from logsched.schedule import Schedule

LINE = 40  # characters of an equation that stays on one line
ENDS = {  # what eta_max and eta_min are in a phase
    "warmup": ("warmup_start_lr", "lr"),
    "initial decay": ("lr", "min_decay_lr"),
    "cycle": ("restart_lr", "min_decay_lr"),
}
LENGTHS = {"warmup": "warmup_epochs", "initial decay": "init_decay_epochs"}

THROUGHOUT = {
    "constant": "lr throughout",
    "hold": "the initial decay is over, min_decay_lr is held",
}


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
    parts = [f"{label} at epoch {time(moment.epoch)}: {_where(moment)}"]
    if moment.g is not None:
        parts.append(_lines(_times(schedule, moment)))
        parts.append(_lines([("g", moment.formula[4:], moment.worked, number(moment.g))]))
    parts.append(_lines([_rate(moment)]))
    return "\n\n".join(parts) + "\n"


def _where(moment: Moment) -> str:
    if moment.phase in THROUGHOUT:
        return THROUGHOUT[moment.phase]
    name = f"{moment.phase} {moment.cycle}" if moment.phase in ("cycle", "step") else moment.phase
    return f"{name}, which starts at epoch {time(moment.start)}"


def _names(moment: Moment) -> tuple[str, str]:
    """What the rates are called between which a cycle moves: a warmup's are no extremes."""
    return ("start", "end") if moment.phase == "warmup" else ("eta_max", "eta_min")


def _times(schedule: Schedule, moment: Moment) -> list[tuple[str, ...]]:
    """T_cur, T_i, u and the rates between which the cycle moves, each with where it comes from."""
    (first, second), (high, low) = _names(moment), ENDS[moment.phase]
    t_cur, t_i = time(moment.t_cur), time(moment.t_i or 0.0)
    return [
        ("T_cur", f"{time(moment.epoch)} - {time(moment.start)}", t_cur),
        ("T_i", *_length(schedule, moment), t_i),
        ("u", "T_cur/T_i", f"{t_cur}/{t_i}", number(moment.u or 0.0)),
        (first, *_top(schedule, moment, high), number(moment.eta_max)),
        (second, low, number(moment.eta_min)),
    ]


def _length(schedule: Schedule, moment: Moment) -> list[str]:
    if moment.phase != "cycle":
        return [LENGTHS[moment.phase]]
    if schedule.restart_interval_multiplier == 1:
        return ["restart_interval"]
    formula = f"restart_interval * restart_interval_multiplier^{moment.cycle}"
    return [formula, put_in(formula, settings(schedule))]


def _top(schedule: Schedule, moment: Moment, name: str) -> list[str]:
    if moment.phase != "cycle" or schedule.restart_lr_decay == 1:
        return [name]
    left = f"restart_lr_decay^{moment.cycle}"
    formula = f"(1 - {left}) * min_decay_lr + {left} * restart_lr"
    return [formula, put_in(formula, settings(schedule))]


def _rate(moment: Moment) -> tuple[str, ...]:
    if moment.g is None:
        return ("rate", moment.formula.removeprefix("rate = "), moment.worked, repr(moment.lr))
    high, low = _names(moment)
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
