"""Logs of runs: every format and shape of them reads back, and damage is survived and noted."""

import csv
import io
import json
import random
import re
import sys
from contextlib import suppress
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from logsched import Schedule
from logsched.base.errors import LogschedError, OutputError
from logsched.logs.kinds import blocks
from logsched.logs.kinds import table as tables
from logsched.logs.log import read_log, read_logs

EPOCHS = np.arange(45.0)
RATES = Schedule("cosine")(EPOCHS)


def logs_of(content, column=""):
    """The logs in bytes, or text, on standard input."""
    data = content.encode() if isinstance(content, str) else content
    with mock.patch.object(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data))):
        return read_logs(f"-:{column}" if column else "-")


def log_of(content, column=""):
    (log,) = logs_of(content, column)
    return log


def assert_same(got, want):
    """Equal bit for bit, as float64."""
    assert got.dtype == np.float64
    assert got.tobytes() == np.asarray(want, dtype=np.float64).tobytes()


@pytest.fixture
def write(tmp_path):
    """Write bytes, or text, to a file and say its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


# Writers of formats: from (n,) epochs and rates to bytes.


def pairs(epochs, rates):
    return list(zip(map(int, epochs), map(float, rates), strict=True))


def table(separator, end="\n", header=("epoch", "lr"), quoting=csv.QUOTE_MINIMAL):
    def write(epochs, rates):
        text = io.StringIO()
        writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)
        writer.writerows([*([header] if header else []), *pairs(epochs, rates)])
        return text.getvalue().encode()

    return write


def padded(epochs, rates):
    """Columns that stand under each other."""
    rows = [("epoch", "lr"), *pairs(epochs, rates)]
    return "".join(f"  {epoch!s:<8}\t {rate!s:>24}  \n" for epoch, rate in rows).encode()


def decimal_commas(epochs, rates):
    return table(";")(epochs, rates).replace(b".", b",")


def encoded(encoding):
    return lambda epochs, rates: table(",")(epochs, rates).decode().encode(encoding)


def savetxt(**options):
    def write(epochs, rates):
        file = io.BytesIO()
        np.savetxt(file, np.column_stack([epochs, rates]), fmt="%.17e", **options)
        return file.getvalue()

    return write


def as_json(shape, **options):
    def write(epochs, rates):
        return json.dumps(shape(*zip(*pairs(epochs, rates), strict=True)), **options).encode()

    return write


def records(epochs, rates):
    return [{"epoch": epoch, "lr": rate} for epoch, rate in zip(epochs, rates, strict=True)]


def trainer_state(epochs, rates):
    """As transformers' Trainer keeps it."""
    history = [
        {"epoch": e, "learning_rate": r, "loss": 1.5} for e, r in zip(epochs, rates, strict=True)
    ]
    return {"best_metric": None, "epoch": 45.0, "log_history": [*history, {"eval_loss": 2.0}]}


def lines(shape=records):
    def write(epochs, rates):
        rows = shape(*zip(*pairs(epochs, rates), strict=True))
        return "".join(json.dumps(row) + "\n" for row in rows).encode()

    return write


def saved(shape, save=np.save):
    """NumPy's formats; several arrays by name where the shape is a dict."""

    def write(epochs, rates):
        file, content = io.BytesIO(), shape(np.asarray(epochs), np.asarray(rates))
        save(file, **content) if isinstance(content, dict) else save(file, content)
        return file.getvalue()

    return write


def structured(epochs, rates):
    rows = list(zip(epochs, rates, strict=True))
    return np.array(rows, dtype=[("epoch", "<i4"), ("lr", ">f8")])


WITH_EPOCHS = {
    "csv": table(","),
    "csv, quoted": table(",", quoting=csv.QUOTE_ALL),
    "csv, CRLF": table(",", end="\r\n"),
    "csv, spaces after commas": lambda e, r: table(",")(e, r).replace(b",", b", "),
    "csv, commas at the ends": lambda e, r: table(",")(e, r).replace(b"\n", b",\n"),
    "csv, UTF-8 with BOM": encoded("utf-8-sig"),
    "csv, UTF-16": encoded("utf-16"),
    "csv, no last line end": lambda e, r: table(",")(e, r)[:-1],
    "tsv": table("\t"),
    "semicolons": table(";"),
    "semicolons, decimal commas": decimal_commas,
    "spaces": table(" "),
    "padded": padded,
    "no header": table(",", header=()),
    "savetxt": savetxt(),
    "savetxt with header": savetxt(header="epoch lr"),
    "savetxt with remarks": savetxt(header="of the second run\nepoch lr", delimiter=","),
    "pandas' index": table(",", header=("", "0")),
    "export json": as_json(lambda e, r: {"epoch": e, "lr": {"step": r}}),
    "arrays": as_json(lambda e, r: {"loss": r[::-1], "learning_rate": r, "epoch": e}),
    "nested arrays": as_json(
        lambda e, r: {"params": {"epochs": 45}, "history": {"epoch": e, "lr": r}}
    ),
    "records": as_json(records),
    "records, indented": as_json(records, indent=2),
    "trainer state": as_json(trainer_state, indent=2),
    "rows": as_json(lambda e, r: list(zip(e, r, strict=True))),
    "TensorBoard json": as_json(
        lambda e, r: [[1.7e9 + t, t, x] for t, x in zip(e, r, strict=True)]
    ),
    "json lines": lines(),
    "json lines of lists": lines(
        lambda e, r: [{"epoch": t, "lr": [x]} for t, x in zip(e, r, strict=True)]
    ),
    "npy of two columns": saved(lambda e, r: np.column_stack([e, r])),
    "npy of named columns": saved(structured),
    "npz": saved(lambda e, r: {"epoch": e, "lr": r}, np.savez),
    "npz, compressed": saved(lambda e, r: {"epoch": e.astype(int), "x": r}, np.savez_compressed),
}
BARE = {
    "txt": lambda e, r: "".join(f"{float(rate)!r}\n" for rate in r).encode(),
    "txt with header": lambda e, r: b"learning rate\n" + BARE["txt"](e, r),
    "json": as_json(lambda e, r: r),
    "json of one column": as_json(lambda e, r: [[rate] for rate in r]),
    "json object": as_json(lambda e, r: {"lr": r}),
    "npy": saved(lambda e, r: r),
    "npz": saved(lambda e, r: {"rates": r}, np.savez),
}
WRITERS = WITH_EPOCHS | {f"bare {name}": write for name, write in BARE.items()}
each_writer = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)


@pytest.mark.parametrize("name", WITH_EPOCHS)
def test_epochs_and_rates_read_back(name):
    log = log_of(WITH_EPOCHS[name](EPOCHS, RATES))
    assert_same(log.rate, RATES)
    times = log.step if name in ("TensorBoard json", "pandas' index") else log.epoch
    assert_same(times, EPOCHS)
    assert (log.runs, log.notes) == ((), ())


@pytest.mark.parametrize("name", BARE)
def test_bare_rates_read_back(name):
    log = log_of(BARE[name](EPOCHS, RATES))
    assert_same(log.rate, RATES)
    assert (log.epoch, log.step, log.runs, log.notes) == (None, None, (), ())


@pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, ">f8", np.longdouble, np.int8, np.uint64]
)
def test_npy_of_other_numbers(dtype):
    rates = (100 * RATES).astype(dtype)
    assert_same(log_of(saved(lambda e, r: r)(EPOCHS, rates)).rate, rates.astype(np.float64))


@each_writer
def test_one_row(write):
    assert_same(log_of(write([7], [0.5])).rate, [0.5])


@pytest.mark.parametrize("name", ["csv", "no header", "savetxt with remarks", "json lines"])
def test_blocks_make_no_difference(name, monkeypatch):
    whole = log_of(WITH_EPOCHS[name](EPOCHS, RATES))
    for size in (100, 101, 102, 300):
        monkeypatch.setattr(blocks, "BLOCK", size)
        log = log_of(WITH_EPOCHS[name](EPOCHS, RATES))
        for column in ("rate", "epoch", "row"):
            np.testing.assert_array_equal(getattr(log, column), getattr(whole, column))


LABELS = {"step": "step", "log:lr=0.5": "log:lr=0.5", "a,b": "a,b=cosine"}


@pytest.mark.parametrize("name", ["json", "jsonl", "csv", "tsv", "npz"])
def test_what_export_writes_reads_back(call, name):
    """Also the shape `step`, which could be a column of steps, and a text with `lr` in it."""
    grid = ["--steps-per-epoch", "3"]
    data = call("export", *LABELS.values(), *grid, "--format", name, text=False).stdout
    logs = logs_of(data)
    assert [log.label for log in logs] == list(LABELS)
    schedules = Schedule("step"), Schedule("log", lr=0.5), Schedule("cosine")
    for log, schedule in zip(logs, schedules, strict=True):
        assert_same(log.rate, schedule.sample(45, 3))
        assert_same(log.epoch, np.arange(135) / 3)


@pytest.mark.parametrize("name", ["txt", "npy", "json", "jsonl", "csv", "tsv", "npz"])
@pytest.mark.parametrize("epochs", ["45", "1"])
def test_what_export_writes_of_one_schedule_reads_back(call, name, epochs):
    given = ["step", "--epochs", epochs, "--format", name]
    log = log_of(call("export", *given, text=False).stdout)
    assert_same(log.rate, Schedule("step").sample(int(epochs)))


# Which column is which.

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
    assert_same(log.epoch, resumed)
    with pytest.raises(
        LogschedError, match=re.escape("without names, 1 and 2: name one, as in -:2")
    ):
        logs_of("0.1 0.5\n0.1 0.4\n0.01 0.3")


def test_steps_that_begin_again_in_each_epoch_are_left_out():
    rows = [f"{epoch},{batch},0.1\n" for epoch in range(3) for batch in range(5)]
    log = log_of("epoch,batch,lr\n" + "".join(rows))
    assert log.step is None
    assert log.notes == ("column batch begins again in each epoch and was left out",)


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


# Sources and labels.


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
        ("folder", "cannot read folder: Is a directory"),
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


# Rows, blank cells and damage.


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("epoch,lr\n0,1\n1,1\n", [2, 3]),
        ("# of today\n\nepoch,lr\n0,1\n\n# noon\n1,1\n", [4, 7]),
        ("0.1\n0.2\n", [1, 2]),
        ("epoch,lr,loss\n0,1,\n0,,2\n1,1,\n1,,2\n", [2, 4]),
        ("epoch\tlr\n\t1\n1\t\n2\tNone\n3\t1\n", [2, 5]),
        ('{"epoch": 0}\n{"lr": 1}\n\n{"lr": null}\n{"lr": 1}\n', [2, 5]),
        ("[0.1, null, 0.2]", [1, 3]),
        ('[{"lr": 1}, null, {"loss": 2}, {"lr": 1}]', [1, 4]),
        ('{"epoch": [0, 1, 2], "lr": [1, 1]}', [1, 2]),
    ],
)
def test_rows_have_their_numbers_and_blank_ones_are_none(content, rows):
    log = log_of(content)
    assert log.row.dtype == np.int64
    assert log.row.tolist() == rows
    assert np.isfinite(log.rate).all()
    assert log.notes == ()


def test_times_may_be_blank():
    log = log_of("epoch,lr,step\n,1,10\n3,,10\n,1,20\n")
    assert log.epoch is None
    assert_same(log.step, [10, 20])
    assert_same(log_of("epoch,lr\n,1\n3,1\n").epoch, [np.nan, 3])


# a log of five rows, the rates that are read, and the note
DAMAGE = {
    "a repeated header": ("epoch,lr\n0,1\nepoch,lr\n0,2\n", [1, 2], "header is repeated at line 3"),
    "repeated headers": (
        "e lr\n" + "0 1\ne lr\n" * 4 + "0 2\n",
        [1, 1, 1, 1, 2],
        "the header is repeated at lines 3, 5, 7, ...",
    ),
    "a repeated remark": ("# epoch lr\n0 1\n# epoch lr\n0 2\n", [1, 2], "repeated at line 3"),
    "a last header": ("epoch,lr\n0,1\nepoch,lr\n", [1], "the header is repeated at line 3"),
    "half a line": (
        "epoch,lr\n0,1\n1,2\n2",
        [1, 2],
        "1 line could not be read, the first is line 4: '2'",
    ),
    "ragged lines": (
        "epoch,lr\n0,1\n1\n2,2,2\n3,3,\n",
        [1, 3],
        "2 lines could not be read, the first is line 3: '1'",
    ),
    "text": ("epoch,lr\n0,1\n1,high\n", [1, np.nan], "1 rate is no finite number, in row 3"),
    "nan and inf": (
        "epoch,lr\n0,1\n1,nan\n2,-inf\n3,1e999\n",
        [1, np.nan, -np.inf, np.inf],
        "3 rates are no finite numbers, the first is in row 3",
    ),
    "hexadecimal": ("0.5\n0x1p3\n", [0.5, np.nan], "in row 2"),
    "a long integer": ("0.5\n" + "9" * 5000 + "\n", [0.5, np.inf], "in row 2"),
    "NUL in a number": ("0.5\n0.\0005\n", [0.5, np.nan], "in row 2"),
    "a broken quote": ('epoch,lr\n0,1\n"1,2\n2,3\n', [1, 3], "line 3: '\"1,2'"),
    "invalid UTF-8": (b"epoch,lr\n0,1\n1,\xff2\n", [1, np.nan], "in row 3"),
    "half a record": ('{"lr": 1}\n{"lr": 2}\n{"l', [1, 2], "line 3: '{\"l'"),
    "half a record first": ('{"lr"\n{"lr": 1}\n{"lr": 2}\n', [1, 2], "line 1: '{\"lr\"'"),
    "other lines": ('{"lr": 1}\n7\n[1]\nx\n', [1], "3 lines could not be read, the first is line"),
    "NaN in JSON": ('[{"lr": NaN}, {"lr": 1}]', [np.nan, 1], "in row 1"),
    "infinity in JSON lines": ('{"lr": 1}\n{"lr": -Infinity}\n', [1, -np.inf], "in row 2"),
    "text in JSON": (
        '{"lr": ["NaN", 1, "x", true, "2"]}',
        [np.nan, 1, np.nan, np.nan, 2],
        "3 rates",
    ),
    "a long integer in JSON": ("[1, " + "9" * 5000 + "]", [1, np.inf], "in row 2"),
    "other elements": (
        '[{"lr": 1}, 5, {"lr": 2}]',
        [1, 2],
        "1 element could not be read, the first is element 2: 5",
    ),
    "ragged rows in JSON": ("[[0, 1], [1], [2, 3]]", [1, 3], "element 2: [1]"),
    "nan in an array": (saved(lambda e, r: r)([], [1, np.nan]), [1, np.nan], "in row 2"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_survived_and_noted(case):
    content, rates, note = DAMAGE[case]
    log = log_of(content)
    assert_same(log.rate, rates)
    assert note in log.notes[0]
    assert len(log.notes) == 1


HARMLESS = {
    "NUL at the end": lambda data: data + b"\0" * 5000,
    "NUL at the start": lambda data: b"\0" * 5000 + data,
    "blank lines": lambda data: data.replace(b"\n", b"\n\r\n \n"),
    "spaces at the ends": lambda data: data.replace(b"\n", b" \n"),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
@pytest.mark.parametrize("name", ["csv", "tsv", "savetxt", "json lines"])
def test_harmless_oddities_are_not_noted(name, change):
    log = log_of(change(WITH_EPOCHS[name](EPOCHS, RATES)))
    assert_same(log.rate, RATES)
    assert_same(log.epoch, EPOCHS)
    assert log.notes == ()


def test_a_repeated_header_begins_another_run():
    """Counted in rows that have a rate."""
    run = "epoch,lr\n0,1\n1,\n2,1\n"
    assert log_of(3 * run).runs == (2, 4)
    assert log_of(run + "epoch,lr\n").runs == ()


CELLS = [
    "0",
    "1",
    "-0.5",
    "+1",
    "007",
    ".5",
    "5.",
    "1e5",
    "1E-5",
    "1e999",
    " 2",
    "3\t",
    "",
    "-",
    "1 2",
]


@given(rows=st.lists(st.tuples(st.sampled_from(CELLS), st.sampled_from(CELLS)), max_size=5))
def test_a_block_reads_alike_at_once_and_line_by_line(rows):
    """A line that cannot be read has its block read line by line."""
    text = "".join(f"{epoch},{rate}\n" for epoch, rate in [(0, 1), *rows])
    at_once, by_line = log_of(f"epoch,lr\n{text}"), log_of(f"epoch,lr\n{text}half\n")
    for column in ("rate", "epoch", "row"):
        np.testing.assert_array_equal(getattr(at_once, column), getattr(by_line, column))


# What is no log.


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
        ("x" * 60 + "\nhigh\nlow\n", f"has no numbers in column {'x' * 40}..."),
        ("just some words\nand others\n", "no rows of numbers"),
        ("Starting now\nepoch done\nall is well\n", "has no table of numbers: 1 line could"),
        (
            "loss,epoch,acc\n1,0,2\n.5,1,3\n",
            "no column named like a learning rate (lr, learning_rate, ...), but loss, epoch and",
        ),
        ("{}", "has no rows of numbers"),
        ("[]", "has no rows of numbers"),
        ("[[], []]", "has no rows of numbers"),
        ('{"lr": [1, 2', "is not JSON"),
        ("[\n1,\n2,\n3\n", "is not JSON"),
        ("[2024-01-01] epoch 3\n", "is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0", "neither text nor a file of NumPy arrays"),
        (random.Random(0).randbytes(10_000), "neither text nor a file of NumPy arrays"),
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


def test_more_than_fits_into_memory_is_refused(write, monkeypatch):
    monkeypatch.setattr("os.sysconf", lambda name: 16)  # 256 bytes
    monkeypatch.setattr(blocks, "BLOCK", 64)
    for name in ("csv", "export json", "npz"):
        with pytest.raises(LogschedError, match="GB of memory, but this machine has"):
            read_logs(write("run", WITH_EPOCHS[name](EPOCHS, RATES)))


def test_where_nobody_says_how_much_memory_there_is_all_is_tried(monkeypatch):
    monkeypatch.delattr("os.sysconf")  # as on Windows
    assert Schedule("log").sample().size == 45


# Many columns, and odd names of them.


@pytest.mark.parametrize("others", [{}, {"lr": RATES}, {"lr": RATES, "epoch": EPOCHS}])
def test_an_array_of_an_archive_may_have_no_name(others):
    log = log_of(saved(lambda e, r: {"": r, **others}, np.savez)(EPOCHS, RATES))
    assert_same(log.rate, RATES)


def test_a_file_wider_than_any_log_is_read_soon():
    """Fifty thousand columns took half a minute: each name was looked for in all others."""
    names = [f"a{k}" for k in range(50_000)]
    row = ",".join("1" for _ in names)
    log = log_of("\n".join([",".join([*names, "lr", "", ""]), f"{row},0.1,,", f"{row},0.2,,"]))
    assert_same(log.rate, [0.1, 0.2])


def test_records_of_which_each_has_other_keys_are_refused_soon():
    """Each of twenty thousand keys was asked of each of as many records."""
    lines = (f'{{"lr": {k}, "only{k}": {k}}}' for k in range(20_000))
    with pytest.raises(LogschedError, match="of 20000 rows and 20001 columns is too large"):
        log_of("\n".join(lines))


def test_records_of_lists_and_objects_may_come_late():
    log = log_of('{"a": 1}\n{"lr": [0.1, 0.2]}\n{"a": 2}\n{"lr": [0.3], "o": {"x": 1}}\n', "lr/1")
    assert_same(log.rate, [0.2])
    assert log.row.tolist() == [2]


def test_of_many_columns_the_first_are_named():
    header = ",".join(f"a{k}" for k in range(100))
    with pytest.raises(LogschedError) as error:
        log_of(f"{header}\n{header.replace('a', '')}\n", "weight")
    assert str(error.value).endswith("'weight'; known are a0, a1, a2, a3, a4, a5, a6, a7, ...")


# Of any numbers and any bytes.

FINITE = st.floats(allow_nan=False, allow_infinity=False)
RATE_ARRAYS = arrays.arrays(np.float64, st.integers(1, 20), elements=FINITE)


@pytest.mark.quick(8)
@each_writer
@given(rates=RATE_ARRAYS)
def test_any_rates_read_back(write, rates):
    assert_same(log_of(write(np.arange(rates.size), rates)).rate, rates)


def read_or_refused(content, column=""):
    """Nothing but a LogschedError may be raised, and a log's arrays belong together."""
    logs = []
    with suppress(LogschedError):
        logs = logs_of(content, column)
    for log in logs:
        sizes = {one.size for one in (log.rate, log.row, log.epoch, log.step) if one is not None}
        assert len(sizes) == 1
        assert all(0 < start < log.rate.size for start in log.runs)
        assert (np.diff(log.row) > 0).all()


@given(content=st.binary(max_size=200), column=st.sampled_from(["", "1", "2", "lr"]))
def test_any_bytes_are_read_or_refused(content, column):
    read_or_refused(content, column)


PIECES = [
    b"\0",
    b"\n",
    b",",
    b'"',
    b"[",
    b"}",
    b"NaN",
    b"1e999",
    b"\xff",
    b"null",
    b"#",
    b" ",
    b"9" * 400,
]
EDIT = st.tuples(
    st.integers(0, 3000), st.integers(0, 50), st.binary(max_size=3) | st.sampled_from(PIECES)
)


@pytest.mark.quick(8)
@each_writer
@given(edits=st.lists(EDIT, min_size=1, max_size=4))
@example(edits=[(0, 3000, b"e\n \n")])
def test_any_damage_is_survived_or_refused(write, edits):
    data = write(EPOCHS, RATES)
    for place, cut, piece in edits:
        at = place % (len(data) + 1)
        data = data[:at] + piece + data[at + cut :]
    read_or_refused(data)


# Too long.


@pytest.fixture
def short(monkeypatch):
    """A limit of 10 kB to a log."""
    monkeypatch.setattr(blocks, "MOST", 10_000)


def test_an_archive_that_holds_more_than_a_log_is_refused(call, short, tmp_path):
    """Its 16 kB take a few hundred bytes in the file."""
    np.savez_compressed(tmp_path / "run.npz", lr=np.zeros(2000))
    assert (tmp_path / "run.npz").stat().st_size < 1000
    result = call("check", "run.npz", "log")
    assert (result.stdout, result.returncode) == ("", 2)
    assert "run.npz is too long: a log has at most 10000 bytes" in result.stderr


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(f'{{"lr": 0.1, "only{k}": 1}}' for k in range(100)),
        saved(lambda e, r: {f"a{k}": np.ones(k) for k in range(100)}, np.savez)([], []),
    ],
)
def test_a_table_of_more_cells_than_a_log_has_is_refused(monkeypatch, content):
    """Though they are blank, and not in the file."""
    monkeypatch.setattr(tables, "CELLS", 5000)
    with pytest.raises(LogschedError, match=r"columns is too large: it may have 5000 cells"):
        log_of(content)


@pytest.mark.quick
@pytest.mark.parametrize("content", ["0.1\n", '{"lr": 0.1}\n', "[" * 9, "0.1,"])
def test_a_log_without_an_end_is_refused(run, content):
    """What is read of it is limited, in a pipe as well."""
    code = "import sys, logsched.logs.kinds.blocks as it; it.MOST = 10_000; "
    code += "import logsched.cli.app as app; sys.argv = ['logsched', 'identify', '-']; app.main()"
    shell = f"yes '{content}' | {sys.executable} -c \"{code}\""
    result = run(command=["bash", "-c", shell])
    assert (result.stdout, result.returncode) == ("", 2)
    assert result.stderr == "Error: standard input is too long: a log has at most 10000 bytes.\n"


@pytest.mark.parametrize("ending", ["csv", "npy", "jsonl", "json"])
def test_a_log_of_too_many_bytes_is_refused(call, short, ending):
    call("export", "--epochs", "5000", "-o", f"run.{ending}")
    result = call("check", f"run.{ending}", "log")
    assert (result.stdout, result.returncode) == ("", 2)
    assert f"run.{ending} is too long: a log has at most 10000 bytes" in result.stderr


def test_a_log_of_objects_of_python_is_not_loaded(call, tmp_path):
    """Loading them could run anything."""
    np.save(tmp_path / "run.npy", np.array([print], dtype=object), allow_pickle=True)
    assert "holds Python objects, which are not loaded" in call("identify", "run.npy").stderr
