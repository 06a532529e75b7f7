"""Traces too many for a look each: coloured by the parameter that was swept, where there is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logsched.base.lazy import Floats
from logsched.draw.picture import Picture
from logsched.draw.scale import Scale, x_limits

TOLD_APART = 9  # traces that colours and dashes, or shapes, tell apart


@dataclass(frozen=True)
class Gradient:
    """A parameter's name, its axis, and where on it the traces lie, from 0 to 1.

    What a run logged has no place: nan.
    """

    name: str
    scale: Scale
    places: Floats

    @property
    def order(self) -> list[int]:
        """The numbers of the traces that have a place, from the lowest."""
        order = np.argsort(self.places, kind="stable")  # nan comes last
        return [int(number) for number in order[: len(order) - len(self.others)]]

    @property
    def others(self) -> list[int]:
        """The numbers of the traces that have none."""
        return [int(number) for number in np.flatnonzero(np.isnan(self.places))]

    def value(self, place: float) -> str:
        """The number at a place of the axis."""
        number = self.scale.low + place * (self.scale.high - self.scale.low)
        return f"{10**number if self.scale.log else number:.3g}"


def crowded(picture: Picture) -> bool:
    """Whether more traces lie over each other than can be told apart."""
    return picture.layout == "overlay" and len(picture.traces) > TOLD_APART


def gradient(picture: Picture) -> Gradient | None:
    """What colours a crowd; None for fewer traces, and for those that vary in no one number."""
    swept = picture.swept
    if swept is None or not crowded(picture):
        return None
    values = np.array([swept.values.get(trace.label, np.nan) for trace in picture.traces])
    lowest, highest = np.nanmin(values), np.nanmax(values)
    log = swept.logarithmic and bool(lowest > 0)
    ends = np.log10([lowest, highest]) if log else [lowest, highest]
    scale = Scale(*x_limits((ends[0], ends[1])), log)
    places = np.where(np.isnan(values), np.nan, np.clip(scale.place(values), 0, 1))
    return Gradient(swept.name, scale, places)


def crowd_notes(picture: Picture) -> list[str]:
    """What a reader of a crowd is to know."""
    if not crowded(picture):
        return []
    apart = "" if gradient(picture) else ", too many to tell apart"
    return [f"{len(picture.traces)} curves{apart}: logsched describe lists them."]
