"""A shape of one's own: one class with a parameter, and it works everywhere."""

import json
import pickle
from contextlib import contextmanager

import numpy as np
import pytest

from logsched import LogschedError, Schedule
from logsched.base.declare import POSITIVE, parameter
from logsched.plan.specs import Settings, read_spec
from logsched.schedule import shape as shapes
from logsched.schedule.boundaries import Once
from logsched.schedule.compose import START
from logsched.schedule.curves import CURVES
from logsched.schedule.curves.curve import Annealing
from logsched.schedule.parts import hold
from logsched.schedule.shapes import SHAPES, Shape


@contextmanager
def a_shape_of_its_own():
    """Define the curve `bent`, which is a shape as long as this lasts."""

    class Bent(Annealing):
        """A power of a straight line."""

        name = "bent"
        formula = "g = (1 - u)^power"
        source = "a test"

        power: float = parameter("how much it bends", POSITIVE, 2.0)

        def fraction(self, since, length, first, last):
            return (1 - since / length) ** self.power

    try:
        yield SHAPES["bent"]
    finally:
        del CURVES["bent"]


@pytest.fixture
def bent():
    with a_shape_of_its_own() as shape:
        yield shape


def test_it_is_registered_only_here():
    before = list(SHAPES)
    with a_shape_of_its_own() as shape:
        assert SHAPES["bent"] is shape
    assert list(SHAPES) == before


def test_it_has_warmup_decay_and_cycles(bent):
    """Its formula within each, from lr 0.1 to 0.001; cycles start at 15 and 25."""
    schedule = Schedule("bent", power=3)
    times = np.array([0, 5, 10, 15, 16, 25, 35])
    fractions = np.array([0.5**3, 1, 0.9**3, 1, 0.5**3])
    want = [0.01, 0.1, *(0.001 + 0.099 * fractions[[0, 1, 2, 3, 4]])]
    np.testing.assert_allclose(schedule(times), want, rtol=1e-12)
    assert schedule(15.0) == 0.1


def test_its_parameter_is_checked_and_has_a_default(bent):
    assert Schedule("bent").shape.power == 2
    assert Schedule("bent") == Schedule("bent", power=2.0) != Schedule("bent", power=3)
    with pytest.raises(LogschedError, match="power is 0"):
        Schedule("bent", power=0)
    with pytest.raises(LogschedError, match="did you mean 'power'"):
        Schedule("bent", powr=1)


def test_it_pickles(bent):
    schedule = Schedule("bent", power=3)
    assert pickle.loads(pickle.dumps(schedule)) == schedule


def test_its_parameter_can_be_set_in_a_text(bent):
    assert read_spec("b=bent:power=3").schedule(Settings()) == Schedule("bent", power=3)


def test_it_is_exported_with_its_parameter(bent, call):
    exported = json.loads(call("export", "b=bent:power=3", "bent").stdout)
    assert exported["schedules"]["b"]["params"]["power"] == 3
    assert exported["schedules"]["bent"]["params"]["power"] is None
    assert exported["lr"]["b"] == Schedule("bent", power=3).sample().tolist()


def test_it_is_listed_and_described(bent, call):
    assert "g = (1 - u)^power" in call("shapes").stdout
    page = call("shapes", "bent").stdout
    for words in ("A power of a straight line.", "a test", "power", "how much it bends", "2.0"):
        assert words in page
    facts = json.loads(call("shapes", "bent", "--format", "json").stdout)["shapes"]["bent"]
    assert list(facts["parameters"]) == ["power"]


def test_it_is_drawn(bent, call):
    result = call("plot", "bent:power=3")
    assert (result.returncode, result.stderr) == (0, "")
    assert "bent:power=3" in result.stdout


def test_it_is_suggested(bent, call):
    assert "did you mean 'bent'?" in call("export", "bend").stderr


@pytest.fixture
def two_parts():
    """A shape that is no annealing one: phases of its own, the last without an end."""

    class TwoParts(Shape):
        """A ramp to lr, then lr for good."""

        name = "two-parts"
        formula = "rate = lr"
        source = "this test"

        def body(self, its):
            return [hold("top", self.formula, Once(START), its.lr)]

    yield TwoParts
    del shapes._NAMED["two-parts"]


@pytest.mark.parametrize("command", ["plot", "table", "describe", "export", "explain --at 2"])
def test_a_shape_with_phases_of_its_own_works_in_every_command(two_parts, call, command):
    first, *options = command.split()
    out, err, status = call(first, "two-parts", *options)
    assert (err, status) == ("", 0)
    assert out


def test_it_is_explained_in_each_of_its_phases(two_parts, call):
    assert "u       = T_cur/T_i = 2/5 = 0.4" in call("explain", "two-parts", "--at", "2").stdout
    assert "rate    = lr = 0.1" in call("explain", "two-parts", "--at", "20").stdout
