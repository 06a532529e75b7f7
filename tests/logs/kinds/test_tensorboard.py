"""TensorBoard: event files with scalars in every form, folders of them, and damage found."""

import gzip
import struct

import numpy as np
import pytest
from event_files import (
    VERSION,
    content,
    event,
    event_file,
    field,
    masked,
    plain,
    record,
    tensor,
    value,
    varint,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from log_files import assert_same, log_of, logs_of

from logsched.base.errors import LogschedError
from logsched.logs import blocks
from logsched.logs.kinds import tensorboard
from logsched.logs.log import read_log, read_logs

RATES = [0.5, 0.25, 0.125, 3.0]  # the same in every precision
SINGLE = np.float32([1e-3, 2.5e-4, 6e-5, 1e-9])


def half(rate):
    (bits,) = struct.unpack("<H", struct.pack("<e", rate))
    return tensor(19, field(13, 2, varint(bits)))


def bfloat16(rate):
    return tensor(14, field(4, 2, struct.pack("<f", rate)[2:]))


FORMS = {
    "plain": plain,
    "float, as bytes": content(1, "<f"),
    "double, as bytes": content(2, "<d"),
    "half, as bytes": content(19, "<e"),
    "bfloat16, as bytes": bfloat16,
    "float": lambda rate: tensor(1, field(5, 2, struct.pack("<f", rate))),
    "float, unpacked": lambda rate: tensor(1, field(5, 5, struct.pack("<f", rate))),
    "double": lambda rate: tensor(2, field(6, 2, struct.pack("<d", rate))),
    "half": half,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_scalar_in_every_form(form):
    log = log_of(event_file("train/lr", RATES, FORMS[form]))
    assert_same(log.rate, RATES)
    assert_same(log.step, range(4))
    assert (log.epoch, log.notes) == (None, ())


@pytest.mark.parametrize("form", ["<i", "<q"])
def test_whole_numbers(form):
    kind = {"<i": 3, "<q": 9}[form]
    number = {3: 7, 9: 10}[kind]
    written = [content(kind, form), lambda n: tensor(kind, field(number, 2, varint(n)))]
    for write in written:
        assert_same(log_of(event_file("lr", [3, -2, 0, 5], write)).rate, [3, -2, 0, 5])


def test_single_precision_is_kept():
    assert_same(log_of(event_file("lr", SINGLE)).rate, SINGLE.astype(np.float64))


def test_steps_are_whole_numbers_of_64_bits():
    steps = [-1, 0, 1, 127, 128, 2**40]
    log = log_of(event_file("lr", [1.0] * 6, steps=steps))
    assert_same(log.step, steps)


def test_one_event_may_hold_many_values():
    """As merge_all of TensorFlow 1 writes them, pictures among them."""
    picture = field(4, 2, b"\x89PNG" * 50)
    events = [
        event(k, value("loss", plain(9.0)), value("image", picture), value("lr", plain(rate)))
        for k, rate in enumerate(RATES)
    ]
    data = VERSION + b"".join(map(record, events))
    assert_same(log_of(data).rate, RATES)
    assert_same(log_of(data, "loss").rate, [9.0] * 4)
    with pytest.raises(LogschedError, match="there is no column 'image'; known are"):
        log_of(data, "image")


def test_fields_may_come_in_another_order():
    """Also without a time, and with what is not known here."""
    summary = field(5, 2, field(1, 2, plain(0.5) + field(1, 2, b"lr")) + field(9, 2, b"?"))
    data = VERSION + record(summary + field(2, 0, varint(7)) + field(15, 0, varint(300)))
    log = log_of(data)
    assert (log.rate.tolist(), log.step.tolist()) == ([0.5], [7])


def test_the_tag_is_chosen_as_a_column_is():
    tags = {"lr-Adam/pg1": [1.0, 0.5], "lr-Adam/pg2": [0.1, 0.2], "loss": [9.0, 8.0]}
    data = b"".join(event_file(tag, rates) for tag, rates in tags.items())
    assert [log.label for log in logs_of(data)] == ["lr-Adam/pg1", "lr-Adam/pg2"]
    assert_same(log_of(data, "lr-Adam/pg2").rate, np.float32([0.1, 0.2]).astype(np.float64))


def test_a_tag_may_have_a_long_name():
    tag = "train/" + "x" * 300 + "/lr"
    assert_same(log_of(event_file(tag, RATES)).rate, RATES)


# Folders.


@pytest.fixture
def folder(tmp_path):
    """Write event files into a folder by their names in it."""

    def folder(**files):
        for name, data in files.items():
            path = tmp_path / "run" / f"{name.replace('__', '/')}.tfevents.1"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return str(tmp_path / "run")

    return folder


def test_a_folder_of_one_run(folder):
    path = folder(train__events=event_file("epoch_lr", RATES), validation__events=VERSION)
    log = read_log(path)
    assert log.label == "run"
    assert_same(log.rate, RATES)
    assert_same(read_log(f"{path}/:train/epoch_lr").rate, RATES)


def test_files_of_one_folder_are_one_log(folder):
    """A run that was resumed at step 2, and logged that anew."""
    first, second = event_file("lr", RATES), event_file("lr", [0.0625] * 3, steps=[2, 3, 4])
    log = read_log(folder(events1=first, events2=second))
    assert_same(log.rate, [0.5, 0.25, 0.0625, 0.0625, 0.0625])
    assert log.notes == (
        "2 rows are logged again after a resume, the first is 3: the later ones count",
    )


def test_of_several_runs_in_a_folder_one_must_be_named(folder):
    path = folder(a__events=event_file("lr", RATES), b__events=event_file("lr", SINGLE))
    assert [log.label for log in read_logs(path)] == ["run:a/lr", "run:b/lr"]
    with pytest.raises(LogschedError, match="2 columns that could be the learning rate, a/lr and"):
        read_log(path)
    assert_same(read_log(f"{path}:a/lr").rate, RATES)


def test_a_folder_of_other_files_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("lr")
    with pytest.raises(LogschedError, match="holds neither event files nor the metrics of a run"):
        read_log(str(tmp_path))


def test_a_folder_of_more_bytes_than_a_log_is_refused(folder, monkeypatch):
    monkeypatch.setattr(blocks, "MOST", 300)
    files = {f"events{k}": event_file("lr", RATES[:2]) for k in range(5)}
    with pytest.raises(LogschedError, match="is too long: a log has at most 300 bytes"):
        read_log(folder(**files))


# Damage.

WHOLE = event_file("train/lr", RATES)


@pytest.mark.parametrize("cut", [1, 4, 5, 20, 40, 45])
def test_a_last_record_that_is_cut_off_is_noted(cut):
    log = log_of(WHOLE[:-cut])
    assert_same(log.rate, RATES[:-1])
    assert log.notes == ("the last record of standard input is cut off",)


def test_a_length_that_is_not_as_written_ends_the_log():
    place = len(VERSION) + 2 * len(record(event(1, value("train/lr", plain(1.0))))) - 2
    data = bytearray(WHOLE)
    data[place] ^= 1
    log = log_of(bytes(data))
    assert_same(log.rate, RATES[:2])
    assert log.notes == (f"standard input is damaged at byte {place}: what follows was left out",)


def test_a_value_that_is_not_as_written_is_left_out():
    data = bytearray(WHOLE)
    data[-6] ^= 1
    log = log_of(bytes(data))
    assert_same(log.rate, RATES[:-1])
    assert log.notes == ("1 value of train/lr, not as written by the checksum, left out",)


@pytest.mark.parametrize("length", [2**40, 2**63, 2**64 - 1])
def test_a_length_of_more_than_there_is_asks_for_no_memory(length):
    """Its checksum is right."""
    head = struct.pack("<Q", length)
    assert_same(log_of(WHOLE + head + masked(head) + b"lr").rate, RATES)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (VERSION, "holds no scalars"),
        (VERSION[:20], "holds no scalars: the last record of standard input is cut off"),
        (VERSION + record(b"\xff" * 40), "holds no scalars"),
        (VERSION + record(field(5, 2, b"\x0a\xff")), "holds no scalars"),
        (record(b"an example of TFRecord"), "holds no scalars"),
        (event_file("lr", RATES, lambda rate: field(5, 2, b"a histogram")), "holds no scalars"),
        (event_file("lr", RATES, lambda rate: tensor(7, field(8, 2, b"text"))), "no scalars"),
        (event_file("lr", RATES, lambda rate: tensor(1, field(4, 2, bytes(8)))), "no scalars"),
        (event_file("lr", RATES, lambda rate: tensor(1, field(4, 2, bytes(3)))), "no scalars"),
        (event_file("lr", RATES, lambda rate: tensor(1, field(5, 2, bytes(3)))), "no scalars"),
        (
            event_file("loss", RATES) + event_file("acc", RATES),
            "but loss, step and acc: name one, as in",
        ),
    ],
)
def test_what_has_no_rate_is_refused(data, words):
    with pytest.raises(LogschedError, match=words):
        log_of(data)


def test_more_tags_than_a_log_has_are_refused(monkeypatch):
    monkeypatch.setattr(tensorboard, "TAGS", 3)
    data = b"".join(event_file(f"lr{k}", [1.0]) for k in range(4))
    with pytest.raises(LogschedError, match="has 4 tags, but a log has at most 3"):
        log_of(data)


def test_a_packed_file_is_unpacked():
    assert_same(log_of(gzip.compress(WHOLE)).rate, RATES)


@settings(deadline=None, max_examples=50)
@given(
    places=st.lists(st.integers(0, len(WHOLE) * 8 - 1), min_size=1, max_size=3),
    cut=st.integers(0, 20),
)
def test_bits_that_are_not_as_written_change_no_rate(places, cut):
    """Each is found by a checksum."""
    data = bytearray(WHOLE[: len(WHOLE) - cut])
    for place in places:
        if place < 8 * len(data):
            data[place // 8] ^= 1 << place % 8
    try:
        got = {
            *zip(
                *(
                    column.tolist()
                    for log in logs_of(bytes(data))
                    for column in (log.step, log.rate)
                ),
                strict=True,
            )
        }
    except LogschedError:
        return
    assert got <= {*enumerate(RATES)}
