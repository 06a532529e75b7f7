"""The one kind of error that logsched raises: a plain sentence for the user."""


class LogschedError(ValueError):
    """Bad input: the message names the parameter, its value and the rule (exit 2)."""

    exit_code = 2


class OutputError(LogschedError):
    """Good input, but a file or a disk would not do it (exit 1)."""

    exit_code = 1


class MissingError(LogschedError):
    """Good input, but a package that is an extra is not installed (exit 1)."""

    exit_code = 1
