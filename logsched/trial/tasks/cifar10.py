"""The paper's experiments: CIFAR-10 in its own files, and the networks of Figures 2 and 3."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from logsched.base import console
from logsched.base.declare import Rule, Value, parameter
from logsched.base.errors import LogschedError
from logsched.base.lazy import np
from logsched.schedule.run import Run
from logsched.trial.backbone_names import BACKBONES
from logsched.trial.images import ACCURACY, accuracy, shuffled
from logsched.trial.lazy_torch import Tensor, functional, torch
from logsched.trial.settings import batch_size_parameter
from logsched.trial.task import Model, Player, Task, device_of

if TYPE_CHECKING:
    from logsched.trial.cifar import Cifar
    from logsched.trial.preprocessing import Preprocessing

PRESETS: dict[str, dict[str, Value]] = {  # what §2.1 and §2.2 say of other things than rates
    "resnet34": {"optimizer": "sgd", "output": "sigmoid"},
    "transformer": {"optimizer": "adam", "network": "transformer", "backbone": "resnet50"},
}
SHOWN = 8  # images of the picture of a batch
MANY = 10_000  # images that take long to whiten
JUDGED = 500  # images of which the classes are told at a time


class Cifar10(Task):
    """A classifier of 32 x 32 images, preprocessed as §2.1 says; see docs/PAPER.md."""

    name = "cifar10"
    score = ACCURACY  # on the test batch
    cross_entropy = True
    small = False
    schedules: ClassVar[tuple[str, ...]] = ("constant", "step", "cosine", "log")
    extra = "paper"
    packages: ClassVar[Mapping[str, str]] = {
        "torch": "PyTorch",
        "torchvision": "torchvision",
        "timm": "timm",
    }

    data: str | None = parameter(
        "folder with the files of cifar-10-batches-py",
        Rule("a folder", text=True),
        None,
        unit="dir",
        left_out="needed",
    )
    backbone: str = parameter(
        "the network",
        Rule(" or ".join(BACKBONES), words=tuple(BACKBONES)),
        "resnet34",
        left_out="resnet34; of the preset transformer resnet50",
    )
    network: str = parameter(
        "the backbone alone, or beside a transformer",
        Rule("plain or transformer", words=("plain", "transformer")),
        "plain",
        left_out="plain; of the preset transformer, transformer",
    )
    output: str = parameter(
        "what makes probabilities of the outputs under the cross-entropy",
        Rule("softmax or sigmoid", words=("softmax", "sigmoid")),
        "softmax",
        left_out="softmax; of the preset resnet34 sigmoid",
    )
    weights: str | None = parameter(
        "weights of the backbone, a state dict that PyTorch saved",
        Rule("a file", text=True),
        None,
        unit="file",
        left_out="drawn from the seed",
    )
    batch_size: int = batch_size_parameter()

    @classmethod
    def usual_options(cls, preset: str | None) -> dict[str, Value]:
        return {**super().usual_options(preset), **PRESETS.get(preset or "", {})}

    @property
    def steps_per_epoch(self) -> int:
        """The batches of an epoch, without a last one of one image: it has no variance."""
        whole, rest = divmod(len(self.cifar.train_labels), self.batch_size)
        return whole + (rest > 1)

    def check(self, grid: Run) -> None:
        """Raise LogschedError, too, for batches of which batch norm has no variance."""
        super().check(grid)
        if self.batch_size < 2:
            raise LogschedError(
                f"batch_size is {self.batch_size}, but cifar10 needs 2 or more: "
                "a single image has no variance for batch norm"
            )

    @cached_property
    def _note(self) -> Callable[[str], None]:
        """Says a sentence on stderr, but each only once, however many runs there are."""
        return cache(lambda sentence: console.say(f"Note: {sentence}"))

    @cached_property
    def cifar(self) -> Cifar:
        """The images in the folder. Raises OutputError where they are lacking or damaged."""
        from logsched.trial.cifar import read_cifar

        if self.data is None:
            raise LogschedError(
                "data is missing: name the folder of cifar-10-batches-py, as in --data DIR"
            )
        return read_cifar(self.data)

    @cached_property
    def preprocessing(self) -> Preprocessing:
        """What whitens images as the training images need it."""
        from logsched.trial.preprocessing import Preprocessing

        images = self.cifar.train_images
        if len(images) > MANY:
            self._note(f"{len(images):,} images are whitened, which takes minutes")
        if len(images) < images[0].size:
            self._note(
                f"{len(images):,} training images are fewer than their {images[0].size:,} pixels: "
                "whitening fits them alone, and enlarges what is new in others"
            )
        return Preprocessing.fit(images)

    @cached_property
    def images(self) -> tuple[Any, Any]:
        """Training and test images as the network takes them, `(n, 3, 32, 32)` float32."""
        its = self.preprocessing
        return its.apply(self.cifar.train_images), its.apply(self.cifar.test_images)

    def picture(self) -> bytes:
        """A PNG of one batch before and after each step of preprocessing."""
        from logsched.trial.preprocessing_picture import draw_stages

        some = self.cifar.train_images[:SHOWN]
        return draw_stages(self.preprocessing.stages(some, np.random.default_rng(0)))

    def model(self, seed: int, grid: Run) -> Model:
        device = device_of(self.training)
        net = self._network(seed).to(device)

        def loss(batch: tuple[Tensor, Tensor]) -> Tensor:
            images, labels = (part.to(device) for part in batch)
            return LOSSES[self.output](net(images), labels)

        return Model(
            net=net,
            players=[Player([*net.parameters()], loss)],
            batches=lambda epoch: self._batches(seed, epoch),
            measure=lambda: accuracy(net, self._test_batches(device)),
        )

    def _network(self, seed: int) -> Any:
        from logsched.trial.backbones import TransformerEnsemble, load_weights, make_backbone

        torch.manual_seed(seed)
        make = TransformerEnsemble if self.network == "transformer" else make_backbone
        net = make(self.backbone)
        note = "" if self.weights is None else load_weights(net, self.weights)
        if note:
            self._note(note)
        return net

    def _batches(self, seed: int, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """The training images in an order, and flipped and cropped, as seed and epoch decide."""
        from logsched.trial.preprocessing import augment

        images, labels = self.images[0], torch.tensor(self.cifar.train_labels)
        chance = np.random.default_rng([seed, epoch])
        batches = shuffled(len(labels), self.batch_size, seed, epoch)
        for some in batches[: self.steps_per_epoch]:
            yield torch.tensor(augment(images[some.numpy()], chance)), labels[some]

    def _test_batches(self, device: Any) -> Iterator[tuple[Tensor, Tensor]]:
        images, labels = self.images[1], torch.tensor(self.cifar.test_labels)
        for at in range(0, len(labels), JUDGED):
            some = slice(at, at + JUDGED)
            yield torch.tensor(images[some]).to(device), labels[some].to(device)


def sigmoid_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of p = sigmoid(s)/sum sigmoid(s), as Keras divides (paper, 2.1)."""
    return functional.nll_loss(functional.logsigmoid(logits).log_softmax(dim=1), labels)


def softmax_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of p = exp(s)/sum exp(s) (paper, Eq. 6)."""
    return functional.cross_entropy(logits, labels)


LOSSES = {"sigmoid": sigmoid_loss, "softmax": softmax_loss}


TASK = Cifar10
