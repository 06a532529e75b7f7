"""The ways out: a module each, imported when it is first used."""
