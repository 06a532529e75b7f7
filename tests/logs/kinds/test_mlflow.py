"""MLflow: metric files with steps and without, the folder of a run, and folders of several."""

import pytest
from log_files import assert_same, log_of

from logsched.base.errors import LogschedError
from logsched.logs.log import read_log, read_logs

RATES = [0.1, 0.05, 1e-05, 0.0]
TIME = 1714550000000


def metric(rates, steps=None):
    """The lines of a metric file; old versions write no steps."""
    said = [""] * len(rates) if steps is None else [f" {step}" for step in steps]
    rows = zip(range(TIME, TIME + len(rates)), rates, said, strict=True)
    return "".join(f"{time} {rate}{step}\n" for time, rate, step in rows)


@pytest.fixture
def run(tmp_path):
    """Write a run's metrics into the folder of a store, and say where it is."""

    def run(name="0/abc", **metrics):
        folder = tmp_path / "mlruns" / name
        for metric_, content in metrics.items():
            path = folder / "metrics" / metric_.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        (folder / "meta.yaml").write_text("run_id: abc\n")
        return folder

    return run


def test_a_metric_file():
    log = log_of(metric(RATES, [0, 10, 20, 30]))
    assert_same(log.rate, RATES)
    assert_same(log.step, [0, 10, 20, 30])
    assert (log.label, log.notes) == ("standard input", ())


def test_a_metric_file_without_steps():
    assert_same(log_of(metric(RATES)).step, range(4))


def test_steps_that_are_all_the_same_are_no_time():
    log = log_of(metric(RATES, [0] * 4))
    assert_same(log.rate, RATES)
    assert log.step is None


def test_the_folder_of_a_run(run):
    folder = run(train__lr=metric(RATES, range(4)), train__loss=metric([9, 8], [5, 6]))
    for path in (str(folder), str(folder / "metrics"), f"{folder}:train/lr", f"{folder}/:lr"):
        assert_same(read_log(path).rate, RATES)
        assert_same(read_log(path).step, range(4))
    assert read_log(str(folder)).label == "abc"
    assert_same(read_log(f"{folder}:train/loss").step, [5, 6])


def test_a_store_of_one_run(run, tmp_path):
    run(lr=metric(RATES, range(4)))
    assert_same(read_log(str(tmp_path / "mlruns")).rate, RATES)


def test_of_several_runs_in_a_store_one_must_be_named(run, tmp_path):
    first = run("0/abc", lr=metric(RATES, range(4)))
    run("0/def", lr=metric(RATES, range(4)))
    with pytest.raises(LogschedError) as error:
        read_log(str(tmp_path / "mlruns"))
    assert str(error.value) == f"{tmp_path}/mlruns holds 2 runs: name one, as in {first}"


def test_a_run_with_event_files_among_its_artifacts_is_one_of_mlflow(run):
    folder = run(lr=metric(RATES, range(4)))
    (folder / "artifacts").mkdir()
    (folder / "artifacts" / "events.out.tfevents.1").write_bytes(b"")
    assert_same(read_log(str(folder)).rate, RATES)


def test_groups_are_columns(run):
    folder = run(lr_0=metric(RATES, range(4)), lr_1=metric([0.5], [0]))
    assert [log.label for log in read_logs(str(folder))] == ["abc:lr_0", "abc:lr_1"]


@pytest.mark.parametrize("cut", range(1, 24))
def test_a_line_that_is_cut_off_is_left_out(cut):
    """Also within its step, or before it."""
    whole = metric([0.0123456789, 0.0987654321, 0.0555555555, 0.0444444444], [10, 20, 30, 40])
    log = log_of(whole[:-cut])
    assert_same(log.step, [10, 20, 30, 40] if cut == 1 else [10, 20, 30])
    assert len(log.notes) == (0 if cut in (1, 28) else 1)


def test_other_lines_are_counted():
    log = log_of(metric(RATES, range(4)) + "and more\n" + metric(RATES[:2]))
    assert_same(log.rate, RATES)
    assert log.notes == ("3 lines could not be read, the first is line 5: 'and more'",)
