"""The command check: a log that is the schedule passes, another one is told where and why not."""

import json

import numpy as np
import pytest
from commands import assert_refused

from logsched import Schedule

COSINE = Schedule("cosine")
EPOCHS = np.arange(45.0)


@pytest.fixture
def log(tmp_path):
    """Write a log as CSV; its columns by name."""

    def log(name="run.csv", **columns):
        lines = [",".join(columns)]
        lines += [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines))
        return name

    return log


def epochs_and(rates, epochs=EPOCHS):
    return {"epoch": epochs.astype(int).tolist(), "lr": np.asarray(rates).tolist()}


def found(call, *args):
    return json.loads(call("check", *args, "--format", "json").stdout)


# Logs that are the schedule.


@pytest.mark.parametrize(
    "rows",
    [slice(None), slice(None, None, 10), slice(30, None), slice(7, 8), slice(None, None, -1)],
)
@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_a_right_log_passes(call, log, rows, precision):
    """Also every tenth epoch, one that begins at epoch 30, one row, rows in disorder."""
    rates = COSINE(EPOCHS).astype(precision)
    result = call("check", log(**epochs_and(rates[rows], EPOCHS[rows])), "cosine")
    assert result.returncode == 0
    assert result.stdout.startswith("run.csv is cosine: ")
    assert "within rtol 1e-06" in result.stdout


def test_float32_is_said(call, log):
    rates = COSINE(EPOCHS).astype(np.float32)
    assert "(its rates are float32)" in call("check", log(**epochs_and(rates)), "cosine").stdout
    assert found(call, "run.csv", "cosine")["float32"] is True


@pytest.mark.parametrize("steps", [1, 7, 100])
def test_a_log_of_steps_is_read_by_steps_per_epoch(call, log, steps):
    k = np.arange(45 * steps)
    log(step=k.tolist(), lr=COSINE(k / steps).tolist())
    result = call("check", "run.csv", "cosine", "--steps-per-epoch", str(steps))
    assert (result.returncode, result.stderr) == (0, "")


def test_a_log_of_epochs_and_steps_tells_how_many_an_epoch_has(call, log):
    """Whether the rate changes at every step or once an epoch."""
    k = np.arange(4500)
    for rates in (COSINE(k / 100), COSINE(k // 100)):
        log(epoch=(k // 100).tolist(), step=k.tolist(), lr=rates.tolist())
        assert call("check", "run.csv", "cosine").returncode == 0


def test_epochs_that_stand_for_each_step_are_counted(call, log):
    k = np.arange(4500)
    log(epoch=(k // 100).tolist(), lr=COSINE(k / 100).tolist())
    assert call("check", "run.csv", "cosine").returncode == 0
    assert call("check", "run.csv", "cosine", "--steps-per-epoch", "100").returncode == 0


def test_the_steps_may_be_what_the_schedule_counts(call, log):
    """A plan in steps, and a log that has epochs besides."""
    k = np.arange(0, 10_000, 10)
    plan = {"warmup_epochs": 500, "init_decay_epochs": 9500, "restart_interval": 0}
    rates = Schedule("cosine", **plan)(k).tolist()
    log(epoch=(k // 500).tolist(), step=k.tolist(), lr=rates)
    options = [f"--{name.replace('_', '-')}={value}" for name, value in plan.items()]
    assert call("check", "run.csv", "cosine", *options).returncode == 0


def test_every_counts_the_rows_of_an_epoch(call, log):
    k = np.arange(0, 450, 2)
    log(epoch=(k // 10).tolist(), lr=COSINE(k / 10).tolist())
    given = ["run.csv", "cosine", "--steps-per-epoch", "10"]
    assert call("check", *given).returncode == 1
    assert call("check", *given, "--every", "2").returncode == 0


def test_a_log_that_counts_from_1(call, log):
    log(**epochs_and(COSINE(EPOCHS), EPOCHS + 1))
    assert call("check", "run.csv", "cosine").returncode == 1
    assert call("check", "run.csv", "cosine", "--offset", "-1").returncode == 0


def test_a_bare_array_of_every_tenth_point(call, tmp_path):
    np.save(tmp_path / "lr.npy", COSINE(EPOCHS[::10]))
    assert call("check", "lr.npy", "cosine").returncode == 1
    assert call("check", "lr.npy", "cosine", "--every", "10").returncode == 0


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "jsonl", "txt"])
def test_what_export_writes_passes(run, format):
    given = ["--warmup-epochs", "3", "--steps-per-epoch", "4", "--format", format]
    rates = run("export", "cosine", *given).stdout
    result = run("check", "-", "cosine", *given[:4], stdin=rates)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_rate_of_0_may_have_been_rounded(call, log):
    """PyTorch's schedulers leave 1e-17 where 0 is meant."""
    planned = ["cosine", "--min-decay-lr", "0", "--restart-interval", "0"]
    rates = Schedule("cosine", min_decay_lr=0, restart_interval=0)(EPOCHS) + 1e-17
    assert call("check", log(**epochs_and(rates)), *planned).returncode == 0


# Logs that are not.


def test_what_differs_is_shown(call, log):
    rates = COSINE(EPOCHS)
    rates[20:23] = [0.06, 0.2, 0.06]
    result = call("check", log(**epochs_and(rates)), "cosine")
    assert result.returncode == 1
    assert "3 of 45 rates differ by more than rtol 1e-06" in result.stdout
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["first", "22", "20", "0.06", "0.0505", "0.0095"] in lines
    planned = COSINE(21.0)
    greatest = ["23", "21", "0.2", f"{planned:.10g}", f"{0.2 - planned:.6g}"]
    assert ["greatest", *greatest] in lines
    assert "logsched identify run.csv" in result.stdout
    assert "learning rate" in result.stdout  # the plot


def test_the_cause_is_said(call, log):
    log(**epochs_and(COSINE.replace(restart_interval=8)(EPOCHS)))
    result = call("check", "run.csv", "cosine")
    assert "\nCause: restart_interval is 8, not 10.\n" in result.stdout
    cause = {"kind": "parameter", "value": 8.0, "parameter": "restart_interval"}
    assert found(call, "run.csv", "cosine")["causes"] == [
        {**cause, "sentence": "restart_interval is 8, not 10"}
    ]


def test_all_causes_are_said(call, log):
    log(**epochs_and(2 * COSINE(EPOCHS)))
    text = call("check", "run.csv", "cosine").stdout
    assert "Each of these explains all of it:\n  - all rates are multiplied by 2" in text
    assert "  - lr is 0.2, not 0.1.\n" in text


def test_json_says_all(call, log):
    rates = COSINE(EPOCHS)
    rates[20] = 0.06
    log(**epochs_and(rates))
    said = found(call, "run.csv", "cosine")
    place = {"row": 22, "epoch": 20.0, "logged": 0.06, "planned": 0.0505}
    assert said["first"] == said["greatest"] == place
    assert (said["agrees"], said["rows"], said["differing"]) == (False, 45, 1)
    assert (said["log"], said["schedule"], said["rtol"]) == ("run.csv", "cosine", 1e-6)


def test_rtol_decides(call, log):
    log(**epochs_and(COSINE(EPOCHS) * 1.001))
    assert call("check", "run.csv", "cosine").returncode == 1
    assert call("check", "run.csv", "cosine", "--rtol", "0.01").returncode == 0


# Damage.


def test_a_missing_row_is_noted(call, log):
    kept = np.delete(EPOCHS, 17)
    result = call("check", log(**epochs_and(COSINE(kept), kept)), "cosine")
    assert result.returncode == 0
    assert result.stderr == "Note: rows are missing after epoch 16.\n"


def test_a_nan_is_a_difference(call, log):
    rates = COSINE(EPOCHS)
    rates[17] = np.nan
    result = call("check", log(**epochs_and(rates)), "cosine")
    assert result.returncode == 1
    assert (
        "Cause: one rate is not a number, and all the others are the schedule's." in result.stdout
    )
    assert found(call, "run.csv", "cosine")["first"]["logged"] is None


def test_a_nan_does_not_hide_a_cause(call, log):
    rates = COSINE.replace(restart_interval=8)(EPOCHS)
    rates[10] = np.nan
    text = call("check", log(**epochs_and(rates)), "cosine").stdout
    assert "restart_interval is 8, not 10 (besides, one rate is not a number)." in text


def test_the_ends_of_float64_are_no_trouble(call, log):
    log(epoch=[0, 1, 2], lr=[1e300, 1e308, 1e-320])
    result = call("check", "run.csv", "cosine")
    assert result.returncode == 1
    assert result.stderr.startswith("Note: the rates go up to 1e+308: above 10 they hardly are ")


def test_the_next_command_is_one_that_can_be_run(call, log):
    log("my run.csv", step=[0, 1, 2], lr=[0.3, 0.1, 0.2])
    text = call("check", "my run.csv", "cosine", "--steps-per-epoch", "7").stdout
    assert "  logsched identify 'my run.csv' --steps-per-epoch 7\n" in text


@pytest.mark.parametrize(("again", "status"), [(0.0505, 0), (0.05, 1)])
def test_a_step_that_is_there_twice(call, log, again, status):
    epochs, rates = np.insert(EPOCHS, 21, 20), np.insert(COSINE(EPOCHS), 21, again)
    result = call("check", log(**epochs_and(rates, epochs)), "cosine")
    assert result.returncode == status
    assert result.stderr == "Note: epoch 20 is there more than once.\n"


def test_rows_in_disorder_are_noted(call, log):
    epochs = np.random.default_rng(0).permutation(EPOCHS)
    result = call("check", log(**epochs_and(COSINE(epochs), epochs)), "cosine")
    assert (result.returncode, result.stderr) == (
        0,
        "Note: the rows are not in the order of their times.\n",
    )


def test_of_two_runs_the_last_is_looked_into_or_the_one_that_is_asked_for(call, log):
    wrong = COSINE.replace(restart_interval=8)(EPOCHS)
    rates = np.concatenate([COSINE(EPOCHS), wrong])
    log(**epochs_and(rates, np.concatenate([EPOCHS, EPOCHS])))
    result = call("check", "run.csv", "cosine")
    assert result.returncode == 1
    assert "Cause: restart_interval is 8, not 10." in result.stdout
    runs = "Note: the file holds 2 runs, in rows 2-46 and 47-91"
    assert result.stderr == f"{runs}: the last is taken (--part 2).\n"
    assert found(call, "run.csv", "cosine")["first"]["row"] == 47 + 16
    first = call("check", "run.csv", "cosine", "--part", "1")
    assert first.returncode == 0
    assert first.stderr == f"{runs}: that in rows 2-46 is taken (--part 1).\n"


def test_a_header_in_the_middle_begins_another_run(call, log, tmp_path):
    log(**epochs_and(COSINE(EPOCHS)))
    text = (tmp_path / "run.csv").read_text()
    (tmp_path / "run.csv").write_text(text + text)
    result = call("check", "run.csv", "cosine")
    assert result.returncode == 0
    assert "the file holds 2 runs, in rows 2-46 and 48-92" in result.stderr


def test_a_run_that_resumed_and_logged_again_what_it_had_done(call, log):
    """Saved at epoch 30, stopped at 35, and begun anew: the schedule as well."""
    epochs = np.concatenate([EPOCHS[:35], EPOCHS[30:]])
    rates = np.concatenate([COSINE(EPOCHS[:35]), COSINE(EPOCHS[30:] - 30)])
    result = call("check", log(**epochs_and(rates, epochs)), "cosine")
    assert result.returncode == 1
    assert "resumed at epoch 30 from the start of the schedule" in result.stdout


# What cannot be checked.


def test_a_schedule_must_be_named(call, log):
    assert_refused(call("check", log(**epochs_and(COSINE(EPOCHS)))), "one schedule", "there are 0")


def test_one_schedule_only(call, log):
    log(**epochs_and(COSINE(EPOCHS)))
    assert_refused(call("check", "run.csv", "cosine", "log"), "one schedule", "there are 2")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rtol", "-1"], "rtol is -1"),
        (["--offset", "x"], "offset is x"),
        (["--offset", "-1"], "the epoch of row 2 is -1"),
        (["--part", "0"], "part is 0"),
        (["--part", "2"], "part is 2, but run.csv holds one run"),
        (["--every", "10"], "every is 10, but run.csv says its own time"),
        (["--format", "xml"], "'xml'"),
    ],
)
def test_bad_options(call, log, options, words):
    log(**epochs_and(COSINE(EPOCHS)))
    assert_refused(call("check", "run.csv", "cosine", *options), words)


def test_a_file_that_is_not_there(call):
    assert_refused(call("check", "no.csv", "cosine"), "no.csv", status=1)
