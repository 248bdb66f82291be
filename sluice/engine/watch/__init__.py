"""Watching folders and prefixes: a file is registered soon after it is whole, once in each of its states."""

from sluice.engine.watch.watcher import Event, Watcher, watched_sources

__all__ = ["Event", "Watcher", "watched_sources"]
