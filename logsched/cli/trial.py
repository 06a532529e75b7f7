"""The command `trial`: it reads its options and hands over to training and to what shows it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from logsched.base import console, files
from logsched.cli.evaluates import evaluates
from logsched.cli.options import complete
from logsched.trial.task import TASKS
from logsched.trial.task_options import LEFT_OUT, OPTIONS, prepare

if TYPE_CHECKING:
    from logsched.plan.plan import Plan

SCHEDULES = ("constant", "step", "cosine", "log", "log-bounded")


@evaluates(*SCHEDULES, declares=OPTIONS, prepare=prepare, left_out=LEFT_OUT)
def trial(
    plan: "Plan",
    task: Annotated[
        str | None,
        typer.Argument(
            metavar="[TASK]",
            help=", ".join(TASKS),
            autocompletion=complete(lambda: TASKS),
        ),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option("-o", "--file", metavar="FILE", help=".png, .svg, .pdf, .json or .csv"),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="epoch|step", help="losses as means of epochs, or all")
    ] = "epoch",
    log_y: Annotated[
        bool | None,
        typer.Option(
            "--log-y/--no-log-y",
            help="losses on a logarithmic axis  [default: where they fall to a hundredth]",
        ),
    ] = None,
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text, json or csv")
    ] = "text",
    checkpoint: Annotated[
        str | None,
        typer.Option("--checkpoint", metavar="DIR", help="save all runs there after every epoch"),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            "--resume",
            metavar="DIR|FILE",
            help="go on from checkpoints there, and save there too; or all from one FILE",
        ),
    ] = None,
    preprocessing: Annotated[
        bool,
        typer.Option(
            "--preprocessing", help="draw a batch of cifar10 before and after each step into -o"
        ),
    ] = False,
    results: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="FILE", help="draw saved results instead of training"),
    ] = None,
) -> None:
    """Train all, or read what was trained; draw, print and save it."""
    from logsched.draw.drawing import Look
    from logsched.trial import report
    from logsched.trial.results import read_results
    from logsched.trial.running import train_all
    from logsched.trial.saving import read_saving

    several = len(results or []) > 1
    report.check_options(format, by, file, several)
    look = Look(console.terminal(), (11, 6.5) if several else (8, 6))  # panels side by side
    made: Any = task  # of its name `prepare` has made a Task
    if preprocessing:
        report.save_picture(made.picture, file)
        return
    if results:
        found = [read_results(one) for one in results]
    else:
        found = [train_all(made, plan, read_saving(checkpoint, resume, file))]
    try:
        if file is not None:
            report.save(found, by, log_y, file, look)
    finally:  # a disk that is full must not cost the results
        for one in found:
            files.write_text(report.FORMATS[format](one, by, log_y, look.terminal))
