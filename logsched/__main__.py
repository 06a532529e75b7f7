"""`python -m logsched`, and the script `logsched`: the command line."""

import gc

from logsched.base.signals import end_at_once


def main() -> None:
    """Run the command line; from here on, while it is imported too, a signal ends it quietly."""
    end_at_once()
    gc.set_threshold(100_000)  # looking through all that a start imports is a tenth of it
    from logsched.cli import app

    app.main()


if __name__ == "__main__":
    main()
