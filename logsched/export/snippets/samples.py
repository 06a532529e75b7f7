"""A schedule's rates on the grid of a run, as a list with a function that looks one up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsched.base.errors import LogschedError
from logsched.export.snippets.layout import Constant, function, listed

if TYPE_CHECKING:
    from logsched.schedule.run import Run
    from logsched.schedule.schedule import Schedule

MOST = 100_000  # rates in a list
NAME = "LEARNING_RATES"


class Samples:
    """Rates by the number of a point; from the last point on they stay. Of numbers, or of arrays of
    a module. Raises LogschedError for too many.
    """

    def __init__(self, schedule: Schedule, grid: Run, counted: str, module: str = "") -> None:
        if grid.size > MOST:
            raise LogschedError(
                f"the run has {grid.size} points, but an array in a snippet has at most {MOST}: "
                "leave out --array, or use export -o FILE.npy"
            )
        rates = schedule.at_points(grid).tolist()
        about = f"of each {counted} of the run"
        self.constants = {
            "LR": Constant(repr(schedule.lr), "base learning rate"),
            NAME: Constant(listed(map(repr, rates)), about),
        }
        self.counted, self.module = counted, module

    def argument(self, n: str) -> str:
        """What `learning_rate` is given for the n-th point of the grid."""
        return n

    def functions(self) -> list[str]:
        """The one function there is."""
        n, m = self.counted, self.module
        about = f"The learning rate at a number of {n}s; after the run it stays."
        last = f"last = len({NAME}) - 1"
        if not m:
            lines = [last, f"return {NAME}[min({n}, last)]"]
            return [function("learning_rate", f"{n}: int", " -> float", about, lines)]
        lines = [last, f"return {m}.take({m}.array({NAME}), {m}.minimum({n}, last))"]
        return [function("learning_rate", n, "", about, lines)]
