"""Schedules of PyTorch and transformers, by their own formulas, and how they are written here."""

import math

import numpy as np
import pytest

from logsched import Schedule

STEPS = [1, 4, 10]  # of an epoch: decimals, so that boundaries fall on steps
AT_ONCE = {"warmup": 0, "restart_interval": 0}


def same(schedule, steps_per_epoch, peer, count):
    """Whether the rates of all steps are the peer's, to rounding."""
    got = schedule(np.arange(count) / steps_per_epoch)
    want = [peer(step) for step in range(count)]
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-13 * max(want))


def between(curve, first, last, share):
    """From one rate to another, along half a wave or in a straight line."""
    if curve == "linear":
        return first + (last - first) * share
    return last + (first - last) / 2 * (1 + math.cos(math.pi * share))


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("power", [0.5, 0.9, 1, 2, 3.7])
def test_polynomial_lr(power, steps):
    """lr * (1 - min(step, total)/total)**power."""
    schedule = Schedule("polynomial", power=power, min_decay_lr=0, decay=60 / steps, **AT_ONCE)
    same(schedule, steps, lambda step: 0.1 * (1 - min(step, 60) / 60) ** power, 75)


@pytest.mark.parametrize("gamma", [0.5, 0.9, 0.99, 1])
def test_exponential_lr(gamma):
    """lr * gamma**epoch."""
    schedule = Schedule("exponential", gamma=gamma, min_decay_lr=0, decay=100, **AT_ONCE)
    same(schedule, 1, lambda epoch: 0.1 * gamma**epoch, 100)


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("anneal", ["cosine", "linear"])
@pytest.mark.parametrize(
    ("total", "pct", "div", "final"),
    [(100, 0.3, 25, 1e4), (45, 0.25, 10, 100), (20, 0.5, 3, 0.2), (90, 0.9, 1.5, 1e5)],
)
def test_one_cycle_lr(total, pct, div, final, anneal, steps):
    """The first part ends at step pct * total - 1, the second at total - 1."""
    top, end = pct * total - 1, total - 1
    first, last = 0.1 / div, 0.1 / div / final

    def peer(step):
        if step <= top:
            return between(anneal, first, 0.1, step / top)
        return between(anneal, 0.1, last, (step - top) / (end - top))

    schedule = Schedule(
        "one-cycle",
        length=(total - 1) / steps,
        pct_start=(total * pct - 1) / (total - 1),
        div_factor=div,
        final_div_factor=final,
        anneal=anneal,
    )
    same(schedule, steps, peer, total)


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("scale", [1, 0.5], ids=["triangular", "triangular2"])
@pytest.mark.parametrize(("up", "down"), [(20, 20), (5, 15), (30, 2), (1, 1)])
def test_cyclic_lr(up, down, scale, steps):
    """base + (max - base) * scale**cycle, by the share of the way up or down."""

    def peer(step):
        cycle, now = divmod(step, up + down)
        share = now / up if now <= up else (up + down - now) / down
        return 0.002 + 0.3 * share * scale**cycle

    schedule = Schedule(
        "triangular",
        min_decay_lr=0.002,
        restart_lr=0.302,
        restart_interval=(up + down) / steps,
        restart_interval_multiplier=1,
        restart_lr_decay=scale,
        up=up / (up + down),
    )
    same(schedule, steps, peer, 200)


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize(("warmup", "timescale"), [(20, None), (20, 70), (20, 3), (0, 10_000)])
def test_inverse_sqrt_of_transformers(warmup, timescale, steps):
    """1/sqrt((step + timescale - warmup)/timescale); timescale left out is the warmup."""

    def peer(step):
        if step < warmup:
            return 0.1 * step / warmup
        scale = timescale or warmup
        return 0.1 / math.sqrt((step + scale - warmup) / scale)

    own = {"timescale": timescale / steps} if timescale else {}
    schedule = Schedule("inverse-sqrt", warmup=warmup / steps, warmup_start_lr=0, **own)
    same(schedule, steps, peer, 200)


def test_the_transformers_own_schedule():
    """Vaswani et al., Eq. 3: d**-0.5 * min(step**-0.5, step * warmup**-1.5)."""
    model, warmup = 512, 400
    peak = model**-0.5 * warmup**-0.5
    schedule = Schedule("inverse-sqrt", lr=peak, warmup=warmup, warmup_start_lr=0)

    def peer(step):
        return model**-0.5 * min(step**-0.5, step * warmup**-1.5) if step else 0.0

    same(schedule, 1, peer, 2000)


DECAYS = {
    "linear": lambda share: 1 - share,
    "cosine": lambda share: (1 + math.cos(math.pi * share)) / 2,
    "1-sqrt": lambda share: 1 - math.sqrt(share),
}


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("end", DECAYS)
@pytest.mark.parametrize(("warmup", "stable", "decay"), [(10, 60, 20), (0, 5, 40), (8, 0, 16)])
def test_wsd_of_transformers(warmup, stable, decay, end, steps):
    """Factors from ratio to 1, 1, and from 1 to ratio."""
    ratio = 0.05

    def peer(step):
        if step < warmup:
            factor = step / warmup
        elif step < warmup + stable:
            factor = 1
        elif step < warmup + stable + decay:
            factor = DECAYS[end]((step - warmup - stable) / decay)
        else:
            factor = 0
        return 0.1 * (ratio + (1 - ratio) * factor)

    schedule = Schedule(
        "wsd",
        min_decay_lr=0.1 * ratio,
        warmup=warmup / steps,
        warmup_start_lr=0.1 * ratio,
        stable=stable / steps,
        decay=decay / steps,
        end=end,
    )
    same(schedule, steps, peer, 100)
