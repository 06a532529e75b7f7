"""Lightning: a module that configures its optimizer and scheduler."""

from logsched.export.snippets.framework import Framework
from logsched.export.snippets.frameworks._lambda_lr import FACTOR, IMPORT, LOOP

FRAMEWORK = Framework(
    "Lightning",
    f"""\
module = Scheduled()
module.layer = torch.nn.Linear(1, 1)
configured = module.configure_optimizers()
optimizer = configured["optimizer"]
scheduler = configured["lr_scheduler"]["scheduler"]
{LOOP}""",
    ("import lightning", "import torch", IMPORT),
    (
        FACTOR,
        '''\
class Scheduled(lightning.LightningModule):
    """A module that follows the schedule: derive yours from it, or copy the method."""

    def configure_optimizers(self) -> dict:
        optimizer = torch.optim.SGD(self.parameters(), lr=LR)
        scheduler = LambdaLR(optimizer, Factor())
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "interval": "$n"},
        }''',
    ),
    relative=True,
)
