"""Pictures of schedules, in a terminal or a file; a module each, imported when first used."""
