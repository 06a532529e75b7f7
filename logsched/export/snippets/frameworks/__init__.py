"""The frameworks of snippets, a module each, with its `FRAMEWORK`; those with `_` they share."""
