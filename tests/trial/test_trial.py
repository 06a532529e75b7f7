"""The command `trial`: its options, what it says as it trains, what it does without PyTorch."""

import json
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from types import SimpleNamespace

import pytest
from small import NO_TORCH, made, told, told_in, train

from logsched.trial.results import to_json
from logsched.trial.task import TASKS
from logsched.trial.task_options import OPTIONS

TINY = ["--epochs", "2", "--steps-per-epoch", "2", "--starts", "3"]


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason=NO_TORCH)


# Without PyTorch.


@pytest.mark.parametrize(
    ("task", "missing", "said"),
    [
        ("ackley", ["torch"], "PyTorch: pip install 'logsched[trial]', or pip install torch"),
        ("gan-ring", ["torch"], "PyTorch: pip install 'logsched[trial]', or pip install torch"),
        ("digits", ["sklearn"], "scikit-learn: pip install 'logsched[trial]', or pip install sci"),
        ("digits", ["torch", "sklearn"], "PyTorch and scikit-learn: pip install 'logsched[trial]'"),
        ("cifar10", ["torch", "torchvision", "timm"], "PyTorch, torchvision and timm: pip install"),
        ("cifar10", ["timm"], "timm: pip install 'logsched[paper]', or pip install"),
    ],
)
def test_without_a_package_it_says_what_to_install(call, monkeypatch, task, missing, said):
    lacks = lambda name: None if name in missing else name  # noqa: E731
    monkeypatch.setattr("logsched.trial.lazy_torch.find_spec", lacks)
    done = call("trial", task)
    assert (done.stdout, done.returncode) == ("", 1)
    assert done.stderr.startswith(f"Error: this needs {said}")
    assert done.stderr.count("\n") == 1


def test_saved_results_are_drawn_without_importing_pytorch(tmp_path):
    """Nor scikit-learn; nor does the help of any command."""
    (tmp_path / "saved.json").write_bytes(to_json(made({"log": [[1, 2]]})))
    for args in (["trial", "--from", "saved.json", "-o", "x.png"], ["trial", "--help"], ["--help"]):
        code = (
            f"import sys\nfrom logsched.cli.app import main\nsys.argv = {['logsched', *args]!r}\n"
            "try:\n    main()\nfinally:\n    print({'torch', 'sklearn'} & {*sys.modules})"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert done.stdout.endswith("\nset()\n")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


# Options.


def test_the_help_tells_every_option_and_task(call):
    text = " ".join(call("trial", "--help").stdout.split())
    for name in OPTIONS:
        assert f"--{name.replace('_', '-')}" in text
    assert ", ".join(TASKS) in text


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "task is missing: name one of digits, "),
        (["digit"], "there is no task 'digit'; did you mean 'digits'?"),
        (["cosine"], "there is no task 'cosine'; known are digits, "),
        (
            ["digits", "--dim", "3"],
            "dim is of ackley, griewank and rastrigin, but the task is di",
        ),
        (["ackley", "--batch-size", "3"], "batch_size is of "),
        (["ackley", "--dim", "1001"], "dim is 1001, but it must be a whole number from 1 to 1000"),
        (["ackley", "--dim", ""], "dim is '', but it must be "),
        (
            ["ackley", "--starts", "9" * 20],
            "starts is 99999999999999999999, but it must be a whole",
        ),
        (
            ["digits", "--batch-size", "1e9"],
            "batch_size is 1e9, but it must be a whole number from",
        ),
        (["ackley", "--seeds", "0"], "seeds is 0, but it must be a whole number from 1 to 10**9"),
        (["ackley", "--noise=-1"], "noise is -1, but it must be a finite number, 0 or more"),
        (["ackley", "--optimizer", "sdg"], "optimizer is sdg, but it must be sgd, adam or lbfgs; "),
        (["ackley", "--halt-loss", "0"], "halt_loss is 0, but it must be a finite number above 0"),
        (["ackley", "--halt-after=-1"], "halt_after is -1, but it must be a whole number from 0 "),
        (["ackley", "--halt-after", "9" * 20], "halt_after is 99999999999999999999, but it must"),
        (["ackley", "--precision", "half"], "precision is half, but it must be float32 or mixed"),
        (["cifar10", "--backbone", "vgg17"], "backbone is vgg17, but it must be resnet34 or res"),
        (["ackley", "--preprocessing"], "preprocessing is "),
    ],
)
def test_what_cannot_be_is_one_sentence(call, monkeypatch, args, said):
    monkeypatch.setattr("logsched.trial.lazy_torch.find_spec", lambda name: name)
    done = call("trial", *args)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.startswith(f"Error: {said}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["cosine", "cosine"], "label 'cosine' is given twice"),
        (["cosin"], "there is no shape 'cosin'; did you mean 'cosine'?"),
        (
            ["cosine", "--match-budget", "log"],
            "there is no label 'log': name log among the schedules as well",
        ),
        (["cosine", "log", "--device", "cuda"], "device is cuda, but PyTorch finds none here"),
        (
            ["cosine", "--lr", "1e-310", "--restart-lr", "0.1", "--epochs", "17"],
            "lr is 1e-310, but 0.1 is no finite multiple of it: take a larger lr",
        ),
    ],
)
def test_what_a_trial_cannot_train_is_one_sentence(call, torch, args, said):
    if torch.cuda.is_available() and "cuda" in args:
        pytest.skip("there is a CUDA device")
    done = call("trial", "ackley", *TINY, *args)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.startswith(f"Error: {said}")
    assert done.stderr.count("\n") == 1


def test_steps_are_those_of_the_data(call, torch):
    pytest.importorskip("sklearn", reason=NO_TORCH)
    done = call("trial", "digits", "log", "--steps-per-epoch", "7")
    said = "but an epoch of digits has 12 steps: set steps_per_epoch 12, or change batch_size"
    assert done.stderr == f"Error: steps_per_epoch is 7, {said}.\n"
    preset = ["digits", "log", "--preset", "figure-1", "--epochs", "1"]
    assert call("trial", *preset).stderr == f"Error: steps_per_epoch is 100, {said}.\n"
    assert call("trial", *preset, "--steps-per-epoch", "12").returncode == 0


@pytest.mark.parametrize(
    "options",
    [
        ["ackley", "--starts", "1000000000", "--dim", "1000"],
        ["gan-ring", "--batch-size", "1000000000"],
    ],
)
def test_too_much_memory_is_said(shell, torch, options):
    line = f"ulimit -v 16000000; $LOGSCHED trial {' '.join(options)} log --epochs 1"
    done = shell(line)
    assert done == ("", "Error: there is not enough memory for this.\n", 1)


@pytest.mark.parametrize(
    ("said", "raised"),
    [
        ("CUDA error: an illegal memory access was encountered", RuntimeError),
        ("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes", MemoryError),
        ("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes", MemoryError),
    ],
)
def test_not_every_error_about_memory_is_a_want_of_it(torch, monkeypatch, said, raised):
    from small import make_task

    from logsched.trial.training import Trainee

    def fail(self, watch):
        raise RuntimeError(said)

    monkeypatch.setattr(Trainee, "train_epoch", fail)
    with pytest.raises(raised):
        train(make_task("ackley"), "log")


def test_a_gpu_whose_memory_is_full_is_a_want_of_memory(torch, monkeypatch):
    from small import make_task

    from logsched.trial.training import Trainee

    def fail(self, watch):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 8 GiB")

    monkeypatch.setattr(Trainee, "train_epoch", fail)
    with pytest.raises(MemoryError):
        train(make_task("ackley"), "log")


@pytest.mark.parametrize(("system", "count"), [("linux", 2**20), ("darwin", 2**30)])
def test_memory_is_counted_in_the_systems_own_unit(torch, monkeypatch, capsys, system, count):
    """Linux counts KiB, macOS bytes."""
    from small import make_plan, make_task

    from logsched.trial import running

    task = make_task("ackley", {"device": "cpu"})
    estimate = running.Estimate(task, make_plan(task, "log", epochs=10**9), 1)
    used = lambda who: SimpleNamespace(ru_maxrss=count)  # noqa: E731
    monkeypatch.setattr(running.resource, "getrusage", used)
    monkeypatch.setattr(running.sys, "platform", system)
    for _ in range(8):
        estimate.step()
    assert "and 1.1 GB of memory" in capsys.readouterr().err


# What it trains.


def test_left_out_are_the_schedules_and_the_tasks_own_settings(call, torch):
    done = call("trial", "griewank", *TINY, "--format", "json")
    whole = json.loads(done.stdout)
    assert [*whole["schedules"]] == ["constant", "step", "cosine", "log", "log-bounded"]
    assert {table["params"]["lr"] for table in whole["schedules"].values()} == {3.0}
    its = {"optimizer": "sgd", "seeds": 1, "halt_after": 2, "halt_loss": 4.5, "noise": 0.3}
    assert its.items() <= whole["settings"].items()
    assert (
        json.loads(call("trial", "gan-ring", "log", *TINY[:4], "--format", "json").stdout)[
            "settings"
        ]["optimizer"]
        == "adam"
    )


def test_options_win_over_what_is_usual(call, torch, tmp_path):
    (tmp_path / "mine.toml").write_text("lr = 0.5\n")
    for options, lr in (
        (["--config", "mine.toml"], 0.5),
        (["--lr", "0.25", "--config", "mine.toml"], 0.25),
        (["--preset", "transformer"], 0.001),
        ([], 0.05),
    ):
        done = call("trial", "ackley", "constant", *TINY, *options, "--format", "json")
        assert json.loads(done.stdout)["runs"][0]["lr"] == [lr] * 4


@pytest.mark.parametrize("label", ["ü/ñ €", "a/../../b", "x" * 300, "--", "a,b", "日本"])
def test_labels_of_any_kind(call, torch, tmp_path, label):
    done = call(
        "trial", "ackley", *TINY, "--checkpoint", "saved", "-o", "x.png", "--", f"{label}=log"
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert label[:40] in done.stdout
    assert len([*(tmp_path / "saved").iterdir()]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["saved", "x.png"]


@pytest.mark.parametrize(
    "options", [["--epochs", "1"], ["--epochs", "1", "--steps-per-epoch", "1"]]
)
def test_a_trial_may_be_short(call, torch, options):
    done = call(
        "trial", "rastrigin", "cosine", *options, "--starts", "1", "--dim", "1", "-o", "x.pdf"
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert "1 epoch, 1 seed" in done.stdout


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("task", ["ackley", "gan-ring"])
def test_mixed_precision_on_any_device(call, torch, task, optimizer):
    options = ["--precision", "mixed", "--optimizer", optimizer, *TINY[:4]]
    done = call("trial", task, "cosine", *options)
    assert (done.stderr, done.returncode) == ("", 0)


def test_every_kind_of_file_holds_the_same_trial(call, torch, tmp_path):
    task = ["ackley", "cosine", "log", *TINY, "--seeds", "2"]
    for name in ("x.json", "x.csv", "x.png", "x.svg", "x.pdf"):
        assert call("trial", *task, "-o", name).returncode == 0
    shown = call("trial", *task, "--format", "json").stdout
    assert told_in((tmp_path / "x.json").read_text()) == told_in(shown)
    assert (tmp_path / "x.csv").read_text() == call("trial", *task, "--format", "csv").stdout
    redrawn = call("trial", "--from", "x.json", "-o", "again.png")
    assert redrawn.stdout == call("trial", *task).stdout
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "x.png").read_bytes()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["cosine", "log", "--epochs", "5"], True),
        (["cosine", "log", "--epochs", "1", "--warmup", "1"], True),
        (["cosine", "--epochs", "5"], False),
        (["cosine", "log", "--epochs", "6"], False),
        (["cosine", "log", "--epochs", "5", "--warmup", "4.8"], False),
        (["cosine", "log", "--epochs", "5", "--warmup", "0"], False),
    ],
)
def test_schedules_that_are_all_warmup_are_no_comparison(call, torch, options, told):
    said = "Note: the whole run is warmup for cosine and log: take more epochs, or a shorter warmup"
    tiny = ["--steps-per-epoch", "10", "--starts", "3"]
    done = call("trial", "ackley", "constant", *options, *tiny)
    assert (done.stderr, done.returncode) == (f"{said}.\n" if told else "", 0)


# While it trains.


def test_a_reader_may_go(shell, torch):
    done = shell(
        "$LOGSCHED trial ackley log --epochs 300 --steps-per-epoch 9 --format csv | head -1"
    )
    assert done == ("schedule,seed,epoch,step,lr,loss,score\n", "", 0)


def test_on_a_terminal_there_is_a_bar_and_it_goes(torch):
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "logsched", "trial", "ackley", "log", "--epochs", "40"]
    environment = {**os.environ, "TERM": "xterm"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=its, env=environment)
    os.close(its)
    screen = b""
    with suppress(OSError):  # how a terminal ends
        while more := os.read(ours, 10**5):
            screen += more
    os.close(ours)
    assert re.search(rb"steps .*\d+/4000", screen)
    assert screen.endswith(b"\x1b[2K")
    assert b"\x1b" not in process.communicate()[0]


@pytest.mark.parametrize(("epochs", "said"), [(10, False), (10**6, True)])
def test_a_long_trial_says_how_long_it_will_take(torch, monkeypatch, capsys, epochs, said):
    from small import make_plan, make_task

    from logsched.trial.running import Estimate

    estimate = Estimate(
        make_task("ackley"), make_plan(make_task("ackley"), "log", epochs=epochs), 5
    )
    clock = iter([10.0, 10.05])
    monkeypatch.setattr("logsched.trial.running.perf_counter", lambda: next(clock))
    for _ in range(100):
        estimate.step()
    err = capsys.readouterr().err
    told = r"An epoch takes about 0\.04 s and [\d.]+ GB of memory; all 5000000 epochs of 5 runs "
    assert re.fullmatch(rf"{told}about 55 h 33 min\.\n" if said else "", err)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.04 s"),
        (9.94, "9.9 s"),
        (12, "12 s"),
        (99, "99 s"),
        (100, "2 min"),
        (12000, "3 h 20 min"),
    ],
)
def test_times_in_words(seconds, text):
    from logsched.trial.running import duration

    assert duration(seconds) == text


def test_trained_results_in_json_are_read_back_bit_for_bit(torch):
    from small import make_task

    results = train(make_task("griewank"), "log", "cosine")
    assert told_in(to_json(results).decode()) == told(results.records)
