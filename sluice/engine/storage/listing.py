"""What is in a prefix, and which objects fit a glob.

fsspec's own glob walks the folders and leaves out those that it fails to list. Here a failure is raised: half of the
files must never look like all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from glob import escape, has_magic
from typing import Any


def inside(store: Any, folder: str, kind: str) -> Iterator[dict[str, Any]]:
    """What a file system says of each "file" or "directory" directly in a folder, given as `bucket/prefix`.

    A prefix without objects has nothing; raises FileNotFoundError when there is no such bucket.
    """
    try:
        found = store.ls(folder, detail=True)
    except FileNotFoundError as error:
        # that there is no bucket is what the store said; of a prefix without objects the library speaks alone
        if error.__cause__ is not None or "/" not in folder:
            raise
        return
    for info in found:
        named = info["name"].startswith(f"{folder}/") and not (kind == "file" and info["name"].endswith("/"))
        if named and info["type"] == kind:
            yield info


def matching(store: Any, folder: str, pattern: str) -> Iterator[str]:
    """The names of the files in a folder, or below it, that fit a glob; `**` is any number of folders."""
    from fsspec.utils import glob_translate  # type: ignore[import-untyped] # only there with an extra

    first, _, rest = pattern.partition("/")
    if "**" in first:
        fits = re.compile(glob_translate(f"{escape(folder)}/{pattern}"))
        yield from (name for name in store.find(folder) if fits.match(name) and not name.endswith("/"))
    elif not rest:
        names = (info["name"] for info in inside(store, folder, "file"))
        yield from (name for name in names if fnmatchcase(name.rpartition("/")[2], first))
    elif has_magic(first):
        names = (info["name"].rstrip("/") for info in inside(store, folder, "directory"))
        for name in names:
            if fnmatchcase(name.rpartition("/")[2], first):
                yield from matching(store, name, rest)
    else:
        yield from matching(store, f"{folder}/{first}", rest)
