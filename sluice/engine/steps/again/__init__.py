"""Inputs that are planned or loaded once more."""
