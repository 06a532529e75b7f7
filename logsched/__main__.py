"""`python -m logsched`: the command line."""

from logsched.cli import main

if __name__ == "__main__":
    main()
