"""Checkpoints: killed and resumed is never stopped, halted goes on otherwise, no code runs."""

import json
import math
import shutil
from pathlib import Path

import pytest
from small import NO_TORCH, SHORT, kill, make_grid, make_plan, make_task, told, told_in, train

from logsched import Schedule
from logsched.base.errors import LogschedError, OutputError
from logsched.plan.plan import Plan
from logsched.trial.results import Record, read_results
from logsched.trial.saving import Saving, read_saving

torch = pytest.importorskip("torch", reason=NO_TORCH)
pytest.importorskip("sklearn", reason=NO_TORCH)

WILD = {"lr": 50.0, "warmup": 0}  # digits cannot be learned so
FAST = ["--warmup", "1", "--decay", "1", "--restart-interval", "2"]


class Killed(BaseException):
    """What ends a trial in this process in the middle of a step's work."""


def killed_at(step, monkeypatch, task, *shapes, folder, **options):
    """A trial that ends after so many steps."""
    from logsched.trial.running import Estimate

    count = iter(range(step))

    def stop(self):
        if next(count, None) is None:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Estimate, "step", stop)
        with pytest.raises(Killed):
            train(task, *shapes, saving=Saving(folder=str(folder)), **options)


def resumed(folder, task, *shapes, **options):
    return train(task, *shapes, saving=read_saving(None, str(folder), None), **options)


def saved_in(folder, label, seed=0):
    from logsched.trial import checkpoints

    return checkpoints.read(checkpoints.path_of(str(folder), Record(label, seed)))


# Killed.


@pytest.mark.parametrize(
    ("name", "optimizer"),
    [("digits", "sgd"), ("digits", "lbfgs"), ("rastrigin", "sgd"), ("gan-ring", "adam")],
)
@pytest.mark.parametrize("step", [0, 2, 4, 9, 13])
def test_killed_after_any_step_and_resumed_is_as_never_stopped(
    tmp_path, monkeypatch, name, optimizer, step
):
    task = make_task(name, {"optimizer": optimizer})
    whole = train(task, "cosine", "log")
    killed_at(step, monkeypatch, task, "cosine", "log", folder=tmp_path)
    steps, epochs = whole.plan.grid.steps_per_epoch, whole.plan.grid.epochs
    done = min(step // steps, epochs)
    assert saved_in(tmp_path, "cosine").epochs == done
    assert told(resumed(tmp_path, task, "cosine", "log").records) == told(whole.records)
    assert told(read_results(str(tmp_path / "results.json")).records) == told(whole.records)


@pytest.mark.parametrize("after", [0.0, 0.35])
def test_a_killed_process_and_a_resumed_one_give_what_one_gives(run, tmp_path, after):
    options = ["digits", "cosine", "--epochs", "5", *FAST, "--batch-size", "64"]
    kill(tmp_path / "saved", *options, after=after)
    left = read_results(str(tmp_path / "saved" / "results.json")).records[0].epochs
    assert left < 5
    assert saved_in(tmp_path / "saved", "cosine").epochs in (left, left + 1)
    again = run("trial", *options, "--resume", "saved", "--format", "json")
    whole = run("trial", *options, "--format", "json")
    assert (again.stderr, again.returncode) == (whole.stderr, whole.returncode) == ("", 0)
    assert told_in(again.stdout) == told_in(whole.stdout)


def test_what_is_over_is_not_trained_again(tmp_path):
    task = make_task("ackley", {"seeds": 2})
    first = train(task, "cosine", saving=Saving(folder=str(tmp_path)))
    again = resumed(tmp_path, task, "cosine")
    assert [run.seconds for run in again.records] == [run.seconds for run in first.records]


def test_more_epochs_seeds_and_schedules_may_follow(tmp_path):
    few, many = (make_task("gan-ring", {"seeds": count}) for count in (1, 3))
    train(few, "cosine", epochs=2, saving=Saving(folder=str(tmp_path)))
    longer = resumed(tmp_path, many, "cosine", "log", epochs=4)
    assert told(longer.records) == told(train(many, "cosine", "log", epochs=4).records)


def test_labels_of_any_kind_have_files_of_their_own(tmp_path):
    from logsched.trial.checkpoints import path_of

    labels = ["a/b", "a_b", "a b", "../up", "ü=ñ€", "x" * 300, "x" * 301, "log", "LOG:base=range"]
    paths = [
        Path(path_of(str(tmp_path), Record(label, seed))) for label in labels for seed in (0, 1)
    ]
    assert len(set(paths)) == 2 * len(labels)
    for path in paths:
        assert path.parent == tmp_path
        path.touch()


# Halted.


@pytest.fixture(scope="module")
def halted(tmp_path_factory):
    """A folder of a digits run that was halted at epoch 2, and its record."""
    folder = tmp_path_factory.mktemp("halted")
    saving = Saving(folder=str(folder))
    [record] = train(make_task("digits"), "constant", epochs=5, saving=saving, **WILD).records
    assert record.halted == 2
    return folder, record


def test_a_halted_run_is_saved_as_before_its_last_epoch(halted):
    folder, record = halted
    saved = saved_in(folder, "constant")
    assert saved.epochs == 2
    assert told([saved.record]) == told([record])
    before = train(make_task("digits"), "constant", epochs=2, **WILD)
    assert saved.record.loss[: len(before.records[0].loss)] == before.records[0].loss


def test_under_the_same_schedule_it_stays_halted(halted, tmp_path):
    folder, record = halted
    shutil.copytree(folder, tmp_path / "copy")
    for source in (tmp_path / "copy", tmp_path / "copy" / "constant-seed0.pt"):
        again = resumed(source, make_task("digits"), "constant", epochs=5, **WILD)
        assert told(again.records) == told([record])


@pytest.mark.parametrize("file", [False, True])
def test_it_goes_on_under_another_schedule(halted, tmp_path, file, capsys):
    folder, record = halted
    shutil.copytree(folder, tmp_path / "copy")
    source = tmp_path / "copy" / "constant-seed0.pt" if file else tmp_path / "copy"
    calm = make_task("digits", {"halt_loss": 1e30})
    [again] = resumed(source, calm, "constant", epochs=5, lr=0.01, warmup=0).records
    steps = 3
    assert (again.epochs, again.halted) == (5, None)
    assert again.loss[: 2 * steps] == record.loss[: 2 * steps]
    assert again.lr == [50.0] * 2 * steps + [0.01] * 3 * steps
    said = f"Note: constant, seed 0, goes on from epoch 2 of {tmp_path}/copy/constant-seed0.pt"
    assert capsys.readouterr().err == f"{said} under another schedule.\n"


def test_many_schedules_may_go_on_from_one_file(halted):
    folder, record = halted
    calm = make_task("digits", {"halt_loss": 1e30})
    both = resumed(folder / "constant-seed0.pt", calm, "cosine", "log", epochs=4, lr=0.01)
    assert [again.label for again in both.records] == ["cosine", "log"]
    for again in both.records:
        planned = both.plan.schedules[again.label].sample(epochs=4, steps_per_epoch=3)
        assert again.lr[:6] == record.lr[:6]
        assert again.lr[6:] == pytest.approx(planned[6:], rel=1e-12)


def test_a_halted_run_is_copied_where_others_are_saved(halted, tmp_path):
    """From a file or a folder into another folder, from where it goes on too."""
    folder, record = halted
    for source in (folder, folder / "constant-seed0.pt"):
        saving = Saving(folder=str(tmp_path), source=str(source))
        again = train(make_task("digits"), "constant", epochs=5, saving=saving, **WILD)
        assert told(again.records) == told([record])
        assert saved_in(tmp_path, "constant").epochs == 2


def test_a_halted_run_keeps_its_state_where_another_has_taken_its_file(halted, tmp_path):
    """The first goes on under another schedule, the second stays halted, both from one file."""
    folder, record = halted
    shutil.copytree(folder, tmp_path / "copy")
    source = tmp_path / "copy" / "constant-seed0.pt"
    before = torch.load(source, weights_only=True)["net"]
    from logsched.trial.running import train_all

    task = make_task("digits", {"halt_loss": 1e30})
    wild = Schedule("constant", **SHORT | WILD)
    run = Plan({"constant": wild.replace(lr=0.01), "wild": wild}, make_grid(task, 5))
    _, second = train_all(task, run, Saving(folder=str(source.parent), source=str(source))).records
    assert second.halted == record.halted
    after = torch.load(tmp_path / "copy" / "wild-seed0.pt", weights_only=True)["net"]
    assert all(torch.equal(after[name], before[name]) for name in before)


# What a file may hold.


@pytest.fixture
def saved(tmp_path):
    """The checkpoint of a short trial."""
    task = make_task("rastrigin", {"optimizer": "adam"})
    train(task, "cosine", saving=Saving(folder=str(tmp_path)))
    return tmp_path / "cosine-seed0.pt"


def refusal(source, task=None, *, epochs=3, shape="cosine"):
    """What is said of a checkpoint, in one sentence."""
    task = task or make_task("rastrigin", {"optimizer": "adam"})
    with pytest.raises(LogschedError) as refused:
        train(task, shape, epochs=epochs, saving=read_saving(None, str(source), None))
    assert "\n" not in str(refused.value)
    return str(refused.value)


class Attack:
    """Runs when a trusting unpickler meets it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_malicious_file_runs_nothing(saved, tmp_path):
    witness, content = tmp_path / "witness", torch.load(saved)
    torch.save({**content, "epochs": Attack(witness)}, saved)
    torch.load(saved, weights_only=False)
    witness.unlink()  # it was made: the attack works
    assert refusal(saved) == f"{saved} is no checkpoint of a trial, or is damaged"
    assert not witness.exists()


@pytest.mark.parametrize("part", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file(saved, part):
    whole = saved.read_bytes()
    saved.write_bytes(whole[: int(part * len(whole))])
    assert refusal(saved) == f"{saved} is no checkpoint of a trial, or is damaged"


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"<html>", b"{}", bytes(range(256)), b"\x80\x02]."]
)
def test_no_checkpoint_at_all(saved, content):
    saved.write_bytes(content)
    assert str(saved) in refusal(saved)


def test_flipped_bytes_are_noticed_where_they_matter(saved):
    whole, refused = saved.read_bytes(), 0
    task = make_task("rastrigin", {"optimizer": "adam"})
    longer = told(train(task, "cosine", epochs=4).records)
    for at in range(0, len(whole), len(whole) // 97):
        saved.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            found = told(resumed(saved, task, "cosine", epochs=4).records)
        except OutputError as error:
            found, refused = str(error), refused + 1
        assert found in (longer, f"{saved} is no checkpoint of a trial, or is damaged")
    assert refused > 30


CHANGED = {  # what a file's content may be changed to
    "another schema": {"schema": 2},
    "no epochs": {"epochs": None},
    "too many epochs": {"epochs": 4},
    "no schedule": {"schedule": {}},
    "a wrong schedule": {"schedule": {"shape": "cosine", "params": {"lr": -1}}},
    "no record": {"record": []},
    "losses that are none": {
        "record": {"label": "cosine", "seed": 0, "loss": ["a"], "lr": [0.1], "score": []}
    },
    "losses without rates": {
        "record": {"label": "cosine", "seed": 0, "loss": [1.0], "lr": [], "score": []}
    },
    "no settings": {"trained": 5},
    "no network": {"net": {}},
    "a network of numbers": {"net": 5},
    "no optimizers": {"optimizers": []},
    "an optimizer of nothing": {"optimizers": [{}]},
    "an optimizer of another kind": {"optimizers": [{"state": {}, "param_groups": [5]}]},
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_file_that_holds_something_else(saved, name):
    torch.save({**torch.load(saved), **CHANGED[name]}, saved)
    assert str(saved) in refusal(saved)


OTHERS = {  # what a trial that goes on may not have changed
    "task is ackley": make_task("ackley", {"optimizer": "adam"}),
    "optimizer is sgd": make_task("rastrigin", {"optimizer": "sgd"}),
    "dim is 3": make_task("rastrigin", {"optimizer": "adam"}, dim=3),
    "starts is 21": make_task("rastrigin", {"optimizer": "adam"}, starts=21),
    "noise is 1.0": make_task("rastrigin", {"optimizer": "adam"}, noise=1.0),
}


@pytest.mark.parametrize("said", OTHERS)
def test_a_trial_of_something_else_cannot_go_on(saved, said):
    assert refusal(saved, OTHERS[said]).startswith(f"{said}, but in the checkpoint {saved} ")
    assert refusal(saved.parent, OTHERS[said]).startswith(f"{said}, but in the checkpoint {saved} ")


def test_nor_one_of_fewer_epochs_or_another_seed(saved):
    said = f"epochs is 2, but the checkpoint {saved} is after 3"
    assert refusal(saved, epochs=2) == said
    saved.rename(saved.parent / "cosine-seed1.pt")
    two = make_task("rastrigin", {"optimizer": "adam", "seeds": 2})
    assert refusal(saved.parent, two).startswith("seed is 1, but in the checkpoint ")


def test_nor_one_with_other_steps(saved):
    from logsched.trial.running import train_all

    task = make_task("rastrigin", {"optimizer": "adam"})
    run = make_plan(task, "cosine")
    object.__setattr__(run.grid, "steps_per_epoch", 5)
    with pytest.raises(LogschedError, match=r"^steps_per_epoch is 5, but in the checkpoint"):
        train_all(task, run, Saving(source=str(saved)))


@pytest.mark.parametrize("other", ["damaged", "of another trial", "of more epochs"])
def test_a_checkpoint_that_cannot_go_on_is_refused_before_any_training(saved, other):
    """Also that of a schedule whose turn would come hours later."""
    task, last = make_task("rastrigin", {"optimizer": "adam"}), saved.with_name("log-seed0.pt")
    if other == "damaged":
        last.write_bytes(saved.read_bytes()[:-99])
    else:
        (task_, epochs) = (make_task("ackley"), 3) if "trial" in other else (task, 9)
        train(task_, "log", epochs=epochs, saving=Saving(folder=str(saved.parent)))
    assert_refused_before_any_training(saved, task, r"log-seed0\.pt")


def assert_refused_before_any_training(saved, task, said):
    """The first schedule, whose checkpoint is in order, is not trained on."""
    before = saved.read_bytes()
    with pytest.raises(LogschedError, match=said):
        resumed(saved.parent, task, "cosine", "log", epochs=5)
    assert saved.read_bytes() == before


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("name", ["rastrigin", "gan-ring", "digits"])
@pytest.mark.parametrize("part", ["net", "optimizers"])
def test_the_weights_of_another_model_are_refused_before_any_training(
    tmp_path, name, optimizer, part
):
    """Of the same settings otherwise, as another version could have left them."""
    task = make_task(name, {"optimizer": optimizer})
    train(task, "cosine", "log", saving=Saving(folder=str(tmp_path)))
    first, last = tmp_path / "cosine-seed0.pt", tmp_path / "log-seed0.pt"
    content = torch.load(last)
    torch.save({**content, part: mapped(narrower, content[part])}, last)
    assert_refused_before_any_training(first, task, f"^{last} is of another model than this task")


def mapped(change, whole):
    """A checkpoint's content with a change to each tensor in it."""
    if isinstance(whole, dict):
        return {key: mapped(change, value) for key, value in whole.items()}
    if isinstance(whole, list | tuple):
        return type(whole)(mapped(change, value) for value in whole)
    return change(whole) if isinstance(whole, torch.Tensor) else whole


def narrower(weights):
    """As of a layer with fewer units; a single number stays."""
    return weights[:-1].clone() if weights.dim() else weights


def test_all_go_on_from_one_file_even_where_a_run_takes_its_place(saved):
    task = make_task("rastrigin", {"optimizer": "adam"})
    alone = [resumed(saved, task, shape, epochs=5).records[0] for shape in ("cosine", "log")]
    saving = Saving(folder=str(saved.parent), source=str(saved))
    there = train(task, "cosine", "log", epochs=5, saving=saving)
    assert saved_in(saved.parent, "cosine").epochs == 5
    assert told(there.records) == told(alone)


def test_as_many_seeds_as_there_may_be_begin_at_once(shell, tmp_path):
    line = (
        "ulimit -v 16000000; $LOGSCHED trial ackley log --seeds 1000000000 --epochs 1 "
        "--steps-per-epoch 1 --starts 2 --checkpoint saved & "
        "until [ -e saved/log-seed1.pt ] || ! kill -0 $!; do sleep 0.1; done; kill $!; wait $!"
    )
    assert shell(line).returncode == 143
    assert (tmp_path / "saved" / "log-seed1.pt").exists()


# Folders and disks.


def test_an_exhausted_disk_ends_the_trial_and_leaves_whole_files(shell):
    """Here a limit on the size of files, which a file of checkpoints soon reaches."""
    line = (
        "ulimit -f 20; trap '' XFSZ; "
        "$LOGSCHED trial rastrigin cosine --checkpoint saved --epochs 4 --starts 5000"
    )
    done = shell(line)
    assert (done.stdout, done.returncode) == ("", 1)
    assert done.stderr == "Error: cannot write saved/cosine-seed0.pt: File too large.\n"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux has this folder")
def test_a_folder_in_which_nobody_can_write(call):
    """Not even root."""
    done = call("trial", "rastrigin", "cosine", "--epochs", "1", "--checkpoint", "/proc")
    assert (done.stdout, done.returncode) == ("", 1)
    said = "Error: cannot write /proc/cosine-seed0.pt: No such file or directory.\n"
    assert done.stderr == said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--checkpoint", "file"], "cannot write file: File exists"),
        (["--checkpoint", "file/in"], "cannot write file/in: Not a directory"),
        (["--checkpoint", ""], "a folder of checkpoints is '', but it must have a name"),
        (["--resume", "nowhere"], "cannot read nowhere: there is no such file or folder"),
        (["--resume", "file"], "file is no checkpoint of a trial, or is damaged"),
    ],
)
def test_what_is_no_folder(call, tmp_path, options, said):
    (tmp_path / "file").write_text("text")
    done = call("trial", "rastrigin", "cosine", "--epochs", "1", "--steps-per-epoch", "1", *options)
    assert (done.stdout, done.stderr) == ("", f"Error: {said}.\n")


def test_results_are_written_after_every_epoch(tmp_path, monkeypatch):
    """Into the folder, and into the file of -o if that is JSON."""
    task = make_task("ackley")
    run = make_plan(task, "cosine")
    from logsched.trial import running

    seen = []
    monkeypatch.setattr(
        running.files, "write", lambda chunks, path: seen.append((path, json.loads(chunks[0])))
    )
    running.train_all(task, run, Saving(results="out.json"))
    assert [len(whole["runs"][0]["score"]) for path, whole in seen if path == "out.json"] == [
        0,
        1,
        2,
        3,
    ]


def test_a_loss_that_is_not_finite_is_kept(tmp_path):
    task = make_task("ackley", {"halt_after": 0}, noise=1e308)
    [record] = train(task, "constant", lr=1e37, saving=Saving(folder=str(tmp_path))).records
    assert math.isnan(record.loss[-1])
    [again] = resumed(tmp_path, task, "constant", lr=1e37).records
    assert told([again]) == told([record])
