"""Logs that real PyTorch runs wrote, held to the schedule that was planned."""

import json

import loops
import numpy as np
import pytest
import writers
from loops import Run, by_epoch, by_step, resumed, rows_of, torchs
from writers import as_array, as_csv

pytestmark = pytest.mark.filterwarnings("ignore:Detected call")  # PyTorch knows a mistake

EPOCH = as_csv("epoch", "loss", "lr")
STEP = as_csv("epoch", "step", "loss", "lr")
ARRAY = as_array(np.float64)
ROUNDED = as_csv("epoch", "lr", number=".4f")
NINE = "cosine --warmup 1 --decay 2 --restart-interval 2"
FINE = f"{NINE} --steps-per-epoch 5"
RESTARTS = "cosine --warmup 0 --decay 0 --min-decay-lr 0.001"
ONCE = "cosine --decay 40 --restart-interval 0"
STEPS = "step:size=30,gamma=0.1 --warmup 0 --min-decay-lr 0"
ONE_CYCLE = "--warmup-start-lr 0.004 --warmup 29 --decay 70 --min-decay-lr 4e-7"

# PyTorch's own scheduler, how many epochs, and what it is here
PEERS = {
    "CosineAnnealingWarmRestarts": (loops.warm_restarts(), 70, RESTARTS),
    "CosineAnnealingLR": (loops.cosine(40), 41, f"{ONCE} --warmup 0"),
    "StepLR": (torchs("StepLR", 30, 0.1), 90, STEPS),
    "ExponentialLR": (
        torchs("ExponentialLR", 0.9),
        60,
        "step:size=1,gamma=0.9 --warmup 0 --min-decay-lr 0",
    ),
    "LinearLR, a decay": (
        torchs("LinearLR", 1.0, 0.01, 40),
        60,
        "linear --warmup 0 --decay 40 --restart-interval 0",
    ),
    "LinearLR, a warmup": (
        torchs("LinearLR", 0.1, 1.0, 5),
        30,
        "linear --decay 0 --restart-interval 0 --min-decay-lr 0.1",
    ),
    "PolynomialLR": (
        torchs("PolynomialLR", 40, power=1.0),
        60,
        "linear --warmup 0 --decay 40 --restart-interval 0 --min-decay-lr 0",
    ),
    "OneCycleLR": (
        torchs("OneCycleLR", 0.1, total_steps=100),
        100,
        f"cosine --warmup-shape cosine --restart-interval 0 {ONE_CYCLE}",
    ),
    "OneCycleLR, linear": (
        torchs("OneCycleLR", 0.1, total_steps=100, anneal_strategy="linear"),
        100,
        f"linear --restart-interval 0 {ONE_CYCLE}",
    ),
    "LinearLR, then CosineAnnealingLR": (loops.after_warmup(loops.cosine(40)), 46, ONCE),
    "LinearLR, then CosineAnnealingWarmRestarts": (
        loops.after_warmup(loops.warm_restarts()),
        75,
        "cosine --decay 0",
    ),
    "LinearLR, then ExponentialLR": (
        loops.after_warmup(torchs("ExponentialLR", 0.9)),
        60,
        "step:size=1,gamma=0.9 --min-decay-lr 0",
    ),
}

# a run, how it logged, and what follows the file
RIGHT = {
    "each epoch": (lambda: by_epoch(Run()), EPOCH, "cosine"),
    "each epoch, by hand": (lambda: loops.by_hand(loops.PLAN), EPOCH, "cosine"),
    "each epoch, with steps": (lambda: by_epoch(Run()), STEP, "cosine"),
    "each epoch, every batch logged": (loops.batches_logged, STEP, "cosine"),
    "each step": (loops.step_by_step, STEP, FINE),
    "each step, without epochs": (loops.step_by_step, as_csv("step", "lr"), FINE),
    "each step, without steps": (loops.step_by_step, as_csv("epoch", "lr"), FINE),
    "each step, fractions of an epoch": (
        loops.fractions_of_an_epoch,
        STEP,
        f"{RESTARTS} --restart-interval 2 --steps-per-epoch 5",
    ),
    "every tenth step": (loops.every_tenth_step, STEP, FINE),
    "every tenth step, bare": (loops.every_tenth_step, ARRAY, f"{FINE} --every 10"),
    "from epoch 30": (loops.second_part, EPOCH, "cosine"),
    "from epoch 30, bare": (loops.second_part, ARRAY, "cosine --offset 30"),
    "resumed": (lambda: resumed(loops.loaded), EPOCH, "cosine"),
    "resumed by last_epoch": (lambda: resumed(loops.rebuilt(29)), EPOCH, "cosine"),
    "resumed before the crash": (lambda: resumed(loops.loaded, crash=33), EPOCH, "cosine"),
    "counted from 1": (loops.counted_from_one, EPOCH, "cosine --offset -1"),
    "JSON lines": (lambda: by_epoch(Run()), writers.as_json_lines, "cosine"),
    "a trainer's state": (loops.step_by_step, writers.as_trainer_state, FINE),
    "an array": (lambda: by_epoch(Run()), ARRAY, "cosine"),
    "an array of float32": (lambda: by_epoch(Run()), as_array(np.float32), "cosine"),
    "tensors of float32": (lambda: by_epoch(Run()), writers.as_single_tensors, "cosine"),
    "TensorBoard": (lambda: by_epoch(Run()), writers.as_tensorboard, "cosine"),
    "Weights & Biases": (lambda: by_epoch(Run()), writers.as_wandb, "cosine"),
    "printed with %g": (
        lambda: by_epoch(Run()),
        as_csv("epoch", "lr", number="g"),
        "cosine --rtol 1e-5",
    ),
}

# a run with a mistake, how it logged, what was planned; and the cause: its kind, its parameter, the
# value found
MISTAKES = {
    "stepped before the first epoch": (
        loops.stepped_before_the_first_epoch,
        EPOCH,
        "cosine",
        "shift -1",
    ),
    "not stepped after epoch 0": (lambda: loops.step_forgotten(0), EPOCH, "cosine", "shift 1"),
    "not stepped after epoch 20": (lambda: loops.step_forgotten(20), EPOCH, "cosine", "resume 21"),
    "counted from 1": (loops.counted_from_one, EPOCH, "cosine", "shift 1"),
    "logged after the step": (loops.logged_after_the_step, EPOCH, "cosine", "shift -1"),
    "stepped by batch, epochs logged": (loops.stepped_by_batch, EPOCH, "cosine", "unit 5"),
    "stepped by batch, batches logged": (
        lambda: by_step(Run()),
        STEP,
        "cosine --steps-per-epoch 5",
        "unit 5",
    ),
    "stepped by epoch, epochs logged": (
        lambda: by_epoch(Run(loops.planned_by_step)),
        EPOCH,
        NINE,
        "unit 5",
    ),
    "stepped by epoch, batches logged": (
        lambda: loops.batches_logged(loops.planned_by_step, 9),
        STEP,
        FINE,
        "unit 5",
    ),
    "held through an epoch": (loops.batches_logged, STEP, "cosine --steps-per-epoch 5", "unit 1"),
    "stepped by each of four workers": (loops.stepped_by_every_worker, EPOCH, "cosine", "unit 4"),
    "eight workers multiplied in": (lambda: by_epoch(Run(lr=0.8)), EPOCH, "cosine", "scale 8"),
    "eight workers multiplied in, but not into eta_min": (
        lambda: by_epoch(Run(loops.warm_restarts(), lr=0.8), 70),
        EPOCH,
        RESTARTS,
        "parameter lr 0.8",
    ),
    "warmup dropped": (lambda: by_epoch(Run(loops.cosine(40)), 40), EPOCH, ONCE, "warmup"),
    "warmup left out by hand": (
        lambda: loops.by_hand(loops.without_warmup),
        EPOCH,
        "cosine",
        "warmup",
    ),
    "warmup in front of a warmup": (
        lambda: by_epoch(Run(loops.after_warmup(loops.planned)), 50),
        EPOCH,
        "cosine",
        "warmup",
    ),
    "warmup multiplied into a warmup": (
        lambda: loops.by_hand(loops.warmup_multiplied_in),
        EPOCH,
        "cosine",
        "warmup",
    ),
    "T_max of the whole run, warmup and all": (
        lambda: by_epoch(Run(loops.after_warmup(loops.cosine(45)))),
        EPOCH,
        ONCE,
        "parameter decay 45",
    ),
    "restarts ignored, back up": (
        lambda: by_epoch(Run(loops.cosine(10)), 70),
        EPOCH,
        RESTARTS,
        "restarts",
    ),
    "restarts ignored, one decay": (
        lambda: by_epoch(Run(loops.cosine(70)), 70),
        EPOCH,
        RESTARTS,
        "restarts 70",
    ),
    "resumed with the weights only": (
        lambda: resumed(loops.weights_only),
        EPOCH,
        "cosine",
        "resume 30",
    ),
    "resumed without the scheduler": (
        lambda: resumed(loops.without_scheduler),
        EPOCH,
        "cosine",
        "resume 31",
    ),
    "resumed with last_epoch 20": (
        lambda: resumed(loops.rebuilt(20)),
        EPOCH,
        "cosine",
        "resume 30",
    ),
    "resumed with the next epoch for the last": (
        lambda: resumed(loops.rebuilt(30)),
        EPOCH,
        "cosine",
        "resume 30",
    ),
    "T_0": (
        lambda: by_epoch(Run(loops.warm_restarts(T_0=8)), 70),
        EPOCH,
        RESTARTS,
        "parameter restart_interval 8",
    ),
    "T_mult": (
        lambda: by_epoch(Run(loops.warm_restarts(T_mult=1)), 70),
        EPOCH,
        RESTARTS,
        "parameter restart_interval_multiplier 1",
    ),
    "eta_min": (
        lambda: by_epoch(Run(loops.warm_restarts(eta_min=0.01)), 70),
        EPOCH,
        RESTARTS,
        "parameter min_decay_lr 0.01",
    ),
    "gamma": (
        lambda: by_epoch(Run(torchs("StepLR", 30, 0.2)), 90),
        EPOCH,
        STEPS,
        "parameter gamma 0.2",
    ),
    "step_size": (
        lambda: by_epoch(Run(torchs("StepLR", 20, 0.1)), 90),
        EPOCH,
        STEPS,
        "parameter size 20",
    ),
    "linear": (
        lambda: by_epoch(Run(torchs("LinearLR", 1.0, 0.01, 40)), 40),
        EPOCH,
        f"{ONCE} --warmup 0",
        "shape linear",
    ),
    "a row is missing among bare rates": (
        lambda: rows_of(loops.without_row),
        ARRAY,
        "cosine",
        "resume 20",
    ),
    "a row is there twice among bare rates": (
        lambda: rows_of(loops.row_twice),
        ARRAY,
        "cosine",
        "resume 21",
    ),
    "printed with %.4f": (lambda: by_epoch(Run()), ROUNDED, "cosine", "rounding"),
    "not a number": (lambda: loops.overflown(12), EPOCH, "cosine", "damage"),
    "one epoch at the first rate": (
        lambda: resumed(loops.built_after_loading),
        EPOCH,
        "cosine",
        "damage 30",
    ),
    "not a number, in JSON": (
        lambda: loops.overflown(12),
        writers.as_json_lines,
        "cosine",
        "damage",
    ),
    "another run appended": (
        lambda: loops.appended(by_epoch(Run()), by_epoch(Run(lr=0.8))),
        EPOCH,
        "cosine",
        "scale 8",
    ),
}

# runs that differ for no one reason that is known, and the first epoch that differs
UNEXPLAINED = {
    "MultiStepLR": (lambda: by_epoch(Run(torchs("MultiStepLR", [30, 45, 80], 0.1)), 90), STEPS, 45),
    "two mistakes": (lambda: loops.counted_from_one(lr=0.8), "cosine", 1),
}

# right rates in an odd file, and what is to be noted
ODD = {
    "a missing row": (lambda: rows_of(loops.without_row), "missing after epoch 19"),
    "a row twice": (lambda: rows_of(loops.row_twice), "epoch 20 is there more than once"),
    "parallel workers": (lambda: rows_of(loops.by_workers), "not in the order"),
    "two runs": (lambda: loops.appended(by_epoch(Run()), by_epoch(Run())), "holds 2 runs"),
}


def cases(table):
    return pytest.mark.parametrize("case", table.values(), ids=table.keys())


@pytest.fixture
def check(call):
    """Check a log against a schedule and its options."""

    def check(path, plan, *options):
        return call("check", str(path), *plan.split(), *options)

    return check


@cases(RIGHT)
def test_a_right_log_is_the_schedule(case, check, tmp_path):
    train, write, plan = case
    done = check(write(train(), tmp_path), plan)
    assert done.returncode == 0, done.stdout + done.stderr


@cases(PEERS)
def test_a_peer_is_the_schedule(case, check, tmp_path):
    make, epochs, plan = case
    done = check(EPOCH(by_epoch(Run(make), epochs), tmp_path), plan)
    assert done.returncode == 0, done.stdout + done.stderr


@cases(MISTAKES)
def test_a_mistake_is_named(case, check, tmp_path):
    train, write, plan, cause = case
    done = check(write(train(), tmp_path), plan, "--format", "json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["agrees"]) == (1, False)
    assert cause in [in_words(one) for one in said["causes"]]


def in_words(cause):
    """A cause as the table has it."""
    words = [cause["kind"], cause.get("parameter"), cause.get("value")]
    return " ".join(f"{word}".removesuffix(".0") for word in words if word is not None)


@cases(UNEXPLAINED)
def test_no_cause_is_made_up(case, check, tmp_path):
    train, plan, first = case
    done = check(EPOCH(train(), tmp_path), plan, "--format", "json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["causes"], said["first"]["epoch"]) == (1, [], first)


@cases(ODD)
def test_an_odd_file_is_noted(case, check, tmp_path):
    train, note = case
    done = check(EPOCH(train(), tmp_path), "cosine")
    assert done.returncode == 0
    assert note in done.stdout + done.stderr


def test_rounded_rates_agree_within_the_digits_that_are_left(check, tmp_path):
    path = ROUNDED(by_epoch(Run()), tmp_path)
    assert check(path, "cosine", "--rtol", "0.05").returncode == 0


@pytest.mark.parametrize(
    ("write", "one", "other"),
    [
        (as_csv("step", "lr", "lr_bias"), "lr", "lr_bias"),
        (writers.as_lightning, "lr-SGD/pg1", "lr-SGD/pg2"),
    ],
)
def test_a_column_names_a_parameter_group(write, one, other, check, tmp_path):
    path = write(loops.step_by_step(), tmp_path)
    assert check(f"{path}:{one}", FINE).returncode == 0
    assert check(f"{path}:{other}", FINE).returncode == 1
    assert check(f"{path}:{other}", f"{FINE} --lr 0.05").returncode == 0


@cases(PEERS)
def test_a_peer_is_identified_as_a_command_that_gives_its_rates(case, call, shell, tmp_path):
    make, epochs, _ = case
    run = by_epoch(Run(make), epochs)
    done = call("identify", str(EPOCH(run, tmp_path)))
    assert done.returncode == 0, done.stderr
    line = done.stdout.splitlines()[0]
    again = shell(f'logsched() {{ $LOGSCHED "$@"; }}; {line} --format csv')
    rates = np.loadtxt(again.stdout.splitlines(), delimiter=",", skiprows=1)[:, 1]
    np.testing.assert_allclose(rates, [row["lr"] for row in run.rows], rtol=1e-6)
