"""What makes it fast, as far as that is not noisy: modules, bytes, passes, streams, formulas.

Times are measured in benchmarks/.
"""

import subprocess
import sys
import tracemalloc
from itertools import accumulate
from math import ceil

import numpy as np
import pytest

from logsched import Schedule
from logsched.base import files
from logsched.export.arrays import FORMATS
from logsched.plan.rows import Rows
from logsched.schedule.curves import CURVES
from logsched.schedule.run import BLOCK, Run

MIB = 2**20
POINTS = 10**6
STREAMED = ("csv", "json", "jsonl", "tsv", "txt", "npy")
CYCLES = {
    "one cycle": {"restart_interval": 1e6},
    "growing": {"restart_interval_multiplier": 2.0},
    "growing ever so little": {"restart_interval_multiplier": 1.0001},
    "equal": {"restart_interval_multiplier": 1.0},
    "of one epoch": {"restart_interval": 1.0, "restart_interval_multiplier": 1.0},
}
cycles = pytest.mark.parametrize("params", CYCLES.values(), ids=CYCLES)
formats = pytest.mark.parametrize("name", STREAMED)


def peak(run):
    """The most bytes that were allocated at a time."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def curves(points, *shapes):
    """Schedules of default parameters, by their shapes."""
    schedules = {shape: Schedule(shape) for shape in shapes}
    return Rows(schedules, Run(epochs=points, steps_per_epoch=1))


@pytest.fixture
def evaluated(monkeypatch):
    """The sizes of all blocks whose rates are computed, as they come."""
    sizes, plain = [], Schedule.rates_in_order

    def counted(self, epochs):
        sizes.append(epochs.size)
        return plain(self, epochs)

    monkeypatch.setattr(Schedule, "rates_in_order", counted)
    return sizes


class TestMemory:
    @pytest.mark.quick("one cycle", "equal", "of one epoch")
    @cycles
    @pytest.mark.parametrize("shape", ["cosine", "log", "log-bounded", "step"])
    def test_a_sample_needs_its_own_bytes_and_little_more(self, shape, params):
        """Less than another array of its size: 4 MiB, where the promise is 16."""
        schedule = Schedule(shape, **({} if shape == "step" else params))
        assert peak(lambda: schedule.sample(POINTS)) <= 8 * POINTS + 4 * MIB

    def test_a_sample_of_as_many_steps_in_an_epoch_too(self):
        schedule = Schedule("cosine", **CYCLES["of one epoch"])
        assert peak(lambda: schedule.sample(POINTS // 100, 100)) <= 8 * POINTS + 4 * MIB

    @pytest.mark.quick("npy", "txt")
    @formats
    def test_an_export_takes_no_more_for_more_rows(self, tmp_path, name):
        """A few blocks as numbers and as text, into the file as they are made."""
        write, file = FORMATS[name].write, str(tmp_path / "rates")
        few = peak(lambda: files.write(write(curves(10 * BLOCK, "log")), file))
        many = peak(lambda: files.write(write(curves(POINTS // 4, "log")), file))
        assert few <= 6 * MIB
        assert many <= few + MIB / 2

    @pytest.mark.quick
    @pytest.mark.parametrize("rows", [POINTS // 10, POINTS])
    def test_a_million_rows_take_a_few_mib(self, tmp_path, rows):
        run = curves(rows, "cosine")
        file = tmp_path / "rates.csv"
        assert peak(lambda: files.write(FORMATS["csv"].write(run), str(file))) <= 6 * MIB
        assert file.read_bytes().count(b"\n") == rows + 1


class TestStreams:
    @formats
    def test_rows_come_out_before_the_next_block_is_computed(self, name, evaluated):
        """Chunks of rates come with one block computed, then two, and so on."""
        rows = 5 * BLOCK
        chunks = FORMATS[name].write(curves(rows, "log"))
        behind = [sum(evaluated) for chunk in chunks if len(chunk) > BLOCK]
        assert BLOCK in behind
        assert set(np.diff(behind)) <= {0, BLOCK}
        assert behind[-1] == rows

    @formats
    def test_nothing_is_computed_before_it_is_asked_for(self, name, evaluated):
        FORMATS[name].write(curves(BLOCK, "log"))
        assert evaluated == []


class TestPasses:
    @pytest.mark.parametrize("name", ["csv", "tsv", "json", "jsonl"])
    def test_each_schedule_is_computed_once_a_block(self, name, evaluated):
        rows = 3 * BLOCK + 7
        list(FORMATS[name].write(curves(rows, "cosine", "log")))
        assert sorted(evaluated) == sorted(2 * [7, BLOCK, BLOCK, BLOCK])

    def test_chosen_rows_alone_are_computed(self, evaluated):
        schedules, grid = {"log": Schedule("log")}, Run(epochs=POINTS, steps_per_epoch=1)
        list(FORMATS["csv"].write(Rows(schedules, grid, every=1000)))
        assert evaluated == [POINTS // 1000]

    @cycles
    def test_a_sample_computes_each_point_once(self, params, evaluated):
        Schedule("cosine", **params).sample(2 * BLOCK + 7)
        assert evaluated == [BLOCK, BLOCK, 7]

    @cycles
    @pytest.mark.parametrize("shape", ["cosine", "log"])
    def test_the_formula_is_applied_once_a_block_not_once_a_cycle(self, shape, params, monkeypatch):
        """And once more for each phase that ends in the first block."""
        calls, plain = [], CURVES[shape].fraction

        def counted(*args):
            calls.append(args)
            return plain(*args)

        monkeypatch.setattr(CURVES[shape], "fraction", counted)
        Schedule(shape, **params).sample(POINTS // 10)
        assert len(calls) <= ceil(POINTS / 10 / BLOCK) + 2


def loaded(code):
    """The modules that some code loads."""
    code = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


class TestModules:
    """Beside those of test_imports.py."""

    def test_the_package_alone_loads_no_numpy(self):
        assert not loaded("import logsched") & {"numpy", "typer", "orjson"}

    def test_one_rate_loads_only_numpy(self):
        found = loaded("from logsched import Schedule; Schedule('log')(12.5)")
        assert "numpy" in found
        assert not found & {"typer", "orjson", "rich", "matplotlib", "plotext"}


def cosine(u, high, low):
    return low + (high - low) * (1 + np.cos(np.pi * u)) / 2


def log(u, high, low):
    """Eq. 4 with base 1/low, capped at the top of the range."""
    with np.errstate(divide="ignore"):
        g = (1 + np.log(np.pi / u) / np.log(1 / low)) / 2
    return low + (high - low) * np.minimum(g, 1.0)


def log_bounded(u, high, low):
    return low + (high - low) * (1 - np.log(1 + (1 / low - 1) * u) / np.log(1 / low))


class TestFormulas:
    """Fast paths beside the plain formula, at every point of a grid of several blocks."""

    LR, LOW, WARMUP, DECAY = 0.1, 0.001, 5.0, 10.0

    def plain(self, formula, t, interval, multiplier):
        """Warmup and initial decay, then cycles: the paper's formulas, in whole arrays."""
        count = int(t[-1] / interval) + 1 if multiplier == 1 else 100
        lengths = interval * np.power(multiplier, np.arange(count))
        starts = np.array([*accumulate(lengths, initial=self.WARMUP + self.DECAY)])
        i = np.maximum(np.searchsorted(starts, t, side="right") - 1, 0)
        rates = formula((t - starts[i]).clip(0) / lengths[i], self.LR, self.LOW)
        first = formula((t - self.WARMUP).clip(0) / self.DECAY, self.LR, self.LOW)
        rising = self.LR / 10 + (self.LR - self.LR / 10) * t / self.WARMUP
        return np.where(t < self.WARMUP, rising, np.where(t < starts[0], first, rates))

    @pytest.mark.parametrize(
        ("interval", "multiplier"), [(10.0, 2.0), (4.0, 1.5), (10.0, 1.0), (1.0, 1.0), (1e6, 1.0)]
    )
    @pytest.mark.parametrize("shape", [cosine, log, log_bounded])
    def test_a_sample_is_what_the_plain_formula_gives(self, shape, interval, multiplier):
        steps, points = 8, 3 * BLOCK + 8
        schedule = Schedule(
            shape.__name__.replace("_", "-"),
            restart_interval=interval,
            restart_interval_multiplier=multiplier,
        )
        expected = self.plain(shape, np.arange(points) / steps, interval, multiplier)
        rates = schedule.sample(points // steps, steps)
        np.testing.assert_allclose(rates, expected, rtol=1e-12)
        few = range(0, points, 997)
        np.testing.assert_allclose([schedule(k / steps) for k in few], expected[few], rtol=1e-12)
