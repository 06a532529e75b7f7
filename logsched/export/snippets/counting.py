"""What the points of a run are."""

from logsched.schedule.run import Run


def counted(run: Run) -> str:
    """`epoch` or `step`; `point` where nothing says how long a step is."""
    if run.unit == "epoch" and run.spacing == 1:
        return "epoch"
    return "point" if run.steps_in(run.unit) is None else "step"
