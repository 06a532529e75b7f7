"""Numbers at the edge: finite and in range, or refused in a sentence, and that soon."""

import numpy as np
import pytest

from logsched import LogschedError, Schedule
from logsched.agreement import Series, tolerance_for
from logsched.breakpoints import find_breaks
from logsched.cycles import Geometric
from logsched.grid import ALL, Grid
from logsched.identify import ENOUGH, Search, identify

# Too much to go over.


@pytest.mark.parametrize(
    "command",
    ["describe", "table", "table --every 100000000000", "plot a=log b=log --match-budget a"],
)
def test_a_run_too_long_to_go_over_is_refused(call, command):
    result = call(*command.split(), "--epochs", str(10**12))
    assert (result.stdout, result.returncode) == ("", 2)
    assert f"at most {ALL}" in result.stderr


@pytest.mark.parametrize("command", ["plot", "explain --at 5", "export --at 3"])
def test_what_goes_over_few_points_takes_any_run(call, command):
    assert call(*command.split(), "--epochs", str(10**12))[1:] == ("", 0)


def test_a_run_that_is_just_feasible_is_gone_over():
    assert next(Grid(epochs=ALL).all_blocks())[0] == 0
    with pytest.raises(LogschedError, match="take fewer epochs or steps_per_epoch"):
        Grid(epochs=ALL + 1).all_blocks()


@pytest.fixture
def made(monkeypatch):
    """How many cycles the tables that are made have."""
    sizes, plain = [], Geometric._made

    def counted(self, count):
        sizes.append(count)
        return plain(self, count)

    monkeypatch.setattr(Geometric, "_made", counted)
    return sizes


NEAR_ONE = [1 + 1e-12, 1 - 1e-12, 1 + 2**-52]


@pytest.mark.parametrize("multiplier", NEAR_ONE)
def test_too_many_cycles_are_refused_before_they_are_made(multiplier, made):
    """By their number, which a logarithm tells."""
    schedule = Schedule("cosine", restart_interval=1e-6, restart_interval_multiplier=multiplier)
    with pytest.raises(LogschedError, match="so many are not feasible"):
        schedule(44.0)
    with pytest.raises(LogschedError, match="so many are not feasible"):
        schedule.end_of_cycle(10**6)
    assert sum(made) < 100


@pytest.mark.parametrize("multiplier", NEAR_ONE)
def test_cycles_that_hardly_grow_are_as_those_that_do_not(multiplier):
    lengths = {"restart_interval": 0.001, "warmup_epochs": 0, "init_decay_epochs": 0}
    got = Schedule("cosine", restart_interval_multiplier=multiplier, **lengths)
    equal = Schedule("cosine", restart_interval_multiplier=1, **lengths)
    times = (np.arange(10_000) + 0.37) / 1000
    np.testing.assert_allclose(got(times), equal(times), rtol=0, atol=1e-5)


# Logs of rates at the ends of float64.

EXTREMES = [1e300, 1e-300, 1.0, 0.0, 5e-324, 0.1]


def extreme(seed):
    rates = np.random.default_rng(seed).choice(EXTREMES, 33)
    return Series(np.arange(33.0), rates), tolerance_for(rates, 1e-6)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", range(2))
def test_extreme_rates_are_identified_as_well_as_can_be(call, tmp_path, seed):
    """Their slopes are beyond float64."""
    np.save(tmp_path / "run.npy", extreme(seed)[0].rate)
    result = call("identify", "run.npy")
    assert (result.stderr, result.returncode) == ("", 0)
    assert "# the nearest found to run.npy" in result.stdout


def test_a_search_that_finds_nothing_ends():
    """Soon after enough was tried."""
    rates = np.random.default_rng(0).random(45)
    series, tolerance = Series(np.arange(45.0), rates), tolerance_for(rates, 1e-6)
    search = Search(find_breaks(series, tolerance), tolerance)
    assert search.found()
    assert search.fitter.effort.spent < 2 * ENOUGH
    assert identify(series, tolerance)
