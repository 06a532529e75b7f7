"""What a schedule uses is what bears on its rates: no more, and no less."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import AROUND, parameters

from logsched import Schedule
from logsched.schedule.settled import in_effect
from logsched.schedule.shapes import SHAPES

NONE = {"warmup": 0, "decay": 0, "restart_interval": 0}
TIMES = np.arange(0, 400) / 4


@pytest.mark.parametrize(
    ("shape", "params", "unused"),
    [
        ("log", {"peak": 2, **NONE}, {"peak", "base", "lr", "restart_lr"}),
        ("polynomial", {"power": 2, **NONE}, {"power"}),
        ("exponential", {"gamma": 0.5, **NONE}, {"gamma"}),
        ("log-bounded", {"base": 10, "decay": 0, "restart_interval": 0}, {"base"}),
        ("cosine", {**NONE, "restart_interval": 10, "restart_lr": 0.2, "min_decay_lr": 0}, {"lr"}),
        ("wsd", {"stable": 0, "decay": 0, "warmup": 0}, {"lr", "end"}),
        ("triangular", {"up": 0.2, "restart_interval": 0}, {"up", "restart_lr"}),
        ("step", {"size": 0}, {"gamma", "min_decay_lr", "restart_interval"}),
    ],
)
def test_what_has_no_part_to_bear_on_is_not_used(shape, params, unused):
    schedule = Schedule(shape, **{"min_decay_lr": 0.001} | params)
    assert not schedule.uses & unused


@pytest.mark.parametrize(
    ("shape", "used"),
    [
        ("cosine", {"lr", "min_decay_lr", "restart_lr"}),
        ("step", {"size", "restart_interval"}),
        ("triangular", {"lr"}),
        ("inverse-sqrt", {"timescale", "warmup"}),
    ],
)
def test_what_was_left_out_counts_with_what_it_follows(shape, used):
    assert used <= Schedule(shape).uses
    given = Schedule(shape, restart_lr=0.2, min_decay_lr=0.01)
    assert shape != "triangular" or "lr" not in given.uses


@pytest.mark.quick(4)
@pytest.mark.parametrize("shape", sorted(SHAPES))
@given(data=st.data())
def test_an_unused_parameter_changes_no_rate(shape, data):
    """Whatever else a parameter that is not used may be set to."""
    schedule = Schedule(shape, **data.draw(parameters(shape)) | data.draw(AROUND))
    others, rates = data.draw(parameters(shape)), schedule(TIMES)
    for name in set(in_effect(schedule)) - schedule.uses:
        changed = schedule.replace(**{name: others.get(name)})
        assert np.array_equal(changed(TIMES), rates), name
