"""`trial cifar10`, the paper's two experiments: made images, real networks, killed and resumed."""

import json
import os
import signal
import subprocess
import sys
import tracemalloc
from importlib import import_module
from math import log
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest
from cifar_files import make_cifar

from logsched.schedule.run import Run
from logsched.trial.preprocessing import Preprocessing
from logsched.trial.task_options import make_task
from logsched.trial.tasks import cifar10

REASON = "a library is not installed: pip install 'logsched[paper]'"
for library in ("torch", "torchvision", "timm"):
    pytest.importorskip(library, reason=REASON)
torch = import_module("torch")

QUICK = ("--lr", "0.02", "--batch-size", "10", "--epochs", "2")
HALTING = ("--halt-after", "0", "--halt-loss", "0.01")  # every run, after an epoch
SMALL = ("--backbone", "googlenet")  # the smallest of the networks


@pytest.fixture(autouse=True)
def one_thread(monkeypatch):
    """More would change sums by a bit, and wait for each other on a busy machine."""
    torch.set_num_threads(1)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # of processes that `start` starts


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Twenty images to learn, four to judge by."""
    return str(make_cifar(tmp_path_factory.mktemp("data"), count=4))


@pytest.fixture
def train(call, data):
    """Train in this process; what `--format json` prints, and what is said on stderr."""

    def train(*args):
        done = call("trial", "cifar10", *args, "--data", data, "--format", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), done.stderr

    return train


def losses(results, label="constant"):
    (found,) = [run["loss"] for run in results["runs"] if run["label"] == label]
    return found


# The two experiments.


def test_resnet34_as_section_2_1_says(train):
    results, said = train("--preset", "resnet34", *HALTING)
    its = results["settings"]
    assert [its[name] for name in ("backbone", "network", "output")] == [
        "resnet34",
        "plain",
        "sigmoid",
    ]
    assert [its[name] for name in ("optimizer", "batch_size", "weights")] == ["sgd", 128, None]
    assert results["epochs"] == 60
    assert [*results["schedules"]] == ["constant", "step", "cosine", "log"]
    assert [run["halted"] for run in results["runs"]] == [0] * 4
    assert [run["lr"] for run in results["runs"]] == [[0.0001], [0.01], [0.01], [0.01]]
    assert "20 training images are fewer than their 3,072 pixels: whitening" in said


def test_transformers_as_section_2_2_says(train):
    results, _ = train("--preset", "transformer", *HALTING)
    its = results["settings"]
    assert [its[name] for name in ("backbone", "network", "output")] == [
        "resnet50",
        "transformer",
        "softmax",
    ]
    assert [its[name] for name in ("optimizer", "batch_size", "weights")] == ["adam", 32, None]
    assert results["epochs"] == 40
    params = results["schedules"]["log"]["params"]
    names = ("warmup", "decay", "restart_interval")
    assert [params[name] for name in names] == [0, 10, 10]
    assert params["restart_interval_multiplier"] == 1
    assert [run["lr"] for run in results["runs"]] == [[0.001]] * 4


@pytest.mark.parametrize("name", ["resnet50", "googlenet", "xception", "vgg16", "vgg19"])
def test_each_backbone_takes_two_steps(run, data, name):
    """In a process of its own: the largest takes 3 GB."""
    options = ("--backbone", name, "--data", data, "--batch-size", "10", "--epochs", "1")
    command = ("trial", "cifar10", "log", "--preset", "transformer", *options)
    done = run(*command, "--format", "json", env={"OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    (trained,) = results["runs"]
    assert len(trained["loss"]) == 2
    assert trained["loss"][0] == pytest.approx(log(10), abs=1)  # it can but guess
    assert np.isfinite(trained["loss"]).all()
    assert trained["score"][0] in (0, 0.25, 0.5, 0.75, 1)
    assert results["settings"]["backbone"] == name


def test_resnet34_learns_ten_classes(call, tmp_path):
    """Fifty images, flipped and cropped anew in each epoch; SGD and sigmoids as in the paper."""
    data = str(make_cifar(tmp_path, count=10))
    options = ("--lr", "0.01", "--batch-size", "25", "--epochs", "12", "-o", "its.json")
    call("trial", "cifar10", "constant", "--preset", "resnet34", "--data", data, *options)
    found = losses(json.loads((tmp_path / "its.json").read_bytes()))
    assert found[0] == pytest.approx(log(10), abs=0.4)
    assert np.mean(found[-4:]) < log(10 / 2)  # of the right class p is more than twice a guess's


# Outputs.


LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 3.0]])


def probabilities(output):
    each = 1 / (1 + np.exp(-LOGITS)) if output == "sigmoid" else np.exp(LOGITS)
    return each / each.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("output", cifar10.LOSSES)
def test_losses_are_cross_entropies_of_their_probabilities(output):
    loss = cifar10.LOSSES[output](torch.tensor(LOGITS), torch.tensor([0, 1]))
    wanted = -np.log(probabilities(output)[[0, 1], [0, 1]]).mean()
    assert float(loss) == pytest.approx(wanted, rel=1e-12)


def test_sigmoids_far_from_0_have_a_finite_loss():
    far = torch.tensor([[-1000.0, 1000.0]], requires_grad=True)
    loss = cifar10.LOSSES["sigmoid"](far, torch.tensor([0]))
    loss.backward()
    assert loss.item() == pytest.approx(1000)
    assert torch.isfinite(far.grad).all()


def test_softmax_for_the_usual(train):
    options = ("constant", "--preset", "resnet34", *SMALL, *HALTING)
    sigmoid, softmax = (train(*options, "--output", its)[0] for its in ("sigmoid", "softmax"))
    assert softmax["settings"]["output"] == "softmax"
    assert losses(softmax) != losses(sigmoid)


# Precision, devices, weights.


def test_mixed_precision_is_near_to_float32(train):
    options = ("constant", *SMALL, *QUICK)
    whole, mixed = (train(*options, "--precision", its)[0] for its in ("float32", "mixed"))
    assert losses(mixed) != losses(whole)
    assert losses(mixed)[:2] == pytest.approx(losses(whole)[:2], abs=0.1)
    assert np.isfinite(losses(mixed)).all()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a cuda device")
def test_a_cuda_that_is_not_there(call, data):
    done = call("trial", "cifar10", "--data", data, "--device", "cuda")
    wanted = "Error: device is cuda, but PyTorch finds none here: use cpu or auto.\n"
    assert done == ("", wanted, 2)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no cuda device")
def test_a_cuda_trains_as_the_cpu_does(train):
    options = ("constant", *SMALL, *QUICK)
    cpu, cuda = (train(*options, "--device", its)[0] for its in ("cpu", "cuda"))
    assert losses(cuda)[0] == pytest.approx(losses(cpu)[0], abs=0.02)


def test_weights_of_a_file_and_one_note_for_all_runs(train, tmp_path):
    make = import_module("torchvision").models.get_model
    torch.manual_seed(7)
    torch.save(make("googlenet", init_weights=True).state_dict(), tmp_path / "its.pth")
    options = ("constant", "cosine", *SMALL, *HALTING)
    loaded, said = train(*options, "--weights", str(tmp_path / "its.pth"))
    assert said.count("its.pth: fc, aux1, aux2, for other classes") == 1
    assert losses(loaded) != losses(train(*options)[0])


def test_weights_of_another_network(call, data, tmp_path):
    torch.save({"conv1.weight": torch.ones(3)}, tmp_path / "odd.pth")
    done = call("trial", "cifar10", "--data", data, "--weights", str(tmp_path / "odd.pth"))
    assert done.returncode == 1
    assert f"Error: {tmp_path}/odd.pth is of another network: " in done.stderr


# Data and batches.


def test_a_damaged_file_is_said_before_anything_is_written(call, tmp_path):
    root = make_cifar(tmp_path, count=4)
    batch = root / "data_batch_2"
    batch.write_bytes(batch.read_bytes()[:-1])
    done = call("trial", "cifar10", "--data", str(tmp_path), "--checkpoint", "kept")
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {batch} is cut off: it has ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "kept").exists()


def test_without_the_data(call, tmp_path):
    missing, nowhere = call("trial", "cifar10"), call("trial", "cifar10", "--data", "nowhere")
    assert (missing.returncode, nowhere.returncode) == (2, 1)
    assert "data is missing: name the folder of cifar-10-batches-py" in missing.stderr
    assert "nowhere lacks data_batch_1, " in nowhere.stderr
    assert "data_batch_1 (31,035,704 bytes)" in nowhere.stderr


def test_a_file_that_cannot_be_written_is_said_before_training(call, data):
    done = call("trial", "cifar10", "--data", data, "-o", "no/fig.png")
    wanted = "Error: cannot write no/fig.png: no is no folder that can be written in.\n"
    assert done == ("", wanted, 1)


def batches(data, size, seed=0, epoch=0):
    """What an epoch is trained on: images and labels of each step."""
    options = {"data": data, "batch_size": str(size), "backbone": "googlenet"}
    task = make_task(cifar10.TASK, None, options)
    grid = Run(epochs=1, steps_per_epoch=task.steps_per_epoch)
    found = [*task.model(seed, grid).batches(epoch)]
    assert len(found) == grid.steps_per_epoch
    return found


@pytest.mark.parametrize(
    ("size", "sizes"), [(20, [20]), (19, [19]), (18, [18, 2]), (128, [20]), (2, [2] * 10)]
)
def test_a_last_batch_of_one_image_is_left_out(data, size, sizes):
    assert [len(labels) for _, labels in batches(data, size)] == sizes


def test_batches_of_one_image_have_no_variance(call, data):
    done = call("trial", "cifar10", "--data", data, "--batch-size", "1")
    assert done.returncode == 2
    assert "batch_size is 1, but cifar10 needs 2 or more" in done.stderr


def test_an_epoch_has_each_image_once_in_an_order_of_its_own(data):
    first, again, later, other = (
        [torch.cat(parts) for parts in zip(*batches(data, 5, *at), strict=True)]
        for at in ((0, 0), (0, 0), (0, 1), (1, 0))
    )
    orders = [labels.tolist() for _, labels in (first, later, other)]
    assert [sorted(labels) for labels in orders] == [sorted([0, 1, 2, 3] * 5)] * 3
    assert orders[0] != orders[1] != orders[2] != orders[0]
    assert first[0].shape == (20, 3, 32, 32)
    assert torch.equal(first[0], again[0])


def test_seed_and_epoch_both_decide_how_an_image_is_flipped_and_cropped(data, monkeypatch):
    """Here in one order of the images, whichever the seed and the epoch."""
    monkeypatch.setattr(
        cifar10, "shuffled", lambda count, size, *_: torch.arange(count).split(size)
    )
    drawn = [
        torch.cat([images for images, _ in batches(data, 10, *when)])
        for when in [(0, 0), (0, 0), (1, 0), (0, 1)]
    ]
    assert torch.equal(drawn[0], drawn[1])
    assert not any(torch.equal(drawn[0], other) for other in drawn[2:])


def test_the_score_is_the_accuracy_on_test_images_and_changes_nothing(data):
    task = make_task(cifar10.TASK, None, {"data": data, "backbone": "googlenet"})
    model = task.model(0, Run(epochs=1, steps_per_epoch=1))
    before = {name: its.clone() for name, its in model.net.state_dict().items()}
    score = model.measure()
    assert model.net.training
    assert all(torch.equal(its, before[name]) for name, its in model.net.state_dict().items())
    with torch.no_grad():
        found = model.net.eval()(torch.tensor(task.images[1])).argmax(dim=1)
    assert score == (found.numpy() == task.cifar.test_labels).mean()


def test_preprocessed_images_are_in_memory_once():
    """Of the whole set they take 614 MB."""
    images = np.zeros((20_000, 8, 8, 3), dtype=np.uint8)
    its = Preprocessing(np.zeros((3, 8, 8)), np.eye(192, dtype=np.float32))
    tracemalloc.start()
    size = its.apply(images).nbytes
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < peak < 1.7 * size


def test_the_picture_of_a_batch(call, data, tmp_path):
    done = call("trial", "cifar10", "--preprocessing", "--data", data, "-o", "batch.png")
    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr.count("Note: ") == 1
    assert (tmp_path / "batch.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", [(), ("-o", "batch.json")])
def test_a_picture_needs_a_png(call, data, name):
    done = call("trial", "cifar10", "--preprocessing", "--data", data, *name)
    assert done.returncode == 2
    assert "name it, as in -o batch.png" in done.stderr


# Killed, halted, gone on with.

TRANSFORMER = ("--preset", "transformer", *SMALL, "--batch-size", "10")


def untimed(path):
    results = json.loads(Path(path).read_bytes())
    for run in results["runs"]:
        del run["seconds"]
    return results


def start(tmp_path, *args):
    """A trial in a process of its own."""
    command = [sys.executable, "-m", "logsched", "trial", "cifar10", *args]
    return subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def wait_for(path, epochs):
    """Until results tell of so many epochs of their last run."""
    end = monotonic() + 120
    while not path.exists() or epochs_in(path) < epochs:
        assert monotonic() < end
        sleep(0.02)


def epochs_in(path):
    return sum(len(run["score"]) for run in json.loads(path.read_bytes())["runs"])


def test_killed_and_gone_on_with_is_the_run_that_never_stopped(call, data, tmp_path):
    """Adam, dropout and batch norm have states; killed in the second of two runs."""
    options = ("cosine", "log", *TRANSFORMER, "--epochs", "3", "--data", data)
    assert call("trial", "cifar10", *options, "-o", "whole.json").returncode == 0
    with start(tmp_path, *options, "--checkpoint", "kept") as process:
        wait_for(tmp_path / "kept" / "results.json", 4)
        os.kill(process.pid, signal.SIGKILL)
    assert epochs_in(tmp_path / "kept" / "results.json") < 6
    done = call("trial", "cifar10", *options, "--resume", "kept", "-o", "resumed.json")
    assert done.returncode == 0
    whole = untimed(tmp_path / "whole.json")
    assert untimed(tmp_path / "resumed.json") == whole
    assert untimed(tmp_path / "kept" / "results.json") == whole


def test_a_halted_run_goes_on_under_another_schedule(call, data, tmp_path):
    options = (*TRANSFORMER, "--epochs", "2", "--data", data)
    call("trial", "cifar10", "one=log", *options, *HALTING, "--checkpoint", "kept")
    assert untimed(tmp_path / "kept" / "results.json")["runs"][0]["halted"] == 0
    resumed = call(
        *("trial", "cifar10", "one=cosine:lr=0.0001", *options),
        *("--resume", "kept", "-o", "on.json"),
    )
    assert "goes on from epoch 0 of kept/one-seed0.pt under another schedule" in resumed.stderr
    (run,) = untimed(tmp_path / "on.json")["runs"]
    assert (run["halted"], len(run["loss"])) == (None, 4)
    assert run["lr"][0] == 0.0001


def test_time_and_memory_are_said_before_a_long_run(data, tmp_path):
    options = ("constant", "log", "--preset", "resnet34", "--batch-size", "2", "--data", data)
    with start(tmp_path, *options) as process:
        said = next(line for line in process.stderr if "Note" not in line)
        process.kill()
    assert said.startswith("An epoch takes about ")
    assert " GB of memory; all 120 epochs of 2 runs about " in said
