"""Resolves paths, folders and patterns, and an inbox, to files.

A zip or tar becomes its members, so that each is an input with its own counts.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import translate
from pathlib import Path
from typing import NamedTuple

from sluice.engine.base.settings import settings
from sluice.engine.storage.address import (
    bucket_and_key,
    is_fetched,
    is_remote,
    local_path,
    named_as_archive,
    scrubbed,
    split_member,
    storable,
)
from sluice.engine.storage.files import exists, listed, look, open_input
from sluice.engine.storage.order import in_name_order, name_order
from sluice.errors import ConfigError, DataError, NotHere

_HEAD, _TAR_AT = 512, 257
# called with a folder as it was given, and the names in it that do not match, sorted
LeftOut = Callable[[str, list[str]], None]


class Found(NamedTuple):
    """A file by its address, and its size where that was seen."""

    uri: str
    size: int | None


def resolve(
    paths: Iterable[str | os.PathLike[str]], patterns: Sequence[str], left_out: LeftOut | None = None
) -> list[str]:
    """The addresses of files as of `find`, each once."""
    return list(dict.fromkeys(each.uri for each in find(paths, patterns, left_out)))


def find(
    paths: Iterable[str | os.PathLike[str]], patterns: Sequence[str], left_out: LeftOut | None = None
) -> Iterator[Found]:
    """Files of paths, folders and globs, in the given order (those of a folder, a glob and an archive by name, with
    numbers compared as numbers: see `name_order`). A path is looked at when the files of those before it were taken.

    Of a folder, files whose names match one of `patterns` (the pipeline's, e.g. `*.csv`) are taken; `left_out` is
    called with the others, except hidden ones, and with links. A given path may be a symbolic link, which is followed;
    a link in a folder is not. A file that is given again is found again. Raises ConfigError for a path without a file,
    TransientError when an object store is unavailable.
    """
    for path in paths:
        for file in _files_of(os.fspath(path), patterns, left_out):
            yield from unpacked(file)


def check(paths: Iterable[str | os.PathLike[str]], patterns: Sequence[str]) -> None:
    """Raise ConfigError for a local path without a file, as `find`. Nothing is listed that need not be."""
    for path in paths:
        text = os.fspath(path)
        if not text or not is_remote(text):
            next(_files_of(text, patterns, None, at_all=True))


def _files_of(text: str, patterns: Sequence[str], left_out: LeftOut | None, *, at_all: bool = False) -> Iterator[str]:
    """The files of one path; with `at_all` in any order, for whether there is one."""
    shown = scrubbed(text)
    if not text:
        raise ConfigError("A path is empty: is a variable of the shell not set? The current folder is '.'.")
    try:
        files, others = _remote(text, patterns) if is_remote(text) else _local(local_path(text), patterns, at_all)
    except NotHere as error:
        raise ConfigError(f"No file at {shown!r}. {error}") from error
    if others and left_out is not None:
        left_out(shown, others)
    first = next(files, None)
    if first is not None:
        yield first
        yield from files
    elif others is not None:
        raise ConfigError(f"The folder {shown!r} has no file like {_or(patterns)}.{_from_here(text)}")
    else:
        like = "" if "*" in patterns else f" (in a folder, only files like {_or(patterns)} are taken)"
        raise ConfigError(f"No file at {shown!r}: check the path{like}.{_from_here(text)}")


def in_inbox(inbox: str, pattern: str) -> list[str]:
    """Files of an inbox that match a pipeline's pattern, by name: regular files inside the folder, without links.

    Raises NotHere when the inbox is in a bucket that cannot be seen, TransientError when its store is unavailable.
    """
    files = _below(inbox.rstrip("/") + "/", pattern) if is_remote(inbox) else _inside(local_path(inbox), pattern)
    return [each.uri for file in files for each in unpacked(file)]


# the files of a path; and if it is a folder, the names in it that do not match
_Files = tuple[Iterator[str], list[str] | None]


def _or(patterns: Sequence[str]) -> str:
    return " or ".join(dict.fromkeys(patterns))


def _from_here(typed: str) -> str:
    """A sentence with the absolute path, for a relative one."""
    if is_remote(typed) or Path(local_path(typed)).is_absolute():
        return ""
    return f" From this folder that is {str(Path.cwd() / local_path(typed))!r}."


def _local(path: str, patterns: Sequence[str], at_all: bool) -> _Files:
    archive, member = split_member(path)
    if member is not None:
        return iter([f"{os.path.realpath(archive)}::{member}"] if Path(archive).is_file() else []), None
    if Path(path).is_dir():
        others: list[str] = []
        top, names = os.path.realpath(path), _names_in(path, _fitting(patterns), others)
        if not at_all:
            names, others = in_name_order(list(names)), sorted(others, key=name_order)
        return (f"{top}/{name}" for name in names), others
    if Path(path).exists():
        return iter([os.path.realpath(path)]), None
    matches = glob.iglob(path, recursive=True)  # noqa: PTH207 - patterns are typed, also absolute ones
    files = (each for each in matches if not os.path.isdir(each))  # noqa: PTH112 - called for each match, of a str
    return _real(files if at_all else in_name_order(files)), None


def _names_in(folder: str, fits: Callable[[str], object], others: list[str]) -> Iterator[str]:
    """The names of the regular files in a folder that fit. Others are added to `others`, without hidden ones, and
    links: a link may lead out of the folder, so it must be given itself."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_symlink():
                    others += [f"{entry.name} (a link)"] if Path(entry.path).is_file() else []
                elif not entry.name.startswith(".") and entry.is_file():
                    if fits(entry.name):
                        yield entry.name
                    else:
                        others.append(entry.name)
    except OSError as error:
        raise ConfigError(f"The folder {folder!r} cannot be read: {error.strerror}.") from error


def _real(paths: Iterable[str]) -> Iterator[str]:
    """The paths without links. Of files that are not links themselves a folder is looked at once."""
    last = real = None
    for path in paths:
        folder, slash, name = path.rpartition("/")
        if os.path.islink(path):  # noqa: PTH114 - called for each match, of a str
            yield os.path.realpath(path)
            continue
        if real is None or folder != last:
            last, real = folder, os.path.realpath(folder + slash).rstrip("/")
        yield f"{real}/{name}"


def _remote(uri: str, patterns: Sequence[str]) -> _Files:
    if is_fetched(uri):
        return iter([uri] if exists(uri) else []), None
    _, key = bucket_and_key(uri)
    if split_member(uri)[1] is not None:
        return iter([uri] if exists(uri) else []), None
    if key and not key.endswith("/"):
        if exists(uri):
            return iter([uri]), None
        if glob.has_magic(key):
            return iter(_below(uri[: len(uri) - len(key)], key)), None
    fits, files, others, there = _fitting(patterns), list[str](), list[str](), False
    for each, _ in listed(uri):
        there, name = True, each.rpartition("/")[2]
        if not name.startswith("."):
            (files if fits(name) else others).append(each if fits(name) else name)
    # a prefix without objects does not exist
    return in_name_order(files), sorted(others, key=name_order) if there else None


def _fitting(patterns: Sequence[str]) -> Callable[[str], object]:
    """Whether a name matches one of the patterns."""
    return re.compile("|".join(map(translate, patterns))).match


def _below(prefix: str, pattern: str) -> list[str]:
    from sluice.engine.storage.remote import RemotePlace

    hidden = pattern.rpartition("/")[2].startswith(".")
    return [
        each for each in RemotePlace(prefix).matching(pattern) if hidden or not each.rpartition("/")[2].startswith(".")
    ]


def _inside(inbox: str, pattern: str) -> list[str]:
    top = Path(os.path.realpath(inbox))
    resolved = []
    for path in sorted(top.glob(pattern), key=lambda each: name_order(str(each))):
        inside = Path(os.path.realpath(path)).is_relative_to(top)
        if inside and not path.is_symlink() and path.is_file():
            resolved.append(str(path))
    return resolved


def unpacked(uri: str) -> Iterator[Found]:
    """The members of a zip or tar, by name; any other file as it is. A broken one is reported when it is planned."""
    if storable(uri) != uri:  # it is refused when it is planned, and the others of its folder are loaded
        yield Found(storable(uri), None)
        return
    alone = split_member(uri)[1] is None
    size, head = (None, b"") if is_remote(uri) or not alone else look(uri, _HEAD)
    if _begins_an_archive(head) or (alone and named_as_archive(uri)):
        members = _members(uri)
        yield from (Found(f"{uri}::{name}", None) for name in members)
        if members:
            return
    yield Found(uri, size)


def _begins_an_archive(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04") or head[_TAR_AT : _TAR_AT + 5] == b"ustar"


def _members(uri: str) -> list[str]:
    from sluice.engine.formats.unpack import Caps, members

    try:
        with open_input(uri) as stream:
            caps = Caps(settings().max_unpacked_bytes, settings().max_ratio)
            return sorted(members(stream, caps), key=name_order)
    except DataError:
        return []
