"""Logs as frameworks write them, each with what is to be read of it: tests/logs/samples/README.md.

Names tell nothing: each is read under another one.
"""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from logsched.base.errors import LogschedError
from logsched.logs.kind import KINDS
from logsched.logs.log import read_log
from logsched.logs.opened import opened
from logsched.logs.times import Counting, own_time

SAMPLES = Path(__file__).parent / "samples"
EXPECTED = {
    path.name.removesuffix(".expected.json"): json.loads(path.read_text())
    for path in sorted(SAMPLES.glob("*.expected.json"))
}
LATER = {"check", "identify", "plan"}  # what the two commands find, which is not tested here
READ = {"about", "column", "read", "plot_data", "truth"}
NEAR = 1e-12  # of a number: a truth may be computed


def options_of(sample):
    """The part and the steps of an epoch with which a sample is read."""
    given = dict(zip(*2 * [iter(sample.get("read", ()))], strict=True))
    steps = int(given.get("--steps-per-epoch", 1))
    return given.get("--part"), Counting(steps)


@pytest.fixture(params=EXPECTED)
def sample(request, tmp_path):
    """What is expected of a sample, and where it is under another name."""
    path = shutil.copyfile(SAMPLES / request.param, tmp_path / "run.log")
    return EXPECTED[request.param], str(path)


def test_nothing_is_expected_that_is_not_looked_at():
    for name, sample in EXPECTED.items():
        assert sample.keys() <= READ | LATER, name


def test_it_is_read_rightly(sample):
    sample, path = sample
    want = sample["plot_data"]
    part, counting = options_of(sample)
    asked = f"{path}:{sample['column']}" if "column" in sample else path
    if "refused" in want:
        with pytest.raises(LogschedError) as error:
            read_log(asked)
        assert "\n" not in str(error.value)
        assert_says(str(error.value), want["refused"])
        return
    log = read_log(asked, part and int(part))
    reading = own_time(log, counting)
    assert (reading.unit, reading.rate.size) == (want["unit"], want["rows"])
    assert reading.epoch[[0, -1]] == pytest.approx(want["times"], rel=NEAR)
    assert reading.rate[[0, -1]] == pytest.approx(want["rates"], rel=NEAR)
    assert_says("\n".join([*log.notes, *reading.notes()]), want.get("says", ()))
    assert_true(reading, sample.get("truth", {}))


def assert_says(text, patterns):
    for pattern in patterns:
        assert re.search(pattern, text), (pattern, text)


def assert_true(reading, truth):
    """All times and rates, and how many steps an epoch has."""
    if "times" in truth:
        assert reading.unit == truth["unit"]
        np.testing.assert_allclose(reading.epoch, truth["times"], rtol=NEAR)
        np.testing.assert_allclose(reading.rate, truth["rates"], rtol=NEAR)
    if reading.steps_per_epoch > 1:
        assert reading.steps_per_epoch == truth.get("steps_per_epoch", reading.steps_per_epoch)


def test_one_kind_knows_it_better_than_others(sample):
    """Of the kinds that know it the first are by one and the same, and there is one of them."""
    _, path = sample
    with opened(path, path) as file:
        known = sorted(kind.by for kind in KINDS.values() if kind.knows(file))
    assert known.count(known[0]) == 1
