"""Transformers: a Trainer, which counts optimizer steps."""

from logsched.export.snippets.framework import Framework
from logsched.export.snippets.frameworks._lambda_lr import FACTOR, IMPORT, LOOP

FRAMEWORK = Framework(
    "transformers",
    f"""\
with TemporaryDirectory() as folder:
    args = TrainingArguments(output_dir=folder)
    trainer = make_trainer(torch.nn.Linear(1, 1), args=args)
optimizer, scheduler = trainer.optimizer, trainer.lr_scheduler
{LOOP}""",
    ("import torch", IMPORT, "from transformers import Trainer, TrainingArguments"),
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
