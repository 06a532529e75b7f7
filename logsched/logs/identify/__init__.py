"""The schedule that explains a log best."""
