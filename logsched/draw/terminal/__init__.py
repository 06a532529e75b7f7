"""Pictures in a terminal, on the canvas of plotext."""
