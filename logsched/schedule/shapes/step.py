"""Step decay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from operator import mul
from typing import TYPE_CHECKING, Any

from logsched.base.declare import Rule, exact, parameter
from logsched.base.errors import LogschedError
from logsched.base.lazy import Numbers, np
from logsched.schedule.boundaries import Equal, Listed, Once, Times
from logsched.schedule.compose import START
from logsched.schedule.curves.curve import FACTOR, Hold
from logsched.schedule.parameters import Parameters, resolve
from logsched.schedule.parts import Level, Part, hold
from logsched.schedule.shape import Shape
from logsched.schedule.units import SPAN, SPAN_ABOVE_0, Exact

if TYPE_CHECKING:
    from logsched.base.declare import Value


@dataclass(frozen=True)
class Several(Rule):
    """Values with `/` between, or a list of them, each by a rule."""

    each: Rule = SPAN_ABOVE_0

    def parse(self, name: str, text: str) -> Value:
        values = [self.each.parse(name, item) for item in text.split("/")]
        return "/".join(str(value).removesuffix(".0") for value in values)

    def check(self, name: str, value: Any) -> Any:
        if isinstance(value, tuple) and all(isinstance(item, Exact) for item in value):
            return value  # as another schedule has them
        items = value if isinstance(value, list | tuple) else [value]
        return self.parse(name, "/".join(map(str, items)))


class Factors(Several):
    """A factor, or several."""

    def parse(self, name: str, text: str) -> Value:
        several = super().parse(name, text)
        return several if "/" in text else self.each.parse(name, text)


MILESTONES = Several("lengths above 0, as in 30/60/80 or 80%/90%")
GAMMA = Factors(
    "a number above 0 and at most 1, or one for each milestone", FACTOR.holds, each=FACTOR
)


class Step(Shape):
    """Step decay: after the warmup, the rate is multiplied by gamma every `size`, or at milestones.

    j counts the steps, and floor is min_decay_lr, or lr if that is less. Milestones count from the
    start of the run.
    """

    name = "step"
    formula = "rate = max(floor, lr * gamma^j)"
    source = "step decay (the paper's section 2.1)"

    size: float = parameter(
        "time between steps; 0 = it never steps",
        SPAN,
        lambda its: its.restart_interval,
        unit="length",
        left_out="restart_interval",
    )
    gamma: float | str = parameter("factor of a step, or of each milestone", GAMMA, 0.1)
    milestones: tuple[Exact, ...] | None = parameter(
        "instead of size: when it steps, from the start of the run, as in 30/60/80",
        MILESTONES,
        None,
        left_out="size",
    )

    def _resolved(self, name: str, value: Any, its: Any) -> Any:
        if name != "milestones":
            return super()._resolved(name, value, its)
        if isinstance(value, str):
            value = tuple(resolve(name, item, its.run) for item in value.split("/"))
        self._check_milestones(value or ())
        return value

    def _check_milestones(self, times: Sequence[Exact]) -> None:
        """Raise LogschedError where they are not in order, or not as many as factors."""
        if any(before.fraction >= after.fraction for before, after in pairwise(times)):
            shown = "/".join(f"{time:.15g}" for time in times)
            raise LogschedError(f"milestones are {shown}, but each must be later than the last")
        if isinstance(self.gamma, str) and len(self.gamma.split("/")) != len(times):
            raise LogschedError(
                f"gamma is {self.gamma}, a factor for each milestone, but there are "
                f"{len(times) or 'no'} milestones: give one factor for all, or as many"
            )

    @classmethod
    def implied(cls, given: Mapping[str, Value | None]) -> Mapping[str, Value]:
        cut_off = given["milestones"] is None or given["min_decay_lr"] is not None
        return {} if cut_off else {"min_decay_lr": 0.0}

    def body(self, its: Parameters) -> list[Part]:
        if self.milestones is not None:
            return [self._at_milestones(its, self.milestones)]
        if self.size == 0:
            return [hold("step", "rate = lr", Once(START), its.lr)]
        lr, gamma, floor = its.lr, self.gamma, min(its.lr, its.min_decay_lr)

        def level(number: Numbers) -> Numbers:
            return np.maximum(lr * np.power(gamma, number), floor)

        return [self._steps(its, Equal(START, exact(self.size)), level, floor)]

    def _steps(self, its: Parameters, times: Times, level: Level, floor: float) -> Part:
        several = isinstance(self.gamma, str)
        formula = "rate = max(floor, lr * gamma_1 * ... * gamma_j)" if several else self.formula
        curve = Hold(formula, floor=("min(lr, min_decay_lr)", floor))
        return Part("step", curve, times, level, its.lr, repeats=True)

    def _at_milestones(self, its: Parameters, times: Sequence[Exact]) -> Part:
        """Milestones never move: they count from 0, also where what follows a warmup does not."""
        moved = exact(its.warmup) if its.warmup_mode == "before" else START
        levels, floor = self._levels(its, len(times)), min(its.lr, its.min_decay_lr)

        def level(number: Numbers) -> Numbers:
            return np.maximum(np.take(levels, number.astype(np.int64)), floor)

        starts = [START - moved, *(time.fraction - moved for time in times)]
        return self._steps(its, Listed(starts), level, floor)

    def _levels(self, its: Parameters, count: int) -> Sequence[float]:
        """lr, and what is left of it at each milestone."""
        if isinstance(self.gamma, str):
            factors = [Fraction(item) for item in self.gamma.split("/")]
        else:
            factors = [exact(self.gamma)] * count
        return [float(rate) for rate in accumulate([exact(its.lr), *factors], mul)]
