"""How one schedule differs from another over a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from logsched.lazy import np

if TYPE_CHECKING:
    from logsched.grid import Grid
    from logsched.schedule import Schedule


class Difference(NamedTuple):
    """Ratios to another schedule, and the greatest |lr - other lr| with its first epoch."""

    mean_ratio: float | None
    budget_ratio: float | None
    greatest_difference: float
    greatest_difference_epoch: float


def compare(schedule: Schedule, other: Schedule, grid: Grid) -> Difference:
    """A schedule against another. A ratio to 0 is None."""
    own, others, greatest = np.longdouble(0), np.longdouble(0), (-1.0, 0.0)
    for epochs in grid.all_blocks():
        rates, reference = schedule.rates_in_order(epochs), other.rates_in_order(epochs)
        own += rates.sum(dtype=np.longdouble)
        others += reference.sum(dtype=np.longdouble)
        apart = np.abs(rates - reference)
        most = apart.argmax()
        greatest = max(greatest, (float(apart[most]), float(epochs[most])), key=lambda one: one[0])
    ratio = float(own / others) if others > 0 else None
    return Difference(ratio, ratio, *greatest)
