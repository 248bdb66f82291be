"""Servers and clients of a measurement, and what they used: seconds, CPU and memory."""
