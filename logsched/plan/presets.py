"""The paper's own settings, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from logsched.base.declare import Value
from logsched.base.words import unknown


class Preset(NamedTuple):
    """Settings under one name: parameters and grid, of what, where in the paper, what to know."""

    settings: Mapping[str, Value]
    about: str
    source: str
    note: str


PRESETS: dict[str, Preset] = {
    "figure-1": Preset(
        {
            "lr": 0.05,
            "min_decay_lr": 0.001,
            "warmup_epochs": 1,
            "warmup_start_lr": 0.0001,
            "init_decay_epochs": 1,
            "restart_interval": 1,
            "restart_interval_multiplier": 1.5,
            "restart_lr": 0.05,
            "epochs": 10,
            "steps_per_epoch": 100,
        },
        "schedules drawn over ten epochs",
        "Figure 1, caption",
        "The paper does not give lr: here it is restart_lr.",
    ),
    "resnet34": Preset(
        {
            "lr": 0.0001,
            "min_decay_lr": 0.001,
            "warmup_epochs": 5,
            "warmup_start_lr": 0.01,
            "init_decay_epochs": 10,
            "restart_interval": 10,
            "restart_interval_multiplier": 2.0,
            "restart_lr": 0.1,
            "epochs": 60,
        },
        "CIFAR-10, ResNet34 and SGD, 60 epochs",
        "Section 2.1, Figure 2",
        "As the paper states it, the warmup goes down and the initial decay goes up.",
    ),
    "transformer": Preset(
        {
            "lr": 0.001,
            "min_decay_lr": 0.00001,
            "warmup_epochs": 0,
            "init_decay_epochs": 10,
            "restart_interval": 10,
            "restart_interval_multiplier": 1.0,
            "epochs": 40,
        },
        "CIFAR-10, transformer and Adam, 40 epochs",
        "Section 2.2, Figure 3",
        "The paper does not give lr and min_decay_lr: these are Adam's usual rate and lr/100.",
    ),
}


def find_preset(name: str) -> Preset:
    """A preset by its name. Raises LogschedError with the nearest name there is."""
    if name not in PRESETS:
        raise unknown("preset", name, PRESETS)
    return PRESETS[name]
