"""The parameters that every schedule has, under the names of the paper."""

from __future__ import annotations

from logsched.base.declare import NOT_NEGATIVE, POSITIVE, Declared, Rule, exact, parameter


class Parameters(Declared):
    """The parameters that every schedule has, under the names of the paper."""

    lr: float = parameter(
        "base learning rate: the end of warmup, the start of the initial decay",
        NOT_NEGATIVE,
        0.1,
        unit="rate",
    )
    min_decay_lr: float = parameter(
        "where a decay ends",
        NOT_NEGATIVE,
        lambda its: float(exact(its.lr) / 100),
        unit="rate",
        left_out="lr/100",
    )
    warmup_epochs: float = parameter(
        "length of the warmup; 0 = none", NOT_NEGATIVE, 5.0, unit="epochs", left_out="5"
    )
    warmup_start_lr: float = parameter(
        "rate at epoch 0 when there is a warmup",
        NOT_NEGATIVE,
        lambda its: float(exact(its.lr) / 10),
        unit="rate",
        left_out="lr/10",
    )
    warmup_shape: str = parameter(
        "how the warmup rises",
        Rule("linear or cosine", words=("linear", "cosine")),
        "linear",
    )
    init_decay_epochs: float = parameter(
        "length of the first decay, from lr to min_decay_lr; 0 = restarts begin at once",
        NOT_NEGATIVE,
        10.0,
        unit="epochs",
        left_out="10",
    )
    restart_interval: float = parameter(
        "length of the first restart cycle; 0 = no restarts, hold min_decay_lr",
        NOT_NEGATIVE,
        10.0,
        unit="epochs",
        left_out="10",
    )
    restart_interval_multiplier: float = parameter(
        "each cycle is this many times as long as the one before", POSITIVE, 2.0
    )
    restart_lr: float = parameter(
        "rate at a restart", NOT_NEGATIVE, lambda its: its.lr, unit="rate", left_out="lr"
    )
    restart_lr_decay: float = parameter(
        "how much of (restart_lr - min_decay_lr) is left from one restart to the next",
        NOT_NEGATIVE,
        1.0,
    )
