"""One schedule, used by several threads at once, gives each the rates it gives alone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from logsched import Schedule

EPOCHS = [10.0, 40.0, 3000.0, 12.5, 900.25, 17.0, 2500.0]
PARAMS = {"restart_interval": 1, "restart_interval_multiplier": 1.0001}


def rate(schedule, epoch, start):
    start.wait()
    return schedule(epoch)


def test_the_first_use_by_many_threads():
    """Every schedule makes its table of cycles anew, as far as each thread needs it."""
    alone = [Schedule("cosine", **PARAMS)(epoch) for epoch in EPOCHS]
    with ThreadPoolExecutor(len(EPOCHS)) as pool:
        for _ in range(40):
            shared, start = Schedule("cosine", **PARAMS), Barrier(len(EPOCHS))
            tasks = [pool.submit(rate, shared, epoch, start) for epoch in EPOCHS]
            assert [task.result() for task in tasks] == alone
