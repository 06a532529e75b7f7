"""Where parts end: a warmup before milestones, the last piece, pieces of no decimal length."""

import pytest

from logsched import Schedule
from logsched.schedule.run import Run


def test_a_warmup_comes_before_milestones():
    """Milestones count from 0, and yet the warmup is there."""
    schedule = Schedule("step", milestones="30/60", warmup=5, warmup_start_lr=0.02, lr=0.1)
    assert [schedule(t) for t in (0, 5, 29, 30, 60)] == [0.02, 0.1, 0.1, 0.01, 0.001]


def test_a_whole_schedule_at_the_end_goes_on():
    its = {"restart_interval": 10, "restart_interval_multiplier": 1, "lr": 0.1}
    text = "(cosine:decay=0,restart_interval=10,restart_interval_multiplier=1)"
    schedule = Schedule("pieces", text=f"hold for 7 then {text} with lr=0.1")
    whole = Schedule("cosine", warmup=0, decay=0, **its)
    assert [schedule(7.0 + t) for t in range(35)] == [whole(t) for t in range(35)]


SHAPES = [
    "inverse-sqrt:warmup=2",
    "cosine:warmup=5,warmup_shape=cosine,warmup_mode=times,decay=0,restart_interval=0",
]


@pytest.mark.parametrize("shape", SHAPES)
def test_after_the_last_piece_its_rate_stays(shape):
    schedule = Schedule("pieces", text=f"({shape}) for 5 with lr=0.1")
    assert schedule(5) == schedule(5.5) == schedule(99)


def test_a_piece_may_last_a_seventh_of_an_epoch():
    run = Run(epochs=3, steps_per_epoch=7)
    schedule = Schedule("pieces", text="linear from 0 to 0.1 over 1 steps then hold", run=run)
    assert [schedule.step(k) for k in (0, 1, 2)] == [0, 0.1, 0.1]
