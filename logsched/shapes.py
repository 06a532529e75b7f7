"""The shapes: how a rate falls from eta_max to eta_min within a cycle, one small class each.

Defining a subclass of `Shape` registers it: it then works in `Schedule`, in schedule texts, in
every command and in the invariant tests. A shape's own parameters are fields made by `parameter`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from math import exp, inf, isfinite, log, pi
from typing import TYPE_CHECKING, ClassVar

from logsched.cycles import Cycles, Equal, Geometric, Single
from logsched.errors import LogschedError
from logsched.lazy import Numbers, np
from logsched.parameters import (
    NOT_NEGATIVE,
    Declared,
    Parameters,
    Rule,
    Value,
    declared,
    exact,
    parameter,
    unknown,
)
from logsched.phases import EtaMax, Phase, Terms

if TYPE_CHECKING:
    from fractions import Fraction

    from logsched.schedule import Schedule

SHAPES: dict[str, type[Shape]] = {}


class Shape(Declared):
    """What a schedule is made of: a formula, its own parameters, and the phases that follow."""

    name: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "name" in vars(cls):  # a base of several shapes has none
            SHAPES[cls.name] = cls

    def __init__(self, its: Parameters | None = None, /, **own: object) -> None:
        self._settle(own, its or Parameters())

    @abstractmethod
    def phases(self, its: Parameters) -> list[Phase]:
        """What a schedule of this shape consists of."""

    def uses(self, its: Schedule) -> set[str]:
        """The parameters, every schedule's and its own, that bear on this one."""
        restarts = {"restart_interval_multiplier", "restart_lr", "restart_lr_decay"}
        unused = restarts if its.restart_interval == 0 else set()
        return {*declared(Parameters), *declared(type(self))} - unused - _unused_warmup(its)

    def numbers(self, its: Parameters, eta_max: float, eta_min: float) -> dict[str, Value]:
        """What the names in the formula stand for: every schedule's parameters, and its own."""
        return {**_settings(its), **_settings(self)}

    def remarks(self, its: Parameters, eta_max: float, eta_min: float) -> list[str]:
        """What to beware of in a cycle between two rates."""
        return []


class Annealing(Shape):
    """A shape that falls from eta_max to eta_min in every cycle: after a warmup, an initial decay,
    then restart cycles.

    T_cur and T_i are in epochs: the time since the cycle's start and its length. They and the rates
    are numbers or `(n,)` arrays.
    """

    @property
    def overshoots(self) -> bool:
        """Whether rates may rise above eta_max (g above 1)."""
        return False

    @abstractmethod
    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        """g, how much of the way from eta_min up to eta_max the rate is, as a new value."""

    def rate(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        """(1 - g) eta_min + g eta_max: exactly eta_max where g = 1. (DESIGN 4.)"""
        g = self.fraction(t_cur, t_i, eta_max, eta_min)
        rate = 1.0 - g
        rate *= eta_min
        g *= eta_max
        rate += g
        return rate

    def check(self, t_i: float, eta_max: float, eta_min: float) -> None:
        """Raise LogschedError where the formula does not hold for such a cycle."""

    def phases(self, its: Parameters) -> list[Phase]:
        start, length = exact(its.warmup_epochs), its.init_decay_epochs
        terms = Terms("init_decay_epochs", "lr", "min_decay_lr")
        decay = self.single("initial decay", start, length, (its.lr, its.min_decay_lr), terms)
        return [*warmup(its), *decay, self._restarts(its, start + exact(length))]

    def single(
        self, name: str, start: Fraction, length: float, rates: tuple[float, float], terms: Terms
    ) -> list[Phase]:
        """A phase of one cycle between two rates; none where its length is 0."""
        eta_max, eta_min = rates
        cycles = Single(start, length)
        whole = Phase(name, self.formula, cycles, _always(eta_max), eta_min, self, terms)
        return [whole] if length > 0 else []

    def _restarts(self, its: Parameters, origin: Fraction) -> Phase:
        if its.restart_interval == 0:
            return steady("hold", "rate = min_decay_lr", origin, its.min_decay_lr)
        cycles, eta_max = restart_cycles(its, origin), _restart_lr(its)
        terms = _restart_terms(its)
        return Phase("cycle", self.formula, cycles, eta_max, its.min_decay_lr, self, terms, True)


def owner_of(name: str, shapes: Sequence[str] = ()) -> str | None:
    """A shape, rather one of some shapes, that has a parameter of its own by this name."""
    return next((one for one in (*shapes, *SHAPES) if name in declared(SHAPES[one])), None)


def _settings(owner: Declared) -> dict[str, Value]:
    return {name: getattr(owner, name) for name in declared(type(owner))}


def _unused_warmup(its: Parameters) -> set[str]:
    return {"warmup_start_lr", "warmup_shape"} if its.warmup_epochs == 0 else set()


def _at_most(value: Numbers, most: float) -> Numbers:
    """A value above 0, or its bound; for arrays, clip takes half the time of minimum."""
    return np.clip(value, 0.0, most) if isinstance(value, np.ndarray) else min(value, most)


def find_shape(name: str) -> type[Shape]:
    """A shape by its name. Raises LogschedError with the nearest name there is."""
    if not isinstance(name, str) or name not in SHAPES:
        raise unknown("shape", str(name), SHAPES)
    return SHAPES[name]


def warmup(its: Parameters) -> list[Phase]:
    """The warmup: the shape `linear` or `cosine`, from warmup_start_lr to lr."""
    shape = {"linear": Linear, "cosine": Cosine}[its.warmup_shape]()
    terms = Terms("warmup_epochs", "warmup_start_lr", "lr")
    rates = (its.warmup_start_lr, its.lr)
    return shape.single("warmup", exact(0.0), its.warmup_epochs, rates, terms)


def steady(name: str, formula: str, start: Fraction, rate: float) -> Phase:
    """A phase that holds one rate for good."""
    return Phase(name, formula, Single(start), _always(rate))


def restart_cycles(its: Parameters, origin: Fraction) -> Cycles:
    """Cycles of restart_interval * restart_interval_multiplier**i epochs."""
    interval, multiplier = exact(its.restart_interval), exact(its.restart_interval_multiplier)
    return Equal(origin, interval) if multiplier == 1 else Geometric(origin, interval, multiplier)


def _restart_terms(its: Parameters) -> Terms:
    growing = its.restart_interval_multiplier != 1
    t_i = "restart_interval * restart_interval_multiplier^{i}" if growing else "restart_interval"
    left = "restart_lr_decay^{i}"
    decayed = f"(1 - {left}) * min_decay_lr + {left} * restart_lr"
    return Terms(t_i, decayed if its.restart_lr_decay != 1 else "restart_lr", "min_decay_lr")


def _always(rate: float) -> EtaMax:
    return lambda cycle: rate


def _restart_lr(its: Parameters) -> EtaMax:
    """eta_max of cycle i: (1 - d**i) min_decay_lr + d**i restart_lr, d = restart_lr_decay."""
    if its.restart_lr_decay == 1:
        return _always(its.restart_lr)

    def eta_max(cycle: Numbers) -> Numbers:
        left = np.power(its.restart_lr_decay, cycle)
        return (1 - left) * its.min_decay_lr + left * its.restart_lr

    return eta_max


class Constant(Shape):
    """The control of the paper's experiments: no scheduler at all, and so no warmup."""

    name = "constant"
    formula = "rate = lr"
    source = "the paper's control (section 2.1)"

    def uses(self, its: Schedule) -> set[str]:
        return {"lr"}

    def phases(self, its: Parameters) -> list[Phase]:
        return [steady("constant", self.formula, exact(0.0), its.lr)]


class Step(Shape):
    """Step decay: after the warmup, the rate is multiplied by gamma every `size` epochs.

    j counts the steps, and floor is min_decay_lr, or lr if that is less.
    """

    name = "step"
    formula = "rate = max(floor, lr * gamma^j)"
    source = "step decay (the paper's section 2.1)"

    size: float = parameter(
        "epochs between steps; 0 = it never steps",
        NOT_NEGATIVE,
        lambda its: its.restart_interval,
        unit="epochs",
        left_out="restart_interval",
    )
    gamma: float = parameter(
        "factor of a step", Rule("a number above 0 and at most 1", lambda x: 0 < x <= 1), 0.1
    )

    def uses(self, its: Schedule) -> set[str]:
        used = {"lr", "size", "warmup_epochs", "warmup_start_lr", "warmup_shape"}
        used |= {"restart_interval"} if its.params["size"] is None else set()
        steps = {"gamma", "min_decay_lr"} if self.size > 0 else set()
        return (used | steps) - _unused_warmup(its)

    def numbers(self, its: Parameters, eta_max: float, eta_min: float) -> dict[str, Value]:
        return {**super().numbers(its, eta_max, eta_min), "floor": min(its.lr, its.min_decay_lr)}

    def phases(self, its: Parameters) -> list[Phase]:
        start = exact(its.warmup_epochs)
        if self.size == 0:
            return [*warmup(its), steady("step", "rate = lr", start, its.lr)]
        cycles, levels = Equal(start, exact(self.size)), self._levels(its)
        return [*warmup(its), Phase("step", self.formula, cycles, levels, repeats=True)]

    def _levels(self, its: Parameters) -> EtaMax:
        floor = min(its.lr, its.min_decay_lr)
        return lambda cycle: np.maximum(its.lr * np.power(self.gamma, cycle), floor)


class Cosine(Annealing):
    """Cosine annealing: a wave that leaves eta_max slowly and comes to eta_min slowly."""

    name = "cosine"
    formula = "g = (1 + cos(pi * u))/2"
    source = "paper Eq. 3; Loshchilov & Hutter, SGDR, 2016"

    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        u = t_cur / t_i
        u *= pi
        g = np.cos(u)
        g += 1.0
        g *= 0.5
        return g


class Linear(Annealing):
    """A straight line from eta_max to eta_min."""

    name = "linear"
    formula = "g = 1 - u"
    source = "linear decay"

    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        return 1.0 - t_cur / t_i


BASE = Rule(
    "a number above 1, or min-lr (1/min_decay_lr), or range (1/|eta_max - eta_min|)",
    lambda number: number > 1,
    words=("min-lr", "range"),
)


class Logarithm(Annealing):
    """What shapes with a logarithm share: its base, a number or read off the cycle's rates."""

    base: float | str = parameter("base of the logarithm", BASE, "min-lr")

    def numbers(self, its: Parameters, eta_max: float, eta_min: float) -> dict[str, Value]:
        base = float(self.number(eta_max, eta_min))
        return {**super().numbers(its, eta_max, eta_min), "base": base}

    def number(self, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        """b: the number, 1/eta_min or 1/|eta_max - eta_min|."""
        if self.base == "min-lr":
            return 1.0 / eta_min
        if self.base == "range":
            return 1.0 / np.abs(eta_max - eta_min)
        return self.base

    def check(self, t_i: float, eta_max: float, eta_min: float) -> None:
        way_out = f"give a number above 1, as in {self.name}:base=1000"
        under = eta_min if self.base == "min-lr" else float(abs(exact(eta_max) - exact(eta_min)))
        if self.base == "min-lr" and under == 0:
            raise LogschedError(
                f"min_decay_lr is 0, but the base of {self.name} is 1/min_decay_lr: {way_out}"
            )
        if isinstance(self.base, str) and eta_max != eta_min and not 1 < 1 / under < inf:
            raise LogschedError(
                f"base is {self.base}, that is 1/{under:.6g} = {1 / under:.6g} in a cycle between "
                f"{eta_max:.6g} and {eta_min:.6g}, but it must be finite and above 1: {way_out}"
            )


class Log(Logarithm):
    """Cyclical log annealing, the paper's schedule: a spike, then a slow logarithmic fall.

    Eq. 4 is infinite at T_cur = 0, so `peak` caps g; and it ends above the middle of its range, for
    pi/u never falls below pi.
    """

    name = "log"
    formula = "g = min(peak, (1 + log_base(pi/u))/2)"
    source = "paper Eq. 4 (cyclical log annealing)"

    peak: float = parameter(
        "cap of g: a restart is at eta_min + peak (eta_max - eta_min)",
        Rule("a finite number, 1 or more", lambda number: number >= 1),
        1.0,
    )

    @property
    def overshoots(self) -> bool:
        return self.peak > 1

    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        slope = 0.5 / np.log(self.number(eta_max, eta_min))
        g = np.log(t_cur / t_i)  # minus infinity at u = 0, where the cap holds
        g *= -slope
        g += 0.5 + slope * log(pi)
        return _at_most(g, self.peak)

    def remarks(self, its: Parameters, eta_max: float, eta_min: float) -> list[str]:
        if eta_max <= eta_min:
            return []
        top = (1 - self.peak) * eta_min + self.peak * eta_max
        log_base = log(float(self.number(eta_max, eta_min)))
        floor = self.rate(1.0, 1.0, eta_max, eta_min)
        middle = (eta_max + eta_min) / 2
        capped = min(1.0, pi * exp(-(2 * self.peak - 1) * log_base))
        said = [
            f"a cycle from {top:.6g} falls only to {floor:.6g}, not to {eta_min:.6g}: Eq. 4 stays "
            f"above the middle of its range, {middle:.6g}",
            f"the first {100 * capped:.3g} % of a cycle are flat: peak {self.peak:.6g} caps Eq. 4 "
            "there",
        ]
        if self.peak > 1:
            said.append(
                f"a cycle begins with a spike to {top:.6g}, above {eta_max:.6g}, as peak "
                f"{self.peak:.6g} allows"
            )
        return said

    def check(self, t_i: float, eta_max: float, eta_min: float) -> None:
        super().check(t_i, eta_max, eta_min)
        if not isfinite(self.peak * eta_max) or not isfinite((self.peak - 1) * eta_min):
            raise LogschedError(
                f"peak is {self.peak:.6g}, but peak times the rate {max(eta_max, eta_min):.6g} "
                "must be finite"
            )


class LogBounded(Logarithm):
    """The same logarithm made practical: from eta_max at a restart to eta_min at the end."""

    name = "log-bounded"
    formula = "g = 1 - log1p((base - 1) * u)/log1p(base - 1)"
    source = "ours: Eq. 4's logarithm, bounded; base towards 1 is linear"

    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        less = self.number(eta_max, eta_min) - 1.0
        u = t_cur / t_i
        u *= less
        g = np.log1p(u)
        g /= -np.log1p(less)
        g += 1.0
        return g


class LogReleased(Annealing):
    """The formula of the code that the paper's author released, applied in our cycles."""

    name = "log-released"
    formula = "g = (1 - log_{T_i}(max(1, T_cur)))/2"
    source = "the code released with the paper; never above the middle of its range"

    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        g = np.log(np.maximum(t_cur, 1.0))
        g /= -np.log(t_i)
        g += 1.0
        g *= 0.5
        return g

    def check(self, t_i: float, eta_max: float, eta_min: float) -> None:
        if t_i <= 1:
            raise LogschedError(
                f"log-released has a cycle of {t_i:.6g}, but its formula needs more than 1 epoch: "
                "make init_decay_epochs and restart_interval longer"
            )
