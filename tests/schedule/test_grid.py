"""The grid: its points, and the number of the point at or after an epoch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logsched import LogschedError, Schedule
from logsched.schedule.run import Run


@given(st.integers(1, 2000), st.integers(1, 1000))
def test_a_point_is_found_at_its_own_epoch(point, steps):
    """Also where its epoch times the steps is rounded up."""
    grid = Run(epochs=3000, steps_per_epoch=steps)
    assert grid.index(point / steps) == point


@given(st.floats(0, 3000), st.integers(1, 1000))
def test_the_point_found_is_the_first_not_before(epoch, steps):
    grid = Run(epochs=3000, steps_per_epoch=steps)
    found = grid.index(epoch)
    assert found / steps >= epoch
    assert found == 0 or (found - 1) / steps < epoch


@pytest.mark.parametrize("epochs", [2**53 + 1, 10**400])
def test_more_points_than_float64_can_count_are_refused(epochs):
    with pytest.raises(LogschedError, match=r"epochs is (9007199254740993|1000)"):
        Schedule("cosine").sample(epochs=epochs)
