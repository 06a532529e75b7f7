"""One moment of a schedule: where the epoch lies, and the formula with its numbers put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from logsched.lazy import np

if TYPE_CHECKING:
    from logsched.phases import Phase
    from logsched.schedule import Schedule

MIX = "rate = (1 - g) * eta_min + g * eta_max"  # what the rate is where the formula gives g


@dataclass(frozen=True)
class Moment:
    """A schedule at one epoch; `worked` is the formula with its numbers, `g` what it comes to.

    `t_i` and `u` are None in a phase without an end, `g` where the formula gives the rate itself.
    """

    epoch: float
    phase: str
    cycle: int
    start: float
    t_cur: float
    t_i: float | None
    u: float | None
    eta_max: float
    eta_min: float
    formula: str
    worked: str
    g: float | None
    lr: float


def find_moment(schedule: Schedule, epoch: float) -> Moment:
    """What a schedule does at an epoch. Raises LogschedError where it has no rate there."""
    lr, phase = schedule(epoch), schedule.phase_at(epoch)
    cycle, start, length, eta_max, eta_min = phase.stretch(phase.cycles.at(epoch))
    t_cur, t_i = epoch - start, length if isfinite(length) else None
    u = None if t_i is None else min(t_cur / t_i, 1.0)
    formula = _formula(phase)
    known = phase.shape.numbers(schedule, eta_max, eta_min)
    times = {"t": epoch, "T_cur": t_cur, "T_i": length, "u": u}
    g = _fraction(phase, t_cur, length, eta_max, eta_min) if formula.startswith("g =") else None
    worked = put_in(formula.partition(" = ")[2], {**known, **times})
    return Moment(
        epoch, phase.name, cycle, start, t_cur, t_i, u, eta_max, eta_min, formula, worked, g, lr
    )


def put_in(formula: str, numbers: Mapping[str, object]) -> str:
    """A formula with numbers, of six digits, in the place of their names."""
    shown = {name: f"{one:.6g}" for name, one in numbers.items() if isinstance(one, float | int)}
    names = "|".join(sorted(map(re.escape, shown), key=len, reverse=True))
    whole_name = rf"(?<![A-Za-z])({names})(?![A-Za-z0-9_])"
    return re.sub(whole_name, lambda found: shown[found.group(1)], formula)


def _formula(phase: Phase) -> str:
    return "rate = min_decay_lr" if phase.name == "hold" else phase.shape.formula


def _fraction(phase: Phase, t_cur: float, t_i: float, eta_max: float, eta_min: float) -> float:
    with np.errstate(all="ignore"):
        return float(phase.shape.fraction(t_cur, t_i, eta_max, eta_min))
