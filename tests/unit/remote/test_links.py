"""The header Link is read as RFC 8288 says, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.sources.http.links import Link, read_links


def next_of(*fields: str) -> list[str]:
    """The targets of the links to the next page."""
    return [link.target for link in read_links(fields) if "next" in link.relations]


@pytest.mark.parametrize(
    "field",
    [
        '</p?n=2>; rel="next"',
        "</p?n=2>; rel=next",
        "</p?n=2>;rel=next",
        "</p?n=2> ; rel = next",
        '</p?n=2>\t;\trel\t=\t"next"\t',
        '  </p?n=2>; rel="next"  ',
        '</p?n=2>; REL="NEXT"',
        "</p?n=2>; Rel=Next",
        '</p?n=2>; rel="next last"',
        '</p?n=2>; rel="last\tnext"',
        '</p?n=2>; rel="  last   next "',
        '</p?n=2>; rel="http://example.com/rel#x next"',
        '</p?n=2>; title="a"; rel="next"',
        '</p?n=2>; rel="next"; title="a"',
        '</p?n=2>; title="a, </q>; rel=prev"; rel="next"',
        '</p?n=2>; title="a; rel=prev; b=c"; rel="next"',
        r'</p?n=2>; title="a \"quoted\"; rel=\"prev\", <x>"; rel="next"',
        r'</p?n=2>; rel="ne\xt"',
        "</p?n=2>; title*=UTF-8''%e2%82%ac; rel=next",
        "</p?n=2>; crossorigin; rel=next",
        "</p?n=2>; rel=next; crossorigin",
        "</p?n=2>; crossorigin=; rel=next",
        '</p?n=2>; rel="next"; rel="prev"',
        "</p?n=2>;; rel=next;",
        "</p?n=2>; rel='next'",  # no quotes by the RFC, but written
        '</p?n=1>; rel="prev", </p?n=2>; rel="next"',
        '</p?n=1>; rel="prev",</p?n=2>; rel="next",</p?n=9>; rel="last"',
        '</p?n=2>; rel="next", , </p?n=9>; rel="last",',
        ',, </p?n=2>; rel="next"',
        '</style.css>, </p?n=2>; rel="next"',
        "< /p?n=2 >; rel=next",
        '</p?n=2>; media="a=b"; rel="next"',
    ],
)
def test_the_next_page_is_found(field: str) -> None:
    assert next_of(field) == ["/p?n=2"]


@pytest.mark.parametrize(
    ("field", "target"),
    [
        ("</p;v=2?n=2>; rel=next", "/p;v=2?n=2"),
        ("</p?ids=1,2,3>; rel=next", "/p?ids=1,2,3"),
        ("<http://h/p?a=\"x\";b='y', c>; rel=next", "http://h/p?a=\"x\";b='y', c"),
        ("<?n=2>; rel=next", "?n=2"),
        ("<>; rel=next", ""),
        ("</p?q=rel=next;rel=prev>; rel=next", "/p?q=rel=next;rel=prev"),
    ],
)
def test_the_target_is_what_stands_in_angle_brackets(field: str, target: str) -> None:
    assert next_of(field) == [target]


@pytest.mark.parametrize(
    "field",
    [
        "",
        " , ,",
        "</p>",
        "</p>; rel",
        '</p>; rel=""',
        '</p>; rel="prev"; rel="next"',  # the first counts
        "</p>; rev=next",
        '</p>; rel="nextpage"',
        '</p>; rel="prev"; title="next"',
        '</p>; title="rel=next"',
        '</p>; title="; rel=next"; rel=prev',
        '</p>; xrel="next"',
        "</p?rel=next>; rel=prev",
        '</p>; rel="prev", </q>; title="<r>; rel=next"',
    ],
)
def test_what_is_no_next_page_is_none(field: str) -> None:
    assert next_of(field) == []


@pytest.mark.parametrize(
    "field",
    [
        "/p; rel=next",
        "</p; rel=next",
        '</p>; rel="next',
        '</p>; title="a; rel=next',
        '</p>; rel="next"x',
        "</p> rel=next",
        '</a>; rel="prev" </p>; rel="next"',
        "</a>; rel=prev, /p; rel=next",
        '"</p>; rel=next"',
    ],
)
def test_what_cannot_be_read_is_an_error_and_no_end(field: str) -> None:
    with pytest.raises(ValueError, match=r"(character \d+)"):
        next_of(field)


def test_several_fields_are_read_each_by_itself() -> None:
    assert next_of('</a>; rel="prev"', '</b>; rel="next"') == ["/b"]
    assert next_of("", '</b>; rel="next"', '</c>; rel="last"') == ["/b"]


def test_the_context_of_a_link_is_kept() -> None:
    field = '</a>; rel=next; anchor="/other"; anchor="", </b>; anchor=""; rel=next, </c>; rel=next'
    assert [link.anchor for link in read_links([field])] == ["/other", "", None]


token = st.text("abcXYZ019-_.!*", min_size=1, max_size=6)
value = st.text('ab ,;=<>"\\/', max_size=8)
target = st.text("ab/?=;,&\"' ", max_size=10).map(str.strip)
relation = st.sampled_from(["next", "prev", "last", "http://example.com/x"])


@st.composite
def links(draw: st.DrawFn) -> tuple[str, Link]:
    """A link as somebody may write it, and what it is."""
    there = draw(st.lists(relation, min_size=1, max_size=3))
    blank = st.sampled_from(["", " ", "\t", "  "])
    others = draw(
        st.lists(st.tuples(token.filter(lambda t: t.lower() not in {"rel", "anchor"}), st.none() | value), max_size=3)
    )
    parameters = [
        name if said is None else f'{name}{draw(blank)}={draw(blank)}"{_escaped(said)}"' for name, said in others
    ]
    rel = draw(st.sampled_from(["rel", "REL", "Rel"]))
    parameters.insert(draw(st.integers(0, len(parameters))), f'{rel}="{" ".join(there)}"')
    where = draw(target)
    text = f"<{where}>" + "".join(f"{draw(blank)};{draw(blank)}{each}" for each in parameters)
    return text, Link(where, frozenset(there), None)


def _escaped(said: str) -> str:
    return said.replace("\\", "\\\\").replace('"', '\\"')


@given(st.lists(links(), max_size=4), st.sampled_from([",", ", ", " ,\t", ",,"]))
def test_any_links_come_back_from_one_field_and_from_several(drawn: list[tuple[str, Link]], between: str) -> None:
    written, meant = [text for text, _ in drawn], [link for _, link in drawn]
    assert list(read_links([between.join(written)])) == meant
    assert list(read_links(written)) == meant


@given(st.text('<>;,="\\ relnxt/', max_size=30))
def test_any_text_is_read_or_refused(field: str) -> None:
    try:
        found = list(read_links([field]))
    except ValueError:
        return
    assert all(">" not in link.target for link in found)
