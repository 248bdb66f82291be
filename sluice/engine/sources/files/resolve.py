"""Resolves paths, folders and patterns, and an inbox, to files.

A zip becomes its members, so that each is an input with its own counts.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from sluice.engine.storage.address import bucket_and_key, is_remote, local_path, scrubbed, split_member, storable
from sluice.engine.storage.files import exists, listed, open_input
from sluice.engine.storage.order import name_order
from sluice.errors import ConfigError, DataError, NotHere

_ZIP = b"PK\x03\x04"
# called with a folder as it was given, and the names in it that do not match, sorted
LeftOut = Callable[[str, list[str]], None]


def resolve(
    paths: Iterable[str | os.PathLike[str]], patterns: Sequence[str], left_out: LeftOut | None = None
) -> list[str]:
    """Files of paths, folders and globs, in the given order (those of a folder, a glob and an archive by name, with
    numbers compared as numbers: see `name_order`).

    Of a folder, files whose names match one of `patterns` (the pipeline's, e.g. `*.csv`) are taken; `left_out` is
    called with the others, except hidden ones, and with links. A given path may be a symbolic link, which is followed;
    a link in a folder is not. Raises ConfigError for a path without a file, TransientError when an object store is
    unavailable.
    """
    resolved: dict[str, None] = {}
    for path in paths:
        text = os.fspath(path)
        shown = scrubbed(text)
        if not text:
            raise ConfigError("A path is empty: is a variable of the shell not set? The current folder is '.'.")
        try:
            files, others = _remote(text, patterns) if is_remote(text) else _local(local_path(text), patterns)
        except NotHere as error:
            raise ConfigError(f"No file at {shown!r}. {error}") from error
        if others and left_out is not None:
            left_out(shown, others)
        if not files and others is not None:
            raise ConfigError(f"The folder {shown!r} has no file like {_or(patterns)}.{_from_here(text)}")
        if not files:
            like = f"(in a folder, only files like {_or(patterns)} are taken)"
            raise ConfigError(f"No file at {shown!r}: check the path {like}.{_from_here(text)}")
        resolved |= dict.fromkeys(each for file in files for each in _unpacked(file))
    return list(resolved)


def in_inbox(inbox: str, pattern: str) -> list[str]:
    """Files of an inbox that match a pipeline's pattern, by name: regular files inside the folder, without links.

    Raises NotHere when the inbox is in a bucket that cannot be seen, TransientError when its store is unavailable.
    """
    files = _below(inbox.rstrip("/") + "/", pattern) if is_remote(inbox) else _inside(local_path(inbox), pattern)
    return [each for file in files for each in _unpacked(file)]


# the files of a path; and if it is a folder, the names in it that do not match
_Found = tuple[list[str], list[str] | None]


def _or(patterns: Sequence[str]) -> str:
    return " or ".join(dict.fromkeys(patterns))


def _from_here(typed: str) -> str:
    """A sentence with the absolute path, for a relative one."""
    if is_remote(typed) or Path(local_path(typed)).is_absolute():
        return ""
    return f" From this folder that is {str(Path.cwd() / local_path(typed))!r}."


def _local(path: str, patterns: Sequence[str]) -> _Found:
    archive, member = split_member(path)
    if member is not None:
        return ([f"{os.path.realpath(archive)}::{member}"] if Path(archive).is_file() else []), None
    if Path(path).is_dir():
        names, links = _files_in(path)
        fit, others = _fitting(names, patterns)
        return fit, sorted([*others, *links], key=name_order)
    if Path(path).exists():
        return [os.path.realpath(path)], None
    matches = glob.glob(path, recursive=True)  # noqa: PTH207 - patterns are typed, also absolute ones
    files = sorted((each for each in matches if not Path(each).is_dir()), key=name_order)
    return [os.path.realpath(each) for each in files], None


def _files_in(folder: str) -> tuple[dict[str, str], list[str]]:
    """Regular files by name, and the names of links: a link may lead out of the folder, so it must be given itself."""
    top = os.path.realpath(folder)
    try:
        files = [each for each in Path(top).iterdir() if each.is_file()]
        links = [f"{each.name} (a link)" for each in files if each.is_symlink()]
        return {each.name: f"{top}/{each.name}" for each in files if not each.is_symlink()}, links
    except OSError as error:
        raise ConfigError(f"The folder {folder!r} cannot be read: {error.strerror}.") from error


def _remote(uri: str, patterns: Sequence[str]) -> _Found:
    _, key = bucket_and_key(uri)
    if split_member(uri)[1] is not None:
        return ([uri] if exists(uri) else []), None
    if key and not key.endswith("/"):
        if exists(uri):
            return [uri], None
        if glob.has_magic(key):
            return _below(uri[: len(uri) - len(key)], key), None
    names = {each.rpartition("/")[2]: each for each, _ in listed(uri)}
    return _fitting(names, patterns) if names else ([], None)  # a prefix without objects does not exist


def _fitting(files: Mapping[str, str], patterns: Sequence[str]) -> tuple[list[str], list[str]]:
    """The addresses of the files (by name) that match, and the names of those that do not, without hidden ones."""
    seen = sorted((name for name in files if not name.startswith(".")), key=name_order)
    fit = {name for name in seen if any(fnmatchcase(name, pattern) for pattern in patterns)}
    return [files[name] for name in seen if name in fit], [name for name in seen if name not in fit]


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


def _unpacked(uri: str) -> list[str]:
    """The members of a zip, by name; any other file as it is. A broken archive is reported when it is planned."""
    if storable(uri) != uri:  # it is refused when it is planned, and the others of its folder are loaded
        return [storable(uri)]
    if split_member(uri)[1] is not None or not _is_zip(uri):
        return [uri]
    from sluice.engine.formats.unpack import members

    try:
        with open_input(uri) as stream:
            return [f"{uri}::{name}" for name in sorted(members(stream), key=name_order)] or [uri]
    except DataError:
        return [uri]


def _is_zip(uri: str) -> bool:
    if is_remote(uri):
        return uri.lower().endswith(".zip")
    try:
        with open_input(uri) as stream:
            return stream.read(4) == _ZIP
    except (NotHere, DataError):
        return False
