"""identify: from what a run logged, the schedule that gives these rates again."""

import json
import shlex

import numpy as np
import pytest

from logsched import Schedule
from logsched.agreement import Series, tolerance_for
from logsched.breakpoints import find_breaks
from logsched.errors import LogschedError
from logsched.identify import identify

EPOCHS = np.arange(45.0)
STEPS = np.arange(0.0, 4500.0, 10.0)
PEERS = {  # the formulas of other libraries' schedulers, by epoch or step
    "CosineAnnealingWarmRestarts": (EPOCHS, 0.05 * (1 + np.cos(np.pi * (EPOCHS % 9) / 9)) / 2),
    "CosineAnnealingLR": (EPOCHS, 0.001 + 0.099 * (1 + np.cos(np.pi * EPOCHS / 45)) / 2),
    "StepLR": (EPOCHS, 0.1 * 0.5 ** (EPOCHS // 7)),
    "linear with warmup": (STEPS, 3e-4 * np.minimum(STEPS / 500, (4500 - STEPS) / 4000)),
    "cosine with warmup": (
        STEPS,
        3e-4 * np.where(STEPS < 500, STEPS / 500, (1 + np.cos(np.pi * (STEPS - 500) / 4000)) / 2),
    ),
    "nothing": (EPOCHS, np.full(45, 0.01)),
}


def found(epochs, rates):
    return identify(Series(epochs, rates), tolerance_for(rates, 1e-6))[0]


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_s_rates_are_explained(name):
    epochs, rates = PEERS[name]
    match = found(epochs, rates)
    assert match.fits
    assert match.schedule(epochs) == pytest.approx(rates, rel=1e-6, abs=1e-15)


@pytest.mark.parametrize("shape", ["constant", "step", "cosine", "linear", "log", "log-bounded"])
@pytest.mark.parametrize("rows", [slice(None), slice(10, None)])
def test_the_defaults_are_recognized(shape, rows):
    rates = Schedule(shape)(EPOCHS[rows])
    match = found(EPOCHS[rows], rates)
    assert match.fits
    assert match.schedule(EPOCHS[rows]) == pytest.approx(rates, rel=1e-6)


def test_what_is_as_left_out_is_not_given():
    assert found(EPOCHS, Schedule("cosine")(EPOCHS)).schedule == Schedule("cosine")


@pytest.mark.parametrize("rates", [[0.1], [0.1, 0.05], [0.0] * 9])
def test_little_is_enough(rates):
    assert found(np.arange(float(len(rates))), np.array(rates)).fits


def test_jumps_next_to_each_other_are_cut_where_there_are_too_many():
    """Noise has hundreds: it is looked at up to the first one that is left out."""
    rates = np.random.default_rng(0).random(3000)
    series = Series(np.arange(3000.0), rates)
    assert find_breaks(series, tolerance_for(rates, 1e-6)).end < 3000
    assert identify(series, tolerance_for(rates, 1e-6))


def test_noise_is_not_explained():
    rates = np.random.default_rng(0).random(45)
    match = found(EPOCHS, rates)
    assert not match.fits
    assert match.greatest == np.abs(match.schedule(EPOCHS) - rates).max()


def test_without_a_rate_there_is_nothing_to_identify():
    with pytest.raises(LogschedError, match="no rate"):
        found(np.empty(0), np.empty(0))


@pytest.mark.parametrize("given", [["--restart-interval", "8"], ["--steps-per-epoch", "3"]])
def test_the_command_reproduces_the_log(call, tmp_path, given):
    rates = call("export", "cosine", *given, "--format", "csv").stdout
    (tmp_path / "run.csv").write_text(rates)
    counted = given if "--steps-per-epoch" in given else []
    command, about = call("identify", "run.csv", *counted).stdout.splitlines()
    assert about.startswith("# explains all ")
    assert call(*shlex.split(command)[1:]).stdout == rates
    match = json.loads(call("identify", "run.csv", *counted, "--format", "json").stdout)
    assert match["matches"][0]["command"] == command
