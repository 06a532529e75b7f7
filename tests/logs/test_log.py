"""Where a log is from, how it is labelled, and what is said of a file that is none."""

import random
import re
import sys

import numpy as np
import pytest
from log_files import RATES, assert_same, log_of, logs_of, saved

from logsched.base.errors import LogschedError, OutputError
from logsched.logs.log import read_log, read_logs


def test_a_file_with_a_colon_is_a_file(write):
    path = write("run:lr", "epoch,lr,eta\n0,1,2\n")
    assert read_log(path).label == "run:lr"
    assert read_log(f"{path}:eta").label == "run:lr:eta"


def test_a_column_with_a_colon(write):
    path = write("run.csv", "epoch,log:base=2,b\n0,1,2\n")
    assert_same(read_log(f"{path}:log:base=2").rate, [1])


def test_standard_input_has_no_name():
    assert log_of("0.1\n").label == "standard input"
    assert log_of("epoch,my lr\n0,1\n").label == "standard input"
    assert [log.label for log in logs_of("epoch,a,b\n0,1,2\n")] == ["a", "b"]


def test_labels_can_be_printed(write):
    assert read_log(write("a\x1b\udcff.csv", "0.1\n")).label == "a??.csv"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("run.csv", "cannot read run.csv: No such file or directory"),
        ("run.csv:lr", "cannot read run.csv: No such file or directory"),
        ("", "cannot read '': No such file or directory"),
        ("folder/x/run.csv", "cannot read folder/x/run.csv: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_read(path, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError) as error:
        read_logs(path)
    assert str(error.value) == says


def test_no_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(OutputError, match="cannot read standard input"):
        read_logs("-")


def test_a_pipe(run):
    code = "from logsched.logs.log import read_log; print(read_log('-').rate.tolist())"
    result = run(command=[sys.executable, "-c", code], stdin="epoch,lr\n0,0.5\n1,0.25\n")
    assert (result.stdout, result.stderr) == ("[0.5, 0.25]\n", "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "standard input is empty"),
        (b"\0" * 100, "standard input is empty"),
        ("\n \n", "standard input is empty"),
        ("# nothing\n", "has no rows, only comments"),
        ("epoch,lr\n", "has no rows of numbers"),
        ("epoch,lr\n0,0,1\n", "has no rows of numbers: 1 line could not be read"),
        ("epoch,lr\n0,\n", "has no numbers in column lr"),
        ("epoch,lr\n0,x\n", "has no numbers in column lr"),
        ("epoch,step\n0,1\n1,2\n", "has no column of rates"),
        ("x" * 60 + "\nnan\nnan\n", f"has no numbers in column {'x' * 40}..."),
        ("just some words\nand others\n", "no line of standard input says a learning rate (lr,"),
        ("Starting now\nall is well\n", "nor any other number by a name"),
        ("epoch 1: loss 3\nepoch 2: loss 2\n", "but epoch and loss: where one of them is meant"),
        (
            "loss,epoch,acc\n1,0,2\n.5,1,3\n",
            "no column named like a learning rate (lr, learning_rate, ...), but loss, epoch and",
        ),
        ("{}", "has no rows of numbers"),
        ("[]", "has no rows of numbers"),
        ("[[], []]", "has no rows of numbers"),
        ('{"lr": [1, 2', "is not JSON"),
        ("[\n1,\n2,\n3\n", "is not JSON"),
        ("[2024-01-01] epoch 3\n", "no line of standard input says a learning rate"),
        ("[" * 100_000, "nested too deeply"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0", "is a PNG picture, not a log"),
        (random.Random(0).randbytes(10_000), "neither text nor another kind of log"),
        (b"\x93NUMPY\1", "a damaged file of NumPy arrays"),
        (b"PK\3\4 and more", "a damaged file of NumPy arrays"),
        (saved(lambda e, r: np.array([{}]))([], []), "holds Python objects, which are not loaded"),
        (saved(lambda e, r: {"lr": np.array([{}])}, np.savez)([], []), "holds Python objects"),
        (saved(lambda e, r: np.ones((2, 2, 2)))([], []), "holds no array of rates"),
        (saved(lambda e, r: np.array(1.0))([], []), "holds no array of rates"),
        (saved(lambda e, r: np.array(["a"]))([], []), "holds no array of rates"),
        (saved(lambda e, r: np.ones((4, 3)))([], []), "3 columns without names"),
        (saved(lambda e, r: np.ones(0))([], []), "has no rows of numbers"),
        (saved(lambda e, r: r)([], RATES)[:-1], "a damaged file of NumPy arrays"),
    ],
)
def test_what_is_no_log_is_refused(content, words):
    with pytest.raises(LogschedError, match=re.escape(words)) as error:
        logs_of(content)
    assert "\n" not in str(error.value)
