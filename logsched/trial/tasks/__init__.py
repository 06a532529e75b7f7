"""The tasks of trials, a module each, with its `TASK`; those with `_` are what they share."""
