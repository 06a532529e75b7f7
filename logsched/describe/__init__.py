"""What is true of schedules, and how it is said."""
