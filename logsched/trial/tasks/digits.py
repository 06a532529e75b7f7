"""Handwritten digits, scikit-learn's 1,797 images of 8 x 8, and a small residual network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from logsched.schedule.run import Run
from logsched.trial.images import ACCURACY, accuracy, shuffled
from logsched.trial.lazy_torch import Tensor, functional, torch
from logsched.trial.settings import batch_size_parameter
from logsched.trial.task import Model, Player, Task, device_of

TRAINED = 1437  # images that are learned; of the other 360 is the score


class Digits(Task):
    """A classifier of ten classes under cross-entropy; the images held out are always the same."""

    name = "digits"
    score = ACCURACY
    cross_entropy = True
    rates: ClassVar[Mapping[str, float]] = {"sgd": 0.1, "adam": 0.001, "lbfgs": 0.01}

    packages: ClassVar[Mapping[str, str]] = {"torch": "PyTorch", "sklearn": "scikit-learn"}

    batch_size: int = batch_size_parameter()

    @property
    def steps_per_epoch(self) -> int:
        return -(-TRAINED // self.batch_size)

    def model(self, seed: int, grid: Run) -> Model:
        from logsched.trial.networks import residual_network

        device = device_of(self.training)
        train, held_out = [tuple(part.to(device) for part in parts) for parts in split_images()]
        torch.manual_seed(seed)
        net = residual_network(classes=10).to(device)
        return Model(
            net=net,
            players=[Player([*net.parameters()], lambda batch: _loss(net, *batch))],
            batches=lambda epoch: self._batches(train, seed, epoch),
            measure=lambda: accuracy(net, [held_out]),
        )

    def _batches(
        self, data: tuple[Tensor, ...], seed: int, epoch: int
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """All of the data once, in an order that the seed and the epoch decide."""
        images, labels = data
        for some in shuffled(len(labels), self.batch_size, seed, epoch):
            yield images[some], labels[some]


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
    learned, held_out = (
        (each, torch.tensor(classes)) for each, classes in zip(images, labels, strict=True)
    )
    return learned, held_out


TASK = Digits
