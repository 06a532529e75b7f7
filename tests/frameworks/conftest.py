"""Frameworks that must be there: with LOGSCHED_REQUIRE=torch,keras a missing one is an error."""

import importlib.util
import os

# Keras takes its backend once: JAX, whose compiled steps are the strictest, or else PyTorch.
os.environ.setdefault("KERAS_BACKEND", "jax" if importlib.util.find_spec("jax") else "torch")

for name in os.environ.get("LOGSCHED_REQUIRE", "").split(","):
    if name:
        importlib.import_module(name)
