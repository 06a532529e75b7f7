"""`snippet`: the code's rates against the schedule's, how it looks, and that it stands alone."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_invariants import parameters

from logsched import LogschedError, Schedule
from logsched.grid import Grid
from logsched.run import Run
from logsched.shapes import SHAPES
from logsched.snippets.frameworks import FRAMEWORKS
from logsched.snippets.snippet import make_snippet

EVERY_SHAPE = pytest.mark.parametrize("shape", sorted(SHAPES))
EVERY_FRAMEWORK = pytest.mark.parametrize("framework", FRAMEWORKS)
OWN = {
    "log": {
        "base": st.sampled_from(["range", "min-lr", 1e3, 1.5]),
        "peak": st.sampled_from([1, 3]),
    },
    "log-bounded": {"base": st.sampled_from(["min-lr", 1e3, 1.5])},
    "step": {"size": st.sampled_from([0, 2.5, 0.3, 7]), "gamma": st.sampled_from([0.1, 0.5])},
}
VARIED = [
    {},
    {"warmup_epochs": 0},
    {"init_decay_epochs": 0, "warmup_shape": "cosine"},
    {"warmup_epochs": 0, "init_decay_epochs": 0, "restart_interval_multiplier": 1},
    {"restart_interval": 0},
    {"restart_lr_decay": 0.5, "restart_interval_multiplier": 1},
    {"restart_lr_decay": 0.5, "restart_interval": 2.3, "warmup_epochs": 0.7},
    {"restart_interval": 2.1, "restart_interval_multiplier": 1, "restart_lr_decay": 0.9},
    {"restart_interval": 1.1, "restart_interval_multiplier": 1.01, "restart_lr": 0.3},
    {"restart_lr": 0.001},
]
EVERY_VARIATION = pytest.mark.parametrize("params", VARIED, ids=str)


def source(schedule, framework="python", epochs=45, steps=1, as_array=False):
    """A snippet of a schedule."""
    run = Run({"it": schedule}, Grid(epochs=epochs, steps_per_epoch=steps))
    return make_snippet(run, framework, as_array, ["logsched", "snippet", framework])


def rate_of(text):
    """The function `learning_rate` of a snippet."""
    module = {"__name__": "snippet"}
    exec(compile(text, "snippet", "exec"), module)
    return module["learning_rate"]


def assert_same(got, want):
    """Equal to 12 digits; where rates cancel out, to the last ones of the highest."""
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=4e-15 * np.max(want))


@EVERY_SHAPE
@given(data=st.data(), epochs=st.integers(1, 200), steps=st.integers(1, 12))
@settings(deadline=None, max_examples=60)
def test_same_rates_as_export(shape, data, epochs, steps):
    """At every point of the grid, for any parameters that the schedule holds with."""
    own = {key: data.draw(values) for key, values in OWN.get(shape, {}).items()}
    schedule = Schedule(shape, **data.draw(parameters(shape)), **own)
    try:
        want = schedule.sample(epochs, steps)
    except LogschedError:
        assume(False)
    text = source(schedule, epochs=epochs, steps=steps)
    learning_rate = rate_of(text)
    assert_same([learning_rate(k / steps) for k in range(epochs * steps)], want)
