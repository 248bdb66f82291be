"""What a file is packed in: `unpack` takes the packings and the encoding off a stream, down to UTF-8 text.

Everything is found by its first bytes, never by a name, and flows in blocks: memory does not grow with the file.
A packing that is broken or ends early raises before the end of the stream is told, so half a file is never taken
for a whole one.
"""

from sluice.engine.formats.unpack.archive import members
from sluice.engine.formats.unpack.caps import Caps
from sluice.engine.formats.unpack.layers import Unpacked, unpack

__all__ = ["unpack", "Unpacked", "Caps", "members"]
