"""What a shape is, and the parts that shapes share.

Defining a subclass of `Shape` with a name registers it: it then works in `Schedule`, in schedule
texts, in every command and in the invariant tests. Its own parameters are fields made by
`parameter`. Every curve is a shape as well, by `Annealed`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from logsched.base.declare import declared, exact, settings_of
from logsched.base.lazy import Numbers, np
from logsched.base.words import unknown
from logsched.schedule.boundaries import Equal, Growing, Once, Times
from logsched.schedule.compose import START, composed
from logsched.schedule.curves import CURVES
from logsched.schedule.curves.curve import Curve
from logsched.schedule.parameters import Parameters, Resolving
from logsched.schedule.parts import Level, Part, Terms, hold

if TYPE_CHECKING:
    from logsched.base.declare import Value


class Shape(Resolving):
    """A name, parameters of its own, and the parts that they and every schedule's make."""

    name: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "name" in vars(cls):  # a base of several shapes has none
            _NAMED[cls.name] = cls

    def __init__(self, its: Parameters | None = None, /, **own: object) -> None:
        its = its or Parameters()
        object.__setattr__(self, "run", its.run)
        self._settle(own, its)

    warms: ClassVar[bool] = True  # whether it has a warmup
    by_numbers: ClassVar[bool] = (
        True  # whether numbers and words make it, which can be searched for
    )
    in_turn: ClassVar[tuple[str, ...]] = ("warmup",)  # its lengths that follow each other

    @abstractmethod
    def body(self, its: Parameters) -> list[Part]:
        """What follows the warmup, as if that had no length: the last part has no end.

        What a schedule uses is what is read here, so nothing is read that is of no use.
        """

    def parts(self, its: Parameters) -> list[Part]:
        """The parts of a schedule in their order, with warmup, stair, lead and floor."""
        return composed(its, self.body(its), self.warms)

    @classmethod
    def implied(cls, given: Mapping[str, Value | None]) -> Mapping[str, Value]:
        """What every schedule's parameters are because of the shape's own."""
        return {}


_NAMED: dict[str, type[Shape]] = {}


class Annealed(Shape):
    """A curve in the paper's parts: a warmup, an initial decay, then restart cycles."""

    curve_type: ClassVar[type[Curve]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        curve = cls.curve_type
        cls.name, cls.formula, cls.source = curve.name, curve.formula, curve.source
        cls.declares = curve.declares

    @property
    def curve(self) -> Curve:
        """The curve with these parameters."""
        return self.curve_type(**settings_of(self))

    in_turn: ClassVar[tuple[str, ...]] = ("warmup", "decay")

    def body(self, its: Parameters) -> list[Part]:
        return [*self._decay(its), self.cycles(its, exact(its.decay))]

    def _decay(self, its: Parameters) -> list[Part]:
        length = its.decay
        if length == 0:
            return []
        terms = Terms("decay", "lr", "min_decay_lr")
        rates = (its.lr, its.min_decay_lr)
        return [single("initial decay", self.curve, START, length, rates, terms)]

    def cycles(self, its: Parameters, origin: Fraction) -> Part:
        """The cycles from restart_lr to min_decay_lr, or where there are none, min_decay_lr."""
        if its.restart_interval == 0:
            return hold("hold", "rate = min_decay_lr", Once(origin), its.min_decay_lr)
        first, last, terms = _restart_lr(its), its.min_decay_lr, _restart_terms(its)
        times = _restart_times(its, origin)
        return Part("cycle", self.curve, times, first, last, terms, repeats=True)


class _Shapes(Mapping[str, type[Shape]]):
    """The shapes by name: those with parts of their own, and one for each curve."""

    FIRST = (
        *("constant", "step", "cosine", "linear", "polynomial", "exponential", "log"),
        *("log-bounded", "log-released", "one-cycle", "wsd", "inverse-sqrt"),
    )

    def __init__(self) -> None:
        self._annealed: dict[type[Curve], type[Shape]] = {}

    def __getitem__(self, name: str) -> type[Shape]:
        if name in self._named():
            return self._named()[name]
        curve = CURVES[name]
        if not curve.is_shape:
            raise KeyError(name)
        if curve not in self._annealed:
            about = {"curve_type": curve, "__doc__": curve.__doc__}
            self._annealed[curve] = type(curve.__name__, (Annealed,), about)
        return self._annealed[curve]

    def _named(self) -> Mapping[str, type[Shape]]:
        import_module("logsched.schedule.shapes")  # whose modules define them
        return _NAMED

    def __iter__(self) -> Iterator[str]:
        there = {
            **self._named(),
            **{name: curve for name, curve in CURVES.items() if curve.is_shape},
        }
        yield from (name for name in self.FIRST if name in there)
        yield from (name for name in there if name not in self.FIRST)

    def __len__(self) -> int:
        return sum(1 for _ in self)


SHAPES = _Shapes()


def owner_of(name: str, shapes: Sequence[str] = ()) -> str | None:
    """A shape, rather one of some shapes, that has a parameter of its own by this name."""
    return next((shape for shape in (*shapes, *SHAPES) if name in declared(SHAPES[shape])), None)


def find_shape(name: str) -> type[Shape]:
    """A shape by its name. Raises LogschedError with the nearest name there is."""
    if not isinstance(name, str) or name not in SHAPES:
        raise unknown("shape", str(name), SHAPES)
    return SHAPES[name]


def single(
    name: str,
    curve: Curve,
    start: Fraction,
    length: float,
    rates: tuple[float, float],
    terms: Terms,
    warms: bool = False,
) -> Part:
    """A part of one piece from a rate to another."""
    return Part(name, curve, Once(start, length), *rates, terms, warms=warms)


def _restart_times(its: Parameters, origin: Fraction) -> Times:
    """Cycles of restart_interval * restart_interval_multiplier**i."""
    interval, multiplier = exact(its.restart_interval), exact(its.restart_interval_multiplier)
    return Equal(origin, interval) if multiplier == 1 else Growing(origin, interval, multiplier)


def _restart_terms(its: Parameters) -> Terms:
    growing = its.restart_interval_multiplier != 1
    length = "restart_interval * restart_interval_multiplier^{i}" if growing else "restart_interval"
    left = "restart_lr_decay^{i}"
    decayed = f"(1 - {left}) * min_decay_lr + {left} * restart_lr"
    return Terms(length, decayed if its.restart_lr_decay != 1 else "restart_lr", "min_decay_lr")


def _restart_lr(its: Parameters) -> Level:
    """eta_max of cycle i: (1 - d**i) min_decay_lr + d**i restart_lr, d = restart_lr_decay."""
    top, low, decay = its.restart_lr, its.min_decay_lr, its.restart_lr_decay
    if decay == 1 or top == low:
        return top

    def first(number: Numbers) -> Numbers:
        left = np.power(decay, number)
        return (1 - left) * low + left * top

    return first
