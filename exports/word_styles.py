"""Styles, list numbering and settings of the Word document: BIZ UD fonts everywhere, no theme fonts, Japanese text."""

from __future__ import annotations

from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

GOTHIC = "BIZ UDゴシック"
MINCHO = "BIZ UD明朝"
BULLET_ID = 77
_ALT_NAMES = {GOTHIC: "BIZ UDGothic", MINCHO: "BIZ UD明朝 Medium"}


def _fonts(name: str) -> str:
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'


def _style(
    style_id: str, name: str, paragraph: str = "", run: str = "", based_on: str = "Normal", extra: str = ""
) -> str:
    return (
        f'<w:style w:type="paragraph" w:customStyle="{int(style_id in _CUSTOM)}" w:styleId="{style_id}">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="{based_on}"/>{extra}<w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


_CUSTOM = {"BodyText1", "ReportBullet", "TableText", "TableSmall", "TableDense", "TableTitle", "FigureTitle", "Figure",
           "Foot", "Reading", "FrontHeading", "CoverText", "Classification", "Tiny",
           "HeatFigure", "CommentaryTitle", "CommentaryText"}  # fmt: skip
_CENTRE = '<w:jc w:val="center"/>'
_KEEP = "<w:keepNext/>"
_RULE = '<w:pBdr><w:bottom w:val="single" w:sz="10" w:space="3" w:color="000060"/></w:pBdr>'
_THIN_RULE = '<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="3" w:color="949494"/></w:pBdr>'
_RIGHT_TAB = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9071"/></w:tabs>'
_INSET = '<w:ind w:left="113" w:right="113"/>'
_BULLET = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{BULLET_ID}"/></w:numPr>'
_TOC_RANK = '<w:uiPriority w:val="39"/>'
_NO_AUTO_SPACE = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


def _gothic(points: float, bold: bool = False) -> str:
    return f"{_fonts(GOTHIC)}{'<w:b/>' if bold else ''}{_size(points)}"


def _spacing(before: float, after: float, exact: float = 0) -> str:
    """Space in points; ``exact`` fixes the line height so that pages fill alike everywhere."""
    line = f'w:line="{round(exact * 20)}" w:lineRule="exact"' if exact else 'w:line="240" w:lineRule="auto"'
    return f'<w:spacing w:before="{round(before * 20)}" w:after="{round(after * 20)}" {line}/>'


def _heading(level: int, points: float, paragraph: str) -> str:
    return _style(
        f"Heading{level}",
        f"heading {level}",
        f'{_KEEP}<w:keepLines/>{paragraph}<w:outlineLvl w:val="{level - 1}"/>',
        _gothic(points, bold=True),
        extra='<w:next w:val="BodyText1"/>',
    )


def _all_styles() -> str:
    return "".join((_DEFAULTS, *_headings(), *_front_styles(), *_body_styles(), *_table_styles(), _TABLE_STYLE))


_DEFAULTS = (
    f'<w:docDefaults><w:rPrDefault><w:rPr>{_fonts(MINCHO)}<w:color w:val="1A1A1A"/>{_size(10.5)}'
    '<w:lang w:val="ja-JP" w:eastAsia="ja-JP" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
    f"<w:pPrDefault><w:pPr>{_NO_AUTO_SPACE}</w:pPr></w:pPrDefault></w:docDefaults>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
    f"<w:pPr><w:widowControl/><w:kinsoku/><w:overflowPunct/>{_NO_AUTO_SPACE}</w:pPr></w:style>"
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
)


def _headings() -> tuple[str, ...]:
    return (
        _heading(1, 15, f"<w:pageBreakBefore/>{_RULE}{_spacing(0, 10)}"),
        _heading(2, 12, _spacing(13, 6)),
        _heading(3, 10.5, _spacing(10, 4)),
    )


def _front_styles() -> tuple[str, ...]:
    toc = _spacing(4, 0, 14.5), _spacing(0, 0, 14.5)
    return (
        _style("Title", "Title", _spacing(24, 8) + _CENTRE, _gothic(27, bold=True)),
        _style("Subtitle", "Subtitle", _spacing(0, 0) + _CENTRE, _gothic(17)),
        _style("CoverText", "表紙", _spacing(0, 0) + _CENTRE, _gothic(11.5)),
        _style("Classification", "機密区分", _spacing(0, 0) + _CENTRE, _gothic(11)),
        _style("FrontHeading", "前付け見出し", _KEEP + _RULE + _spacing(0, 10), _gothic(15, bold=True)),
        _style("TOC1", "toc 1", _RIGHT_TAB + toc[0], _gothic(10, bold=True), extra=_TOC_RANK),
        _style("TOC2", "toc 2", f'{_RIGHT_TAB}{toc[1]}<w:ind w:left="420"/>', _gothic(10), extra=_TOC_RANK),
        _style("Header", "header", _THIN_RULE, _gothic(8)),
        _style("Footer", "footer", "", _gothic(8)),
    )


def _body_styles() -> tuple[str, ...]:
    return (
        _style("BodyText1", "本文", f'{_spacing(0, 5, 16.5)}<w:ind w:firstLine="210"/>'),
        _style("ReportBullet", "箇条書き", _BULLET + _spacing(0, 2, 16.5)),
        _style("Figure", "図", _KEEP + _spacing(6, 0)),
        _style("Reading", "図の読み取り", _KEEP + _spacing(0, 1, 12.5), _gothic(8.5)),
        _style("Foot", "注・出所", f'{_spacing(0, 0, 11)}<w:ind w:left="480" w:hanging="480"/>', _gothic(7.5)),
        _style("Tiny", "区切り", _spacing(0, 0, 1), _size(1)),
    )


def _table_styles() -> tuple[str, ...]:
    return (
        _style("Caption", "caption", _KEEP + _spacing(6, 3), _gothic(9.5, bold=True)),
        _style("TableTitle", "表題", based_on="Caption"),
        _style("FigureTitle", "図題", _KEEP + _spacing(2, 2) + _CENTRE, based_on="Caption"),
        _style("TableText", "表の文字", _spacing(1.5, 1.5, 12), _gothic(9)),
        _style("TableSmall", "表の文字（小）", _spacing(1, 1, 10.25), _gothic(7.5)),
        _style("HeatFigure", "濃淡表の数値", _spacing(1.2, 1.2, 6.8), _gothic(5.5)),
        _style("CommentaryTitle", "所見の見出し", f"{_KEEP}{_spacing(6, 0)}{_INSET}", _gothic(9.5, bold=True)),
        _style("CommentaryText", "所見", f"{_spacing(2, 2)}{_INSET}"),
        _style("TableDense", "表の文字（密）", _spacing(0.3, 0.3, 9.3), _gothic(7)),
    )


_TABLE_STYLE = (
    '<w:style w:type="table" w:customStyle="1" w:styleId="ReportTable"><w:name w:val="報告書の表"/>'
    '<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:color="333333"/>'
    '<w:bottom w:val="single" w:sz="8" w:color="333333"/>'
    '<w:insideH w:val="single" w:sz="4" w:color="B3B3B3"/></w:tblBorders>'
    '<w:tblCellMar><w:left w:w="48" w:type="dxa"/><w:right w:w="48" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    '<w:tcPr><w:vAlign w:val="center"/></w:tcPr><w:tblStylePr w:type="firstRow"><w:tcPr>'
    '<w:tcBorders><w:insideV w:val="single" w:sz="4" w:color="D0D0D4"/></w:tcBorders>'
    '<w:shd w:val="clear" w:color="auto" w:fill="F1F1F4"/></w:tcPr></w:tblStylePr></w:style>'
)


def apply_styles(document: Any) -> None:
    """Replace the template's styles, add the bullet list, Japanese defaults and font substitutes."""
    old = document.styles.element
    new = parse_xml(f"<w:styles {nsdecls('w')}>{_all_styles()}</w:styles>")
    for child in list(old):
        old.remove(child)
    for child in list(new):
        old.append(child)
    _add_bullets(document.part.numbering_part.element)
    _set_language(document.settings.element)
    _drop_leftovers(document)


def _add_bullets(numbering: Any) -> None:
    for child in list(numbering):
        numbering.remove(child)
    numbering.append(
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{BULLET_ID}"><w:multiLevelType w:val="singleLevel"/>'
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="・"/>'
            '<w:lvlJc w:val="left"/>'
            f'<w:pPr><w:ind w:left="240" w:hanging="240"/></w:pPr>'
            f"<w:rPr>{_fonts(MINCHO)}</w:rPr></w:lvl></w:abstractNum>"
        )
    )
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{BULLET_ID}"><w:abstractNumId w:val="{BULLET_ID}"/></w:num>')
    )


def _set_language(settings: Any) -> None:
    for old in settings.findall(qn("w:themeFontLang")):
        settings.remove(old)


_LEFTOVER_RELATIONS = ("/theme", "/customXml", "/stylesWithEffects", "/webSettings", "/thumbnail")


def _drop_leftovers(document: Any) -> None:
    """Theme, thumbnail and sample data of the library's template are no part of this document."""
    for relations in (document.part.rels, document.part.package.rels):
        for key in [key for key, relation in relations.items() if relation.reltype.endswith(_LEFTOVER_RELATIONS)]:
            relations.pop(key)


def font_table() -> bytes:
    """Fonts with their other names (Windows ships the Mincho as 「Medium」)."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="80"/><w:family w:val="auto"/></w:font>'
        for name, other in _ALT_NAMES.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts {nsdecls("w")}>{fonts}</w:fonts>'.encode()
    )
