"""CyclicCosineDecayLR, from which the paper's parameters have their names, as it is documented.

It is no package to install, so these are the rates that its documentation describes: a cosine from
the optimizer's rate to min_decay_lr over decay, then cycles of restart_interval epochs,
each restart_interval_multiplier times as long as the one before, down from restart_lr.
"""

import math

import pytest
from peers import RESTARTS, assert_same, restarting, wrong_restarts

from logsched import Schedule

LR, LOW = 0.1, 0.01
USUAL = {"lr": LR, "min_decay_lr": LOW, "warmup": 0, "decay": 3}


def cosine(top, length):
    """The rates of the epochs of one cycle."""
    return [LOW + (top - LOW) * (1 + math.cos(math.pi * t / length)) / 2 for t in range(length)]


# what is given besides USUAL, and the rates until the last one shown
DOCUMENTED = {
    "no restart_interval: min_decay_lr for good": (
        {"restart_interval": 0},
        [*cosine(LR, 3), LOW, LOW, LOW],
    ),
    "no multiplier: fixed intervals": (
        {"restart_interval": 4, "restart_interval_multiplier": 1},
        [*cosine(LR, 3), *cosine(LR, 4), *cosine(LR, 4), LR],
    ),
    "a multiplier": (
        {"restart_interval": 2, "restart_interval_multiplier": 3},
        [*cosine(LR, 3), *cosine(LR, 2), *cosine(LR, 6), *cosine(LR, 18), LR],
    ),
    "restart_lr": (
        {"restart_interval": 2, "restart_interval_multiplier": 2, "restart_lr": 0.05},
        [*cosine(LR, 3), *cosine(0.05, 2), *cosine(0.05, 4), *cosine(0.05, 8), 0.05],
    ),
    "its first form: init_interval 3, restart_multiplier 2": (
        {"restart_interval": 6, "restart_interval_multiplier": 2},
        [*cosine(LR, 3), *cosine(LR, 6), *cosine(LR, 12), LR],
    ),
}


@pytest.mark.parametrize(("given", "want"), DOCUMENTED.values(), ids=DOCUMENTED)
def test_cyclic_cosine_decay(given, want):
    assert_same(Schedule("cosine", **USUAL, **given).sample(len(want)), want)


def test_a_warmup():
    """From warmup_start_lr up to the optimizer's rate, as a cosine, and all else after it."""
    schedule = Schedule(
        "cosine",
        **{**USUAL, "warmup": 4, "warmup_start_lr": 0.002},
        warmup_shape="cosine",
        **DOCUMENTED["restart_lr"][0],
    )
    rise = [LR + (0.002 - LR) * (1 + math.cos(math.pi * t / 4)) / 2 for t in range(4)]
    want = [*rise, *DOCUMENTED["restart_lr"][1]]
    assert_same(schedule.sample(len(want)), want)


def test_where_a_logarithm_misses_a_restart():
    """The geometric sum solved for the cycle, as by it and others, is off at 17 of 402 restarts."""
    cycles = [
        (cycle, math.floor(math.log(1 - (1 - multiplier) * epoch / interval, multiplier)))
        for interval, multiplier, cycle, epoch in RESTARTS
    ]
    wrong = [(exact, found) for exact, found in cycles if found != exact]
    assert (len(wrong), len(cycles)) == (17, 402)
    assert all(found == exact - 1 for exact, found in wrong)
    assert wrong_restarts(lambda r, m, epoch: restarting(r, m)(epoch)) == []
