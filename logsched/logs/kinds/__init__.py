"""Files of numbers as tables: delimited text, JSON, JSON lines and NumPy's, told by content."""
