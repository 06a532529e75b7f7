"""The tasks; importing them registers them, those first that need no data of the user's."""

from logsched.trial.tasks import digits, functions, gan_ring  # isort: split

from logsched.trial.tasks import cifar10

__all__ = ["cifar10", "digits", "functions", "gan_ring"]
