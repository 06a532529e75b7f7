"""Snippets in the frameworks that they are for: the rates that real optimizers had."""

import importlib.util
import io
import json
import pickle
import shlex
import sys

import numpy as np
import pytest

EPOCHS, STEPS = 6, 5
PLANS = {
    "log": "log",
    "cosine": "cosine --warmup-epochs 1 --init-decay-epochs 1 --restart-interval 1",
    "fading": "linear --warmup-epochs 0.5 --restart-interval 1.1 --restart-interval-multiplier 1"
    " --init-decay-epochs 0.7 --restart-lr-decay 0.5 --min-decay-lr 0.01",
    "bounded": "log-bounded:base=range --warmup-epochs 0 --init-decay-epochs 2"
    " --restart-interval 0",
    "step": "step:size=1.5,gamma=0.5 --warmup-epochs 1 --warmup-shape cosine",
    "constant": "constant",
}
UNITS = {
    "steps": "cosine --lr 0.1 --warmup 4 --warmup-mode times --decay 11 --restart-interval 5.5"
    " --stair 2 --lead 1 --steps 30",
    "epochs of 4.3 steps": "step:milestones=40%/70%,gamma=0.5/0.1 --lr 0.1 --warmup 3st"
    " --warmup-mode into --steps 30 --steps-per-epoch 4.3",
    "tokens": "'power:power=4 from 0 to 0.1 over 4 steps then hold until 1G then (log:decay=0,"
    "restart_interval=0.7G,restart_lr_decay=0.5) for 2G then 1-sqrt to 0.001 over rest with"
    " lead=1 step' --tokens 5G --tokens-per-step 150M",
    "samples": "linear --lr 0.1 --warmup 10% --floor-lr 0.02 --samples 2000 --samples-per-step 64",
}


def of_run(plan, steps=1, epochs=EPOCHS):
    """A plan with a run of epochs."""
    return f"{plan} --epochs {epochs} --steps-per-epoch {steps}"


EVERY_PLAN = pytest.mark.parametrize("plan", [*map(of_run, PLANS.values())], ids=PLANS)
BY_STEP = {name: of_run(plan, STEPS) for name, plan in PLANS.items()} | UNITS
EVERY_PLAN_OF_STEPS = pytest.mark.parametrize("plan", BY_STEP.values(), ids=BY_STEP)
BY_ALL = {f"{name} by epoch": of_run(plan) for name, plan in PLANS.items()} | BY_STEP
EVERY_RUN = pytest.mark.parametrize("plan", BY_ALL.values(), ids=BY_ALL)
EVERY_WAY = pytest.mark.parametrize("steps", [1, STEPS], ids=["by epoch", "by step"])
EVERY_FORM = pytest.mark.parametrize("form", ["", "--array"], ids=["closed form", "array"])


@pytest.fixture
def snippet(call, tmp_path, monkeypatch):
    """The module that a snippet is, and the rates that `export` has on its grid."""

    def snippet(framework, plan, form=""):
        args = shlex.split(plan)
        done = call("snippet", framework, *args, *form.split(), "-o", "snippet.py")
        assert (done.stderr, done.returncode) == ("", 0)
        spec = importlib.util.spec_from_file_location("snippet", tmp_path / "snippet.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "snippet", module)
        spec.loader.exec_module(module)
        (rates,) = json.loads(call("export", *args).stdout)["lr"].values()
        return module, np.array(rates)

    return snippet


def assert_float32(got, want):
    """Equal to six digits; where terms cancel out, to those of the highest rate."""
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=5e-7 * want.max())


# PyTorch


def groups(torch, snippet):
    """An optimizer with parameter groups at the rate LR and at a tenth of it."""
    weights = [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
    return torch.optim.Adam(
        [{"params": weights[:1]}, {"params": weights[1:], "lr": snippet.LR / 10}], lr=snippet.LR
    )


def trained(optimizer, scheduler, count):
    """The rates that each group had in so many steps."""
    rates = []
    for _ in range(count):
        for group in optimizer.param_groups:
            for weight in group["params"]:
                weight.grad = weight.detach().clone()
        rates.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step()
    return rates


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")


@EVERY_RUN
@EVERY_FORM
def test_torch(torch, snippet, plan, form):
    """In all parameter groups, each in its ratio."""
    module, want = snippet("torch", plan, form)
    optimizer = groups(torch, module)
    got = np.array(trained(optimizer, module.make_scheduler(optimizer), len(want)))
    np.testing.assert_allclose(got[:, 0], want, rtol=1e-12)
    np.testing.assert_allclose(got[:, 1], want / 10, rtol=1e-12)


@EVERY_WAY
@EVERY_FORM
def test_torch_resumed(torch, snippet, steps, form):
    """Half a run, saved to a file, and the other half with all things new."""
    module, want = snippet("torch", of_run(PLANS["cosine"], steps), form)
    half = len(want) // 2
    first = groups(torch, module)
    scheduler = module.make_scheduler(first)
    rates, file = trained(first, scheduler, half), io.BytesIO()
    torch.save([first.state_dict(), scheduler.state_dict()], file)
    file.seek(0)
    second = groups(torch, module)
    resumed = module.make_scheduler(second)
    for one, state in zip([second, resumed], torch.load(file), strict=True):
        one.load_state_dict(state)
    rates += trained(second, resumed, len(want) - half)
    np.testing.assert_allclose(np.array(rates)[:, 0], want, rtol=1e-12)


def test_torch_pickles(torch, snippet):
    module, want = snippet("torch", of_run(PLANS["log"]))
    factor = pickle.loads(pickle.dumps(module.Factor()))
    got = [module.LR * factor(epoch) for epoch in range(len(want))]
    np.testing.assert_allclose(got, want, rtol=1e-12)


# Lightning


@EVERY_WAY
@EVERY_FORM
@pytest.mark.filterwarnings("ignore")  # it has much to say about loaders and workers
def test_lightning(torch, snippet, steps, form):
    """What the optimizer of a fit by a real Trainer had at every batch."""
    reason = "Lightning is not installed: pip install lightning"
    lightning = pytest.importorskip("lightning", reason=reason)
    module, want = snippet("lightning", of_run(PLANS["cosine"], steps), form)

    class Model(module.Scheduled):
        def __init__(self):
            super().__init__()
            self.layer, self.rates = torch.nn.Linear(1, 1), []

        def training_step(self, batch):
            self.rates.append(self.optimizers().param_groups[0]["lr"])
            return self.layer(batch).square().mean()

    model = Model()
    quiet = dict.fromkeys(("enable_progress_bar", "enable_model_summary", "logger"), False)
    trainer = lightning.Trainer(
        max_epochs=EPOCHS, accelerator="cpu", enable_checkpointing=False, **quiet
    )
    trainer.fit(model, torch.utils.data.DataLoader(torch.ones(STEPS, 1)))
    by_batch = want if steps > 1 else np.repeat(want, STEPS)
    np.testing.assert_allclose(model.rates, by_batch, rtol=1e-12)


# transformers


@EVERY_WAY
@EVERY_FORM
def test_transformers(torch, snippet, tmp_path, steps, form):
    """What the optimizer of a real Trainer had at every optimizer step, of two batches each."""
    reason = "transformers is not installed: pip install transformers accelerate"
    transformers = pytest.importorskip("transformers", reason=reason)
    pytest.importorskip("accelerate", reason=reason)
    module, want = snippet("transformers", of_run(PLANS["cosine"], steps), form)
    rates = []

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def forward(self, x):
            return {"loss": self.layer(x).square().mean()}

    class Watch(transformers.TrainerCallback):
        def on_step_begin(self, args, state, control, optimizer, **rest):
            rates.append(optimizer.param_groups[0]["lr"])

    args = transformers.TrainingArguments(
        output_dir=str(tmp_path),
        num_train_epochs=EPOCHS * steps / STEPS,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=2,
        use_cpu=True,
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
    )
    data = [{"x": torch.ones(1)}] * (2 * STEPS)
    trainer = module.make_trainer(Model(), args=args, train_dataset=data, callbacks=[Watch()])
    trainer.train()
    np.testing.assert_allclose(rates[: len(want)], want[: len(rates)], rtol=1e-12)
    assert len(rates) >= len(want)


# Keras


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras", reason="Keras is not installed: pip install keras jax")


def summing(keras, rate):
    """A model whose only weight loses, in a step, the rate of that step."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(rate), loss=lambda true, predicted: predicted)
    return model


@EVERY_PLAN
@EVERY_FORM
def test_keras_by_epoch(keras, snippet, plan, form):
    """The rates in the history of a fit, and that they were taken."""
    module, want = snippet("keras", plan, form)
    model = summing(keras, 0.5)
    before = float(model.get_weights()[0].item())
    ones = np.ones((STEPS, 1))
    fitted = model.fit(ones, ones, 1, epochs=EPOCHS, verbose=0, callbacks=[module.make_callback()])
    np.testing.assert_allclose(fitted.history["learning_rate"], want, rtol=1e-6)
    taken = before - float(model.get_weights()[0].item())
    assert taken == pytest.approx(STEPS * want.sum(), rel=1e-5)


@EVERY_PLAN_OF_STEPS
@EVERY_FORM
def test_keras_by_step(keras, snippet, plan, form):
    """What the optimizer has at every step of a run, and the sum of a fit."""
    module, want = snippet("keras", plan, form)
    optimizer, weight = keras.optimizers.SGD(module.Scheduled()), keras.Variable([0.0])
    got = []
    for _ in want:
        got.append(float(optimizer.learning_rate))
        optimizer.apply([keras.ops.ones(1)], [weight])
    assert_float32(got, want)
    model, ones = summing(keras, module.Scheduled()), np.ones((len(want), 1))
    before = float(model.get_weights()[0].item())
    model.fit(ones, ones, 1, verbose=0)
    taken = before - float(model.get_weights()[0].item())
    assert taken == pytest.approx(want.sum(), rel=1e-5)


@pytest.mark.parametrize("steps", ["1", "5"])
def test_keras_without_its_backend(keras, call, run, steps):
    """Where TensorFlow is not installed Keras looks for it; the line that fails says what helps."""
    call("snippet", "keras", "--steps-per-epoch", steps, "-o", "it.py")
    hidden = "import sys; sys.modules['tensorflow'] = None; import it"
    done = run(command=[sys.executable, "-c", hidden], env={"KERAS_BACKEND": "tensorflow"})
    assert "KERAS_BACKEND=jax" in done.stderr


def test_keras_saves_it(keras, snippet, tmp_path):
    """A model's file brings its schedule back."""
    module, want = snippet("keras", of_run(PLANS["cosine"], STEPS))
    model, ones = summing(keras, module.Scheduled()), np.ones((STEPS, 1))
    model.compile(keras.optimizers.SGD(module.Scheduled()), loss="mse")
    model.fit(ones, ones, 1, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert float(again.optimizer.learning_rate) == pytest.approx(want[2 * STEPS], rel=1e-6)


# optax


def descended(module, jax, optax, count):
    """The rates that plain gradient descent took in a compiled loop."""
    optimizer = optax.sgd(module.learning_rate)

    def step(state, _):
        updates, state = optimizer.update(jax.numpy.ones(()), state)
        return state, -updates

    _, rates = jax.jit(lambda state: jax.lax.scan(step, state, length=count))(
        optimizer.init(jax.numpy.ones(()))
    )
    return np.asarray(rates)


@EVERY_RUN
@EVERY_FORM
@pytest.mark.parametrize("double", [False, True], ids=["float32", "float64"])
def test_optax(snippet, plan, form, double):
    """Compiled, in both precisions; after the run the rate stays."""
    optax = pytest.importorskip("optax", reason="optax is not installed: pip install optax")
    import jax

    module, want = snippet("optax", plan, form)
    with jax.enable_x64(double):
        got = descended(module, jax, optax, len(want) + 3)
    stays = np.append(want, [want[-1]] * 3)
    if double:
        np.testing.assert_allclose(got, stays, rtol=1e-12, atol=4e-15 * want.max())
    else:
        assert_float32(got, stays)


def test_optax_late_in_a_long_run(snippet):
    """A million steps on, float32 tells each step from the next, and restarts where it should."""
    jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax")
    plan = "cosine --warmup-epochs 0.333 --restart-interval 7.77 --init-decay-epochs 0"
    module, want = snippet("optax", of_run(plan, 1000, 2000))
    at = np.arange(1_990_000, 2_000_000)
    assert_float32(np.asarray(jax.jit(module.learning_rate)(at)), want[at])
