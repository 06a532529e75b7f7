"""identify: from what a run logged, the schedule that gives these rates again."""

import json
import shlex

import numpy as np
import pytest

from logsched import Schedule
from logsched.base.errors import LogschedError
from logsched.logs.agreement import tolerance_for
from logsched.logs.identify.breaks import find_breaks
from logsched.logs.identify.search import identify
from logsched.schedule.series import Series

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


@pytest.mark.quick("AnnealingLR", "nothing", "warmup")
@pytest.mark.parametrize("name", PEERS)
def test_a_peer_s_rates_are_explained(name):
    epochs, rates = PEERS[name]
    match = found(epochs, rates)
    assert match.fits
    assert match.schedule(epochs) == pytest.approx(rates, rel=1e-6, abs=1e-15)


@pytest.mark.quick("constant")
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


@pytest.mark.quick
@pytest.mark.parametrize("last", [900.0, 1000.0])
def test_a_decay_to_0_after_a_warmup_whose_start_is_not_logged(last):
    """As transformers logs it, from the first logging step up to the last, where the rate is 0."""
    steps = np.arange(10.0, last + 1, 10)
    rates = 5e-5 * np.minimum(steps / 100, (1000 - steps) / 900)
    match = found(steps, rates)
    assert match.fits
    assert match.schedule(steps) == pytest.approx(rates, rel=1e-6, abs=1e-15)
    assert match.schedule(np.array([0, 50])) == pytest.approx([0, 2.5e-5], abs=1e-15)


@pytest.mark.quick
@pytest.mark.parametrize("points", [45, 3000])
def test_noise_is_not_explained(points):
    epochs, rates = np.arange(float(points)), np.random.default_rng(0).random(points)
    match = found(epochs, rates)
    assert not match.fits
    assert match.greatest == np.abs(match.schedule(epochs) - rates).max()


def test_without_a_rate_there_is_nothing_to_identify():
    with pytest.raises(LogschedError, match="no rate"):
        found(np.empty(0), np.empty(0))


@pytest.mark.quick
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


# Logs as a loop writes them: rounded, or counted from 1.


@pytest.fixture
def said(call, tmp_path):
    """What identify says of epochs and rates that are written so, as text or JSON."""

    def said(epochs, rates, written=repr, *options):
        rows = [f"{e:g},{written(float(r))}\n" for e, r in zip(epochs, rates, strict=True)]
        (tmp_path / "run.csv").write_text("epoch,lr\n" + "".join(rows))
        return call("identify", "run.csv", *options).stdout

    return said


COSINE = Schedule("cosine")(EPOCHS)
WRITTEN = {
    "4 decimals": "{:.4f}",
    "5 decimals": "{:.5f}",
    "6 decimals": "{:.6f}",
    "3 digits": "{:.3g}",
    "5 digits": "{:.4e}",
}


@pytest.mark.quick
@pytest.mark.parametrize("kept", WRITTEN)
def test_a_rounded_log_is_explained_as_near_as_that(said, kept):
    command, about = said(EPOCHS, COSINE, WRITTEN[kept].format).splitlines()
    assert command == "logsched export cosine --epochs 45 --format csv"
    assert about.startswith(f"# the log keeps {kept}, and as near as that this explains all 45 ")


@pytest.mark.quick
@pytest.mark.parametrize("shape", ["linear", "log", "log-bounded"])
def test_a_rounded_log_of_another_shape(said, shape):
    text = said(EPOCHS, Schedule(shape, restart_interval=8)(EPOCHS), "{:.5f}".format)
    assert text.startswith(f"logsched export {shape} --restart-interval 8 --epochs 45 ")


@pytest.mark.quick
@pytest.mark.parametrize(("written", "kept"), [("{:.5f}".format, "5 decimals"), (repr, None)])
def test_json_says_what_the_log_keeps(said, written, kept):
    answer = json.loads(said(EPOCHS, COSINE, written, "--format", "json"))
    assert answer["rounded"] == kept
    assert answer["matches"][0]["fits"] is True


SHORT = {  # rates in few decimals by themselves
    "steps": 0.1 * 0.5 ** (EPOCHS // 10),
    "a line": 0.1 - 0.0025 * np.minimum(EPOCHS, 40),
    "a slow line": 0.1 - 0.001 * EPOCHS,
    "the default steps": Schedule("step")(EPOCHS),
}


@pytest.mark.quick("line")
@pytest.mark.parametrize("name", SHORT)
def test_short_decimals_are_explained_exactly(said, name):
    text = said(EPOCHS, SHORT[name], "{:.10g}".format)
    assert "# explains all 45 rates of run.csv within rtol 1e-06" in text


@pytest.mark.quick
@pytest.mark.parametrize("written", [repr, "{:.5f}".format])
def test_a_log_that_counts_from_1_is_read_so(said, call, written):
    command, about = said(EPOCHS + 1, COSINE, written).splitlines()
    assert command == "logsched export cosine --epochs 45 --format csv"
    assert about.endswith("; the log counts from 1: check it with --offset -1")
    options = ["--rtol", "0.01", "--offset", "-1"]
    assert call("check", "run.csv", "cosine", *options).returncode == 0


@pytest.mark.quick
@pytest.mark.parametrize("shape", ["linear", "step", "log"])
def test_a_log_of_another_shape_that_counts_from_1(said, shape):
    text = said(EPOCHS + 1, Schedule(shape)(EPOCHS))
    assert text.startswith(f"logsched export {shape} --epochs 45 --format csv\n")


def test_a_log_from_1_is_not_explained_by_long_numbers(said):
    """As one-cycle would, with a warmup of one epoch."""
    text = said(EPOCHS + 1, 0.1 * (1 + np.cos(np.pi * EPOCHS / 45)) / 2)
    assert text.startswith("logsched export cosine --min-decay-lr 0 --warmup 0 ")
    assert json.loads(said(EPOCHS + 1, COSINE, repr, "--format", "json"))["offset"] == -1


def test_a_log_that_only_begins_at_1_stands_as_it_is(said):
    assert "counts from 1" not in said(EPOCHS[1:], COSINE[1:])


@pytest.mark.quick
@pytest.mark.parametrize(("written", "first"), [(repr, 0), ("{:.5f}".format, 1)])
def test_where_nothing_fits_the_first_line_says_so(said, written, first):
    """And what comes near is in few digits."""
    noise = np.random.default_rng(0).random(45)
    about, command = said(EPOCHS + first, noise, written).splitlines()
    assert about.startswith("# No schedule explains run.csv within rtol 1e-06; the nearest, off by")
    assert about.endswith(", is:")
    numbers = [word for word in command.split() if word[0].isdigit()]
    assert max(len(word.replace(".", "").lstrip("0")) for word in numbers) <= 5
    answer = json.loads(said(EPOCHS, noise, written, "--format", "json"))
    assert [one["fits"] for one in answer["matches"]] == [False]


# A log of epochs and steps.


@pytest.mark.quick
@pytest.mark.parametrize("digits", [2, 12])
def test_a_log_of_epochs_and_steps_is_read_as_check_reads_it(call, tmp_path, digits):
    """As transformers' trainer_state.json."""
    steps = np.arange(10, 1001, 10)
    rates = 5e-5 * np.minimum(steps / 100, (1000 - steps) / 900)
    columns = zip(steps.tolist(), rates.tolist(), strict=True)
    rows = [
        {"epoch": round(step / 250, digits), "step": step, "learning_rate": rate}
        for step, rate in columns
    ]
    (tmp_path / "trainer_state.json").write_text(json.dumps({"log_history": rows}))
    command, about = call("identify", "trainer_state.json").stdout.splitlines()
    assert "--warmup 0.4 " in command
    options = [word for word in shlex.split(command)[2:] if not word.startswith("--format")]
    text = call("check", "trainer_state.json", *options[: options.index("--epochs")]).stdout
    assert about.partition("the time is by ")[2] == text.rpartition("The time is by ")[2].strip(
        ".\n"
    )
