"""Keras: a callback that is asked once an epoch, or an optimizer's own schedule of steps."""

from logsched.export.snippets.framework import Framework
from logsched.export.snippets.traced import Keras

IMPORT_KERAS = "import keras  # without TensorFlow, set KERAS_BACKEND=jax or torch"

OF_STEPS = Framework(
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
    form=Keras,
)

FRAMEWORK = Framework(
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
    of_steps=OF_STEPS,
)
