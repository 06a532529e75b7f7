"""Trials: what each schedule does to a real training run. Needs PyTorch: `logsched[trial]`."""
