"""Each schedule's rate in exact fractions: a second reading of its definition, to test against."""

import math
from collections.abc import Iterable
from fractions import Fraction
from types import SimpleNamespace

Number = float | str


def exact(x: float) -> Fraction:
    """The decimal that a float stands for: the shortest one that reads back to it."""
    return Fraction(repr(float(x)))


def settings(**given: Number) -> SimpleNamespace:
    """Every parameter as an exact number (or a word), with what was left out filled in."""
    p = {k: v if isinstance(v, str) else exact(v) for k, v in given.items()}
    p.setdefault("lr", Fraction(1, 10))
    p.setdefault("restart_interval", Fraction(10))
    p.setdefault("warmup", Fraction(5))
    left_out = {
        "min_decay_lr": p["lr"] / 100,
        "warmup_start_lr": p["lr"] / 10,
        "warmup_shape": "linear",
        "decay": Fraction(10),
        "restart_interval_multiplier": Fraction(2),
        "restart_lr": p["lr"],
        "restart_lr_decay": Fraction(1),
        "base": "min-lr",
        "peak": Fraction(1),
        "size": p["restart_interval"],
        "gamma": None,  # 1/10 of a step; of exponential, what leads a cycle to its end
        "power": None,  # 9/10 of polynomial, 2 of power
        "length": Fraction(45),
        "pct_start": Fraction(3, 10),
        "div_factor": Fraction(25),
        "final_div_factor": Fraction(10_000),
        "anneal": "cosine",
        "stable": Fraction(30),
        "end": "linear",
        "timescale": p["warmup"] or Fraction(1),
        "up": Fraction(1, 2),
    }
    return SimpleNamespace(**(left_out | p))


def first_restart(p: SimpleNamespace) -> Fraction:
    """start_0 = W + D."""
    return p.warmup + p.decay


def start(p: SimpleNamespace, i: int) -> Fraction:
    """start_i = W + D + R + R·m + … + R·mⁱ⁻¹."""
    r, m = p.restart_interval, p.restart_interval_multiplier
    return first_restart(p) + r * (i if m == 1 else (m**i - 1) / (m - 1))


def starts(count: int, **params: Number) -> list[Fraction]:
    """The exact starts of the first `count` cycles."""
    p = settings(**params)
    return [start(p, i) for i in range(count)]


def pile_up(**params: Number) -> Fraction:
    """Where shrinking cycles (m < 1) pile up: W + D + R/(1 - m)."""
    p = settings(**params)
    return first_restart(p) + p.restart_interval / (1 - p.restart_interval_multiplier)


def cycle_at(p: SimpleNamespace, t: float) -> int:
    """The i with fl(start_i) ≤ t < fl(start_{i+1}), fl = the nearest float64."""
    since = exact(t) - first_restart(p)
    i = math.floor(since / p.restart_interval) if p.restart_interval_multiplier == 1 else 0
    while float(start(p, i + 1)) <= t:
        i += 1
    while float(start(p, i)) > t:
        i -= 1
    return i


def eta_max(p: SimpleNamespace, i: int) -> Fraction:
    """The top of cycle i: (1 - dⁱ)·η_min + dⁱ·restart_lr."""
    faded = p.restart_lr_decay**i
    return (1 - faded) * p.min_decay_lr + faded * p.restart_lr


def base(p: SimpleNamespace, top: Fraction) -> Fraction:
    """The base of the logarithm: 1/η_min, 1/|η_max - η_min|, or the number given."""
    named = {"min-lr": lambda: 1 / p.min_decay_lr, "range": lambda: 1 / abs(top - p.min_decay_lr)}
    return named[p.base]() if isinstance(p.base, str) else p.base


def fraction(
    shape: str, p: SimpleNamespace, t_cur: Fraction, t_i: Fraction, top: Fraction
) -> float:
    """The share g of the range that is left at T_cur of a cycle of length T_i."""
    u = t_cur / t_i
    if shape == "linear":
        return float(1 - u)
    if shape == "polynomial":
        return float(1 - u) ** float(p.power or 0.9)
    if shape == "power":
        return 1 - float(u) ** float(p.power or 2)
    if shape == "1-sqrt":
        return 1 - math.sqrt(u)
    if shape == "triangular":
        return float(u / p.up if u <= p.up else (1 - u) / (1 - p.up))
    if shape == "cosine":
        return (1 + math.cos(math.pi * float(u))) / 2
    if shape == "log-released":
        return (1 - math.log(max(1, t_cur)) / math.log(t_i)) / 2
    b = base(p, top)
    if shape == "log-bounded":
        return 1 - math.log1p((b - 1) * u) / math.log1p(b - 1)
    assert shape == "log", shape
    spike = (1 + math.log(math.pi / float(u)) / math.log(b)) / 2 if u else math.inf
    return min(float(p.peak), spike)


def annealed(
    shape: str, p: SimpleNamespace, t: float, begin: Fraction, t_i: Fraction, top: Fraction
) -> float:
    """|(1 - g)·η_min + g·η_max|, where a phase that begins at `begin` has run since fl(begin)."""
    if top == p.min_decay_lr:
        return float(top)
    t_cur = Fraction(0) if t == float(begin) else max(Fraction(0), exact(t) - begin)
    if shape == "exponential":
        return multiplied(p, t_cur, t_i, top)
    g = fraction(shape, p, t_cur, t_i, top)
    return abs((1 - g) * float(p.min_decay_lr) + g * float(top))


def multiplied(p: SimpleNamespace, t_cur: Fraction, t_i: Fraction, top: Fraction) -> float:
    """The same factor every epoch; where it is given, down to the lesser of the two rates."""
    low = float(min(top, p.min_decay_lr))
    if p.gamma is not None:
        return max(low, float(top) * float(p.gamma) ** float(t_cur))
    decades = math.log10(p.min_decay_lr) - math.log10(top)
    return float(top) * 10 ** (decades * float(t_cur / t_i))


def warmed(p: SimpleNamespace, t: float) -> float:
    """warmup_start_lr → lr, linearly or along half a cosine."""
    w = float(exact(t) / p.warmup)
    progress = w if p.warmup_shape == "linear" else (1 - math.cos(math.pi * w)) / 2
    return float(p.warmup_start_lr) + progress * float(p.lr - p.warmup_start_lr)


def stepped(p: SimpleNamespace, t: float) -> float:
    """max(floor, lr·gammaʲ), j the number of boundaries fl(W + j·size), j ≥ 1, that are ≤ t."""
    j = math.floor((exact(t) - p.warmup) / p.size) if p.size else 0
    while p.size and float(p.warmup + (j + 1) * p.size) <= t:
        j += 1
    while j and float(p.warmup + j * p.size) > t:
        j -= 1
    gamma = Fraction(1, 10) if p.gamma is None else p.gamma
    return max(float(min(p.lr, p.min_decay_lr)), float(p.lr) * float(gamma) ** max(j, 0))


def one_cycle(p: SimpleNamespace, t: float) -> float:
    """Up from lr/div_factor until pct_start of the length, then down; at its last rate for good."""
    begin, peak = p.lr / p.div_factor, p.pct_start * p.length
    last = begin / p.final_div_factor
    if t >= float(p.length):
        return float(last)
    if t >= float(peak):
        g = fraction(p.anneal, p, max(Fraction(0), exact(t) - peak), p.length - peak, p.lr)
        return float(last) + g * float(p.lr - last)
    g = fraction(p.anneal, p, exact(t), peak, p.lr)
    return float(p.lr) + g * float(begin - p.lr)


def warmup_stable_decay(p: SimpleNamespace, t: float) -> float:
    """lr for stable after the warmup, then down to min_decay_lr, and that for good."""
    decay = p.warmup + p.stable
    if t >= float(decay + p.decay):
        return float(p.min_decay_lr)
    if t < float(decay):
        return float(p.lr)
    return annealed(p.end, p, t, decay, p.decay, p.lr)


def inverse_root(p: SimpleNamespace, t: float) -> float:
    """lr * sqrt(timescale/(timescale + t - W))."""
    since = max(Fraction(0), exact(t) - p.warmup)
    return float(p.lr) * math.sqrt(p.timescale / (p.timescale + since))


AFTER_WARMUP = {"step": stepped, "wsd": warmup_stable_decay, "inverse-sqrt": inverse_root}


def rate(shape: str, t: float, **params: Number) -> float:
    """The learning rate during epoch t."""
    p, t = settings(**params), float(t)
    if shape == "constant":
        return float(p.lr)
    if shape == "one-cycle":
        return one_cycle(p, t)
    if shape == "triangular":  # its cycles begin at once
        p.warmup = p.decay = Fraction(0)
    if t < float(p.warmup):
        return warmed(p, t)
    if shape in AFTER_WARMUP:
        return AFTER_WARMUP[shape](p, t)
    if t < float(first_restart(p)):
        return annealed(shape, p, t, p.warmup, p.decay, p.lr)
    if not p.restart_interval:
        return float(p.min_decay_lr)
    i = cycle_at(p, t)
    t_i = p.restart_interval * p.restart_interval_multiplier**i
    return annealed(shape, p, t, start(p, i), t_i, eta_max(p, i))


def rates(shape: str, epochs: Iterable[float], **params: Number) -> list[float]:
    """`rate` at each of the epochs."""
    return [rate(shape, t, **params) for t in epochs]
