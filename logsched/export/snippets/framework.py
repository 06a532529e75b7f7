"""What hooks a schedule into a framework: imports, functions, a loop that shows the rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.folder import Folder
from logsched.export.snippets.counting import counted
from logsched.schedule.run import Run

if TYPE_CHECKING:
    from logsched.export.snippets.forms import ClosedForm


class Framework(NamedTuple):
    """Source around the function `learning_rate`.

    In it `$n` stands for what is counted, `$rate` for the rate then, `$event` for what is over when
    it counts on, `$shown` for how many rates the demonstration prints.
    """

    title: str
    demonstration: str
    imports: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    relative: bool = False  # whether it takes multiples of lr
    by_step: bool = False  # whether it counts steps also where a point is an epoch
    arrays: str = ""  # the module for arrays of which `learning_rate` has to be a function
    form: type[ClosedForm] | None = None  # what writes it, if not as a function of numbers
    of_steps: Framework | None = None  # what takes its place where points are steps


FRAMEWORKS = Folder[Framework](
    "logsched.export.snippets.frameworks", "framework", first=("torch", "lightning", "transformers")
)


def find_framework(name: str | None, grid: Run) -> Framework:
    """A framework by its name. Raises LogschedError where there is none, or if it counts steps and
    nothing says when they are.
    """
    if name is None:
        raise LogschedError(f"framework is missing: name one of {', '.join(FRAMEWORKS)}")
    found, points = FRAMEWORKS.find(name), counted(grid)
    if points == "point" and (found.functions or found.by_step):
        raise LogschedError(
            f"a snippet for {name} counts steps, but nothing says how many {grid.unit}s one has: "
            f"give --{grid.unit}s-per-step"
        )
    return found.of_steps if found.of_steps and points == "step" else found
