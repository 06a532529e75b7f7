"""The parameters that every schedule has, in the words of the field and of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logsched.base.declare import (
    NOT_NEGATIVE,
    POSITIVE,
    Declared,
    Rule,
    exact,
    parameter,
)
from logsched.base.errors import LogschedError
from logsched.schedule.units import LENGTH, RATE, REST, SPAN, Exact, Length, rate_of, read_length

if TYPE_CHECKING:
    from logsched.base.declare import Value
    from logsched.schedule.run import Run

ALIASES = {
    "warmup_epochs": ("warmup", "epoch"),
    "warmup_steps": ("warmup", "step"),
    "init_decay_epochs": ("decay", "epoch"),
    "stable_epochs": ("stable", "epoch"),
}
"""Other names of lengths, and the unit of their bare numbers: the paper's, and frameworks'."""


class CurveRule(Rule):
    """The name of a curve, with parameters of it or without."""

    def check(self, name: str, value: object) -> Value:
        from logsched.schedule.curves import read_curve  # eleven modules, not needed for --help

        if not isinstance(value, str):
            raise self.broken(name, value, quoted=True)
        read_curve(name, value)
        return value


CURVE = CurveRule("a curve, as cosine or power:power=4", words=("linear", "cosine"), text=True)
MODES = ("before", "over", "into", "times")


def own_name(name: str, value: Any, unit: str) -> tuple[str, Any]:
    """A parameter's name and value, where it may have come by another name.

    Bare numbers are then of that name's unit, as `5 epochs` in a run of steps.
    """
    if name not in ALIASES:
        return name, value
    name, its_unit = ALIASES[name]
    length = read_length(value if isinstance(value, str) else str(value))
    if its_unit == unit or length is None or length.unit:
        return name, value
    return name, str(Length(length.amount, its_unit))


class Resolving(Declared):
    """Parameters whose lengths and rates may be texts, which a run and `lr` make numbers of."""

    run: Run | None = None
    given: frozenset[str] = frozenset()

    @property
    def unit(self) -> str:
        """The unit of time: that of the run."""
        return "epoch" if self.run is None else self.run.unit

    def _resolved(self, name: str, value: Value | None, its: Any) -> Value | None:
        kind = type(self).declares[name].unit
        if kind == "rate" and isinstance(value, str):
            return self._multiple(name, value, its)
        if kind == "length" and isinstance(value, str) and value != REST:
            return resolve(name, value, its.run)
        if kind == "length" and its.run is not None and isinstance(value, float):
            its.run.refuse_tiny(name, exact(value))
        return value

    def _multiple(self, name: str, value: str, its: Any) -> float:
        if name == "lr" or "lr" not in its.given:
            raise LogschedError(
                f"{name} is {value}, a multiple of lr, but lr is not given: give it as a number"
            )
        return rate_of(value, its.lr)


def resolve(name: str, text: str, run: Run | None) -> Exact:
    """A length that is written with a unit. Raises LogschedError where no run knows it."""
    length = read_length(text)
    assert length is not None
    if run is not None:
        return Exact(run.resolve(name, length))
    if length.unit in ("", "epoch"):
        return Exact(length.amount)
    raise LogschedError(
        f"{name} is {text}, but there is no run: give one, as in run=Run(steps=1000)"
    )


def _in_epochs(epochs: float, other: Value) -> Any:
    """What is usual in epochs, the paper's; and in other units."""
    return lambda its: epochs if its.unit == "epoch" else other


class Parameters(Resolving):
    """What every schedule has: rates, and lengths in the unit of its run."""

    lr: float = parameter(
        "base learning rate: the end of the warmup, the start of the decay",
        NOT_NEGATIVE,
        0.1,
        unit="rate",
    )
    min_decay_lr: float = parameter(
        "where a decay ends",
        RATE,
        lambda its: float(exact(its.lr) / 100),
        unit="rate",
        left_out="lr/100",
    )
    warmup: float = parameter(
        "length of the warmup; 0 = none",
        LENGTH,
        _in_epochs(5.0, 0.0),
        unit="length",
        left_out="5 epochs; none in other units",
    )
    warmup_start_lr: float = parameter(
        "rate at the start of the warmup",
        RATE,
        lambda its: float(exact(its.lr) / 10) if its.unit == "epoch" else 0.0,
        unit="rate",
        left_out="lr/10; 0 in other units than epochs",
    )
    warmup_shape: str = parameter(
        "its curve, as cosine or power:power=4",
        CURVE,
        "linear",
        unit="curve",
    )
    warmup_mode: str = parameter(
        "the decay begins after the warmup (before), or at 0 under it: it takes over where the "
        "warmup ends (over), the warmup leads into it (into), or is multiplied with it (times)",
        Rule("before, over, into or times", words=MODES),
        "before",
    )
    decay: float = parameter(
        "length of the first decay, from lr to min_decay_lr; rest = to the end of the run",
        LENGTH,
        _in_epochs(10.0, REST),
        unit="length",
        left_out="10 epochs; rest in other units",
    )
    restart_interval: float = parameter(
        "length of the first restart cycle; 0 = no restarts, hold min_decay_lr",
        SPAN,
        lambda its: 10.0 if its.unit == "epoch" and its.decay != REST else 0.0,
        unit="length",
        left_out="10 epochs; 0 if decay is rest",
    )
    restart_interval_multiplier: float = parameter(
        "each cycle is this many times as long as the one before", POSITIVE, 2.0
    )
    restart_lr: float = parameter(
        "rate at a restart", RATE, lambda its: its.lr, unit="rate", left_out="lr"
    )
    restart_lr_decay: float = parameter(
        "how much of (restart_lr - min_decay_lr) is left from one restart to the next",
        NOT_NEGATIVE,
        1.0,
    )
    stair: float = parameter(
        "the schedule is read only so often, as once an epoch",
        SPAN,
        0.0,
        unit="length",
        left_out="at every moment",
    )
    lead: float = parameter(
        "everything comes so much earlier, as 1 step", SPAN, 0.0, unit="length", left_out="0"
    )
    floor_lr: float = parameter(
        "what follows the warmup is cut off below", RATE, 0.0, unit="rate", left_out="0"
    )
