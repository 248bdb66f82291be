"""Pipelines read from files: when they change, and which declaration an input was registered under."""

from sluice.engine.registry.declared import Declared
from sluice.engine.registry.registry import Registry, View
from sluice.engine.registry.revision import covers

__all__ = ["Declared", "Registry", "View", "covers"]
