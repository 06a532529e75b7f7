"""The schedule of a plan as a script for a framework, in its closed form or as an array."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from string import Template
from textwrap import fill
from typing import TYPE_CHECKING

from logsched import __version__
from logsched.base.errors import LogschedError
from logsched.base.words import time
from logsched.export.snippets.counting import counted
from logsched.export.snippets.framework import Framework, find_framework
from logsched.export.snippets.layout import WIDTH, in_unit, script
from logsched.export.snippets.samples import Samples
from logsched.export.snippets.scalar import Scalar
from logsched.schedule.units import Length

if TYPE_CHECKING:
    from logsched.plan.plan import Plan
    from logsched.schedule.run import Run
    from logsched.schedule.schedule import Schedule

QUOTES = r"'\"\"\"'"  # three, as a shell reads them in what is quoted, and Python in a docstring
SHOWN = 10  # rates that a script prints


def make_snippet(plan: Plan, name: str | None, as_array: bool, command: Sequence[str]) -> str:
    """The source of a script for a framework, which names the command that wrote it.

    Raises LogschedError for an unknown framework, several schedules or what cannot be written.
    """
    framework = find_framework(name, plan.grid)
    if len(plan.schedules) != 1:
        raise LogschedError(
            f"a snippet is of one schedule, but there are {len(plan.schedules)}: "
            f"{', '.join(plan.schedules)}"
        )
    (schedule,) = plan.schedules.values()
    if framework.relative:
        schedule.factor(0.0)  # raises where lr is 0
    n = "step" if framework.by_step else counted(plan.grid)
    form = (
        Samples(schedule, plan.grid, n, framework.arrays)
        if as_array
        else (framework.form or Scalar)(schedule, plan.grid)
    )
    words = {
        "n": n,
        "rate": f"learning_rate({form.argument(n)})",
        "event": "epoch" if n == "epoch" else "optimizer step",
        "shown": str(min(plan.grid.size, SHOWN)),
    }
    hooks = [Template(source).substitute(words) for source in framework.functions]
    functions = [*form.functions(), *hooks]
    demonstration = Template(framework.demonstration).substitute(words)
    about = _about(schedule, plan.grid, framework, command)
    return script(about, framework.imports, form.constants, functions, demonstration)


def _about(schedule: Schedule, grid: Run, framework: Framework, command: Sequence[str]) -> str:
    """The docstring of a script."""
    title = f"Learning-rate schedule {schedule.shape.name} for {framework.title}: {_length(grid)}."
    doc = in_unit((type(schedule.shape).__doc__ or "").partition("\n\n")[0], grid.unit)
    line = _wrapped([shlex.quote(word).replace('"""', QUOTES) for word in command])
    quote = 'r"""' if "\\" in line else '"""'
    says = fill(" ".join(doc.split()), WIDTH)
    return f'{quote}{title}\n\n{says}\n\nlogsched {__version__} wrote this:\n\n    {line}\n"""'


def _length(run: Run) -> str:
    """How long a run is, and how long its steps are where they are something else."""
    length, its = str(Length(run.length, run.unit)), counted(run)
    if its == run.unit:
        return length
    if run.unit == "epoch":
        return f"{length} of {time(float(1 / run.spacing))} steps"
    return f"{length}, {time(float(run.spacing))} a {its}"


def _wrapped(words: Sequence[str]) -> str:
    """A command on as many lines as it takes, as a shell reads it."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + len(word) < WIDTH - 6:
            lines[-1] += f" {word}"
        else:
            lines[-1] += " \\"
            lines.append(f"        {word}")
    return "\n".join(lines)
