"""Listing a prefix, and the objects that match a glob.

fsspec's own glob walks the folders and skips those that it fails to list. Here a failure is raised: half of the
files must never look like all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from glob import escape, has_magic
from typing import Any


def inside(store: Any, folder: str, kind: str) -> Iterator[dict[str, Any]]:
    """A file system's entry for each "file" or "directory" directly in a folder, given as `bucket/prefix`.

    Empty for a prefix without objects; raises FileNotFoundError when the bucket does not exist.
    """
    try:
        entries = store.ls(folder, detail=True)
    except FileNotFoundError as error:
        # a missing bucket is the store's own error (it has a cause); for an empty prefix the library raises by itself
        if error.__cause__ is not None or "/" not in folder:
            raise
        return
    for info in entries:
        named = info["name"].startswith(f"{folder}/") and not (kind == "file" and info["name"].endswith("/"))
        if named and info["type"] == kind:
            yield info


def matching(store: Any, folder: str, pattern: str) -> Iterator[dict[str, Any]]:
    """A file system's entries for the files in or below a folder that match a glob; `**` is any number of folders."""
    from fsspec.utils import glob_translate  # type: ignore[import-untyped] # only there with an extra

    first, _, rest = pattern.partition("/")
    if "**" in first:
        fits = re.compile(glob_translate(f"{escape(folder)}/{pattern}"))
        found = store.find(folder, detail=True).values()
        yield from (info for info in found if fits.match(info["name"]) and not info["name"].endswith("/"))
    elif not rest:
        files = inside(store, folder, "file")
        yield from (info for info in files if fnmatchcase(info["name"].rpartition("/")[2], first))
    elif has_magic(first):
        names = (info["name"].rstrip("/") for info in inside(store, folder, "directory"))
        for name in names:
            if fnmatchcase(name.rpartition("/")[2], first):
                yield from matching(store, name, rest)
    else:
        yield from matching(store, f"{folder}/{first}", rest)
