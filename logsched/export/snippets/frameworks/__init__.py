"""The frameworks of snippets, a module each, with its `FRAMEWORK`; the rest is shared."""
