"""Dates, moments and durations."""
