"""A schedule: a pure function from epochs to learning rates."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil, inf, nextafter
from numbers import Real
from typing import TYPE_CHECKING, Any, overload

from logsched.base.declare import Value
from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, Numbers, np
from logsched.base.memory import require_memory
from logsched.schedule.run import BLOCK, FEWER, Run
from logsched.schedule.settled import Settled
from logsched.schedule.uses import find_uses

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from logsched.schedule.parts import Part, Piece


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Schedule(Settled):
    """A learning-rate schedule: a shape, its parameters, and so a rate for every epoch t >= 0.

    >>> Schedule("cosine", restart_lr=0.1)(15.0)
    0.1

    Parameters are those of `Parameters` and the shape's own (`Schedule("log", base="range")`); the
    attributes hold what is in effect, `params` what was given. Frozen, comparable, picklable.
    Raises LogschedError for what breaks a rule.
    """

    def replace(self, **params: object) -> Schedule:
        """The same schedule with other values of some parameters; None leaves one out."""
        return Schedule(self.shape.name, **{"run": self.run, **self.params, **params})

    @cached_property
    def _starts(self) -> list[float]:
        return [part.start for part in self.parts]

    @cached_property
    def uses(self) -> frozenset[str]:
        """The parameters, every schedule's and the shape's own, that bear on it."""
        return find_uses(self, self.shape, self.params)

    def __repr__(self) -> str:
        given = [f"{name}={value!r}" for name, value in self.params.items() if value is not None]
        run = [] if self.run is None else [f"run={self.run!r}"]
        return f"Schedule({', '.join([repr(self.shape.name), *given, *run])})"

    def __reduce__(self) -> tuple[Callable[..., Schedule], tuple[Any, ...]]:
        return _from_params, (self.shape.name, dict(self.params), self.run)

    @overload
    def __call__(self, epoch: float) -> float: ...
    @overload
    def __call__(self, epoch: ArrayLike) -> Floats: ...
    def __call__(self, epoch: Numbers) -> Numbers:
        """The rate at an epoch, a float; at an array of epochs, float64 of the same shape.

        The same epoch gives the same bits in any company. Raises LogschedError for an epoch that is
        negative or not finite, or that the schedule cannot reach.
        """
        if isinstance(epoch, float | int | Real):
            return self._rate(epoch)
        epochs = _as_floats(epoch)
        flat = np.ascontiguousarray(epochs).ravel()
        rates = np.empty_like(flat)
        for begin in range(0, flat.size, BLOCK):
            rates[begin : begin + BLOCK] = self.rates(flat[begin : begin + BLOCK])
        return rates.reshape(epochs.shape)

    def step(self, number: int) -> float:
        """The rate of an optimizer step, counted from 0: at point `number` of the run.

        Raises LogschedError where no run says when steps are.
        """
        if self.run is None:
            raise LogschedError("step needs a run that says when steps are: run=Run(steps=1000)")
        return self._rate(self.run.at(number))

    def factor(self, epoch: Numbers) -> Numbers:
        """The rate as a multiple of lr, s(t)/lr: what PyTorch's LambdaLR asks for.

        Raises LogschedError where lr is 0, or so small that the multiple is beyond float64.
        """
        if self.lr == 0:
            raise LogschedError("lr is 0, but a factor of it needs a base rate above 0")
        rate = self(epoch)
        greatest = rate if isinstance(rate, float) else float(np.max(rate, initial=0.0))
        if greatest / self.lr == inf:
            raise LogschedError(
                f"lr is {self.lr}, but {greatest} is no finite multiple of it: take a larger lr"
            )
        return rate / self.lr

    def sample(self, epochs: float | None = None, steps_per_epoch: float = 1) -> Floats:
        """The rates at the points of its run, or of one in epochs: float64, a rate a point.

        Raises LogschedError where they are too many or the schedule does not hold at them.
        """
        grid = self.run
        if grid is None or epochs is not None:
            grid = Run(epochs=epochs, steps_per_epoch=steps_per_epoch)
        return self.at_points(grid)

    def at_points(self, grid: Run) -> Floats:
        """The rates at all points of a run. Raises LogschedError like `sample`."""
        self.check(grid)
        require_memory(grid.size, f"a sample of {grid.size} points", FEWER)
        rates, begin = np.empty(grid.size), 0
        for block in grid.blocks():
            rates[begin : begin + block.size] = self.rates_in_order(block)
            begin += block.size
        return rates

    def check(self, grid: Run) -> None:
        """Raise LogschedError where the schedule does not hold on every point of a grid."""
        for part, over in self.spans:
            if part.start <= grid.last:
                part.check(min(grid.last, nextafter(over, 0.0)), grid.over / grid.under)

    @property
    def spans(self) -> list[tuple[Part, float]]:
        """The parts, each with the time at which the next one begins."""
        return list(zip(self.parts, [*self._starts[1:], inf], strict=True))

    def part_at(self, time: float) -> Part:
        """The part in which a time lies."""
        return self.parts[bisect_right(self._starts, time) - 1]

    @property
    def end(self) -> float:
        """The time before which the schedule is defined: infinity, or where cycles pile up."""
        return min(
            (p.times.pile_up for p, over in self.spans if p.times.pile_up < over), default=inf
        )

    @property
    def cyclic(self) -> Part | None:
        """The part of cycles; None for a schedule without."""
        return next((part for part in self.parts if part.cyclic), None)

    def end_of_cycle(self, count: int) -> float:
        """The whole epoch at which, or within which, the first `count` cycles are over."""
        end = self.cyclic.times.start(count) if self.cyclic else inf
        return end if end == inf else ceil(end)

    def pieces(self, begin: float, end: float, most: int) -> Iterator[tuple[Part, Piece]]:
        """The pieces, with their parts, of the time between two others.

        Of a part with more than `most` of them so many are chosen evenly, the first and last among
        them.
        """
        for part, over in self.spans:
            if part.start < end and begin < over:
                for piece in part.pieces(begin, min(end, over), most):
                    yield part, piece

    def _rate(self, number: Numbers) -> float:
        """The rate at one epoch: what `rates` gives, without the cost of arrays."""
        try:
            epoch = float(number)
        except OverflowError:  # a whole number beyond float64
            number = epoch = inf
        if not 0 <= epoch < inf:
            raise _bad_epoch(number)
        with np.errstate(all="ignore"):
            return self.part_at(epoch).rate(epoch)

    def rates(self, epochs: Floats) -> Floats:
        """The rates at a block of `(n,)` contiguous epochs, n > 0; `(n,)` float64."""
        first, last = float(epochs.min()), float(epochs.max())
        if not (first >= 0 and last < inf):
            raise _bad_epoch(epochs[~((epochs >= 0) & (epochs < inf))][0])
        return self._rates(epochs, first, last)

    def rates_in_order(self, epochs: Floats) -> Floats:
        """`rates` of ascending epochs, as a grid has them."""
        return self._rates(epochs, float(epochs[0]), float(epochs[-1]))

    def _rates(self, epochs: Floats, first: float, last: float) -> Floats:
        early, late = bisect_right(self._starts, first), bisect_right(self._starts, last)
        if early == late:
            with np.errstate(all="ignore"):
                return self.parts[early - 1].rates(epochs, first, last)
        which = np.searchsorted(self._starts, epochs, side="right")
        rates = np.empty_like(epochs)
        for one in range(early, late + 1):
            inside = which == one
            if inside.any():
                rates[inside] = self.rates(epochs[inside])
        return rates


def _from_params(shape: str, params: dict[str, Value | None], run: Run | None) -> Schedule:
    return Schedule(shape, run=run, **params)


def _as_floats(epochs: ArrayLike) -> Floats:
    try:
        array = np.asarray(epochs)
    except ValueError:  # lists of unequal lengths
        array = np.asarray(None)
    if array.dtype.kind not in "iuf" and array.size > 0:
        raise LogschedError(f"epochs must be numbers, but are {epochs!r:.80}")
    return array.astype(np.float64)


def _bad_epoch(epoch: float) -> LogschedError:
    return LogschedError(f"epoch is {epoch!s:.40}, but it must be a finite number, 0 or more")
