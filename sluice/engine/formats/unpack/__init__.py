"""Decompression: `unpack` removes the compression layers and the encoding of a stream, down to UTF-8 text.

Layers are detected by their first bytes, never by a name, and read in blocks: memory does not grow with the file. A
layer that is broken or truncated raises before the stream reports its end, so half a file is never taken for a whole
one.
"""

from sluice.engine.formats.caps import Caps, capped
from sluice.engine.formats.unpack.layers import Unpacked, members, unpack

__all__ = ["unpack", "Unpacked", "Caps", "capped", "members"]
