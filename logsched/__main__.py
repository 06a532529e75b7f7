"""`python -m logsched`, and the script `logsched`: the command line."""

import signal
import sys


def main() -> None:
    """Run the command line; broken off while it is still imported, it ends as quietly as later."""
    try:
        from logsched.cli import app

        app.main()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:  # a signal ends what Python still has to tidy up, and is no error in it
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


if __name__ == "__main__":
    main()
