"""The tasks; importing them registers them."""

from logsched.trial.tasks import cifar10, digits, functions, gan_ring

__all__ = ["cifar10", "digits", "functions", "gan_ring"]
