"""An evidence pack as a PDF: bookmarked, its pages numbered, with a title and a language for those who hear it."""

from __future__ import annotations

import io
import unicodedata
from functools import cache
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    ListFlowable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from dashboard.evidence_pack.pack import Block, Chapter, Facts, Grid, Pack, Words

_INK, _QUIET, _LINE, _BRAND = (HexColor(code) for code in ("#16202a", "#5d6a75", "#d0d7dc", "#1d5b7d"))
_MARGIN: Final = 20 * mm
_WIDTH: Final = A4[0] - 2 * _MARGIN
_FOOT: Final = 24 * mm
_LABELS: Final = 48 * mm
_FONTS: Final = {"Vera": "Vera.ttf", "Vera-Bold": "VeraBd.ttf"}


def written(pack: Pack) -> bytes:
    """The pack as a PDF on A4; fonts are embedded."""
    _fonts()
    # Laid out twice: how many pages there are is known at the end, and stands at the foot of the first.
    _, pages = _laid_out(pack, 0)
    return _laid_out(pack, pages)[0]


def _laid_out(pack: Pack, pages: int) -> tuple[bytes, int]:
    out = io.BytesIO()
    document = _Document(out, pack, pages)
    story: list[Flowable] = [
        Paragraph(_text(pack.title), _style("title")),
        Paragraph(_text(pack.merchant), _style("quiet")),
    ]
    for place, chapter in enumerate(pack.chapters):
        story += [PageBreak()] if place == 1 else []
        story += _chapter(chapter, place)
    document.build(story)
    return out.getvalue(), document.page


class _Head(Paragraph):
    """The head of a chapter, where its bookmark leads."""

    def __init__(self, title: str, key: str) -> None:
        super().__init__(_text(title), _style("chapter"))
        self.title, self.key = _shown(title), key


class _Document(BaseDocTemplate):
    """Numbers the pages and puts a bookmark at each chapter."""

    def __init__(self, out: io.BytesIO, pack: Pack, pages: int) -> None:
        super().__init__(
            out, pagesize=A4, title=pack.title, author=pack.merchant, subject=pack.subject,
            creator="Tillbridge", lang="en-GB",
        )  # fmt: skip
        self.pack, self.pages = pack, pages
        frame = Frame(_MARGIN, _FOOT, _WIDTH, A4[1] - _MARGIN - _FOOT, leftPadding=0, rightPadding=0)
        self.addPageTemplates([PageTemplate("page", [frame], onPage=self.foot)])

    def foot(self, canvas: Canvas, _document: BaseDocTemplate) -> None:
        """What stands under every page."""
        canvas.setFont("Vera", 7.5)
        canvas.setFillColor(_QUIET)
        words = f"{self.pack.title} · {self.pack.merchant} · made {self.pack.made}"
        canvas.drawString(_MARGIN, 13 * mm, _shown(words))
        canvas.drawRightString(A4[0] - _MARGIN, 13 * mm, f"Page {canvas.getPageNumber()} of {self.pages}")

    def beforeDocument(self) -> None:
        self.canv.setViewerPreference("DisplayDocTitle", "true")
        self.canv.showOutline()

    def afterFlowable(self, flowable: Flowable) -> None:
        if isinstance(flowable, _Head):
            self.canv.bookmarkPage(flowable.key)
            self.canv.addOutlineEntry(flowable.title, flowable.key, 0, closed=False)


def _chapter(chapter: Chapter, place: int) -> list[Flowable]:
    head = _Head(chapter.title, f"chapter-{place}")
    if chapter.missing:
        return [KeepTogether([head, Paragraph(_text(chapter.missing), _style("quiet"))])]
    blocks = [_block(block) for block in chapter.blocks]
    first = KeepTogether([head, *blocks[0]]) if len(blocks[0]) < 3 else head
    rest = blocks[1:] if first is not head else blocks
    return [first, *(flowable for block in rest for flowable in block)]


def _block(block: Block) -> list[Flowable]:
    title = [Paragraph(_text(block.title), _style("block"))] if block.title else []
    if isinstance(block, Facts):
        return [*title, _facts(block), Spacer(0, 3 * mm)]
    if isinstance(block, Grid):
        return [*title, _grid(block), Spacer(0, 3 * mm)]
    return [*title, *_words(block), Spacer(0, 3 * mm)]


def _facts(block: Facts) -> Table:
    rows = [
        [Paragraph(_text(name), _style("label")), Paragraph(_text(value), _style("body"))]
        for name, value in block.rows
    ]
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), *_tight()]
    return Table(rows, [_LABELS, _WIDTH - _LABELS], style=TableStyle(style), hAlign="LEFT")


def _grid(block: Grid) -> Table:
    shares = block.widths or (1,) * len(block.heads)
    widths = [_WIDTH * share / sum(shares) for share in shares]
    rows = [_cells(block, block.heads, "label"), *(_cells(block, row, "body") for row in block.rows)]
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, _LINE),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        *_tight(),
    ]
    return Table(rows, widths, style=TableStyle(style), repeatRows=1, hAlign="LEFT")


def _tight() -> list[tuple[Any, ...]]:
    return [("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 3)]


def _cells(block: Grid, row: tuple[str, ...], style: str) -> list[Paragraph]:
    return [
        Paragraph(_text(cell), _style(f"{style}-right" if place in block.numeric else style))
        for place, cell in enumerate(row)
    ]


def _words(block: Words) -> list[Flowable]:
    paragraphs: list[Flowable] = [Paragraph(_text(text), _style("body")) for text in block.texts]
    if not block.is_list:
        return paragraphs
    return [
        ListFlowable(
            paragraphs, bulletType="bullet", start="•", leftIndent=11, bulletFontName="Vera", bulletFontSize=8
        )
    ]


@cache
def _style(name: str) -> ParagraphStyle:
    plain = ParagraphStyle("body", fontName="Vera", fontSize=8.5, leading=12, textColor=_INK)
    if name.endswith("-right"):
        return ParagraphStyle(name, _style(name.removesuffix("-right")), alignment=TA_RIGHT)
    return {
        "title": ParagraphStyle("title", plain, fontName="Vera-Bold", fontSize=17, leading=22, spaceAfter=2),
        "quiet": ParagraphStyle("quiet", plain, textColor=_QUIET, spaceAfter=4),
        "chapter": ParagraphStyle(
            "chapter",
            plain,
            fontName="Vera-Bold",
            fontSize=12,
            leading=16,
            textColor=_BRAND,
            spaceBefore=12,
            spaceAfter=5,
        ),
        "block": ParagraphStyle(
            "block", plain, fontName="Vera-Bold", fontSize=8.5, spaceBefore=3, spaceAfter=3
        ),
        "label": ParagraphStyle("label", plain, textColor=_QUIET),
        "body": plain,
    }[name]


@cache
def _fonts() -> None:
    for name, file in _FONTS.items():
        pdfmetrics.registerFont(TTFont(name, file))


@cache
def _known_letters() -> frozenset[int]:
    return frozenset(TTFont("Vera", _FONTS["Vera"]).face.charToGlyph)


def _text(text: str) -> str:
    return escape(_shown(text))


def _shown(text: str) -> str:
    """The text in letters that the font has: others lose their accents, or become question marks."""
    return "".join(sign if ord(sign) in _known_letters() else _plain(sign) for sign in text)


def _plain(sign: str) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFKD", sign) if ord(part) in _known_letters())
    return bare or (" " if sign.isspace() else "?")
