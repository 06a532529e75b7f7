"""What tests of other libraries' schedulers share: settings, rates, and how near is the same."""

import math
from fractions import Fraction

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from logsched import Schedule

ONCE = {"restart_interval": 0}  # no restarts: the rate stays where the first decay ends
AT_ONCE = {"warmup": 0, "decay": 0}  # restart cycles from epoch 0 on

EPOCHS = st.integers(1, 60)
LR = st.floats(1e-5, 10)
SHARE = st.sampled_from([0.0, 1e-3, 0.01, 0.1, 0.5]) | st.floats(1e-4, 1)  # of the rate
FAIRLY = settings(deadline=None, max_examples=40)

# All restarts at whole epochs up to the thousandth: R, m, the cycle that starts there, its epoch.
RESTARTS = [
    (interval, multiplier, cycle, epoch)
    for interval in range(1, 26)
    for multiplier in (2, 3, 5, 10)
    for cycle in range(1, 11)
    if (epoch := interval * (multiplier**cycle - 1) // (multiplier - 1)) <= 1000
]


def assert_same(got, want):
    """Equal to 12 digits; where terms cancel out, to the last bits of the highest rate."""
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=4 * np.spacing(np.max(want)))


def assert_float32(got, want):
    """Equal to six digits; where terms cancel out, to those of the highest rate."""
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6 * np.max(want))


def optimizer_at(lr):
    """A PyTorch optimizer of one parameter."""
    import torch

    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)


def stepped(make, lr, count, step=lambda scheduler, _: scheduler.step()):
    """The rates that a PyTorch optimizer has in so many steps of a scheduler."""
    optimizer = optimizer_at(lr)
    scheduler, rates = make(optimizer), []
    for over in range(count):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        step(scheduler, over)
    return np.array(rates)


def warmed_up(lr, share, warmup, start, length):
    """A schedule of a warmup and one cosine, from lr down to a share of it."""
    return Schedule(
        "cosine",
        lr=lr,
        min_decay_lr=lr * share,
        warmup=warmup,
        warmup_start_lr=lr * start,
        decay=length,
        **ONCE,
    )


def in_cycles(lr, share, interval, multiplier, decay=1.0):
    """A schedule of cosine cycles alone, from lr down to a share of it."""
    return Schedule(
        "cosine",
        lr=lr,
        min_decay_lr=lr * share,
        restart_interval=interval,
        restart_interval_multiplier=multiplier,
        restart_lr_decay=decay,
        **AT_ONCE,
    )


def restarting(interval, multiplier, shape="cosine"):
    """A schedule of restart cycles alone, from 0.1 down to 0.001."""
    return Schedule(
        shape, restart_interval=interval, restart_interval_multiplier=multiplier, **AT_ONCE
    )


def wrong_restarts(rate_at):
    """Where `rate_at(interval, multiplier, epoch)` does not restart at 0.1 as it should."""
    return [
        (interval, multiplier, cycle, epoch)
        for interval, multiplier, cycle, epoch in RESTARTS
        if not math.isclose(rate_at(interval, multiplier, epoch), 0.1, rel_tol=1e-6)
    ]


def starts_before(end, interval, multiplier):
    """The cycles' exact starts before an epoch, without the first."""
    at, length = Fraction(interval), Fraction(interval)
    while at < end:
        yield at
        length *= Fraction(multiplier)
        at += length
