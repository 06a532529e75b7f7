"""`python -m logsched`, and the script `logsched`: the command line."""

import sys


def main() -> None:
    """Run the command line; broken off while it is still imported, it ends as quietly as later."""
    try:
        from logsched import cli

        cli.main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
