"""Whether logged rates are a schedule's: how far apart two rates may be, and where they differ."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.declare import Rule
from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.schedule.series import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from logsched.schedule.schedule import Schedule

RTOL = 1e-6
RTOL_RULE = Rule("a number from 0 to below 1, as in 1e-6", lambda x: 0 <= x < 1)
ROUNDING = 1e-12  # of the greatest rate: what float64 leaves of a difference near 0
SINGLE = 2.0**-22  # the same for rates that were computed or kept as float32
CHECKED = 10_000  # rates whose digits are looked at
TELLING = 8  # digits of a number that tell whether it was float32
KEPT = range(2, 9)  # decimals, or digits, of a rounded log
HALF = 0.5 * (1 + 1e-9)  # of the last one
MANY = 10  # different rates that tell whether a log is rounded
SHARE = 0.25  # of them need the last decimal: short numbers by chance do not
FINE = 0.01  # of the greatest rate: rounded by more, a log tells too little

Predict = Callable[[Floats], Floats]
"""From `(n,)` ascending epochs to the rates that a schedule, or a mistaken run of it, has there."""


@dataclass(frozen=True)
class Tolerance:
    """How far a logged rate may be from the planned one: rtol * |planned| + floor.

    `single` tells that the logged rates are float32.
    """

    rtol: float
    floor: float
    single: bool = False

    def allows(self, logged: Floats, planned: Floats) -> NDArray[np.bool]:
        """Where two rates count as equal, `(n,)`; never where one is not finite."""
        with np.errstate(invalid="ignore"):
            return np.abs(logged - planned) <= self.rtol * np.abs(planned) + self.floor

    def holds(self, predict: Predict, series: Series) -> bool:
        """Whether every logged rate is the predicted one."""
        return bool(self.allows(series.rate, predict(series.epoch)).all())


def read_rtol(text: str | None) -> float:
    """The relative difference that an option allows. Raises LogschedError for another text."""
    return RTOL if text is None else float(RTOL_RULE.parse("rtol", text))


def tolerance_for(rates: Floats, rtol: float) -> Tolerance:
    """The tolerance for logged rates: near 0 as much as their precision leaves."""
    finite = np.abs(rates[np.isfinite(rates)])
    single = is_single(rates)
    rounding = SINGLE if single else ROUNDING
    return Tolerance(rtol, rounding * float(finite.max(initial=0.0)), single)


def is_single(rates: Floats) -> bool:
    """Whether rates were float32: exactly, or in the fewest digits that read back to it.

    Short decimals, which read alike in both precisions, do not tell.
    """
    finite = rates[np.isfinite(rates)]
    some = finite[:: 1 + finite.size // CHECKED]
    with np.errstate(over="ignore"):
        single = some.astype(np.float32)
    written = np.array([float(str(one)) for one in single])
    kept = (single.astype(np.float64) == some) | (written == some)
    return bool(kept.all()) and any(len(_digits(rate)) >= TELLING for rate in some.tolist())


def _digits(rate: float) -> str:
    return repr(rate).partition("e")[0].replace(".", "").strip("-0")


class Rounding(NamedTuple):
    """What a log may be rounded to, as `5 decimals`, and how near its rates are then to be.

    `need` is the share of its different rates that need the last of these; `telling` says whether
    many, and fine enough, rates speak for it.
    """

    kept: str
    tolerance: Tolerance
    need: float
    telling: bool


def roundings(rates: Floats, tolerance: Tolerance) -> list[Rounding]:
    """The decimals, and the digits, that `(n,)` finite rates may be rounded to, likelier first."""
    found = [_rounding(rates, tolerance, *kind) for kind in (_DECIMALS, _DIGITS)]
    return sorted((one for one in found if one is not None), key=lambda one: -one.need)


def telling_rounding(rates: Floats, tolerance: Tolerance) -> Rounding | None:
    """What a log is rounded to, where its rates speak for that."""
    return next((one for one in roundings(rates, tolerance) if one.telling), None)


def _rounding(
    rates: Floats,
    tolerance: Tolerance,
    kind: str,
    rounded: Callable[[float, int], float],
    widened: Callable[[Tolerance, int], Tolerance],
) -> Rounding | None:
    different = np.unique(rates).tolist()
    kept = next((k for k in KEPT if all(rounded(one, k) == one for one in different)), None)
    if kept is None:
        return None
    top = max(map(abs, different), default=0.0)
    need = sum(rounded(one, kept - 1) != one for one in different) / max(len(different), 1)
    near = widened(tolerance, kept)
    fine = near.rtol * top + near.floor <= FINE * top
    telling = fine and need >= SHARE and len(different) >= MANY
    return Rounding(f"{kept} {kind}", near, need, telling)


_DECIMALS = (
    "decimals",
    round,
    lambda near, kept: replace(near, floor=near.floor + HALF / 10**kept),
)
_DIGITS = (
    "digits",
    lambda rate, kept: float(f"{rate:.{kept}g}"),
    lambda near, kept: replace(near, rtol=near.rtol + HALF / 10 ** (kept - 1)),
)


def rates_of(schedule: Schedule, epochs: Floats) -> Floats:
    """A schedule's rates at `(n,)` epochs; before its start the first, nan where it has none."""
    try:
        return schedule(np.maximum(epochs, 0.0))
    except LogschedError:
        rates = np.full(epochs.shape, np.nan)
    there = epochs < schedule.end
    with suppress(LogschedError):
        rates[there] = schedule(np.maximum(epochs[there], 0.0))
    return rates
