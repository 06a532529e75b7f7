"""Arrays and code for other programs."""
