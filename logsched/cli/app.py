"""The command line: each command reads its options and hands over to an output."""

import errno
import gc
import io
import os
import signal
import sys
import warnings
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, NoReturn

import typer

from logsched import __version__
from logsched.base import console, files
from logsched.base.declare import NOT_NEGATIVE, WHOLE
from logsched.base.errors import LogschedError
from logsched.base.lazy import np
from logsched.base.words import unknown
from logsched.cli.options import complete, evaluates, framework_names, preset_names, shape_names

EPOCH = NOT_NEGATIVE._replace(says="one epoch, a finite number, 0 or more, as in 37")
COMPLETION = "_LOGSCHED_COMPLETE"  # set by the shell when it asks for completions
TRIAL = "Train a model under each schedule, and show the loss."
PAPER = ("constant", "step", "cosine", "log")  # what the paper compares

app = typer.Typer(
    name="logsched",
    help="Learning-rate schedules: what they do, drawn, described and exported.",
    context_settings={
        "help_option_names": ["-h", "--help"],
        "token_normalize_func": lambda name: name.replace("_", "-"),  # --restart_lr will do
    },
    rich_markup_mode=None,  # half the time of --help, and errors that are not wrapped
    pretty_exceptions_enable=False,
)

At = Annotated[
    str | None, typer.Option("--at", metavar="EPOCHS", help="only these epochs, as in 0,5,30")
]
Every = Annotated[
    str | None, typer.Option("--every", metavar="N", help="only every N-th point of the grid")
]
TextOrJson = Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or json")]
LogFile = Annotated[
    str,
    typer.Argument(metavar="FILE[:COLUMN]", help="csv, tsv, json, jsonl, npy or npz; - is stdin"),
]
Rtol = Annotated[
    str | None,
    typer.Option("--rtol", metavar="NUMBER", help="relative difference allowed  [default: 1e-06]"),
]
Offset = Annotated[
    str | None,
    typer.Option(
        "--offset", metavar="POINTS", help="to add to the log's times; -1 if it counts from 1"
    ),
]
LogEvery = Annotated[
    str | None,
    typer.Option("--every", metavar="N", help="a log without times has every N-th point"),
]


def main() -> None:
    """Run the command line: an error is one sentence on stderr and an exit status, never more."""
    gc.set_threshold(100_000)  # looking through all that a start imports is a tenth of it
    signal.signal(signal.SIGTERM, _terminate)
    warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's, at the ends of float64
    if sys.stdout is None:
        sys.stdout = _Closed()
    try:
        status = _app_for(sys.argv[1:2])(standalone_mode=False)
    except LogschedError as error:
        status = _complain(str(error), error.exit_code)
    except typer.TyperException as error:
        status = _complain(_usage(error), error.exit_code)
    except typer.Abort:
        status = 130
    except MemoryError:
        status = _complain("there is not enough memory for this", 1)
    except OSError as error:  # of --help: whatever else is written reports its own
        files.abandon_stdout()
        status = _complain(f"cannot write standard output: {error.strerror}", 1)
    except SystemExit as stop:  # 1 is how Typer ends when the reader of --help has gone
        status = 0 if stop.code == 1 and COMPLETION not in os.environ else stop.code
    sys.exit(status or 0)


def _usage(error: typer.TyperException) -> str:
    """What Typer has to say, in one line; and what to do where an option is of another place."""
    option = str(getattr(error, "option_name", ""))
    if option in ("-o", "--output") and hasattr(error, "possibilities"):  # there is no such option
        way_out = "write with > FILE, or arrays with logsched export -o FILE"
        return f"there is no option {option} here: {way_out}"
    if name := option.lstrip("-").replace("-", "_"):
        from logsched.schedule.shapes import owner_of

        if owner := owner_of(name):
            return f"{name} is of the shape {owner}: set it there, as in {owner}:{name}=..."
    return " ".join(error.format_message().split())


def _app_for(first: list[str]) -> typer.Typer:
    """The app with no more commands than what is asked for: making them all takes time.

    Raises LogschedError where no command has that name.
    """
    asked = [
        one for one in app.registered_commands if one.callback and [one.callback.__name__] == first
    ]
    if asked:
        return _with(asked)
    if COMPLETION in os.environ:  # the words are there, not among the arguments
        return whole_app()
    if first in ([], ["-h"], ["--help"], ["--version"]):  # commands by name, which do nothing
        listed = typer.models.CommandInfo(name="trial", callback=lambda: None, help=TRIAL)
        return _with([*app.registered_commands, listed])
    if first != ["trial"] and not first[0].startswith("-"):
        raise _no_command(first[0])
    return whole_app()


def _no_command(word: str) -> LogschedError:
    """The sentence about a first word that is no command; it may be a schedule."""
    from logsched.schedule.shapes import SHAPES

    if word.partition(":")[0] in SHAPES:
        return LogschedError(f"{word} is a schedule, not a command: try logsched plot {word}")
    names = [one.callback.__name__ for one in app.registered_commands if one.callback]
    return unknown("command", word, [*names, "trial"])


def whole_app() -> typer.Typer:
    """The app with every command; that of trials, which takes time to import, among them."""
    from logsched.cli.trial import trial

    found = typer.models.CommandInfo(name="trial", callback=trial, help=TRIAL)
    return _with([*app.registered_commands, found])


def _with(commands: list[typer.models.CommandInfo]) -> typer.Typer:
    """The app with these commands alone."""
    changed = copy(app)
    changed.registered_commands = commands
    return changed


def _complain(sentence: str, status: int) -> int:
    console.say(f"Error: {sentence}")
    return status


def _terminate(number: int, frame: object) -> NoReturn:
    """Leave as after an error, so that unfinished files are taken away."""
    raise SystemExit(128 + number)


class _Closed(io.TextIOBase):
    """Standard output where there is none: what is written is not lost without a word."""

    @property
    def buffer(self) -> NoReturn:
        raise OSError(errno.EBADF, "it is closed")

    def write(self, text: str) -> NoReturn:
        raise OSError(errno.EBADF, "it is closed")


def _version(wanted: bool) -> None:
    if wanted:
        files.write_text(f"logsched {__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def logsched(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Show what there is where no command is named."""
    if context.invoked_subcommand is None:
        files.write_text(context.get_help() + "\n")


@app.command()
@evaluates(*PAPER)
def plot(
    plan: Any,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help=".png, .svg or .pdf; or DIR/ for one of each"
        ),
    ] = None,
    log_y: Annotated[bool, typer.Option("--log-y", help="rates on a logarithmic axis")] = False,
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="over the plot")] = "",
    xlim: Annotated[
        str | None, typer.Option("--xlim", metavar="FROM:TO", help="only this part of the time")
    ] = None,
    time_unit: Annotated[
        str, typer.Option("--time-unit", metavar="UNIT", help="epoch or step")
    ] = "epoch",
    layout: Annotated[
        str,
        typer.Option("--layout", metavar="overlay|stack", help="all in one, or one over the other"),
    ] = "overlay",
    width: Annotated[
        str | None, typer.Option("--width", metavar="COLUMNS", help="of the terminal plot")
    ] = None,
    height: Annotated[
        str | None, typer.Option("--height", metavar="ROWS", help="of the terminal plot")
    ] = None,
    ascii: Annotated[bool, typer.Option("--ascii", help="a terminal plot of ASCII")] = False,
    color: Annotated[
        str, typer.Option("--color", metavar="WHEN", help="auto, always or never")
    ] = "auto",
    figsize: Annotated[
        str, typer.Option("--figsize", metavar="W,H", help="inches of FILE")
    ] = "8,4.5",
    dpi: Annotated[str, typer.Option("--dpi", metavar="N", help="pixels of FILE an inch")] = "150",
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            metavar="FILE[:COLUMN]",
            help="what a run logged, over what was planned; - is stdin, also as a SCHEDULE",
        ),
    ] = None,
) -> None:
    """Draw schedules in the terminal, or as a picture in a file."""
    from logsched.cli.plot import with_logs
    from logsched.draw import drawing
    from logsched.draw.picture import picture

    look = drawing.read_look(color, ascii, width, height, figsize, dpi)
    plan, logs, notes = with_logs(plan, data or ())
    ask = (time_unit, title, log_y, drawing.limits(xlim), layout, logs)
    if output is None:
        drawing.draw_text(picture(plan, *ask), look)
    elif output.endswith("/"):
        each = {label: partial(picture, one, *ask) for label, one in plan.apart().items()}
        if not each:
            each = {name: partial(picture, plan, *ask[:-1], {name: logs[name]}) for name in logs}
        drawing.draw_each(each, output, look, drawing.steps_axis(plan, time_unit))
    else:
        drawing.draw_file(picture(plan, *ask), output, look, drawing.steps_axis(plan, time_unit))
    for note in notes:
        console.say(note)


@app.command()
@evaluates("log")
def export(
    plan: Any,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="file to write; - is stdout")
    ] = files.STDOUT,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="json, jsonl, csv, tsv, txt, npy or npz  [default: FILE's suffix, or json]",
        ),
    ] = None,
    at: At = None,
    every: Every = None,
) -> None:
    """Write epochs and rates as arrays for other programs."""
    from logsched.base import progress
    from logsched.export import arrays
    from logsched.plan.rows import choose_rows

    rows = choose_rows(plan, at, every)
    name = format or files.suffix(output) or "json"
    chosen = arrays.find_format(name, rows)
    if chosen.binary and files.is_terminal(output):
        raise LogschedError(f"format {name} is binary, not for a terminal: use -o FILE or a pipe")
    with progress.bar("rows", rows.rows * chosen.passes(rows)) as watch:
        files.write(chosen.write(replace(rows, watch=watch)), output)


@app.command()
@evaluates(*PAPER)
def table(
    plan: Any,
    at: At = None,
    every: Every = None,
    all: Annotated[bool, typer.Option("--all", help="every row, also of a long table")] = False,
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text or markdown")
    ] = "text",
) -> None:
    """Print epochs and rates as a table."""
    from logsched.describe import table
    from logsched.plan.rows import choose_rows

    rows = choose_rows(plan, at, every)
    files.write_text(table.draw(rows, format, all, console.terminal()))


@app.command()
@evaluates(*PAPER)
def describe(
    plan: Any,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="LABEL", help="compare the others with this schedule"),
    ] = None,
    sort: Annotated[
        str | None, typer.Option("--sort", metavar="FACT", help="order by it, as by mean_lr")
    ] = None,
    format: Annotated[
        str,
        typer.Option("--format", metavar="FORMAT", help="text, json, or toml: settings in effect"),
    ] = "text",
) -> None:
    """Say what is true of each schedule."""
    from logsched.describe import description

    files.write_text(description.describe_plan(plan, format, against, sort))


@app.command()
@evaluates("log")
def explain(
    plan: Any,
    at: Annotated[
        str | None, typer.Option("--at", metavar="EPOCH", help="the moment to explain")
    ] = None,
    format: TextOrJson = "text",
) -> None:
    """Explain one moment: formula and numbers."""
    from logsched.describe import explanation

    if at is None:
        raise LogschedError("at is missing: name the epoch to explain, as in --at 37")
    epoch = float(EPOCH.parse("at", at))
    files.write_text(explanation.explain_plan(plan, epoch, format))


@app.command()
@evaluates()
def check(
    plan: Any,
    file: LogFile,
    rtol: Rtol = None,
    offset: Offset = None,
    every: LogEvery = None,
    format: TextOrJson = "text",
) -> int:
    """Say whether a run's log is a schedule, and why not."""
    from logsched.logs.agreement import read_rtol
    from logsched.logs.check import verdict
    from logsched.logs.check.check import check
    from logsched.logs.log import read_log
    from logsched.logs.times import read_counting, read_times

    label, schedule = plan.only("check", file)
    log = read_log(file)
    readings = read_times(log, read_counting(plan.grid.steps_per_epoch, offset, every))
    with np.errstate(all="ignore"):  # of rates at the ends of float64
        found = check(schedule, readings, read_rtol(rtol))
        said = verdict.write(found, log.label, label, file, format, console.terminal())
    files.write_text(said)
    for note in [*log.notes, *found.whole.reading.notes()]:
        console.say(f"Note: {note}")
    return 0 if found.whole.agrees else 1


@app.command()
def identify(
    file: LogFile,
    steps_per_epoch: Annotated[
        str, typer.Option("--steps-per-epoch", metavar="NUMBER", help="points of an epoch")
    ] = "1",
    rtol: Rtol = None,
    offset: Offset = None,
    every: LogEvery = None,
    format: TextOrJson = "text",
) -> None:
    """Find the schedule that explains a run's log best."""
    from logsched.logs.agreement import read_rtol
    from logsched.logs.identify import answer
    from logsched.logs.log import read_log
    from logsched.logs.times import read_counting, read_times

    log = read_log(file)
    steps = int(WHOLE.parse("steps_per_epoch", steps_per_epoch))
    readings = read_times(log, read_counting(steps, offset, every))
    with np.errstate(all="ignore"):  # of rates at the ends of float64
        said = answer.write(readings, log.label, read_rtol(rtol), format)
    files.write_text(said)
    for note in [*log.notes, *readings[0].notes()]:
        console.say(f"Note: {note}")


@app.command()
@evaluates("log")
def snippet(
    plan: Any,
    framework: Annotated[
        str | None,
        typer.Argument(
            metavar="FRAMEWORK",
            help="torch, lightning, transformers, keras, optax or python",
            autocompletion=complete(framework_names),
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="file to write; - is stdout")
    ] = files.STDOUT,
    array: Annotated[
        bool, typer.Option("--array", help="the rates as a list instead of the closed form")
    ] = False,
) -> None:
    """Write one schedule as code to paste, for a framework."""
    from logsched.export.snippets.snippet import make_snippet

    source = make_snippet(plan, framework, array, ["logsched", *sys.argv[1:]])
    files.write([source.encode(errors="replace")], output)


@app.command()
def shapes(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="one shape", autocompletion=complete(shape_names)),
    ] = None,
    format: TextOrJson = "text",
) -> None:
    """List the shapes, or show one of them."""
    from logsched.describe import catalog

    files.write_text(catalog.shapes(name, format))


@app.command()
def presets(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="one preset", autocompletion=complete(preset_names)),
    ] = None,
    format: TextOrJson = "text",
) -> None:
    """List the paper's settings, or show one."""
    from logsched.describe import catalog

    files.write_text(catalog.presets(name, format))
