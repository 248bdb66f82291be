"""Every link of a page leads to a file that is there, and to a heading that is in it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from docs.generate import PAGES
from docs.generate import pages as generated
from docs.links import ROOT_PAGES, links, rewritten, target
from tests.kit.pages import BLOCK, pages
from tests.kit.stack import ROOT

TEXTS = pages()
MADE = {f"docs/{place}": text for place, text in generated().items()}


def anchors(text: str) -> set[str]:
    """What links to headings end with: the heading's words in lower case, with hyphens."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", each).strip().lower()) for each in headings}


EVERY = [*TEXTS.items(), *MADE.items()]


@pytest.mark.parametrize(("source", "text"), EVERY, ids=[f"{source}{len(text)}" for source, text in EVERY])
def test_every_link_of_a_page_leads_somewhere(source: str, text: str) -> None:
    """In the repository, too, where the generated pages are short ones; their headings are those of the site."""
    every = TEXTS | MADE
    for link in links(text):
        path, anchor = target(source, link)
        assert (ROOT / path).exists(), f"{source} links to {link}, which is not there"
        if anchor:
            assert anchor in anchors(every[path]), f"{source} links to {link}, and {path} has no such heading"


@pytest.mark.parametrize("place", MADE)
def test_a_generated_page_has_a_short_one_in_the_repository_that_says_how_to_get_it(place: str) -> None:
    short = (ROOT / place).read_text(encoding="utf-8")
    assert short.splitlines()[0] == MADE[place].splitlines()[0]  # the same title
    assert f"site/{place.removeprefix('docs/').removesuffix('.md')}.html" in short
    assert "`make docs`" in short
    assert "`python -m docs.generate FOLDER`" in short
    assert len(short.splitlines()) < 15


def test_files_outside_the_pages_do_not_link_to_pages_that_are_not_in_the_repository() -> None:
    for source in ("README.md", "deploy/airflow/README.md"):
        for link in links(TEXTS[source]):
            assert target(source, link)[0] not in MADE


def test_links_out_of_the_pages_lead_to_their_place_on_the_site() -> None:
    text = "[a](../../ARCHITECTURE.md#builds) [b](../../benchmarks/bench.py) [c](codes.md) `[d](x.md)`"
    assert rewritten(text, "reference/rows.md") == (
        "[a](../explanation/architecture.md#builds) [b](../files/benchmarks/bench.py) [c](codes.md) `[d](x.md)`"
    )
    assert rewritten("[a](docs/reference/rows.md)", "contributing.md") == "[a](reference/rows.md)"


def test_every_page_is_in_the_navigation() -> None:
    navigation = set(re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text()))
    here = {path.removeprefix("docs/") for path in TEXTS if path.startswith("docs/")}
    assert navigation == here | set(PAGES) | (set(ROOT_PAGES.values()) - {"index.md"})
    assert {PurePosixPath(each).parts[0] for each in here if "/" in each} == {
        "tutorial",
        "how-to",
        "reference",
        "explanation",
    }
