"""Training: one model under one schedule, an epoch at a time, until its end or until it is halted.

All that is random in an epoch follows from the seed and the epoch's number, so a run that goes on
from a checkpoint is the run that was never stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite, nan
from time import perf_counter
from typing import Any

from logsched.schedule.run import Run
from logsched.schedule.schedule import Schedule
from logsched.trial.lazy_torch import Tensor, torch
from logsched.trial.results import Record
from logsched.trial.task import Player, Task, device_of, generator_of

Watch = Callable[[], None]
"""Called after every step."""


def make_optimizer(name: str, parameters: Sequence[Tensor], lr: float, weight_decay: float) -> Any:
    """A `torch.optim` optimizer with the paper's settings (2.1); L-BFGS with four evaluations."""
    if name == "adam":
        return torch.optim.Adam(parameters, lr=lr)
    if name == "lbfgs":
        return torch.optim.LBFGS(parameters, lr=lr, max_iter=4, history_size=10)
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9, dampening=0, weight_decay=weight_decay)


class Trainee:
    """A model in training under a schedule, and the record of it."""

    def __init__(self, task: Task, grid: Run, schedule: Schedule, record: Record) -> None:
        """Raises LogschedError for a schedule with lr 0, of which a rate is no multiple."""
        self.task, self.grid, self.schedule, self.record = task, grid, schedule, record
        self.before: Mapping[str, Any] | None = None  # from what file it goes on, until its next
        self.model = task.model(record.seed, grid)
        name, decay = task.training.optimizer, task.weight_decay
        self.optimizers = [
            make_optimizer(name, player.parameters, schedule.lr, decay)
            for player in self.model.players
        ]
        self.follow()

    def follow(self) -> None:
        """Let the optimizers' rates follow the schedule from the step that comes next."""
        steps, done, last = self.grid.whole_steps, len(self.record.loss), self.grid.size - 1
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] = self.schedule.lr
        self.schedulers = [
            torch.optim.lr_scheduler.LambdaLR(
                optimizer,
                lambda step: self.schedule.factor(min(step, last) / steps),
                last_epoch=done - 1,
            )
            for optimizer in self.optimizers
        ]

    @property
    def over(self) -> bool:
        """Whether there is no epoch left to train."""
        return self.record.halted is not None or self.record.epochs >= self.grid.whole_epochs

    def train_epoch(self, watch: Watch) -> None:
        """Train an epoch and add it to the record; where the rule says so, halt."""
        epoch, start, before = self.record.epochs, perf_counter(), len(self.record.loss)
        torch.manual_seed(generator_of(self.record.seed, epoch, 1).initial_seed())
        for batch in self.model.batches(epoch):
            self._step(batch)
            watch()
            if not isfinite(self.record.loss[-1]) and epoch >= self.task.training.halt_after:
                break
        losses = self.record.loss[before:]
        self.record.scores.append(self.model.measure())
        self.record.seconds += perf_counter() - start
        if epoch >= self.task.training.halt_after and self._too_high(losses):
            self.record.halted = epoch

    def _too_high(self, losses: Sequence[float]) -> bool:
        """The halting rule, on the mean loss of an epoch (paper, Eq. 5 and 6)."""
        mean = sum(losses) / len(losses)
        limit = self.task.training.halt_loss
        return not isfinite(mean) or (self.task.cross_entropy and mean > limit)

    def _step(self, batch: Any) -> None:
        """Every player steps; then every rate."""
        rate = self.optimizers[0].param_groups[0]["lr"]
        players = zip(self.optimizers, self.model.players, strict=True)
        losses = [self._descend(optimizer, player, batch) for optimizer, player in players]
        for scheduler in self.schedulers:
            scheduler.step()
        self.record.loss.append(losses[0] if isfinite(losses[0]) else nan)
        self.record.lr.append(float(rate))

    def _descend(self, optimizer: Any, player: Player, batch: Any) -> float:
        """One step of an optimizer; the mean loss before it."""
        shown: list[Tensor] = []
        mixed = self.task.training.precision == "mixed"
        device = device_of(self.task.training)

        def evaluate() -> Tensor:
            optimizer.zero_grad()
            with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
                losses = player.loss(batch)
            whole = losses.sum()
            whole.backward()
            shown.append(losses.detach().mean())
            return whole

        optimizer.step(evaluate)
        return float(shown[0])
