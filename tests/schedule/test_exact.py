"""Schedules in units and in pieces against a second reading, in exact fractions."""

import numpy as np
from drawn import COURSES, pieces, wholes
from hypothesis import given, settings
from hypothesis import strategies as st

from logsched import Schedule
from logsched.schedule.run import Run
from logsched.schedule.texts import read_text

CLOSE = 1e-9  # of the peak
QUICKLY = settings(deadline=None, max_examples=20)


def run_of(course):
    """The same run for the code under test."""
    points = {} if course.points == 1000 else {"points": course.points}
    return Run(**course.options(), **points)


def made(written, course):
    """The schedule under test."""
    shape, params = read_text(str(written))
    return Schedule(shape, run=run_of(course), **params)


def assert_as_read(written, course):
    """At every point of the run it has the rate of the exact reading, to 1e-9 of the peak."""
    reading = written.read(course)
    want = np.array([reading(k * course.spacing) for k in range(course.size)])
    got = made(written, course).sample()
    assert got.shape == want.shape
    off = np.abs(got - want)
    worst = off.argmax()
    assert off.max() <= CLOSE * want.max(), (
        f"{written}, {course}: point {worst}: {got[worst]}, not {want[worst]}"
    )


@QUICKLY
@given(st.data())
def test_whole_schedules_are_as_they_read(data):
    """Lengths in any unit, warmups in every mode and of any curve, stair, lead and floor."""
    course = data.draw(COURSES)
    assert_as_read(data.draw(wholes(course)), course)


@QUICKLY
@given(st.data())
def test_pieces_are_as_they_read(data):
    """Every kind of piece with the clauses that go together, from one to five of them."""
    course = data.draw(COURSES)
    assert_as_read(data.draw(pieces(course)), course)
