"""The lock of what builds the site: by version and hash, and nothing in another version than the tests have it."""

from __future__ import annotations

import re

from tests.kit.stack import ROOT

PIN = re.compile(r"^([a-z0-9._-]+)==([^ ;]+)", re.MULTILINE)


def pins(name: str) -> set[tuple[str, str]]:
    return set(PIN.findall((ROOT / name).read_text()))


def test_packages_that_both_locks_have_are_of_one_version() -> None:
    site, tests = pins("docs/requirements.lock"), pins("requirements.lock")
    both = {name for name, _ in site} & {name for name, _ in tests}
    assert len(both) > 20
    assert {pin for pin in site if pin[0] in both} <= tests


def test_the_site_is_built_by_pinned_packages_from_no_named_registry() -> None:
    text = (ROOT / "docs" / "requirements.lock").read_text()
    assert "mkdocs-material" in {name for name, _ in pins("docs/requirements.lock")}
    assert "://" not in text
    assert all("--hash=sha256:" in each for each in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:])


def test_what_builds_the_site_is_not_installed_for_the_tests_or_in_the_image() -> None:
    for name in ("requirements.lock", "deploy/runtime.lock", "deploy/build.lock"):
        assert "mkdocs" not in (ROOT / name).read_text()
