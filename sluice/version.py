"""The version of Sluice."""

__version__ = "0.2.0"
