"""The peers' own way to sample the default cosine: cycles of 10, 20, 40 ... epochs, 0.1 to 0.001.

Each function gives a callable that computes rates and returns them. Those that are called step by
step leave out warmup and initial decay, and skip over the run evenly where they can: their time is
scaled up.
"""

import importlib.util
import logging
import sys
import types
import warnings
from collections.abc import Callable

import jax
import jax.numpy as jnp
import lrsched
import optax
import torch

Run = Callable[[], object]
LEAST, MOST = 0.001, 0.1


def optax_cosine(points: int, interval: float, multiplier: float, whole: bool = True) -> Run:
    """optax.sgdr_schedule compiled by XLA, float32: all points at once, epochs made beforehand.

    `whole`: with warmup and initial decay.
    """
    first = {"init_value": 0.01, "peak_value": MOST, "warmup_steps": 5, "decay_steps": 15}
    cycles, start = ([first | {"end_value": LEAST}], 15.0) if whole else ([], 0.0)
    while start < points:
        cycle = {"init_value": MOST, "peak_value": MOST, "warmup_steps": 0, "end_value": LEAST}
        cycles.append(cycle | {"decay_steps": int(interval)})
        start, interval = start + interval, interval * multiplier
    compiled = jax.jit(optax.sgdr_schedule(cycles))
    epochs = jnp.arange(points, dtype=jnp.float32)
    return lambda: compiled(epochs).block_until_ready()


def lrsched_cosine(points: int, every: int, period: int = 10, growth: int = 2) -> Run:
    """lrsched.cosine_restarts, called at every so many-th epoch."""
    schedule = lrsched.cosine_restarts(base_lr=MOST, min_lr=LEAST, period=period, t_mult=growth)
    return lambda: [schedule(step) for step in range(0, points, every)]


def timm_cosine(points: int, every: int, period: int = 10, growth: float = 2.0) -> Run:
    """timm's CosineLRScheduler, stepped to every so many-th epoch."""
    optimizer = _optimizer()
    scheduler = _timm().CosineLRScheduler(
        optimizer, t_initial=period, lr_min=LEAST, cycle_mul=growth, cycle_limit=2**62
    )

    def run() -> list[float]:
        rates = []
        for step in range(0, points, every):
            scheduler.step(step)
            rates.append(optimizer.param_groups[0]["lr"])
        return rates

    return run


def torch_cosine(steps: int, period: int = 10, growth: int = 2) -> Run:
    """PyTorch's CosineAnnealingWarmRestarts, stepped from the start as a training loop does."""
    warnings.filterwarnings("ignore", message="Detected call of `lr_scheduler.step")

    def run() -> list[float]:
        optimizer = _optimizer()
        restarts = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts
        scheduler = restarts(optimizer, T_0=period, T_mult=growth, eta_min=LEAST)
        rates = []
        for _ in range(steps):
            rates.append(optimizer.param_groups[0]["lr"])
            scheduler.step()
        return rates

    return run


def _optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=MOST)


def _timm() -> types.ModuleType:
    """timm.scheduler.cosine_lr without all of timm, which imports torchvision."""
    logging.getLogger("timm").setLevel(logging.ERROR)  # it warns of cycles of one epoch
    if "timm" not in sys.modules:
        found = importlib.util.find_spec("timm")
        assert found is not None
        hollow = types.ModuleType("timm")
        hollow.__path__ = found.submodule_search_locations or []
        sys.modules["timm"] = hollow
    return importlib.import_module("timm.scheduler.cosine_lr")
