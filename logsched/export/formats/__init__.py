"""The formats of arrays, a module each, with its `FORMAT`; those with `_` are what they share."""
