"""Handwritten digits, scikit-learn's 1,797 images of 8 x 8, and a small residual network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from logsched.grid import Grid
from logsched.trial.extras import Tensor, functional, require, torch
from logsched.trial.settings import BATCH_SIZES, batch_size
from logsched.trial.task import Model, Player, Task, device_of, generator_of

TRAINED = 1437  # images that are learned; of the other 360 is the score


class Digits(Task):
    """A classifier of ten classes under cross-entropy; the images held out are always the same."""

    name = "digits"
    summary = "handwritten digits, and a small residual network"
    score = "accuracy"  # on the images held out
    cross_entropy = True

    batch_size: int = batch_size(lambda its: BATCH_SIZES[its.training.optimizer])

    @classmethod
    def require(cls) -> None:
        require("trial", torch="PyTorch", sklearn="scikit-learn")

    @property
    def steps_per_epoch(self) -> int:
        return -(-TRAINED // self.batch_size)

    def model(self, seed: int, grid: Grid) -> Model:
        from logsched.trial.networks import residual_network

        device = device_of(self.training)
        train, held_out = [tuple(part.to(device) for part in parts) for parts in split_images()]
        torch.manual_seed(seed)
        net = residual_network(classes=10).to(device)
        return Model(
            net=net,
            players=[Player([*net.parameters()], lambda batch: _loss(net, *batch))],
            batches=lambda epoch: batches(train, self.batch_size, seed, epoch),
            score=lambda: accuracy(net, *held_out),
        )


def _loss(net: Any, images: Tensor, labels: Tensor) -> Tensor:
    return functional.cross_entropy(net(images), labels)


def split_images() -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """The images `(n, 1, 8, 8)` from 0 to 1 and labels `(n,)`, to learn and held out."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    found = load_digits()
    split = train_test_split(
        found.images[:, None] / 16,
        found.target,
        train_size=TRAINED,
        random_state=0,
        stratify=found.target,
    )
    images, labels = [torch.tensor(part, dtype=torch.float32) for part in split[:2]], split[2:]
    learned, held_out = ((one, torch.tensor(its)) for one, its in zip(images, labels, strict=True))
    return learned, held_out


def batches(
    data: tuple[Tensor, Tensor], size: int, seed: int, epoch: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """All of the data once, in an order that the seed and the epoch decide."""
    inputs, labels = data
    order = torch.randperm(len(labels), generator=generator_of(seed, epoch)).to(labels.device)
    for some in order.split(size):
        yield inputs[some], labels[some]


def accuracy(net: Any, images: Tensor, labels: Tensor) -> float:
    """The share of images whose class is found."""
    net.eval()
    with torch.no_grad():
        right = (net(images).argmax(dim=1) == labels).double().mean()
    net.train()
    return float(right)
