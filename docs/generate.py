"""Builds the parts of the site that are not in `docs/`: generated pages, and pages of other folders.

mkdocs calls the functions `on_...` (`hooks` in mkdocs.yml; `make docs`). Nothing is written into the repository: it has
short pages at these places, so that no link is dead there, and they say how to get the complete ones.
`python -m docs.generate FOLDER` writes the generated pages into a folder, to look at them without the site.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docs.generated import codes, commands, python, settings
from docs.links import ROOT, ROOT_PAGES, links, repository_path, rewritten, site_path, target

log = logging.getLogger("mkdocs.generate")  # below mkdocs': under --strict its warnings are errors

PAGES: dict[str, Callable[[], str]] = {
    "reference/command-line.md": commands.page,
    "reference/settings.md": settings.page,
    "reference/python.md": python.page,
    "reference/codes.md": codes.page,
}
"""The generated pages of the site, and what makes each."""

_FROM_NETWORK = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"?(?:https?:)?//[^\">\s]+")


def pages() -> dict[str, str]:
    """The text of each generated page by its place on the site."""
    return {place: make() for place, make in PAGES.items()}


def on_files(files: Any, config: Any) -> Any:
    """Add the generated pages, the repository's pages outside `docs/`, and the files that pages link to."""
    from mkdocs.structure.files import File

    for place, text in pages().items():
        short = files.get_file_from_path(place)
        if short is not None:
            files.remove(short)
        files.append(File.generated(config, place, content=text))
    for here, place in ROOT_PAGES.items():
        if here != "README.md":  # index.md says the same, for readers of the site
            files.append(File.generated(config, place, content=(ROOT / here).read_text(encoding="utf-8")))
    for path in sorted(_linked(files)):
        files.append(File.generated(config, site_path(path), abs_src_path=str(ROOT / path)))
    return files


def _linked(files: Any) -> set[str]:
    """Files of the repository that pages link to and that are not pages."""
    found = set()
    for file in files.documentation_pages():
        source = repository_path(file.src_uri)
        found |= {target(source, each)[0] for each in links(file.content_string)}
    return {each for each in found if site_path(each).startswith("files/") and (ROOT / each).is_file()}


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn links that lead out of `docs/`."""
    return rewritten(markdown, page.file.src_uri)


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """The site loads nothing from the network: a script, a style or a picture from there is an error."""
    for each in _FROM_NETWORK.findall(output):
        log.warning("%s loads from the network: %s", page.file.src_uri, each)
    return output


def main(folder: Path) -> None:
    """Write the generated pages into a folder."""
    for place, text in pages().items():
        there = folder / place
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
