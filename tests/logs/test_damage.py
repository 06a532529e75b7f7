"""Any bytes, and any damage to a log: read or refused in a sentence, never anything else."""

from contextlib import suppress
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from log_damage import DAMAGE, assert_no_other, rates_in
from log_files import EPOCHS, RATES, each_writer, logs_of

from logsched.base.errors import LogschedError


def read_or_refused(content, column=""):
    """Nothing but a LogschedError may be raised, and a log's arrays belong together."""
    logs = []
    with suppress(LogschedError):
        logs = logs_of(content, column)
    for log in logs:
        sizes = {one.size for one in (log.rate, log.row, log.epoch, log.step) if one is not None}
        assert len(sizes) == 1
        assert (np.diff(log.row) > 0).all()


@settings(deadline=None)
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


@each_writer
@settings(max_examples=25, deadline=None)
@given(edits=st.lists(EDIT, min_size=1, max_size=4))
@example(edits=[(0, 3000, b"e\n \n")])
def test_any_damage_is_survived_or_refused(write, edits):
    data = write(EPOCHS, RATES)
    for place, cut, piece in edits:
        at = place % (len(data) + 1)
        data = data[:at] + piece + data[at + cut :]
    read_or_refused(data)


# Files of every kind: read rightly or refused, never a wrong rate. tests/fuzz has more.

SAMPLES = sorted(
    path
    for path in (Path(__file__).parent / "samples").iterdir()
    if not path.name.endswith((".expected.json", ".md"))
)


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_no_damage_makes_another_rate(damage, tmp_path):
    random = Random(0)
    for sample in random.sample(SAMPLES, 12):
        path = tmp_path / "run.log"
        path.write_bytes(damage(sample.read_bytes(), random))
        assert_no_other(rates_in(str(path)), rates_in(str(sample)))
