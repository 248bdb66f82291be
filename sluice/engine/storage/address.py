"""Addresses: a path, `file://`, or the URL of an object in a store; then optionally `::member`.

Addresses are taken literally: a `%`, a blank or a `*` in an object's name is written as it is.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import unquote

from sluice.errors import ConfigError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_USERINFO = re.compile(r"(?<=://)[^/\s\"']*:[^\s\"']*@|(?<=://)[^/@\s\"']*@(?![^/\s\"']*\.core\.windows\.net)")
_ESCAPED = re.compile(rb"\\x(5c|[89a-f][0-9a-f])")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_ENDINGS = r"\.(?:zip|tar|tgz|tbz2?|txz|tzst|tar\.(?:gz|bz2|xz|zst))"
_ARCHIVE, _ARCHIVE_MEMBER = re.compile(rf"{_ENDINGS}\Z", re.IGNORECASE), re.compile(rf"({_ENDINGS})::", re.IGNORECASE)
_QUERY = re.compile(r"\?[\w.~%-]+=[^\s\"']*")


@dataclass(frozen=True)
class Library:
    """The client library of a kind of object store: a package that fsspec uses, and the extra that installs it."""

    package: str
    extra: str
    sign_in: str


_AWS = Library("s3fs", "s3", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or an instance's role")
_GOOGLE = Library("gcsfs", "gs", "GOOGLE_APPLICATION_CREDENTIALS or `gcloud auth application-default login`")
_AZURE = Library("adlfs", "az", "AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT_NAME and a key or login")

# what fsspec has under names of protocols, and is no server
_NO_SERVERS = {
    "local", "zip", "tar", "libarchive", "dir", "data", "cached", "blockcache", "filecache", "simplecache", "reference",
    "generic", "async_wrapper", "asynclocal", "wandb", "jupyter", "jlab", "pyscript",
}  # fmt: skip
LIBRARIES = {"s3": _AWS, "gs": _GOOGLE, "az": _AZURE, "abfs": _AZURE}


def scheme(uri: str) -> str | None:
    """The kind of object store or server of an address, None for a local file.

    Raises ConfigError for an unknown scheme.
    """
    match = _SCHEME.match(uri)
    if match is None:
        return None
    name = match[1].lower()
    if name == "file":
        return None
    if name not in LIBRARIES and not _is_fetched(name):
        known = ", ".join(f"{each}://" for each in (*LIBRARIES, "https", "sftp"))
        raise ConfigError(f"{scrubbed(uri)}: {name}:// is not known. Give a path, file:// or one of {known}.")
    return name


def _is_fetched(name: str) -> bool:
    """Whether fsspec knows a protocol of servers by this name."""
    if name in ("http", "https", "sftp"):
        return True
    try:
        from fsspec.registry import known_implementations  # type: ignore[import-untyped] # only there with an extra
    except ImportError:
        return False
    return name in known_implementations and name not in _NO_SERVERS


def is_fetched(uri: str) -> bool:
    """Whether an address is on a server whose files are fetched whole. Raises ConfigError for an unknown scheme."""
    kind = scheme(uri)
    return kind is not None and kind not in LIBRARIES


def library_of(kind: str) -> Library:
    """The library of a kind of object store or server."""
    name = kind.upper()
    return LIBRARIES.get(kind) or Library("fsspec", "fsspec", f"FSSPEC_{name}_USERNAME and FSSPEC_{name}_PASSWORD")


def refuse_secrets(uri: str) -> None:
    """Raise ConfigError for the address of a server that has credentials in it: it is kept and shown."""
    if "@" in uri.partition("://")[2].partition("/")[0] or (scheme(uri) in ("http", "https") and "?" in uri):
        raise ConfigError(
            f"{scrubbed(uri)}: an address is kept and shown, so it must not have a user, a password or a query, which "
            f"may be a signature. Set {library_of(scheme(uri) or '').sign_in}; for a query declare an HttpApi."
        )


def is_remote(uri: str) -> bool:
    """Whether an address is in an object store or on another server. Raises ConfigError for an unknown scheme."""
    return scheme(uri) is not None


def local_path(uri: str) -> str:
    """The path of a local file, given as a path or as `file://`. Raises ConfigError for another host."""
    if not uri.lower().startswith("file://"):
        return uri
    host, slash, path = uri[7:].partition("/")
    if host not in {"", "localhost"}:
        raise ConfigError(f"{scrubbed(uri)}: files of another host cannot be read. Write file:///path, or the path.")
    return unquote(slash + path)


def bucket_and_key(uri: str) -> tuple[str, str]:
    """The text after the scheme, split at the first slash. Raises ConfigError for an address without a bucket."""
    if is_fetched(uri):
        raise ConfigError(
            f"{scrubbed(uri)}: files of {scheme(uri)}:// are fetched, each by its address. For an inbox or a folder "
            "use a local one or an object store (s3://, gs://, az://)."
        )
    bucket, _, key = uri.partition("://")[2].partition("/")
    if not bucket:
        raise ConfigError(f"{scrubbed(uri)}: no bucket is named. Write {scheme(uri)}://bucket/name.")
    if scrubbed(uri).partition("://")[2].partition("/")[0] != bucket:
        raise ConfigError(
            f"{scrubbed(uri)}: credentials do not belong in an address, it is kept and shown. "
            f"Set {LIBRARIES[scheme(uri) or 's3'].sign_in}."
        )
    return bucket, key


def join(folder: str, name: str) -> str:
    """The address of `name` in a folder or below a prefix."""
    if is_remote(folder):
        return f"{folder.rstrip('/')}/{name}"
    return os.path.join(local_path(folder), name)  # noqa: PTH118 - what is typed as ./x stays so


def split_member(uri: str) -> tuple[str, str | None]:
    """`/x/a.zip::b.csv` is ("/x/a.zip", "b.csv"): an archive and the name of a file in it, None without a member.

    A local file that exists with `::` in its name is a file. In an object store only a name that ends in .zip, .tar,
    .tar.gz or the like has members. A `file://` archive is returned as a path.
    """
    path = uri if is_remote(uri) else local_path(uri)
    if "::" not in path:
        return path, None
    if not is_remote(uri):
        if os.path.lexists(path):
            return path, None
        cut = path.rfind("::")
        while cut > 0:
            if os.path.isfile(path[:cut]):  # noqa: PTH113 - called once for each `::`, of a str
                return path[:cut], path[cut + 2 :]
            cut = path.rfind("::", 0, cut)
    found = _ARCHIVE_MEMBER.search(path)
    return (path, None) if found is None else (path[: found.end(1)], path[found.end() :])


def named_as_archive(path: str) -> bool:
    """Whether a name is that of an archive: .zip, .tar, and a compressed .tar."""
    return _ARCHIVE.search(path) is not None


def storable(path: str) -> str:
    """A path as the ledger can store it: bytes that are not UTF-8 as `\\xff`, and then a backslash as `\\x5c`."""
    raw = path.encode(errors="surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.replace(b"\\", b"\\x5c").decode(errors="backslashreplace")


def misnamed(path: str) -> str | None:
    """The path on disk of one that `storable` changed; None if there is none such."""
    raw = _ESCAPED.sub(lambda escape: bytes([int(escape[1], 16)]), path.encode(errors="surrogateescape"))
    real = os.fsdecode(raw)
    return real if real != path and storable(real) == path and os.path.lexists(real) else None


def printable(text: str) -> str:
    """A text for a terminal or a log: control characters, also those of direction, are escaped."""
    return _CONTROL.sub(
        lambda each: each[0].encode("unicode_escape").decode(), text.encode(errors="backslashreplace").decode()
    )


def printable_lines(text: str) -> str:
    """As `printable`, for a text of several lines: what separates these stays."""
    return "\n".join(map(printable, text.split("\n")))


def scrubbed(text: str) -> str:
    """A text without credentials in its addresses: user and password, and a signed query."""
    return _QUERY.sub("?...", _USERINFO.sub("...@", text))
