"""Whether epochs are rounded, by how much, and which number of steps they still tell."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from logsched.base.declare import EXACT
from logsched.base.lazy import Floats, np

PLACES = range(1, 5)  # decimals that epochs may be rounded to
EVEN = 1e-6  # of an epoch: what float64 leaves of even times that are written in full
PARTS = range(1, 17)  # of an epoch's steps, where batches are accumulated


def steps_within(epoch: Floats, step: Floats, rounding: float) -> Fraction | None:
    """The simplest number of steps that an epoch has by all rows, which may have parts.

    None where the rounding leaves more than one whole number, or none that is as simple.
    """
    low, high = _bounds(epoch, step, rounding)
    if not (1 <= low <= high < EXACT) or floor(high) - ceil(low) >= 1:
        return None
    parts = next((n for n in PARTS if ceil(low * n) <= high * n), None)
    return Fraction(ceil(low * parts), parts) if parts else None


def _bounds(epoch: Floats, step: Floats, rounding: float) -> tuple[float, float]:
    """How many steps an epoch has at least and at most, by all rows of rounded epochs."""
    telling = epoch > rounding
    low = step[telling] / (epoch[telling] + rounding)
    high = step[telling] / (epoch[telling] - rounding)
    return float(low.max(initial=0.0)), float(high.min(initial=np.inf))


def agrees_rounded(epoch: Floats, step: Floats) -> bool:
    """Whether epochs are rounded, and what they were rises with the steps."""
    rounding = rounding_of(epoch, step)
    low, high = _bounds(epoch, step, rounding)
    return rounding > 0 and low <= high


def rounding_of(epoch: Floats, step: Floats | None) -> float:
    """By how much epochs are rounded: half of their last decimal, or 0 where they are not.

    They are not where they are even, or as many of the steps beside them each.
    """
    finite = epoch[np.isfinite(epoch)]
    if finite.size < 2 or (finite == np.floor(finite)).all():
        return 0.0
    decimals = next((d for d in PLACES if (np.round(finite, d) == finite).all()), None)
    if decimals is None or _even(epoch, np.arange(float(epoch.size)) if step is None else step):
        return 0.0
    return float(0.5 / 10**decimals)


def _even(epoch: Floats, count: Floats) -> bool:
    """Whether epochs rise by the same for each of a count."""
    known = np.isfinite(epoch) & np.isfinite(count)
    epoch, count = epoch[known], count[known]
    if epoch.size < 2:
        return True
    per_count = (epoch[-1] - epoch[0]) / max(float(count[-1] - count[0]), 1.0)
    return bool((np.abs(epoch - epoch[0] - (count - count[0]) * per_count) <= EVEN).all())
