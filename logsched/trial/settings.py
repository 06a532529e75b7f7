"""How a trial trains: optimizer, seeds, the rule that halts a run, device; declared once."""

from __future__ import annotations

from typing import Any

from logsched.base.declare import POSITIVE, Declared, Rule, parameter

OPTIMIZERS = ("sgd", "adam", "lbfgs")
BATCH_SIZES = {"sgd": 128, "adam": 32, "lbfgs": 128}  # the paper's, §2.1 and §2.2
COUNT = Rule("a whole number from 1 to 10**9", lambda number: 1 <= number <= 10**9, whole=True)
EPOCH = Rule("a whole number from 0 to 10**9", lambda number: 0 <= number <= 10**9, whole=True)


def batch_size_parameter(default: int | None = None) -> Any:
    """Declare how many examples a step has; where no number is usual, as many as in the paper."""
    return parameter(
        "examples of a step",
        COUNT,
        default or (lambda its: BATCH_SIZES[its.training.optimizer]),
        left_out=str(default or "128, with adam 32"),
    )


class Training(Declared):
    """The settings of a training run that are the same for every task."""

    optimizer: str = parameter(
        "sgd (momentum 0.9, weight decay 0.0005), adam, or lbfgs",
        Rule("sgd, adam or lbfgs", words=OPTIMIZERS),
        "sgd",
        left_out="the task's, mostly sgd",
    )
    seeds: int = parameter("runs of each schedule, from seeds 0, 1, 2, ...", COUNT, 1)
    halt_after: int = parameter(
        "the epoch from which on a run may be halted",
        EPOCH,
        2,
        unit="epoch",
    )
    halt_loss: float = parameter(
        "a cross-entropy above this, or one that is not finite, halts a run (paper Eq. 5)",
        POSITIVE,
        4.5,
        unit="loss",
    )
    device: str = parameter(
        "where to train",
        Rule("auto, cpu or cuda", words=("auto", "cpu", "cuda")),
        "auto",
        left_out="auto: cuda where there is one",
    )
    precision: str = parameter(
        "float32, or mixed with bfloat16",
        Rule("float32 or mixed", words=("float32", "mixed")),
        "float32",
    )
