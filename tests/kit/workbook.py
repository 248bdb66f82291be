"""Small workbooks of Excel, written by hand: each cell has the XML that a test wants."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_STATES = ("visible", "hidden")
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def text(value: str, at: str) -> str:
    """A cell of text."""
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def number(value: str, at: str, style: int = 0) -> str:
    """A cell of a number, as it is written."""
    return f'<c r="{at}" s="{style}"><v>{value}</v></c>'


def typed(kind: str, value: str, at: str) -> str:
    """A cell of another type: `b` a boolean, `e` an error, `str` the text of a formula."""
    return f'<c r="{at}" t="{kind}"><f>1+1</f><v>{escape(value)}</v></c>'


def sheet(rows: dict[int, Sequence[str]], merged: Sequence[str] = ()) -> str:
    """A sheet of rows by their number."""
    body = "".join(f'<row r="{at}">{"".join(cells)}</row>' for at, cells in rows.items())
    areas = "".join(f'<mergeCell ref="{each}"/>' for each in merged)
    areas = f"<mergeCells>{areas}</mergeCells>" if areas else ""
    return f"<worksheet {_MAIN}><sheetData>{body}</sheetData>{areas}</worksheet>"


def workbook(sheets: dict[str, str], *, hidden: Sequence[str] = (), since_1904: bool = False) -> bytes:
    """The bytes of an .xlsx with these sheets. Styles: 1 a date, 2 a date with a time, 3 a time, 4 a length."""
    entries = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="r{at}" state="{_STATES[name in hidden]}"/>'
        for at, name in enumerate(sheets, 1)
    )
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}sheet.main+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} {_REL}><workbookPr date1904="{int(since_1904)}"/>'
        f"<sheets>{entries}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="r{at}" Type="{_OFFICE}worksheet" Target="worksheets/sheet{at}.xml"/>'
            for at in range(1, len(sheets) + 1)
        )
        + f'<Relationship Id="rs" Type="{_OFFICE}styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet {_MAIN}><numFmts><numFmt numFmtId="164" formatCode="[h]:mm:ss"/></numFmts>'
        '<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="21"/>'
        '<xf numFmtId="164"/></cellXfs></styleSheet>',
    }
    files |= {f"xl/worksheets/sheet{at}.xml": body for at, body in enumerate(sheets.values(), 1)}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + content)
    return packed.getvalue()
