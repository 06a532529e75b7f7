"""Keras' own schedules, compiled as in a fit, and the schedules that are the same."""

from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from peers import (
    EPOCHS,
    LR,
    RESTARTS,
    SHARE,
    assert_float32,
    in_cycles,
    restarting,
    warmed_up,
    wrong_restarts,
)

jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax")
keras = pytest.importorskip("keras", reason="Keras is not installed: pip install keras jax")
schedules = keras.optimizers.schedules

pytestmark = pytest.mark.skipif(keras.backend.backend() != "jax", reason="Keras is not on JAX")
SLOWLY = settings(deadline=None, max_examples=10)  # each is compiled


def rates(peer, count):
    return np.asarray(jax.jit(jax.vmap(peer))(np.arange(count)))


@given(LR, SHARE, EPOCHS, st.sampled_from([1, 1.5, 2, 3]), st.floats(0.5, 1))
@example(0.1, 0.01, 10, 2, 0.5)
@SLOWLY
def test_cosine_decay_restarts(lr, share, interval, multiplier, decay):
    """m_mul is of the range above alpha * lr, as restart_lr_decay is. Not at restarts."""
    schedule = in_cycles(lr, share, interval, multiplier, decay)
    peer = schedules.CosineDecayRestarts(lr, interval, float(multiplier), decay, share)
    want = schedule.sample(min(300, 20 * interval))
    starts = [schedule.parts[-1].times.start(cycle) for cycle in range(1, 300)]
    kept = np.setdiff1d(np.arange(len(want)), starts)
    assert_float32(rates(peer, len(want))[kept], want[kept])


@given(LR, SHARE, EPOCHS, EPOCHS, st.floats(0, 1))
@example(0.1, 0.01, 5, 40, 0.1)
@SLOWLY
def test_cosine_decay_after_a_warmup(lr, share, warmup, length, start):
    """decay_steps does not count the warmup, and the first argument is where that begins."""
    schedule = warmed_up(lr, share, warmup, start, length)
    peer = schedules.CosineDecay(lr * start, length, share, warmup_target=lr, warmup_steps=warmup)
    assert_float32(rates(peer, warmup + length + 5), schedule.sample(warmup + length + 5))


def test_where_it_misses_a_restart():
    """Compiled, log(10)/log(10) is not 1 in float32. How many that are depends on the processor."""

    @cache
    def peer(interval, multiplier):
        return jax.jit(schedules.CosineDecayRestarts(0.1, interval, multiplier, alpha=0.01))

    wrong = wrong_restarts(lambda r, m, epoch: float(peer(r, float(m))(epoch)))
    assert len(RESTARTS) == 402
    assert (1, 10, 1, 1) in wrong


def test_where_it_misses_a_restart_of_equal_cycles():
    """Compiled, 41/41 is not 1: 9 of the 24 restarts up to step 1000 get the lowest rate."""
    peer = schedules.CosineDecayRestarts(0.1, 41, t_mul=1.0, alpha=0.01)
    restarts = np.arange(41, 1001, 41)
    got = rates(peer, 1001)[restarts]
    assert (len(restarts), np.count_nonzero(got < 0.002)) == (24, 9)
    assert set(restarting(41, 1)(restarts)) == {0.1}


def test_where_it_misses_a_restart_in_training():
    """What a weight loses in each step, when the gradient is 1."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    peer = schedules.CosineDecayRestarts(0.1, 41, t_mul=1.0, alpha=0.01)
    model.compile(keras.optimizers.SGD(peer), loss=lambda true, predicted: predicted)
    weights = []
    for _ in range(44):
        weights.append(model.get_weights()[0].item())
        model.train_on_batch(np.ones((1, 1)), np.ones((1, 1)))
    taken = -np.diff(weights)
    assert taken[41] == pytest.approx(0.001, rel=1e-3)
    assert taken[42] == pytest.approx(restarting(41, 1)(42), rel=1e-3)
