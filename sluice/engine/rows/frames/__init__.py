"""Frames: a part's rows, cached between two tasks."""

from sluice.engine.rows.frames.cache import Frames, frames
from sluice.engine.rows.frames.kinds import RawFrame, ReadyFrame

__all__ = ["Frames", "RawFrame", "ReadyFrame", "frames"]
