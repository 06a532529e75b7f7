"""The tasks; importing them registers them."""

from logsched.trial.tasks import digits, functions, gan_ring

__all__ = ["digits", "functions", "gan_ring"]
