"""Schedules in units and in pieces, read in exact fractions: a second reading, to test against.

A time is a fraction here, never a float: point k of a run is at k times its spacing, and whether a
seam is at or before it is a comparison of fractions. Only curves are computed in floats.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

Reading = Callable[[Fraction], float]
"""The rate at a time, which counts from the start of what is read."""

ZERO = Fraction(0)
HUGE = 10**30  # a piece ends where it is after all but so small a share of it


def exact(number: float | str) -> Fraction:
    """The decimal that is written."""
    return Fraction(repr(number) if isinstance(number, float) else str(number))


@dataclass(frozen=True)
class Length:
    """A length: `2000`, `3%`, `5 epochs`, or what is left, which has no amount."""

    amount: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.amount}{' ' if self.unit not in ('', '%') else ''}{self.unit}"


REST = Length("rest")


@dataclass(frozen=True)
class Course:
    """A run: its length in its unit, and how many of each unit a step has, as far as is known."""

    unit: str
    length: str
    per_step: dict[str, str] = field(default_factory=dict)  # of tokens and samples
    steps_per_epoch: str | None = None
    points: int = 1000

    def options(self) -> dict[str, str]:
        """What makes such a run, by the names of its options."""
        said = {f"{self.unit}s": self.length}
        said |= {f"{unit}s_per_step": amount for unit, amount in self.per_step.items()}
        return said | ({"steps_per_epoch": self.steps_per_epoch} if self.steps_per_epoch else {})

    @property
    def units(self) -> list[str]:
        """The units that it knows."""
        every = ("epoch", "step", "token", "sample")
        steps = self._steps(self.unit) is not None
        return [unit for unit in every if unit == self.unit or (steps and self._steps(unit))]

    def _steps(self, unit: str) -> Fraction | None:
        """How many steps one of a unit takes."""
        if unit == "epoch":
            return exact(self.steps_per_epoch) if self.steps_per_epoch else None
        if unit == "step":
            return Fraction(1)
        return 1 / exact(self.per_step[unit]) if unit in self.per_step else None

    @property
    def spacing(self) -> Fraction:
        """The time from a point to the next."""
        if (steps := self._steps(self.unit)) is not None:
            return 1 / steps
        return Fraction(1) if self.unit == "epoch" else exact(self.length) / self.points

    @property
    def size(self) -> int:
        """The number of points."""
        return math.ceil(exact(self.length) / self.spacing)

    def resolve(self, length: Length) -> Fraction:
        """A length that says how much it is, in the unit of the run."""
        amount, unit = exact(length.amount), length.unit.removesuffix("s") or self.unit
        if unit == "%":
            return exact(self.length) * amount / 100
        return amount if unit == self.unit else amount * self._steps(unit) / self._steps(self.unit)


# Curves: how a rate goes from `first` to `last` in a length.


@dataclass(frozen=True)
class Curve:
    """A curve by its name, and the numbers that it takes."""

    name: str
    own: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        own = ",".join(f"{name}={number}" for name, number in self.own.items())
        return self.name + (f":{own}" if own else "")

    def at(self, since: Fraction, length: Fraction, first: float, last: float) -> float:
        """The rate after some time of its length."""
        if first == last:
            return first
        if self.name == "exponential":
            return first * (last / first) ** float(since / length)
        if self.name == "inverse-sqrt":
            scale = self.own["timescale"]
            return first * math.sqrt(scale / (scale + float(since)))
        g = self._left(since, length)
        return abs((1 - g) * last + g * first)

    def _left(self, since: Fraction, length: Fraction) -> float:
        """The share of the way that is left."""
        u = float(since / length)
        if self.name == "linear":
            return 1 - u
        if self.name == "cosine":
            return (1 + math.cos(math.pi * u)) / 2
        if self.name == "1-sqrt":
            return 1 - math.sqrt(u)
        if self.name == "power":
            return 1 - u ** self.own["power"]
        if self.name == "polynomial":
            return (1 - u) ** self.own["power"]
        if self.name == "log-released":
            return (1 - math.log(max(1.0, float(since))) / math.log(length)) / 2
        b = self.own["base"]
        if self.name == "log-bounded":
            return 1 - math.log1p((b - 1) * u) / math.log1p(b - 1)
        assert self.name == "log", self.name
        return 1.0 if u == 0 else min(1.0, (1 + math.log(math.pi / u) / math.log(b)) / 2)


# Whole schedules.


@dataclass(frozen=True)
class Whole:
    """A whole schedule: what a warmup leads to, and what is around it. All rates are numbers."""

    shape: Curve
    lr: float
    min_decay_lr: float = 0.0
    decay: Length = REST
    restart_interval: Length = Length("0")
    multiplier: str = "2"
    restart_lr: float | None = None
    warmup: Length = Length("0")
    warmup_start_lr: float = 0.0
    warmup_shape: Curve = Curve("linear")
    warmup_mode: str = "before"
    stair: Length = Length("0")
    lead: Length = Length("0")
    floor_lr: float = 0.0
    stable: Length = REST  # of wsd
    size: Length = Length("0")  # of step
    milestones: Sequence[Length] = ()
    gammas: Sequence[str] = ("0.1",)

    def params(self) -> dict[str, str]:
        """What makes it, by the names of its parameters."""
        of_all = ("lr", "min_decay_lr", "decay", "restart_interval", "warmup", "warmup_start_lr")
        around = ("warmup_shape", "warmup_mode", "stair", "lead", "floor_lr")
        own = {"wsd": ("stable",), "step": ("size",)}.get(self.shape.name, ())
        said = {name: str(getattr(self, name)) for name in (*of_all, *around, *own)}
        said["restart_interval_multiplier"] = self.multiplier
        if self.restart_lr is not None:
            said["restart_lr"] = str(self.restart_lr)
        if self.shape.name == "step":
            said["gamma"] = "/".join(self.gammas)
        if self.milestones:
            said["milestones"] = "/".join(map(str, self.milestones))
        return said | {name: str(number) for name, number in self.shape.own.items()}

    def __str__(self) -> str:
        return f"{self.shape.name}:" + ",".join(f"{k}={v}" for k, v in self.params().items())

    def read(self, course: Course) -> Reading:
        """Order: stair, lead, the schedule with its warmup, floor."""
        lead, stair = course.resolve(self.lead), course.resolve(self.stair)
        held = _stair(stair)
        if self.warmup_mode == "times":
            return lambda t: self._times(course, t + lead, held(t) + lead)
        return lambda t: self._warmed(course, held(t) + lead)

    def _warmed(self, course: Course, t: Fraction) -> float:
        warmup = course.resolve(self.warmup)
        if t >= warmup:
            return self._after(course, t)
        top = self._after(course, warmup) if self.warmup_mode == "into" else self.lr
        return self.warmup_shape.at(t, warmup, self.warmup_start_lr, top)

    def _times(self, course: Course, t: Fraction, held: Fraction) -> float:
        warmup, after = course.resolve(self.warmup), self._after(course, held)
        if t >= warmup:
            return after
        return self.warmup_shape.at(t, warmup, self.warmup_start_lr, self.lr) * after / self.lr

    def _after(self, course: Course, t: Fraction) -> float:
        """What follows the warmup: d, which counts from its end or from 0, above its floor."""
        begins = course.resolve(self.warmup) if self.warmup_mode == "before" else ZERO
        if self.milestones:  # which never move
            return max(self._stepped(course, t), self.floor_lr)
        return max(self._d(course, t - begins, exact(course.length) - begins), self.floor_lr)

    def _d(self, course: Course, t: Fraction, left: Fraction) -> float:
        """What counts from 0, of which `left` is in the run."""
        if self.shape.name == "step":
            size = course.resolve(self.size)
            return self._dropped(math.floor(t / size) if size else 0)
        if self.shape.name == "inverse-sqrt":
            return self.shape.at(t, ZERO, self.lr, 0.0)
        decay = left if self.decay == REST else course.resolve(self.decay)
        if self.shape.name == "wsd":
            stable = left - decay if self.stable == REST else course.resolve(self.stable)
            return self._decayed(Curve("linear"), t - stable, decay)
        if t < decay:
            return self.shape.at(t, decay, self.lr, self.min_decay_lr)
        return self._cycle(t - decay, course.resolve(self.restart_interval))

    def _decayed(self, curve: Curve, t: Fraction, decay: Fraction) -> float:
        if t < 0:
            return self.lr
        return curve.at(t, decay, self.lr, self.min_decay_lr) if t < decay else self.min_decay_lr

    def _cycle(self, t: Fraction, length: Fraction) -> float:
        if length == 0:
            return self.min_decay_lr
        while t >= length:
            t, length = t - length, length * exact(self.multiplier)
        top = self.lr if self.restart_lr is None else self.restart_lr
        return self.shape.at(t, length, top, self.min_decay_lr)

    def _stepped(self, course: Course, t: Fraction) -> float:
        return self._dropped(sum(course.resolve(at) <= t for at in self.milestones))

    def _dropped(self, times: int) -> float:
        several = len(self.gammas) > 1
        factors = map(exact, self.gammas[:times] if several else [*self.gammas] * times)
        rate = float(exact(self.lr) * math.prod(factors, start=Fraction(1)))
        return max(rate, min(self.lr, self.min_decay_lr))


def _stair(height: Fraction) -> Callable[[Fraction], Fraction]:
    """When a time is read."""
    return (lambda t: t) if height == 0 else (lambda t: height * math.floor(t / height))


# Pieces.


@dataclass(frozen=True)
class Piece:
    """A curve, a hold (no curve) or a whole schedule, and its clauses as they may be written."""

    what: Curve | Whole | None = None
    first: float | str | None = None  # `from`; of a hold, `at`
    last: float | str | None = None
    over: Length | None = None
    lasts: Length | None = None  # `for`
    until: Length | None = None
    after: Length | None = None

    def __str__(self) -> str:
        head = "hold" if self.what is None else str(self.what)
        return " ".join([f"({head})" if isinstance(self.what, Whole) else head, *self.clauses()])

    def clauses(self) -> list[str]:
        """Each with its word."""
        said = {
            "at" if self.what is None else "from": self.first,
            "to": self.last,
            "over": self.over,
            "for": self.lasts,
            "until": self.until,
            "after": self.after,
        }
        return [f"{word} {value}" for word, value in said.items() if value is not None]


@dataclass(frozen=True)
class Pieces:
    """Pieces one after another, and what is said of all of them."""

    pieces: Sequence[Piece]
    lr: float
    stair: Length = Length("0")
    lead: Length = Length("0")
    floor_lr: float = 0.0

    def __str__(self) -> str:
        names = ("lr", "stair", "lead", "floor_lr")
        of_all = ",".join(f"{name}={getattr(self, name)}" for name in names)
        return f"{' then '.join(map(str, self.pieces))} with {of_all}"

    def read(self, course: Course) -> Reading:
        """Order: stair, lead, the pieces, floor."""
        lead, held = course.resolve(self.lead), _stair(course.resolve(self.stair))
        joined = self._joined(course)

        def rate(t: Fraction) -> float:
            begin, reading = next(one for one in reversed(joined) if one[0] <= held(t) + lead)
            return max(reading(held(t) + lead - begin), self.floor_lr)

        return rate

    def _joined(self, course: Course) -> list[tuple[Fraction, Reading]]:
        """When each piece begins, and its rate by the time since then."""
        begin, rate, joined = ZERO, self.lr, []
        for number, piece in enumerate(self.pieces):
            left = exact(course.length) - begin - _least(self.pieces[number + 1 :], course)
            reading, lasts = _reading(piece, course, rate, begin, left, self.lr)
            joined.append((begin, reading))
            if lasts is None:
                return joined
            rate, begin = reading(lasts - lasts / HUGE), begin + lasts
        last = rate
        return [*joined, (begin, lambda _: last)]


def _least(following: Sequence[Piece], course: Course) -> Fraction:
    """What must follow: how long these pieces are that say so."""
    lengths = [piece.lasts or piece.over for piece in following]
    return sum((course.resolve(one) for one in lengths if one is not None), ZERO)


def _reading(
    piece: Piece, course: Course, rate: float, begin: Fraction, left: Fraction, lr: float
) -> tuple[Reading, Fraction | None]:
    """A piece's rate by the time since it began, and how long it lasts; None is for good."""

    def resolved(length: Length | None) -> Fraction | None:
        return left if length == REST else None if length is None else course.resolve(length)

    past, lasts = resolved(piece.after) or ZERO, resolved(piece.lasts)
    if piece.until is not None:
        lasts = course.resolve(piece.until) - begin
    first = rate if piece.first is None else _rate(piece.first, lr)
    if piece.what is None:
        return (lambda _: first), lasts if lasts is not None else resolved(piece.over)
    if isinstance(piece.what, Whole):
        whole = piece.what.read(course)
        return (lambda t: whole(past + t)), lasts
    own = None if piece.over == REST else resolved(piece.over)
    length = (left if lasts is None else lasts) + past if own is None else own
    last, curve = _rate(piece.last, lr), piece.what
    ends = length - past if lasts is None else lasts
    return (lambda t: curve.at(min(past + t, length), length, first, last)), ends


def _rate(written: float | str, lr: float) -> float:
    """A number, or so many times lr."""
    if isinstance(written, float):
        return written
    times = exact(written.rstrip("x%")) / (100 if written.endswith("%") else 1)
    return float(exact(lr) * times)
