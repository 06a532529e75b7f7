"""What every room stands on, and that knows no schedules: errors, words, files, the console."""
