"""Schedules as code: a self-contained script that gives one schedule's rates to a framework."""
