"""What is asked for: texts, files, sweeps and budgets become schedules on a grid."""
