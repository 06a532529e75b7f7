"""Whether a log is a schedule, and why not."""
