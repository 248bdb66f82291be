"""Frames: a part's rows, cached between two tasks."""

from sluice.engine.rows.frames.cache import Frames, frames
from sluice.engine.rows.frames.kinds import RawBatch, RawFrame, ReadyBatch, ReadyFrame

__all__ = ["Frames", "RawBatch", "RawFrame", "ReadyBatch", "ReadyFrame", "frames"]
