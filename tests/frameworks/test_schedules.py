"""Schedules themselves in frameworks, without a snippet: as README says they are used."""

import copy
import io
import pickle

import numpy as np
import pytest

from logsched import LogschedError, Schedule
from logsched.schedule.shapes import SHAPES

EPOCHS, STEPS = 9, 5
SHORT = {"warmup": 1, "decay": 2, "restart_interval": 2, "restart_lr_decay": 0.5}
EVERY_SHAPE = pytest.mark.parametrize("shape", sorted(SHAPES))
EVERY_WAY = pytest.mark.parametrize("steps", [1, STEPS], ids=["by epoch", "by step"])


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")


class Training:
    """An optimizer with two parameter groups, the second at a tenth of the rate."""

    def __init__(self, torch, schedule, steps=1):
        weights = [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
        groups = [{"params": weights[:1]}, {"params": weights[1:], "lr": schedule.lr / 10}]
        self.optimizer = torch.optim.SGD(groups, lr=schedule.lr)
        factor = schedule.factor if steps == 1 else lambda step: schedule.factor(step / steps)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer, factor)
        self.rates = []

    def go_on(self, count):
        for _ in range(count):
            self.rates.append([group["lr"] for group in self.optimizer.param_groups])
            self.optimizer.step()
            self.scheduler.step()

    def state(self):
        return [self.optimizer.state_dict(), self.scheduler.state_dict()]

    def load(self, states):
        for part, state in zip([self.optimizer, self.scheduler], states, strict=True):
            part.load_state_dict(state)


@EVERY_SHAPE
@EVERY_WAY
def test_lambda_lr(torch, shape, steps):
    """The rates of the schedule in one group, a tenth of them in the other."""
    schedule = Schedule(shape, lr=0.3, **SHORT)
    training = Training(torch, schedule, steps)
    training.go_on(EPOCHS * steps)
    want = schedule.sample(EPOCHS, steps)
    np.testing.assert_allclose(training.rates, np.stack([want, want / 10], axis=1), rtol=1e-12)


@EVERY_SHAPE
@EVERY_WAY
def test_lambda_lr_resumed(torch, shape, steps):
    """Saved half way, loaded by a new one: the same rates, and the schedule is what it was."""
    schedule = Schedule(shape, lr=0.3, **SHORT)
    whole, first, second = (Training(torch, schedule, steps) for _ in range(3))
    whole.go_on(EPOCHS * steps)
    first.go_on(EPOCHS * steps // 2)
    file = io.BytesIO()
    torch.save(first.state(), file)
    file.seek(0)
    second.load(torch.load(file, weights_only=True))
    second.go_on(len(whole.rates) - len(first.rates))
    assert first.rates + second.rates == whole.rates
    assert schedule == Schedule(shape, lr=0.3, **SHORT)
    assert [schedule(step / steps) for step in range(EPOCHS * steps)] == pytest.approx(
        np.array(whole.rates)[:, 0], rel=1e-12
    )


def test_a_state_does_not_change_another_schedule(torch):
    """A saved state knows how far a run was, not which schedule it followed."""
    one, other = Schedule("cosine", lr=0.3, **SHORT), Schedule("linear", lr=0.1, **SHORT)
    first, second = Training(torch, one), Training(torch, other)
    first.go_on(4)
    second.scheduler.load_state_dict(first.scheduler.state_dict())
    assert other == Schedule("linear", lr=0.1, **SHORT)
    assert second.scheduler.last_epoch == 4


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_of_a_training_goes_on_by_itself(torch, copied):
    """Optimizer, scheduler and schedule, copied or pickled half way."""
    schedule = Schedule("cosine", lr=0.3, **SHORT)
    first = Training(torch, schedule)
    first.go_on(4)
    second = copied(first)
    for training in (first, second):
        training.go_on(5)
    assert second.rates == first.rates
    assert np.array(second.rates)[:, 0] == pytest.approx(schedule.sample(9), rel=1e-12)
    assert second.scheduler.lr_lambdas[0].__self__ == schedule


def test_a_schedule_in_place_of_its_factor(torch):
    """Nothing can tell before the run: `check` does after it, and no state of it can be saved."""
    schedule = Schedule("cosine", lr=0.3, **SHORT)
    training = Training(torch, schedule)
    training.scheduler = torch.optim.lr_scheduler.LambdaLR(training.optimizer, schedule)
    training.go_on(9)
    rates = np.array(training.rates)[:, 0]
    np.testing.assert_allclose(rates, 0.3 * schedule.sample(9), rtol=1e-12)
    with pytest.raises(TypeError):
        torch.save(training.state(), io.BytesIO())


def test_a_base_rate_of_0_is_refused(torch):
    schedule = Schedule("cosine", lr=0, min_decay_lr=0.01, restart_lr=0.1)
    with pytest.raises(LogschedError, match="lr is 0, but a factor of it needs"):
        Training(torch, schedule)


@EVERY_SHAPE
def test_keras_callback(shape):
    """`LearningRateScheduler(schedule)` as it is, in a real fit."""
    keras = pytest.importorskip("keras", reason="Keras is not installed: pip install keras jax")
    schedule, ones = Schedule(shape, **SHORT), np.ones((2, 1))
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", loss="mse")
    callback = keras.callbacks.LearningRateScheduler(schedule)
    fitted = model.fit(ones, ones, epochs=EPOCHS, verbose=0, callbacks=[callback])
    want = schedule.sample(EPOCHS)
    np.testing.assert_allclose(fitted.history["learning_rate"], want, rtol=1e-6)


@EVERY_SHAPE
@EVERY_WAY
def test_optax(shape, steps):
    """A sample, looked up within compiled code; past its end the last rate stays."""
    optax = pytest.importorskip("optax", reason="optax is not installed: pip install optax")
    import jax
    import jax.numpy as jnp

    want = Schedule(shape, **SHORT).sample(EPOCHS, steps)
    rates = jnp.asarray(want)
    optimizer = optax.sgd(lambda step: rates[jnp.minimum(step, len(rates) - 1)])

    def update(state, _):
        updates, state = optimizer.update(jnp.ones(()), state)
        return state, -updates

    run = jax.jit(lambda state: jax.lax.scan(update, state, length=len(want) + 3))
    _, got = run(optimizer.init(jnp.ones(())))
    np.testing.assert_allclose(got, np.append(want, [want[-1]] * 3), rtol=1e-6)
