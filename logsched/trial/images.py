"""What tasks share that tell the classes of images: the order of a training set, the accuracy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from logsched.trial.lazy_torch import Tensor, torch
from logsched.trial.task import Score, generator_of

ACCURACY = Score("accuracy", "Accuracy: of the images held out, the share whose class is found.")


def shuffled(count: int, size: int, seed: int, epoch: int) -> Sequence[Tensor]:
    """The numbers of `count` examples, once each, in batches `(size,)`; of the last one the rest.

    Seed and epoch decide their order.
    """
    batches: Sequence[Tensor] = torch.randperm(count, generator=generator_of(seed, epoch)).split(
        size
    )
    return batches


def accuracy(net: Any, batches: Iterable[tuple[Tensor, Tensor]]) -> float:
    """The share of images whose class is found; batches of images and labels `(n,)`."""
    right = count = 0
    net.eval()
    with torch.no_grad():
        for images, labels in batches:
            right += int((net(images).argmax(dim=1) == labels).sum())
            count += len(labels)
    net.train()
    return right / count
