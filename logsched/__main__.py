"""`python -m logsched`, and the script `logsched`: the command line."""

import gc

from logsched.base.ending import end, heed_signals


def main() -> None:
    """Run the command line; from here on, while it is imported too, a signal ends it quietly."""
    heed_signals()
    gc.set_threshold(100_000)  # looking through all that a start imports is a tenth of it
    from logsched.cli import app

    try:
        app.main()
    except SystemExit as ended:
        end(int(ended.code or 0))


if __name__ == "__main__":
    main()
