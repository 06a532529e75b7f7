"""Optax: the schedule itself, a function of the step under JAX."""

from logsched.export.snippets.framework import Framework
from logsched.export.snippets.traced import Traced

FRAMEWORK = Framework(
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
    form=Traced,
)
