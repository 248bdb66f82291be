"""Detection of a compression format, or an archive, by the first bytes of a stream."""

from __future__ import annotations

import re

HEAD = 512
ZIP = "zip"
ZSTD = "zstd"
TAR = "tar"
_KINDS = (
    (re.compile(rb"\x1f\x8b"), "gzip"),
    (re.compile(rb"PK(\x03\x04|\x05\x06|\x07\x08|00PK)"), ZIP),
    (re.compile(rb"\xfd7zXZ\x00"), "xz"),
    (re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"), ZSTD),  # a frame, or a skippable one
    (re.compile(rb".{257}ustar(?:\x00|  \x00)", re.DOTALL), TAR),
)
_BZIP2 = re.compile(rb"BZh[1-9](.{0,6})", re.DOTALL)
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")


def packing_of(head: bytes) -> str | None:
    """The name of the compression format or archive with this beginning, None for any other."""
    for magic, name in _KINDS:
        if magic.match(head):
            return name
    # a CSV header may begin with BZh: only the bytes after it identify bzip2
    match = _BZIP2.match(head)
    return "bzip2" if match and any(block.startswith(match[1]) for block in _BZIP2_BLOCKS) else None
