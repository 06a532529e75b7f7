"""Logs in the formats that people have: writers of them, and what is read of bytes."""

import csv
import io
import json
import sys
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest

from logsched import Schedule
from logsched.logs.log import read_logs

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
