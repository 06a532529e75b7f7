"""PyTorch: a scheduler for an optimizer."""

from logsched.export.snippets.framework import Framework
from logsched.export.snippets.frameworks._lambda_lr import FACTOR, IMPORT, LOOP

FRAMEWORK = Framework(
    "PyTorch",
    f"""\
optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)
scheduler = make_scheduler(optimizer)
{LOOP}""",
    ("import torch", IMPORT),
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
