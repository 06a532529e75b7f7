"""A two-player game: a generator learns a ring of Gaussians against a discriminator."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import pi
from typing import Any

from logsched.schedule.run import Run
from logsched.trial.lazy_torch import Tensor, functional, torch
from logsched.trial.settings import batch_size_parameter
from logsched.trial.task import Model, Player, Score, Task, device_of, generator_of

MODES = 8  # Gaussians, even on a circle of radius 1
DEVIATION = 0.05  # of each, in both dimensions
NOISE = 16  # dimensions of what the generator draws from
DRAWN = 2000  # points of the generator of which the score is
COVERED = DRAWN // MODES // 10  # points within NEAR deviations that a covered mode has
NEAR = 3


class GanRing(Task):
    """Two perceptrons, each with its own optimizer under the same schedule: first the
    discriminator steps, then the generator, with the loss that does not saturate.

    The loss shown is the discriminator's: 2 ln 2 = 1.386 where it cannot tell. Goodfellow et al.,
    2014; the ring is that of Metz et al., 2016.
    """

    name = "gan-ring"
    score = Score(
        f"modes of {MODES}", "Modes: how many of the eight Gaussians the generator draws from."
    )
    optimizer = "adam"
    weight_decay = 0.0

    batch_size: int = batch_size_parameter(256)

    def model(self, seed: int, grid: Run) -> Model:
        from logsched.trial.networks import perceptron

        device = device_of(self.training)
        torch.manual_seed(seed)
        nets = torch.nn.ModuleDict(
            {"generator": perceptron(NOISE, 64, 2), "discriminator": perceptron(2, 64, 1)}
        ).to(device)
        generator, discriminator = nets["generator"], nets["discriminator"]
        return Model(
            net=nets,
            players=[
                Player(
                    [*discriminator.parameters()], partial(_told_apart, generator, discriminator)
                ),
                Player([*generator.parameters()], partial(_believed, generator, discriminator)),
            ],
            batches=partial(self._batches, seed, grid.whole_steps),
            measure=lambda: float(modes(generator, device)),
        )

    def _batches(self, seed: int, steps: int, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Real points `(n, 2)` of each step, and what the generator draws from, `(n, NOISE)`."""
        draw, device = generator_of(seed, epoch), device_of(self.training)
        for _ in range(steps):
            noise = torch.randn(self.batch_size, NOISE, generator=draw)
            yield ring(self.batch_size, draw).to(device), noise.to(device)


def _told_apart(generator: Any, discriminator: Any, batch: tuple[Tensor, Tensor]) -> Tensor:
    """The discriminator's loss."""
    real, noise = batch
    made = generator(noise).detach()
    return _verdict(discriminator(real), True) + _verdict(discriminator(made), False)


def _believed(generator: Any, discriminator: Any, batch: tuple[Tensor, Tensor]) -> Tensor:
    """The generator's loss."""
    return _verdict(discriminator(generator(batch[1])), True)


def _verdict(logits: Tensor, real: bool) -> Tensor:
    """The cross-entropy of what the discriminator says, `(n, 1)` logits, with what is so."""
    so = torch.full_like(logits, float(real))
    return functional.binary_cross_entropy_with_logits(logits, so)


def centres() -> Tensor:
    """The middles of the Gaussians, `(MODES, 2)`."""
    angle = torch.arange(MODES) * (2 * pi / MODES)
    return torch.stack([angle.cos(), angle.sin()], dim=1)


def ring(count: int, draw: Any) -> Tensor:
    """Points of the ring, `(count, 2)`, each from a Gaussian drawn evenly."""
    which = torch.randint(MODES, (count,), generator=draw)
    return centres()[which] + DEVIATION * torch.randn(count, 2, generator=draw)


def modes(generator: Any, device: Any) -> int:
    """How many Gaussians have at least COVERED of DRAWN points within NEAR deviations."""
    noise = torch.randn(DRAWN, NOISE, generator=generator_of(MODES)).to(device)
    with torch.no_grad():
        made = generator(noise)
    apart = torch.cdist(made.double(), centres().double().to(device))
    near = (apart < NEAR * DEVIATION).sum(dim=0)
    return int((near >= COVERED).sum())


TASK = GanRing
