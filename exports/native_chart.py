"""ChartSpec -> DrawingML chart with its workbook inside: editable in Word, identical bytes for identical specs."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from typing import Any

import xlsxwriter
from lxml import etree
from pptx.chart.chart import Chart as PptxChart
from pptx.chart.data import CategoryChartData
from pptx.chart.xmlwriter import ChartXmlWriter
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE, MSO_PATTERN
from pptx.oxml import parse_xml
from pptx.util import Pt

from exports.model import ChartSpec
from exports.palette import AXIS, FILLS, GRID, INK, LINES, REFERENCE

_TYPES = {
    "line": XL_CHART_TYPE.LINE_MARKERS,
    "bar": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "stacked_bar": XL_CHART_TYPE.COLUMN_STACKED,
    "hbar": XL_CHART_TYPE.BAR_CLUSTERED,
}
_DASHES = {
    "solid": MSO_LINE.SOLID,
    "dash": MSO_LINE.DASH,
    "sysDot": MSO_LINE.ROUND_DOT,
    "dashDot": MSO_LINE.DASH_DOT,
}
_MARKERS = {
    "circle": XL_MARKER_STYLE.CIRCLE,
    "square": XL_MARKER_STYLE.SQUARE,
    "triangle": XL_MARKER_STYLE.TRIANGLE,
    "diamond": XL_MARKER_STYLE.DIAMOND,
}
_PATTERNS = {
    "wdUpDiag": MSO_PATTERN.WIDE_UPWARD_DIAGONAL,
    "wdDnDiag": MSO_PATTERN.WIDE_DOWNWARD_DIAGONAL,
    "ltHorz": MSO_PATTERN.LIGHT_HORIZONTAL,
}
_FONT = "BIZ UDゴシック"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WORKBOOK_RELATION = "rId1"
_FRAMELESS = (
    '<c:spPr xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>'
)


def chart_xml(spec: ChartSpec, points: float = 8) -> bytes:
    """The chart part with texts of that many points; its workbook is expected under relationship ``rId1``."""
    spec = _bottom_up(spec)
    space = parse_xml(ChartXmlWriter(_TYPES[spec.kind], _data(spec)).xml.encode())
    chart = PptxChart(space, None)
    _fonts(chart, points)
    _legend(chart, spec)
    _axes(chart, spec, points)
    (_style_lines if spec.kind == "line" else _style_bars)(chart, spec)
    external = etree.SubElement(space, f"{_C}externalData", {f"{_R}id": WORKBOOK_RELATION})
    etree.SubElement(external, f"{_C}autoUpdate", {"val": "0"})
    space.insert(list(space).index(space.find(f"{_C}txPr")), parse_xml(_FRAMELESS))
    for latin in space.iter(f"{_A}latin"):
        if latin.getnext() is None or latin.getnext().tag != f"{_A}ea":
            latin.addnext(etree.Element(f"{_A}ea", {"typeface": _FONT}))
    xml: bytes = etree.tostring(space, xml_declaration=True, encoding="UTF-8", standalone=True)
    return xml


def chart_workbook(spec: ChartSpec, created_at: datetime) -> bytes:
    """The numbers behind the chart: categories in column A, one series a column; missing cells stay empty."""
    spec = _bottom_up(spec)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": created_at})
        sheet = book.add_worksheet("Sheet1")
        for row, category in enumerate(spec.categories, 1):
            sheet.write_string(row, 0, category)
        for column, (name, values) in enumerate(_all_series(spec), 1):
            sheet.write_string(0, column, name)
            for row, value in enumerate(values, 1):
                if value is not None:
                    sheet.write_number(row, column, value)
    return out.getvalue()


def _bottom_up(spec: ChartSpec) -> ChartSpec:
    """Horizontal bars are drawn from the bottom: turn the order round so that the first stands on top."""
    if spec.kind != "hbar":
        return spec
    series = tuple(replace(one, values=one.values[::-1]) for one in spec.series)
    return replace(spec, categories=spec.categories[::-1], series=series)


def _all_series(spec: ChartSpec) -> list[tuple[str, tuple[float | None, ...]]]:
    levels = [(one.name, (one.value,) * len(spec.categories)) for one in spec.references]
    return [*((one.name, one.values) for one in spec.series), *levels]


def _data(spec: ChartSpec) -> Any:
    data = CategoryChartData(number_format=_number_format(spec))
    data.categories = spec.categories
    for name, values in _all_series(spec):
        data.add_series(name, values)
    return data


def _number_format(spec: ChartSpec) -> str:
    return "#,##0" if spec.decimals == 0 else f"#,##0.{'0' * spec.decimals}"


def _fonts(chart: Any, points: float) -> None:
    chart.font.size = Pt(points)
    chart.font.name = _FONT
    chart.font.color.rgb = _rgb(INK)
    chart.has_title = False


def _legend(chart: Any, spec: ChartSpec) -> None:
    chart.has_legend = len(spec.series) + len(spec.references) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False


def _axes(chart: Any, spec: ChartSpec, points: float) -> None:
    values, categories = chart.value_axis, chart.category_axis
    values.minimum_scale = spec.minimum
    if spec.maximum is not None:
        values.maximum_scale = spec.maximum
    values.tick_labels.number_format = _number_format(spec)
    values.tick_labels.number_format_is_linked = False
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = _rgb(GRID)
    _axis_title(values, f"（{spec.unit}）", points)
    if spec.category_title:
        _axis_title(categories, f"（{spec.category_title}）", points)
    for axis in (values, categories):
        axis.format.line.color.rgb = _rgb(AXIS)


def _axis_title(axis: Any, title: str, points: float) -> None:
    axis.has_title = True
    frame = axis.axis_title.text_frame
    frame.text = title
    font = frame.paragraphs[0].runs[0].font
    font.size, font.bold, font.name = Pt(points), False, _FONT


def _style_lines(chart: Any, spec: ChartSpec) -> None:
    plotted = list(chart.plots[0].series)
    for style, series in zip(LINES, plotted[: len(spec.series)], strict=False):
        series.smooth = False
        line = series.format.line
        line.width, line.dash_style = Pt(1.75), _DASHES[style.xml_dash]
        line.color.rgb = _rgb(style.color)
        series.marker.style, series.marker.size = _MARKERS[style.xml_marker], 5
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = _rgb(style.color)
        series.marker.format.line.color.rgb = _rgb(style.color)
    for series in plotted[len(spec.series) :]:
        series.smooth = False
        line = series.format.line
        line.width, line.dash_style = Pt(1.25), MSO_LINE.LONG_DASH_DOT
        line.color.rgb = _rgb(REFERENCE)
        series.marker.style = XL_MARKER_STYLE.NONE


def _style_bars(chart: Any, spec: ChartSpec) -> None:
    plot = chart.plots[0]
    plot.gap_width = 60
    if spec.kind == "stacked_bar":
        plot.overlap = 100
    for style, series in zip(FILLS[spec.first_style :], plot.series, strict=False):
        fill = series.format.fill
        if style.xml_pattern:
            fill.patterned()
            fill.pattern = _PATTERNS[style.xml_pattern]
            fill.fore_color.rgb, fill.back_color.rgb = _rgb(style.edge), _rgb(style.color)
        else:
            fill.solid()
            fill.fore_color.rgb = _rgb(style.color)
        series.format.line.color.rgb = _rgb(style.edge)
        series.format.line.width = Pt(0.75)
    if spec.value_labels:
        plot.has_data_labels = True
        labels = plot.data_labels
        labels.show_value = True
        labels.number_format, labels.number_format_is_linked = _number_format(spec), False


def _rgb(color: str) -> Any:
    return RGBColor.from_string(color.lstrip("#"))
