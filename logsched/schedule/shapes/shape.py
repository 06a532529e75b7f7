"""What a shape is, the phases that shapes share, and the plain shapes.

Defining a subclass of `Shape` registers it: it then works in `Schedule`, in schedule texts, in
every command and in the invariant tests. A shape's own parameters are fields made by `parameter`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from math import inf, pi
from typing import TYPE_CHECKING, ClassVar

from logsched.base.declare import (
    NOT_NEGATIVE,
    Declared,
    Rule,
    Value,
    declared,
    exact,
    parameter,
    settings_of,
)
from logsched.base.lazy import Numbers, np
from logsched.base.words import unknown
from logsched.schedule.boundaries import Cycles, Equal, Geometric, Single
from logsched.schedule.parameters import Parameters
from logsched.schedule.parts import EtaMax, Phase, Terms

if TYPE_CHECKING:
    from fractions import Fraction

    from logsched.schedule.schedule import Schedule

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
        return {*declared(Parameters), *declared(type(self))} - unused - unused_warmup(its)

    def numbers(self, its: Parameters, eta_max: float, eta_min: float) -> dict[str, Value]:
        """What the names in the formula stand for: every schedule's parameters, and its own."""
        return {**settings_of(its), **settings_of(self)}

    def definitions(self) -> dict[str, str]:
        """Formulas of the names in the formula that are no parameters, or stand for a word."""
        return {}

    def remarks(self, its: Parameters, eta_max: float, eta_min: float) -> list[str]:
        """What to beware of in a cycle between two rates."""
        return []


class Decay(Shape):
    """A shape that goes from eta_max to eta_min in every cycle, by a formula for its rate: after a
    warmup, an initial decay, then restart cycles.

    T_cur and T_i are in epochs: the time since the cycle's start and its length. They and the rates
    are numbers or `(n,)` arrays.
    """

    @property
    def chosen_formula(self) -> str:
        """The formula, of those that the shape's parameters choose from."""
        return self.formula

    @property
    def overshoots(self) -> bool:
        """Whether rates may rise above eta_max (g above 1)."""
        return False

    @property
    def top(self) -> float:
        """u at which a cycle is at eta_max; only a cycle that begins there is a restart."""
        return 0.0

    @abstractmethod
    def rate(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        """The rate as a new value: exactly eta_max at the top of a cycle."""

    def check(self, t_i: float, eta_max: float, eta_min: float) -> None:
        """Raise LogschedError where the formula does not hold for such a cycle."""

    def phases(self, its: Parameters) -> list[Phase]:
        start, length = exact(its.warmup_epochs), its.init_decay_epochs
        terms = Terms("init_decay_epochs", "lr", "min_decay_lr")
        decay = self.single("initial decay", start, length, (its.lr, its.min_decay_lr), terms)
        return [*warmup(its), *decay, self.cycles(its, start + exact(length))]

    def single(
        self,
        name: str,
        start: Fraction,
        length: float,
        rates: tuple[float, float],
        terms: Terms,
        rises: bool = False,
    ) -> list[Phase]:
        """A phase of one cycle from a rate to another; none where its length is 0."""
        first, last = rates
        cycles = Single(start, length)
        whole = Phase(
            name, self.chosen_formula, cycles, always(first), last, self, terms, rises=rises
        )
        return [whole] if length > 0 else []

    def cycles(self, its: Parameters, origin: Fraction) -> Phase:
        """The cycles from restart_lr to min_decay_lr, or where there are none, min_decay_lr."""
        if its.restart_interval == 0:
            return steady("hold", "rate = min_decay_lr", origin, its.min_decay_lr)
        cycles, eta_max = restart_cycles(its, origin), _restart_lr(its)
        terms = _restart_terms(its)
        return Phase(
            "cycle", self.chosen_formula, cycles, eta_max, its.min_decay_lr, self, terms, True
        )


class Annealing(Decay):
    """A decay whose formula is of g, how much of the way from eta_min up to eta_max the rate is."""

    @abstractmethod
    def fraction(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        """g as a new value."""

    def rate(self, t_cur: Numbers, t_i: Numbers, eta_max: Numbers, eta_min: Numbers) -> Numbers:
        """(1 - g) eta_min + g eta_max: exactly eta_max where g = 1. (DESIGN 4.)"""
        g = self.fraction(t_cur, t_i, eta_max, eta_min)
        rate = 1.0 - g
        rate *= eta_min
        g *= eta_max
        rate += g
        return rate


def owner_of(name: str, shapes: Sequence[str] = ()) -> str | None:
    """A shape, rather one of some shapes, that has a parameter of its own by this name."""
    return next((one for one in (*shapes, *SHAPES) if name in declared(SHAPES[one])), None)


def unused_warmup(its: Parameters) -> set[str]:
    """The parameters of a warmup that are of no use where there is none."""
    return {"warmup_start_lr", "warmup_shape"} if its.warmup_epochs == 0 else set()


def find_shape(name: str) -> type[Shape]:
    """A shape by its name. Raises LogschedError with the nearest name there is."""
    if not isinstance(name, str) or name not in SHAPES:
        raise unknown("shape", str(name), SHAPES)
    return SHAPES[name]


def warmup(its: Parameters) -> list[Phase]:
    """The warmup: the shape `linear` or `cosine`, from warmup_start_lr to lr."""
    shape = CURVES[its.warmup_shape]()
    terms = Terms("warmup_epochs", "warmup_start_lr", "lr")
    rates = (its.warmup_start_lr, its.lr)
    return shape.single("warmup", exact(0.0), its.warmup_epochs, rates, terms, rises=True)


def steady(name: str, formula: str, start: Fraction, rate: float, length: float = inf) -> Phase:
    """A phase that holds one rate, for good unless it has a length."""
    return Phase(name, formula, Single(start, length), always(rate))


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


def always(rate: float) -> EtaMax:
    """One rate for every cycle."""
    return lambda cycle: rate


def _restart_lr(its: Parameters) -> EtaMax:
    """eta_max of cycle i: (1 - d**i) min_decay_lr + d**i restart_lr, d = restart_lr_decay."""
    if its.restart_lr_decay == 1 or its.restart_lr == its.min_decay_lr:
        return always(its.restart_lr)

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


FACTOR = Rule("a number above 0 and at most 1", lambda number: 0 < number <= 1)


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
    gamma: float = parameter("factor of a step", FACTOR, 0.1)

    def uses(self, its: Schedule) -> set[str]:
        used = {"lr", "size", "warmup_epochs", "warmup_start_lr", "warmup_shape"}
        used |= {"restart_interval"} if its.params["size"] is None else set()
        steps = {"gamma", "min_decay_lr"} if self.size > 0 else set()
        return (used | steps) - unused_warmup(its)

    def numbers(self, its: Parameters, eta_max: float, eta_min: float) -> dict[str, Value]:
        return {**super().numbers(its, eta_max, eta_min), "floor": min(its.lr, its.min_decay_lr)}

    def definitions(self) -> dict[str, str]:
        return {"floor": "min(lr, min_decay_lr)"}

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


CURVES: dict[str, type[Annealing]] = {"linear": Linear, "cosine": Cosine}
"""What a phase of another shape may be made of, by the word for it."""
