"""Which columns are rates and which are times, by their names and by what is in them."""

import re

import numpy as np
import pytest
from log_files import assert_same, log_of, logs_of

from logsched.base.errors import LogschedError
from logsched.logs.log import read_log, read_logs

# a header, the columns of rates, the epoch's and the step's
HEADERS = {
    "epoch,loss,lr": (["lr"], "epoch", None),
    "Epoch,Step,LR": (["LR"], "Epoch", "Step"),
    "globalStep,learningRate": (["learningRate"], None, "globalStep"),
    "train/epoch,_step,train/global_step,train/learning_rate": (
        ["train/learning_rate"],
        "train/epoch",
        "train/global_step",
    ),
    "epoch,lr-Adam/pg1,lr-Adam/pg2,lr-Adam/pg1-momentum,step,loss": (
        ["lr-Adam/pg1", "lr-Adam/pg2"],
        "epoch",
        "step",
    ),
    "iter,lr/group0,lr/group1": (["lr/group0", "lr/group1"], None, "iter"),
    "lr_0,lr_1,num_updates": (["lr_0", "lr_1"], None, "num_updates"),
    "epoch,optimizer.lr,optimizer.weight_decay": (["optimizer.lr"], "epoch", None),
    "epoch,train_lr,train_min_lr,train_loss": (["train_lr"], "epoch", None),
    "current_epoch,lr,lr_bias": (["lr"], "current_epoch", None),
    "epoch,lr,learning_rate": (["lr", "learning_rate"], "epoch", None),
    "epoch,lr,lr": (["lr"], "epoch", None),
    "eta,lr": (["lr"], None, None),
    "update,eta": (["eta"], None, "update"),
    "epoch,rate,batch_size": (["rate"], "epoch", None),
    "Wall time,Step,Value": (["Value"], None, "Step"),
    "Step,calm - lr,calm - lr__MIN,calm - lr__MAX": (["calm - lr"], None, "Step"),
    "Step,min - lr,b/c - lr": (["min - lr", "b/c - lr"], None, "Step"),
    "epoch,timestamp,cosine": (["cosine"], "epoch", None),
    "epoch,cosine,x:lr=1": (["cosine", "x:lr=1"], "epoch", None),
    ",epoch,lr": (["lr"], "epoch", ""),
    "date,\N{GREEK SMALL LETTER ETA}": (["\N{GREEK SMALL LETTER ETA}"], None, None),
    "epoch": (["epoch"], None, None),
}


@pytest.mark.parametrize("header", HEADERS)
def test_columns_are_known_by_their_names(header, write):
    """Column k of row i holds 10 * i + k."""
    names = header.split(",")
    rows = [",".join(str(10 * i + k) for k in range(len(names))) for i in range(1, 4)]
    path = write("run.csv", "\n".join([header, *rows]))
    rates, epoch, step = HEADERS[header]
    labels = [f"run.csv:{name}" for name in rates] if len(rates) > 1 else ["run.csv"]
    logs = read_logs(path)
    assert [log.label for log in logs] == labels
    for log, name in zip(logs, rates, strict=True):
        columns = zip((log.rate, log.epoch, log.step), (name, epoch, step), strict=True)
        for column, known in columns:
            assert (column is None) == (known is None)
            if known is not None:
                assert_same(column, 10 * np.arange(1, 4) + names.index(known))


def test_a_column_named_step_that_does_not_count_is_a_schedule():
    log = log_of("epoch,step\n0,0.1\n1,0.01\n")
    assert_same(log.rate, [0.1, 0.01])
    assert log.step is None


@pytest.mark.parametrize(
    ("column", "label"),
    [
        ("train/LR", "train/LR"),
        ("TRAIN/lr", "train/LR"),
        ("lr", "train/LR"),
        ("2", "train/LR"),
        ("3", "3"),
        ("a:b", "a:b"),
        ("b", "run 1 - b"),
        ("loss", "loss"),
    ],
)
def test_a_column_can_be_named(column, label, write):
    names = ["epoch", "train/LR", "a:b", "3", "run 1 - b", "loss"]
    path = write("run.csv", ",".join(names) + "\n0,1,2,3,4,5\n1,1,2,3,4,5\n")
    log = read_log(f"{path}:{column}")
    assert log.label == f"run.csv:{label}"
    assert_same(log.rate, 2 * [names.index(label)])
    assert_same(log.epoch, [0, 1])


def test_a_column_of_a_file_without_header_is_named_by_its_number(write):
    path = write("run.txt", "0 9.5 0.1\n1 9.1 0.2\n")
    log = read_log(f"{path}:3")
    assert log.label == "run.txt:3"
    assert_same(log.rate, [0.1, 0.2])
    assert_same(log.epoch, [0, 1])
    assert read_log(f"{path}:1").epoch is None


def test_two_columns_without_header_are_times_and_rates_if_the_first_rises():
    """It may begin again, where a run was resumed."""
    resumed = [0, 1, 2, 3, 4, 5, 6, 4, 5, 6, 7]
    log = log_of("".join(f"{epoch} 0.5\n" for epoch in resumed))
    assert_same(log.epoch, range(8))
    with pytest.raises(
        LogschedError, match=re.escape("without names, 1 and 2: name one, as in -:2")
    ):
        logs_of("0.1 0.5\n0.1 0.4\n0.01 0.3")


def test_steps_that_begin_again_in_each_epoch_are_iterations_within_it():
    rows = [f"{epoch},{batch},0.1\n" for epoch in range(3) for batch in range(5)]
    log = log_of("epoch,batch,lr\n" + "".join(rows))
    assert log.step is None
    assert_same(log.iteration, 3 * [*range(5)])
    assert log.notes == ()


def test_one_of_several_columns_must_be_named(write):
    path = write("run.csv", "epoch,cosine,log\n0,1,2\n")
    assert [log.label for log in read_logs(path)] == ["run.csv:cosine", "run.csv:log"]
    with pytest.raises(LogschedError) as error:
        read_log(path)
    assert str(error.value) == (
        f"{path} has no column named like a learning rate (lr, learning_rate, ...), but cosine and "
        f"log: name one, as in "
        f"{path}:cosine"
    )


@pytest.mark.parametrize(
    ("content", "column", "words"),
    [
        ("step,loss,acc\n1,2,3\n", "", "step, loss and acc: name one, as in -:loss"),
        ("epoch,lr\n0,1\n", "lrr", "there is no column 'lrr'; did you mean 'lr'?"),
        ("epoch,lr\n0,1\n", "3", "there is no column '3'; known are epoch, lr"),
        ("0 1\n", "lr", "there is no column 'lr'; known are 1, 2"),
        ("0 1\n", "9" * 5000, "there is no column"),
        ("1 2 3\n", "", "has 3 columns without names, 1, 2 and 3: name one, as in -:3"),
        ("epoch,a/lr,b/lr\n0,1,2\n", "x/lr", "there is no column 'x/lr'"),
        (",".join(f"x{i}" for i in range(100)) + "\n" + "1," * 99 + "1\n", "", "x7, ...: name one"),
    ],
)
def test_a_column_that_is_not_known(content, column, words):
    with pytest.raises(LogschedError, match=re.escape(words)):
        logs_of(content, column)


def test_of_many_columns_the_first_are_named():
    header = ",".join(f"a{k}" for k in range(100))
    with pytest.raises(LogschedError) as error:
        log_of(f"{header}\n{header.replace('a', '')}\n", "weight")
    assert str(error.value).endswith("'weight'; known are a0, a1, a2, a3, a4, a5, a6, a7, ...")
