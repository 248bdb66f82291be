"""Links, from the repository's pages to the site's.

Pages link as files of the repository do, so that links work where the files are read. Some files outside `docs/` are
pages of the site too (ROOT_PAGES); any other file that is linked to is copied into the site, below `files/`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
ROOT_PAGES = {
    "ARCHITECTURE.md": "explanation/architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "README.md": "index.md",
    "deploy/airflow/README.md": "how-to/operate/airflow.md",
}
"""Where on the site a file of the repository is."""
COPIED = "files"

_LINK = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
_CODE = re.compile(r"(^```.*?^```$|`[^`\n]*`)", re.MULTILINE | re.DOTALL)


def repository_path(page: str) -> str:
    """The file of the repository that a page of the site is made of."""
    of_root = {there: here for here, there in ROOT_PAGES.items() if here != "README.md"}
    return of_root.get(page, f"docs/{page}")


def links(text: str) -> Iterator[str]:
    """The targets of a text's links to files, anchors included; none of those in code."""
    for piece in _CODE.split(text)[::2]:
        yield from (each for each in _LINK.findall(piece) if not re.match(r"[a-z]+:|#", each))


def target(source: str, link: str) -> tuple[str, str]:
    """The file of the repository that a link in the file `source` leads to, and the anchor."""
    path, _, anchor = link.partition("#")
    return os.path.normpath(PurePosixPath(source).parent / path), anchor


def site_path(path: str) -> str:
    """Where on the site a file of the repository is."""
    if path in ROOT_PAGES:
        return ROOT_PAGES[path]
    return path.removeprefix("docs/") if path.startswith("docs/") else f"{COPIED}/{path}"


def rewritten(text: str, page: str) -> str:
    """The text of a page with the links that lead out of `docs/` turned to where their targets are on the site."""
    source = repository_path(page)

    def turn(found: re.Match[str]) -> str:
        link = found.group()
        if re.match(r"[a-z]+:|#", link):
            return link
        path, anchor = target(source, link)
        there = os.path.relpath(site_path(path), PurePosixPath(page).parent)
        return f"{there}#{anchor}" if anchor else there

    pieces = _CODE.split(text)
    return "".join(each if n % 2 else _LINK.sub(turn, each) for n, each in enumerate(pieces))
