"""Axes: their ticks are round, and on every axis there are two at least."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logsched.draw.scale import Scale

POWERS = st.floats(-300, 300)
SPANS = st.one_of(st.floats(1e-6, 1.0), st.floats(1.0, 600.0))


def numbered(scale, most):
    """The numbers that the ticks say, and where they lie."""
    places, texts = scale.ticks(most)
    return [float(text) for text in texts], places


@given(low=POWERS, span=SPANS, most=st.integers(1, 12))
def test_a_log_axis_has_two_numbers_at_least_where_they_belong(low, span, most):
    scale = Scale(low, min(low + span, 307.0), log=True)
    numbers, places = numbered(scale, most)
    assert len(numbers) == len(set(numbers)) >= 2
    assert all(0 <= place <= 1 for place in places)
    assert all(lower < higher for lower, higher in pairwise(places))
    due = [(math.log10(number) - scale.low) / (scale.high - scale.low) for number in numbers]
    assert places == pytest.approx(due, abs=1e-6)


@pytest.mark.parametrize(
    ("low", "high", "most", "due"),
    [
        (0.001, 0.1, 7, [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1]),
        (0.001, 0.1, 5, [0.001, 0.003, 0.01, 0.03, 0.1]),
        (0.001, 0.1, 1, [0.001, 0.01, 0.1]),
        (1e-9, 1, 4, [1e-9, 1e-6, 1e-3, 1]),
        (0.02, 0.9, 1, [0.03, 0.1, 0.3]),
        (0.04, 0.14, 1, [0.05, 0.1]),
        (0.21, 0.9, 2, [0.4, 0.6, 0.8]),
        (0.31, 0.34, 4, [0.31, 0.32, 0.33, 0.34]),
    ],
)
def test_numbers_of_a_log_axis(low, high, most, due):
    assert numbered(Scale(math.log10(low), math.log10(high), log=True), most)[0] == due
