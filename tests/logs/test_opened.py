"""Files as they are opened: packed, in other encodings, in colours; and what is no text."""

import gzip
import random

import pytest
from log_files import EPOCHS, RATES, WITH_EPOCHS, assert_same, log_of

from logsched.base.errors import LogschedError
from logsched.logs import blocks
from logsched.logs.log import read_log
from logsched.logs.opened import KNOWN

CSV = WITH_EPOCHS["csv"](EPOCHS, RATES)


@pytest.mark.parametrize("name", ["csv", "json lines", "npy of two columns", "npz", "csv, UTF-16"])
def test_a_packed_file_is_unpacked(name):
    log = log_of(gzip.compress(WITH_EPOCHS[name](EPOCHS, RATES)))
    assert_same(log.rate, RATES)
    assert_same(log.epoch, EPOCHS)


@pytest.mark.parametrize(
    "packed", [gzip.compress(CSV)[:-1], gzip.compress(CSV)[:50], b"\x1f\x8b\0"]
)
def test_a_damaged_packed_file_is_refused(packed):
    with pytest.raises(LogschedError, match="standard input is a damaged gzip file"):
        log_of(packed)


def test_a_packed_file_of_which_a_byte_is_another_is_refused():
    packed = bytearray(gzip.compress(random.Random(0).randbytes(5000)))
    packed[2000] ^= 1
    with pytest.raises(LogschedError, match="is a damaged gzip file"):
        log_of(bytes(packed))


def test_what_a_packed_file_holds_is_limited(monkeypatch, tmp_path):
    monkeypatch.setattr(blocks, "MOST", 10_000)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"0.1\n" * 10_000))
    with pytest.raises(LogschedError, match=r"bomb\.gz is too long: a log has at most 10000 bytes"):
        read_log(str(tmp_path / "bomb.gz"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("text", [CSV.decode(), "步 step 1 lr 0.5\nstep 2 lr 0.25\n"])
def test_text_in_another_encoding(encoding, text):
    """Also where it does not say so."""
    assert_same(log_of(text.encode(encoding)).rate, log_of(text).rate)


@pytest.mark.parametrize("first", KNOWN)
def test_a_binary_file_says_what_it_is(first):
    """What begins alike and is text is read."""
    with pytest.raises(LogschedError) as error:
        log_of(first + random.Random(0).randbytes(1000))
    assert str(error.value) == f"standard input is {KNOWN[first]}, not a log"


def test_text_that_begins_as_another_file_does_is_read():
    assert_same(log_of("GIF8 is a folder\nstep 1 lr 0.5\nstep 2 lr 0.25\n").rate, [0.5, 0.25])


def test_colours_of_a_terminal_are_no_part_of_a_text():
    rows = "".join(f"\x1b[36m{k}\x1b[0m  \x1b[32;1m0.{k}\x1b[0m\n" for k in range(1, 5))
    log = log_of(f"  epoch      lr\n{rows}")
    assert_same(log.rate, [0.1, 0.2, 0.3, 0.4])
