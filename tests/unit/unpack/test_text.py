"""Encodings: how they are told, what a mark and a declaration say, and text that cannot be decoded."""

from __future__ import annotations

import gzip

import pytest

from sluice.errors import ConfigError
from tests.unit.unpack.packed import unpacked

TEXT = 'name,city\nZoë,Århus\r\n"a ""b""\n",中文😀\r'
WESTERN = "name,city\nAnn,Oslo\nZoë,Åre\n"
UTF8 = TEXT.encode()


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"\xff\xfe\0\0", "utf-32-le"),
        (b"\0\0\xfe\xff", "utf-32-be"),
    ],
)
@pytest.mark.parametrize("declared", [None, "cp1252", "utf-8", "utf-16"])
def test_a_mark_is_believed_before_anything_declared(mark: bytes, encoding: str, declared: str | None) -> None:
    assert unpacked(mark + TEXT.encode(encoding), encoding=declared) == (UTF8, (encoding,))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declared", [None, "cp1252", "utf-16"])
def test_western_utf_16_is_known_without_a_mark(encoding: str, declared: str | None) -> None:
    assert unpacked(WESTERN.encode(encoding), encoding=declared) == (WESTERN.encode(), (encoding,))


@pytest.mark.parametrize("declared", [None, "utf-8", "UTF8", "utf-8-sig", "ascii", "US-ASCII"])
def test_utf_8_comes_through_untouched(declared: str | None) -> None:
    for data in (UTF8, b"\xef\xbb\xbf" + UTF8, b"a,b\n\xff\xfe\x81,\xc3\n", b"", b"\0", bytes(300)):
        assert unpacked(data, encoding=declared) == (data, ())


def test_utf_8_that_says_so_is_not_decoded_as_declared() -> None:
    assert unpacked(b"\xef\xbb\xbf" + UTF8, encoding="cp1252") == (b"\xef\xbb\xbf" + UTF8, ())


@pytest.mark.parametrize(
    ("declared", "layer"),
    [
        ("latin-1", "iso8859-1"),
        ("cp1252", "cp1252"),
        ("windows-1252", "cp1252"),
        ("iso-8859-15", "iso8859-15"),
        ("mac-roman", "mac-roman"),
        ("utf-16-le", "utf-16-le"),
        ("utf-32-be", "utf-32-be"),
    ],
)
def test_a_declared_encoding_is_decoded(declared: str, layer: str) -> None:
    assert unpacked(WESTERN.encode(declared), encoding=declared) == (WESTERN.encode(), (layer,))


@pytest.mark.parametrize("declared", ["cp932", "shift_jis", "gb18030", "big5", "euc-kr", "iso2022_jp", "utf-7"])
def test_encodings_of_several_bytes_a_character_are_decoded(declared: str) -> None:
    text = "名,市\n" + "東京,日本\r\n" * 60_000
    assert unpacked(text.encode(declared, "ignore"), encoding=declared)[0] == (
        text.encode(declared, "ignore").decode(declared).encode()
    )


def test_text_in_a_packing_is_decoded_after_it() -> None:
    assert unpacked(gzip.compress(TEXT.encode("utf-16"))) == (UTF8, ("gzip", "utf-16-le"))
    assert unpacked(gzip.compress(WESTERN.encode("cp1252")), encoding="cp1252") == (
        WESTERN.encode(),
        ("gzip", "cp1252"),
    )


def test_parquet_is_never_decoded_as_text() -> None:
    data = b"PAR1\x15\x04\x81\xe9PAR1"
    assert unpacked(data, encoding="cp1252") == (data, ())
    assert unpacked(gzip.compress(data), encoding="cp1252") == (data, ("gzip",))


def test_an_encoding_nobody_knows_is_a_mistake_of_the_declaration() -> None:
    with pytest.raises(ConfigError, match="'cp9999' is not known to Python"):
        unpacked(b"a\n1\n", encoding="cp9999")


@pytest.mark.parametrize(
    ("encoding", "data", "expected"),
    [
        ("cp1252", b"a,b\n\x81,\xe9\n\n3,4\n", b"a,b\n\x81,\xc3\xa9\n\n3,4\n"),
        ("utf-16-le", "a\n\ud83d,\ude00x\nb\n".encode("utf-16-le", "surrogatepass"), None),
        (
            "utf-16-be",
            "a\nx\ude00\ud83d\nb\n".encode("utf-16-be", "surrogatepass"),
            b"a\nx\xed\xb8\x80\xed\xa0\xbd\nb\n",
        ),
        ("utf-16-le", "a\nb\n".encode("utf-16-le") + b"x", b"a\nb\n\xff"),
        ("utf-16-le", "a\nb".encode("utf-16-le") + b"\x3d\xd8x", b"a\nb\xed\xa0\xbd\xff"),
        ("utf-32-le", "a\n".encode("utf-32-le") + b"\0\0\x11\0" + "\nb".encode("utf-32-le"), b"a\n\xff\nb"),
        ("utf-32-le", "a\n\ud83d\nb".encode("utf-32-le", "surrogatepass"), b"a\n\xed\xa0\xbd\nb"),
        ("utf-32-be", "a\nb".encode("utf-32-be") + b"\0\0\0", b"a\nb\xff"),
        ("cp932", b"a\n\x81\nb\x81", b"a\n\x81\nb\x81"),
        ("ascii", b"a\n\x81", b"a\n\x81"),
    ],
)
def test_what_cannot_be_decoded_is_no_utf_8_and_its_line_stays_a_line(
    encoding: str, data: bytes, expected: bytes | None
) -> None:
    found, _ = unpacked(data, encoding=encoding)
    assert found == (expected or b"a\n\xed\xa0\xbd,\xed\xb8\x80x\nb\n")
    assert not is_utf8(found)


def test_bytes_that_cannot_be_decoded_never_join_to_a_character() -> None:
    undefined = bytes([0xDB, 0x81])  # in cp874 neither is a letter; together they would be one in UTF-8
    assert undefined.decode() == "\u06c1"
    assert not is_utf8(unpacked(b"a,b\n" + undefined + b"\n", encoding="cp874")[0])
    low = "a\n\udcc3\udca9\n".encode("utf-16-le", "surrogatepass")
    assert not is_utf8(unpacked(low, encoding="utf-16-le")[0])
    for first in range(0x80, 0x100):
        for second in range(0x80, 0x100):
            lone = "\n" + chr(0xDC00 + first) + chr(0xDC00 + second)
            assert not is_utf8(unpacked(lone.encode("utf-16-le", "surrogatepass"), encoding="utf-16-le")[0])


def test_a_character_split_between_blocks_is_whole() -> None:
    text = "x" + "😀é" * 400_000
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "gb18030"):
        assert unpacked(text.encode(encoding), encoding=encoding)[0] == text.encode()
