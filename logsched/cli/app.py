"""The command line: its commands, each imported when it is asked for, and how it ends."""

import os
import sys
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer

from logsched import __version__
from logsched.base import console, files
from logsched.base.errors import LogschedError
from logsched.base.words import unknown


class Command(NamedTuple):
    """The module beside this one in which a command is a function of its name; what help says."""

    module: str
    help: str


COMMANDS = {
    "plot": Command("plot", "Draw schedules in the terminal, or as a picture in a file."),
    "export": Command("export", "Write epochs and rates as arrays for other programs."),
    "table": Command("describe", "Print epochs and rates as a table."),
    "describe": Command("describe", "Say what is true of each schedule."),
    "explain": Command("describe", "Explain one moment: formula and numbers."),
    "check": Command("logs", "Say whether a run's log is a schedule, and why not."),
    "identify": Command("logs", "Find the schedule that explains a run's log best."),
    "snippet": Command("export", "Write one schedule as code to paste, for a framework."),
    "shapes": Command("catalog", "List the shapes, or show one of them."),
    "presets": Command("catalog", "List the paper's settings, or show one."),
    "trial": Command("trial", "Train a model under each schedule, and show the loss."),
}
COMPLETION = "_LOGSCHED_COMPLETE"  # set by the shell when it asks for completions
SETTINGS = {
    "help_option_names": ["-h", "--help"],
    "token_normalize_func": lambda name: name.replace("_", "-"),  # --restart_lr will do
}


def main() -> None:
    """Run the command line: an error is one sentence on stderr and an exit status, never more."""
    warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's, at the ends of float64
    files.ensure_stdout()
    try:
        status = _app_for(sys.argv[1:2])(standalone_mode=False)
    except LogschedError as error:
        status = _complain(str(error), error.exit_code)
    except typer.TyperException as error:
        status = _complain(_usage(error), error.exit_code)
    except MemoryError:
        status = _complain("there is not enough memory for this", 1)
    except OSError as error:  # of --help: whatever else is written reports its own
        files.abandon_stdout()
        status = _complain(f"cannot write standard output: {error.strerror}", 1)
    except SystemExit as stop:  # 1 is how Typer ends when the reader of --help has gone
        status = 0 if stop.code == 1 and COMPLETION not in os.environ else stop.code
    sys.exit(status or 0)


def whole_app() -> typer.Typer:
    """The app with every command."""
    return _app({name: _function(name) for name in COMMANDS})


def _app_for(first: list[str]) -> typer.Typer:
    """The app with no more commands than the first word asks for: others take time to import.

    Raises LogschedError where no command has that name.
    """
    if COMPLETION in os.environ:  # the words are there, not among the arguments
        return whole_app()
    if first in ([], ["-h"], ["--help"], ["--version"]):  # commands by name, which do nothing
        return _app(dict.fromkeys(COMMANDS, lambda: None))
    if first[0].startswith("-"):
        return whole_app()
    if first[0] not in COMMANDS:
        raise _no_command(first[0])
    return _app({first[0]: _function(first[0])})


def _function(name: str) -> Callable[..., Any]:
    """The function that is a command."""
    module = import_module(f"logsched.cli.{COMMANDS[name].module}")
    return getattr(module, name)  # type: ignore[no-any-return]


def _app(commands: Mapping[str, Callable[..., Any]]) -> typer.Typer:
    """An app with these commands alone."""
    app = typer.Typer(
        name="logsched",
        help="Learning-rate schedules: what they do, drawn, described and exported.",
        context_settings=SETTINGS,
        rich_markup_mode=None,  # half the time of --help, and errors that are not wrapped
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True)(_no_command_named)
    for name, function in commands.items():
        app.command(name, help=COMMANDS[name].help)(function)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        files.write_text(f"logsched {__version__}\n")
        raise typer.Exit


def _no_command_named(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Show what there is."""
    if context.invoked_subcommand is None:
        files.write_text(context.get_help() + "\n")


# Errors.


def _no_command(word: str) -> LogschedError:
    """The sentence about a first word that is no command; it may be a schedule."""
    from logsched.schedule.shapes import SHAPES

    if word.partition(":")[0] in SHAPES:
        return LogschedError(f"{word} is a schedule, not a command: try logsched plot {word}")
    return unknown("command", word, COMMANDS)


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


def _complain(sentence: str, status: int) -> int:
    console.say(f"Error: {sentence}")
    return status
