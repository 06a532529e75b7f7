"""The tasks; importing them registers them, those first that need no data of the user's."""

from logsched.trial.task import TASKS, find_task
from logsched.trial.tasks import digits, functions, gan_ring  # isort: split

from logsched.trial.tasks import cifar10

__all__ = ["TASKS", "cifar10", "digits", "find_task", "functions", "gan_ring"]
