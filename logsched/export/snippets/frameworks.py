"""What hooks a schedule into a framework: imports, functions, a loop that shows the rates."""

from __future__ import annotations

from typing import NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.words import unknown


class Framework(NamedTuple):
    """Source around the function `learning_rate`.

    In it `$n` stands for what is counted, `$rate` for the rate then, `$event` for what is over when
    it counts on, `$shown` for how many rates the demonstration prints.
    """

    title: str
    demonstration: str
    imports: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    relative: bool = False  # whether it takes multiples of lr
    by_step: bool = False  # whether it counts steps also where an epoch has only one
    arrays: str = ""  # the module for arrays of which `learning_rate` has to be a function


PYTHON = Framework(
    "plain Python",
    """\
for $n in range($shown):
    print($n, $rate)""",
)

FACTOR = '''\
class Factor:
    """The rate as a multiple of LR: what a LambdaLR takes. It can be pickled."""

    def __call__(self, $n: int) -> float:
        return $rate / LR'''
LOOP = """\
for $n in range($shown):
    print($n, optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step()"""
LAMBDA_LR = "from torch.optim.lr_scheduler import LambdaLR"

TORCH = Framework(
    "PyTorch",
    f"""\
optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)
scheduler = make_scheduler(optimizer)
{LOOP}""",
    ("import torch", LAMBDA_LR),
    (
        FACTOR,
        '''\
def make_scheduler(optimizer: torch.optim.Optimizer) -> LambdaLR:
    """A scheduler for an optimizer with lr=LR; step it after every $event.

    Parameter groups with another lr keep their ratio to it.
    """
    return LambdaLR(optimizer, Factor())''',
    ),
    relative=True,
)

LIGHTNING = Framework(
    "Lightning",
    f"""\
module = Scheduled()
module.layer = torch.nn.Linear(1, 1)
configured = module.configure_optimizers()
optimizer = configured["optimizer"]
scheduler = configured["lr_scheduler"]["scheduler"]
{LOOP}""",
    ("import lightning", "import torch", LAMBDA_LR),
    (
        FACTOR,
        '''\
class Scheduled(lightning.LightningModule):
    """A module that follows the schedule: derive yours from it, or copy the method."""

    def configure_optimizers(self) -> dict:
        optimizer = torch.optim.SGD(self.parameters(), lr=LR)
        scheduler = LambdaLR(optimizer, Factor())
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "interval": "$n"},
        }''',
    ),
    relative=True,
)

TRANSFORMERS = Framework(
    "transformers",
    f"""\
with TemporaryDirectory() as folder:
    args = TrainingArguments(output_dir=folder)
    trainer = make_trainer(torch.nn.Linear(1, 1), args=args)
optimizer, scheduler = trainer.optimizer, trainer.lr_scheduler
{LOOP}""",
    ("import torch", LAMBDA_LR, "from transformers import Trainer, TrainingArguments"),
    (
        FACTOR,
        '''\
def make_trainer(model: torch.nn.Module, **options) -> Trainer:
    """A Trainer that counts a $n of the schedule after every optimizer step."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR)
    scheduler = LambdaLR(optimizer, Factor())
    return Trainer(model=model, optimizers=(optimizer, scheduler), **options)''',
    ),
    relative=True,
    by_step=True,
)

IMPORT_KERAS = "import keras  # without TensorFlow, set KERAS_BACKEND=jax or torch"

KERAS = Framework(
    "Keras",
    """\
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse")
ones = np.ones((1, 1))
fitted = model.fit(ones, ones, epochs=$shown, verbose=0, callbacks=[make_callback()])
for $n, rate in enumerate(fitted.history["learning_rate"]):
    print($n, rate)""",
    (IMPORT_KERAS, "import numpy as np"),
    (
        '''\
def make_callback() -> keras.callbacks.Callback:
    """For model.fit(..., callbacks=[make_callback()])."""
    return keras.callbacks.LearningRateScheduler(learning_rate)''',
    ),
)

KERAS_BY_STEP = Framework(
    "Keras",
    """\
weight = keras.Variable([0.0])
optimizer = keras.optimizers.SGD(learning_rate=Scheduled())
for $n in range($shown):
    print($n, float(optimizer.learning_rate))
    optimizer.apply([ops.ones(1)], [weight])""",
    (IMPORT_KERAS, "from keras import ops"),
    (
        '''\
@keras.saving.register_keras_serializable()
class Scheduled(keras.optimizers.schedules.LearningRateSchedule):
    """The rate of an optimizer: keras.optimizers.SGD(learning_rate=Scheduled())."""

    def __call__(self, step):
        return learning_rate(step)

    def get_config(self):
        return {}''',
    ),
    by_step=True,
    arrays="ops",
)

OPTAX = Framework(
    "optax",
    """\
optimizer = optax.sgd(learning_rate)
state = optimizer.init(jnp.zeros(1))
for $n in range($shown):
    updates, state = optimizer.update(jnp.ones(1), state)
    print($n, -updates[0])""",
    ("import jax.numpy as jnp", "import optax"),
    by_step=True,
    arrays="jnp",
)

FRAMEWORKS = {
    "torch": TORCH,
    "lightning": LIGHTNING,
    "transformers": TRANSFORMERS,
    "keras": KERAS,
    "optax": OPTAX,
    "python": PYTHON,
}


def find_framework(name: str | None, steps_per_epoch: int) -> Framework:
    """A framework by its name. Raises LogschedError where there is none."""
    known = ", ".join(FRAMEWORKS)
    if name is None:
        raise LogschedError(f"framework is missing: name one of {known}")
    if name not in FRAMEWORKS:
        raise unknown("framework", name, FRAMEWORKS)
    by_step = name == "keras" and steps_per_epoch > 1
    return KERAS_BY_STEP if by_step else FRAMEWORKS[name]
