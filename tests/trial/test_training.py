"""Training: real optimizers have the schedule's rates, and the same seed gives the same numbers."""

import math
import signal
from itertools import product

import numpy as np
import pytest
from small import NO_TORCH, OWN_DATA, kill, make_grid, make_plan, make_task, told, told_in, train

from logsched import Schedule
from logsched.trial.results import Record, read_results

torch = pytest.importorskip("torch", reason=NO_TORCH)
pytest.importorskip("sklearn", reason=NO_TORCH)

PAIRS = [*product(OWN_DATA, ("sgd", "adam", "lbfgs"))]
AGAIN = ["--epochs", "3", "--warmup", "1", "--decay", "1", "--format", "json"]


def make_trainee(task, shape, epochs=3, **parameters):
    from logsched.trial.training import Trainee

    run = make_plan(task, shape, epochs=epochs, **parameters)
    return Trainee(task, run.grid, run.schedules[shape], Record(shape, 0))


def watched(trainee):
    """The rates that every optimizer has when it steps, as they come."""
    seen = [[] for _ in trainee.optimizers]

    def watch(rates):
        return lambda optimizer, *_: rates.extend(group["lr"] for group in optimizer.param_groups)

    for optimizer, rates in zip(trainee.optimizers, seen, strict=True):
        optimizer.register_step_pre_hook(watch(rates))
    return seen


# Rates.


@pytest.mark.parametrize(("name", "optimizer"), PAIRS)
@pytest.mark.parametrize("shape", ["log", "step"])
def test_every_step_is_taken_at_the_schedules_rate(name, optimizer, shape):
    task = make_task(name, {"optimizer": optimizer})
    trainee = make_trainee(task, shape)
    seen = watched(trainee)
    while not trainee.over:
        trainee.train_epoch(lambda: None)
    planned = trainee.schedule.sample(epochs=3, steps_per_epoch=trainee.grid.steps_per_epoch)
    for rates in [*seen, trainee.record.lr]:
        assert np.array(rates) == pytest.approx(planned, rel=1e-12, abs=0)


@pytest.mark.parametrize("lr", [1e-300, 1e-9, 30.0])
def test_rates_are_exact_at_any_scale(lr):
    trainee = make_trainee(make_task("rastrigin"), "log-bounded", lr=lr, restart_lr=0.02)
    [seen] = watched(trainee)
    trainee.train_epoch(lambda: None)
    planned = trainee.schedule.sample(epochs=1, steps_per_epoch=4)
    assert np.array(seen) == pytest.approx(planned, rel=1e-12, abs=0)


def test_equal_budgets_are_spent(call):
    options = ["--match-budget", "cosine", "--format", "csv", *AGAIN[:-2]]
    done = call("trial", "ackley", "cosine", "log", "--starts", "5", *options)
    assert done.stderr.startswith("log: lr 0.05 becomes 0.0")
    spent = {"cosine": 0.0, "log": 0.0}
    for row in done.stdout.splitlines()[1:]:
        label, _, _, _, rate, *_ = row.split(",")
        spent[label] += float(rate)
    assert spent["log"] == pytest.approx(spent["cosine"], rel=1e-9)


# Optimizers.


def two_steps(name, gradients, rates, decay=0.0005):
    """Where an optimizer takes a parameter from 1, given its gradients and rates."""
    from logsched.trial.training import make_optimizer

    x = torch.nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
    optimizer = make_optimizer(name, [x], rates[0], decay)
    for gradient, rate in zip(gradients, rates, strict=True):
        x.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
    return x.item()


def test_sgd_has_momentum_and_weight_decay_and_no_dampening():
    x, momentum = 1.0, 0.0
    for gradient, rate in ((0.3, 0.1), (-0.2, 0.05), (0.1, 0.2)):
        momentum = 0.9 * momentum + gradient + 0.0005 * x
        x -= rate * momentum
    assert two_steps("sgd", [0.3, -0.2, 0.1], [0.1, 0.05, 0.2]) == pytest.approx(x, rel=1e-14)


def test_adam_is_adam():
    x, first, second = 1.0, 0.0, 0.0
    for k, (gradient, rate) in enumerate(((0.3, 0.01), (-0.2, 0.02)), start=1):
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        x -= rate * (first / (1 - 0.9**k)) / (math.sqrt(second / (1 - 0.999**k)) + 1e-8)
    assert two_steps("adam", [0.3, -0.2], [0.01, 0.02]) == pytest.approx(x, rel=1e-12)


@pytest.mark.parametrize(("name", "decay"), [("digits", 0.0005), ("ackley", 0), ("gan-ring", 0)])
def test_weight_decay_is_the_papers_where_there_are_weights(name, decay):
    trainee = make_trainee(make_task(name, {"optimizer": "sgd"}), "cosine")
    groups = [group for optimizer in trainee.optimizers for group in optimizer.param_groups]
    assert [group["weight_decay"] for group in groups] == [decay] * len(trainee.model.players)


@pytest.mark.parametrize(("optimizer", "size"), [("sgd", 128), ("adam", 32)])
def test_the_batches_of_digits_are_the_papers(optimizer, size):
    task = make_task("digits", {"optimizer": optimizer}, batch_size=None)
    _, labels = next(task.model(0, make_grid(task)).batches(0))
    assert len(labels) == size


def test_training_learns_digits():
    record = train(make_task("digits", batch_size=64), "constant").records[0]
    assert record.scores[-1] > 0.9
    assert np.mean(record.loss[-5:]) < 0.2 * record.loss[0]


def test_mixed_precision_trains_in_bfloat16_and_keeps_its_weights():
    plain, mixed = (
        train(make_task("digits", {"precision": precision}), "constant").records[0]
        for precision in ("float32", "mixed")
    )
    assert mixed.loss != plain.loss
    assert mixed.loss == pytest.approx(plain.loss, rel=0.2)


# Seeds.


@pytest.mark.parametrize(("name", "optimizer"), PAIRS)
def test_the_same_seed_gives_the_same_bits(name, optimizer):
    task = make_task(name, {"optimizer": optimizer, "seeds": 2})
    first, again = (train(task, "cosine", "log", epochs=1) for _ in range(2))
    assert told(first.records) == told(again.records)
    assert [record.seed for record in first.records] == [0, 0, 1, 1]
    assert first.records[0].loss != first.records[2].loss


def test_another_process_has_the_same_bits(run):
    first, again = (run("trial", "digits", "log", *AGAIN) for _ in range(2))
    assert (first.stderr, first.returncode) == ("", 0)
    assert told_in(first.stdout) == told_in(again.stdout)


@pytest.mark.parametrize("name", OWN_DATA)
def test_every_schedule_starts_from_the_same_place(name):
    """And its run does not depend on those before it."""
    task = make_task(name)
    together = train(task, "cosine", "constant", "log").records
    assert together[0].loss[0] == together[1].loss[0] == together[2].loss[0]
    assert together[0].loss != together[1].loss
    assert told(train(task, "log").records) == told(together[2:])


# The halting rule.

WILD = {"lr": 1000.0, "warmup": 0}  # digits cannot be learned so


def test_a_schedule_that_diverges_is_halted():
    wild, calm = train(make_task("digits"), "constant", epochs=5, **WILD), None
    [record] = wild.records
    losses = wild.by_epoch(record)
    assert record.halted == 2
    assert record.epochs == len(losses) == 3
    assert not losses[-1] <= 4.5
    calm = train(make_task("digits"), "constant", epochs=5).records[0]
    assert (calm.halted, calm.epochs) == (None, 5)


@pytest.mark.parametrize(("after", "halted"), [(0, 0), (1, 1), (3, 3), (4, 4), (5, None)])
def test_it_is_halted_from_an_epoch_on(after, halted):
    task = make_task("digits", {"halt_after": after})
    record = train(task, "constant", epochs=5, **WILD).records[0]
    assert record.halted == halted
    assert record.epochs == 5 if halted is None else halted + 1


def test_it_is_halted_above_a_loss_and_not_at_it():
    free = train(make_task("digits"), "constant")
    limit = float(free.by_epoch(free.records[0])[2])
    for loss, halted in ((limit, None), (np.nextafter(limit, 0), 2)):
        task = make_task("digits", {"halt_loss": float(loss)})
        assert train(task, "constant").records[0].halted == halted


@pytest.mark.parametrize("name", ["ackley", "gan-ring"])
def test_a_loss_that_is_no_cross_entropy_of_classes_may_be_high(name):
    task = make_task(name, {"halt_loss": 1e-9, "halt_after": 0})
    assert train(task, "cosine").records[0].halted is None


@pytest.mark.parametrize(
    ("name", "its"), [("digits", {}), ("gan-ring", {}), ("ackley", {"noise": 1e308})]
)
def test_what_is_not_finite_is_halted_at_once(name, its):
    """Within the epoch, from --halt-after on."""
    task = make_task(name, {"optimizer": "sgd", "halt_after": 1}, **its)
    record = train(task, "constant", lr=1e37).records[0]
    steps = make_grid(task).steps_per_epoch
    assert record.halted == 1
    assert len(record.loss) == len(record.lr) == steps + 1
    assert math.isnan(record.loss[-1])
    assert record.epochs == 2


# Interrupted.


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_trial_ends_quietly_and_its_files_are_whole(tmp_path, sent, status):
    from logsched.trial import checkpoints

    folder = tmp_path / "saved"
    options = ["--epochs", "1000", "--steps-per-epoch", "10"]
    assert kill(folder, "rastrigin", "cosine", *options, sent=sent) == ("", "", status)
    assert sorted(path.name for path in folder.iterdir()) == ["cosine-seed0.pt", "results.json"]
    saved = checkpoints.read(str(folder / "cosine-seed0.pt")).epochs
    assert read_results(str(folder / "results.json")).records[0].epochs in (saved, saved - 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--lr", "0"], "lr is 0, but a factor of it needs a base rate above 0"),
        (["--lr", "1e39"], "the rate of cosine reaches 1e+39, but a trial goes to 1e+38"),
        (
            ["--restart-lr", "1e99", "--decay", "0"],
            "reaches 1e+99, but a trial goes to 1e+38",
        ),
    ],
)
def test_rates_that_cannot_be_trained_are_refused_before(call, options, said):
    done = call("trial", "gan-ring", "cosine", "--epochs", "6", *options)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.startswith("Error: ")
    assert done.stderr.endswith(f"{said}.\n")


@pytest.mark.parametrize("lr", [0.1, 0.05])
def test_a_schedule_of_another_lr_keeps_the_same_start(lr):
    """What differs is the rate alone."""
    task = make_task("rastrigin")
    trainee = make_trainee(task, "constant", lr=lr)
    assert trainee.optimizers[0].param_groups[0]["lr"] == lr == Schedule("constant", lr=lr)(0.0)
