"""CIFAR-10 is read from its files; what is lacking or damaged is said, and nothing in them runs."""

import hashlib
import pickle
import sys
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from cifar_files import BATCHES, NAMES, Pickle, make_cifar, make_images, write_batch

from logsched.base.errors import OutputError
from logsched.trial.cifar import FILES, read_cifar

META_MD5 = "5ff9c542aee3614f3951f8cda6e48888"  # of batches.meta as published
BLANK = np.zeros((1, 3072), dtype=np.uint8)
GOOD = {"batch_label": "made", "labels": [3], "data": BLANK, "filenames": ["cat.png"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_cifar(tmp_path_factory.mktemp("made"), count=12)


@pytest.fixture
def root(tmp_path):
    return make_cifar(tmp_path, count=10)


def refusal(folder: Path) -> str:
    with pytest.raises(OutputError) as refused:
        read_cifar(str(folder))
    assert refused.value.exit_code == 1
    assert "\n" not in str(refused.value)
    return str(refused.value)


def raw(batch: Path) -> dict:
    """What Python's own pickle reads there."""
    return pickle.loads(batch.read_bytes(), encoding="bytes")


def test_images_and_labels_are_those_of_the_files(made):
    cifar = read_cifar(str(made))
    assert cifar.train_images.shape == (60, 32, 32, 3)
    assert cifar.train_images.dtype == np.uint8
    assert cifar.train_labels.dtype == np.int64
    batches = [raw(made / name) for name in BATCHES]
    assert cifar.train_labels.tolist() == [
        *chain.from_iterable(batch[b"labels"] for batch in batches[:5])
    ]
    assert cifar.test_labels.tolist() == batches[5][b"labels"]
    assert cifar.names == NAMES
    red, green, blue = batches[2][b"data"][7].reshape(3, 32, 32)
    assert np.array_equal(cifar.train_images[2 * 12 + 7], np.dstack([red, green, blue]))
    assert np.array_equal(cifar.test_images[:, 31, 0, 2], batches[5][b"data"][:, 2048 + 31 * 32])


def test_the_folder_or_the_one_that_holds_it(made):
    inner, outer = read_cifar(str(made)), read_cifar(str(made.parent))
    assert np.array_equal(inner.train_images, outer.train_images)


def test_the_maker_writes_the_names_as_published_byte_by_byte():
    held = {"num_cases_per_batch": 10_000, "label_names": list(NAMES), "num_vis": 3072}
    written = Pickle().whole(held)
    assert len(written) == FILES["batches.meta"]
    assert hashlib.md5(written).hexdigest() == META_MD5


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_python_3_and_numpy_write_is_read_too(root, protocol, order):
    images = make_images(np.arange(10), np.random.default_rng(5)).reshape(10, -1)
    held = {b"data": np.array(images, order=order), b"labels": list(range(10))}
    (root / "test_batch").write_bytes(pickle.dumps(held, protocol))
    cifar = read_cifar(str(root))
    assert np.array_equal(cifar.test_images[:, :, :, 1].reshape(10, -1), images[:, 1024:2048])


class Attack:
    """Runs when a trusting unpickler meets it."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


def test_a_malicious_pickle_runs_nothing(root, tmp_path):
    witness = tmp_path / "witness"
    attack = pickle.dumps({b"data": Attack(Path.touch, witness)}, 2)
    pickle.loads(attack)
    witness.unlink()  # it was made: the attack works
    (root / "data_batch_2").write_bytes(attack)
    assert "data_batch_2 is refused: it asks for" in refusal(root)
    assert not witness.exists()


@pytest.mark.parametrize("asked", ["os.system", "builtins.eval", "numpy.load", "codecs.encode"])
def test_a_name_that_no_batch_needs_is_refused(root, asked):
    module, _, name = asked.rpartition(".")
    (root / "batches.meta").write_bytes(f"c{module}\n{name}\n(S'1'\ntR.".encode())
    assert refusal(root) == f"{root}/batches.meta is refused: it asks for '{asked}'"


def test_a_module_is_not_even_imported(root, tmp_path, monkeypatch):
    (tmp_path / "trap.py").write_text("raise SystemExit")
    monkeypatch.syspath_prepend(tmp_path)
    (root / "test_batch").write_bytes(b"ctrap\nname\n.")
    assert "asks for 'trap.name'" in refusal(root)
    assert "trap" not in sys.modules


def test_without_the_data_it_names_the_files_and_their_sizes(tmp_path):
    said = refusal(tmp_path / "nowhere")
    assert said.startswith(f"{tmp_path}/nowhere lacks data_batch_1, data_batch_2, ")
    assert all(f"{name} ({size:,} bytes)" in said for name, size in FILES.items())
    assert "cifar-10-batches-py" in said
    assert "186 MB in all" in said


def test_one_file_that_lacks_is_named(root):
    (root / "data_batch_4").unlink()
    assert refusal(root.parent).startswith(f"{root} lacks data_batch_4: ")


def test_the_archive_itself(tmp_path):
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(b"\x1f\x8b")
    assert "unpack" in refusal(tmp_path / "cifar-10-python.tar.gz")


@pytest.mark.parametrize("part", [0, 1, 0.001, 0.5, 0.999])
def test_a_truncated_file(root, part):
    batch = root / "data_batch_3"
    whole = batch.read_bytes()
    batch.write_bytes(whole[: int(part * len(whole)) if part != 1 else -1])
    size = batch.stat().st_size
    said = f"is cut off: it has {size:,} bytes, and 31,035,999 in CIFAR-10 as published"
    assert refusal(root) == f"{batch} {said}"


@pytest.mark.parametrize("content", [b"<html>", b"hello", bytes(range(256)), b"\x1f\x8b\x08"])
def test_no_pickle(root, content):
    (root / "data_batch_5").write_bytes(content)
    assert refusal(root) == f"{root}/data_batch_5 is not a pickle, or a damaged one"


def test_a_file_that_is_too_large(root):
    with (root / "data_batch_1").open("ab") as file:
        file.truncate(64 * 2**20 + 1)
    said = refusal(root)
    assert said.startswith(f"{root}/data_batch_1 is larger than 67,108,864 bytes")
    assert "data_batch_1 has 31,035,704" in said


DAMAGED = {  # what a batch holds, and what is said of it
    "another dict": (
        {"fine_labels": [1], "data": BLANK},
        "lacks the key b'labels': it has b'fine_labels', b'data'",
    ),
    "no dict": ([1, 2], "holds 'list', but it must hold a dict"),
    "rows of another length": (GOOD | {"data": BLANK[:, :1024]}, "of shape (1, 1024)"),
    "no images": (GOOD | {"data": BLANK[:0], "labels": []}, "of shape (0, 3072) in 0 bytes"),
    "no array": (GOOD | {"data": [0]}, "has no array of numbers as data, but it must be 'u1'"),
    "no list of labels": (GOOD | {"labels": "3"}, "has b'3' as labels, but they must be a list"),
    "a label of 10": (
        GOOD | {"data": BLANK.repeat(3, axis=0), "labels": [0, 10, 9]},
        "has 10 as the label of image 1, but labels are whole numbers from 0 to 9",
    ),
    "a label that is a word": (GOOD | {"labels": ["cat"]}, "has b'cat' as the label of image 0"),
    "more labels": (GOOD | {"labels": [1, 2]}, "has 1 images, but 2 labels"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_batch(root, case):
    held, said = DAMAGED[case]
    (root / "test_batch").write_bytes(Pickle().whole(held))
    assert f"{root}/test_batch {said}" in refusal(root).replace("has data of type b'u1' ", "")


ARRAYS = {
    "'f4' of shape (2, 3072) in 24,576 bytes": np.zeros((2, 3072), dtype=np.float32),
    "'u1' of shape (2, 32, 32, 3) in 6,144 bytes": np.zeros((2, 32, 32, 3), dtype=np.uint8),
    "'u1' of shape () in 1 bytes": np.zeros((), dtype=np.uint8),
}


@pytest.mark.parametrize("said", ARRAYS)
def test_an_array_of_another_kind(root, said):
    held = {b"data": ARRAYS[said], b"labels": [0, 1]}
    (root / "test_batch").write_bytes(pickle.dumps(held, 2))
    assert f"has data of type {said}, but it must be 'u1'" in refusal(root)


def test_an_array_of_objects(root):
    held = {b"data": np.array([[object]]), b"labels": [0]}
    (root / "test_batch").write_bytes(pickle.dumps(held, 2))
    assert "test_batch is refused: it asks for '__builtin__.object'" in refusal(root)


def test_nine_names(root):
    (root / "batches.meta").write_bytes(Pickle().whole({"label_names": list(NAMES[:9])}))
    assert refusal(root) == f"{root}/batches.meta has 9 label_names, but there must be 10"


def test_batches_may_differ_in_size(root):
    images = make_images(np.arange(3), np.random.default_rng(0))
    write_batch(root / "data_batch_1", images, [0, 1, 2])
    assert len(read_cifar(str(root)).train_labels) == 43
