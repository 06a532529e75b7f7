"""What frameworks share that train with PyTorch: its LambdaLR, and the loop that steps it."""

IMPORT = "from torch.optim.lr_scheduler import LambdaLR"
FACTOR = '''\
class Factor:
    """The rate as a multiple of LR: what a LambdaLR takes. It can be pickled."""

    def __call__(self, $n: int) -> float:
        return $rate / LR'''
LOOP = """\
for $n in range($shown):
    print($n, optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step()"""
