"""Small training runs in PyTorch, as people write them: right ones, and ones with a mistake."""

import io
from collections.abc import Callable

import pytest

from logsched import Schedule

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
lr_scheduler = torch.optim.lr_scheduler

BATCHES = 5  # of an epoch
EPOCHS = 45
PLAN = Schedule("cosine")  # ends a cycle with the last of 45 epochs
SHORT = Schedule("cosine", warmup=1, decay=2, restart_interval=2)  # of nine

Make = Callable[[torch.optim.Optimizer], lr_scheduler.LRScheduler]
"""A scheduler for an optimizer."""


def planned(optimizer, **options):
    """The plan in the way PyTorch takes any schedule: stepped each epoch."""
    return lr_scheduler.LambdaLR(optimizer, PLAN.factor, **options)


def planned_by_step(optimizer):
    """A schedule of epochs for a scheduler that is stepped after every batch."""
    return lr_scheduler.LambdaLR(optimizer, lambda step: SHORT.factor(step / BATCHES))


class Run:
    """A linear model in training: weights and a bias, which learns at half the rate.

    `rows` are what was logged, with the rates that the optimizer holds.
    """

    def __init__(self, make: Make | None = planned, lr: float = 0.1, optimizer=torch.optim.SGD):
        torch.manual_seed(0)
        self.batches = torch.randn(BATCHES, 8, 3)
        self.model = torch.nn.Linear(3, 1)
        groups = [{"params": self.model.weight}, {"params": self.model.bias, "lr": lr / 2}]
        self.optimizer = optimizer(groups, lr=lr)
        self.scheduler = make(self.optimizer) if make else None
        self.step, self.loss, self.rows = 0, 0.0, []

    def log(self, epoch: int) -> None:
        rates = [group["lr"] for group in self.optimizer.param_groups]
        row = {"epoch": epoch, "step": self.step, "loss": self.loss}
        self.rows.append(row | {"lr": rates[0], "lr_bias": rates[1]})

    def train(self, batch) -> None:
        self.optimizer.zero_grad()
        loss = (self.model(batch) - batch.sum(dim=1, keepdim=True)).square().mean()
        loss.backward()
        self.optimizer.step()
        self.step, self.loss = self.step + 1, loss.item()

    def train_epoch(self) -> None:
        for batch in self.batches:
            self.train(batch)

    def saved(self) -> io.BytesIO:
        parts = ("model", "optimizer", "scheduler")
        file = io.BytesIO()
        torch.save({part: getattr(self, part).state_dict() for part in parts}, file)
        return file

    def load(self, file: io.BytesIO, *parts: str) -> "Run":
        file.seek(0)
        states = torch.load(file)
        for part in parts:
            getattr(self, part).load_state_dict(states[part])
        return self


# The loop of every tutorial, in its two ways, and the one without a scheduler.


def by_epoch(run: Run, epochs: int = EPOCHS, start: int = 0) -> Run:
    for epoch in range(start, epochs):
        run.log(epoch)
        run.train_epoch()
        run.scheduler.step()
    return run


def by_step(run: Run, epochs: int = 9) -> Run:
    for epoch in range(epochs):
        for batch in run.batches:
            run.log(epoch)
            run.train(batch)
            run.scheduler.step()
    return run


def by_hand(rate: Callable[[int], float], epochs: int = EPOCHS) -> Run:
    run = Run(None, optimizer=torch.optim.Adam)
    for epoch in range(epochs):
        for group in run.optimizer.param_groups:
            group["lr"] = rate(epoch)
        run.log(epoch)
        run.train_epoch()
    return run


# Variations of them that are right.


def batches_logged(make: Make = planned, epochs: int = EPOCHS) -> Run:
    run = Run(make)
    for epoch in range(epochs):
        for batch in run.batches:
            run.log(epoch)
            run.train(batch)
        run.scheduler.step()
    return run


def step_by_step() -> Run:
    return by_step(Run(planned_by_step))


def every_tenth_step() -> Run:
    run = step_by_step()
    run.rows = [row for row in run.rows if row["step"] % 10 == 0]
    return run


def fractions_of_an_epoch() -> Run:
    """CosineAnnealingWarmRestarts as its documentation steps it after every batch."""
    run = Run(warm_restarts(T_0=2, T_mult=2))
    for epoch in range(6):
        for number, batch in enumerate(run.batches):
            run.scheduler.step(epoch + number / BATCHES)
            run.log(epoch)
            run.train(batch)
    return run


def resumed(resume: Callable[[io.BytesIO], Run], stop: int = 30, crash: int = 30) -> Run:
    """A run that saved before epoch `stop`, went on until `crash`, and was resumed where saved."""
    first = by_epoch(Run(), stop)
    file = first.saved()
    by_epoch(first, crash, start=stop)
    second = resume(file)
    by_epoch(second, EPOCHS, start=stop)
    second.rows[:0] = first.rows
    return second


def loaded(file: io.BytesIO) -> Run:
    return Run().load(file, "model", "optimizer", "scheduler")


def second_part() -> Run:
    run = resumed(loaded)
    del run.rows[:30]
    return run


def rebuilt(last_epoch: int) -> Callable[[io.BytesIO], Run]:
    """Resumed by `last_epoch`, the epoch that was the last one to be over."""

    def resume(file: io.BytesIO) -> Run:
        run = Run(None).load(file, "model", "optimizer")
        run.scheduler = planned(run.optimizer, last_epoch=last_epoch)
        return run

    return resume


# PyTorch's own schedulers.


def torchs(name: str, *args, **options) -> Make:
    return lambda optimizer: getattr(lr_scheduler, name)(optimizer, *args, **options)


def warm_restarts(T_0: int = 10, T_mult: int = 2, eta_min: float = 0.001) -> Make:
    return torchs("CosineAnnealingWarmRestarts", T_0, T_mult, eta_min)


def cosine(T_max: int = 40) -> Make:
    return torchs("CosineAnnealingLR", T_max, eta_min=0.001)


def after_warmup(make: Make, start: float = 0.1, epochs: int = 5) -> Make:
    """A scheduler after some epochs of warmup, from a share of the rate."""

    def both(optimizer):
        warmup = lr_scheduler.LinearLR(optimizer, start_factor=start, total_iters=epochs)
        return lr_scheduler.SequentialLR(optimizer, [warmup, make(optimizer)], milestones=[epochs])

    return both


# Mistakes.


def stepped_before_the_first_epoch() -> Run:
    run = Run()
    run.scheduler.step()
    return by_epoch(run)


def step_forgotten(after: int) -> Run:
    run = by_epoch(Run(), after)
    run.log(after)
    run.train_epoch()
    return by_epoch(run, start=after + 1)


def stepped_by_batch() -> Run:
    """A scheduler that counts epochs, stepped in the loop over the batches."""
    run = Run()
    for epoch in range(EPOCHS):
        run.log(epoch)
        for batch in run.batches:
            run.train(batch)
            run.scheduler.step()
    return run


def stepped_by_every_worker(workers: int = 4) -> Run:
    run = Run()
    for epoch in range(EPOCHS):
        run.log(epoch)
        run.train_epoch()
        for _ in range(workers):
            run.scheduler.step()
    return run


def without_warmup(epoch: int) -> float:
    return PLAN(epoch) if epoch >= PLAN.warmup else PLAN.lr


def warmup_multiplied_in(epoch: int) -> float:
    """The factor of a helper for warmup, on top of a schedule that warms up itself."""
    return PLAN(epoch) * min(1.0, 0.1 + 0.9 * epoch / 5)


def counted_from_one(lr: float = 0.1) -> Run:
    run = Run(lr=lr)
    for epoch in range(1, EPOCHS + 1):
        run.log(epoch)
        run.train_epoch()
        run.scheduler.step()
    return run


def logged_after_the_step() -> Run:
    run = Run()
    for epoch in range(EPOCHS):
        run.train_epoch()
        run.scheduler.step()
        run.log(epoch)
    return run


def weights_only(file: io.BytesIO) -> Run:
    return Run().load(file, "model")


def without_scheduler(file: io.BytesIO) -> Run:
    """The optimizer still has the rate of epoch 30: only the next step is the schedule's second."""
    return Run().load(file, "model", "optimizer")


def built_after_loading(file: io.BytesIO) -> Run:
    """A new scheduler sets the loaded optimizer to its first rate, and loading it does not undo."""
    run = Run(None).load(file, "model", "optimizer")
    run.scheduler = planned(run.optimizer)
    return run.load(file, "scheduler")


def overflown(epoch: int) -> Run:
    """The rate of one epoch is not a number."""
    run = by_epoch(Run(), epoch)
    run.optimizer.param_groups[0]["lr"] = float("nan")
    return by_epoch(run, start=epoch)


# What became of a right log.


def rows_of(change: Callable[[list[dict]], list[dict]]) -> Run:
    run = by_epoch(Run())
    run.rows = change(run.rows)
    return run


def without_row(rows: list[dict]) -> list[dict]:
    return rows[:20] + rows[21:]


def row_twice(rows: list[dict]) -> list[dict]:
    return rows[:21] + rows[20:]


def by_workers(rows: list[dict]) -> list[dict]:
    """Three workers that write into one file, now and then."""
    return [row for first in (0, 9, 18, 27, 36) for k in range(3) for row in rows[first:][k:9:3]]


def appended(*runs: Run) -> Run:
    runs[0].rows = [row for run in runs for row in run.rows]
    return runs[0]
