"""The grid of a run: the epochs at which its schedules are evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil

from logsched.base.declare import EXACT, WHOLE, Declared, Parameter, declared, parameter
from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.base.words import shown

BLOCK = 12288  # points evaluated at a time: a few arrays of 96 kB stay in a core's cache
FEWER = "take fewer epochs or steps_per_epoch"  # where a grid has too many points
ALL = 10**8  # points that it is feasible to go over one by one: some ten seconds a schedule


class Grid(Declared):
    """epochs * steps_per_epoch points t_k = k / steps_per_epoch, from 0 to just below `epochs`."""

    epochs: int = parameter("length of the run", WHOLE, 45, unit="epochs")
    steps_per_epoch: int = parameter("points of the grid in an epoch", WHOLE, 1)

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        if self.size > EXACT:
            raise LogschedError(
                f"epochs is {shown(self.epochs)} and steps_per_epoch "
                f"{shown(self.steps_per_epoch)}, but together "
                "they must make at most 2**53 points"
            )

    @property
    def size(self) -> int:
        """The number of points."""
        return self.epochs * self.steps_per_epoch

    @property
    def last(self) -> float:
        """The epoch of the last point."""
        return (self.size - 1) / self.steps_per_epoch

    def index(self, epoch: float) -> int:
        """The number of the first point that is not before an epoch."""
        near = ceil(epoch * self.steps_per_epoch)  # the product may have been rounded up
        return near - (near > 0 and (near - 1) / self.steps_per_epoch >= epoch)

    def slice(self, begin: int, end: int, every: int = 1) -> Floats:
        """The epochs of points begin, begin + every, ... below end; a true division each."""
        points = np.arange(begin, end, every, dtype=np.float64)
        if self.steps_per_epoch > 1:
            points /= self.steps_per_epoch
        return points

    def all_blocks(self) -> Iterator[Floats]:
        """The epochs of all points. Raises LogschedError where so many take too long."""
        if self.size > ALL:
            raise LogschedError(
                f"the run has {self.size} points, but to go over all of them there must be at most "
                f"{ALL}: {FEWER}"
            )
        return self.blocks()

    def blocks(self, every: int = 1) -> Iterator[Floats]:
        """The epochs of every so many-th point, a block at a time."""
        for begin in range(0, self.size, BLOCK * every):
            yield self.slice(begin, min(begin + BLOCK * every, self.size), every)


CYCLES = Parameter(
    "instead of epochs: the run ends after so many restart cycles",
    WHOLE,
    "",
    None,
    "epochs decides",
)
RUN_PARAMETERS: Mapping[str, Parameter] = {**declared(Grid), "cycles": CYCLES}
"""What can be set of a run, as apart from a schedule."""
