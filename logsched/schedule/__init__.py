"""The core: schedules as pure functions of time, and what they are made of."""
