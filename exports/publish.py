"""Write a finished report to disk: all its files or none, with a manifest beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from exports.errors import FormatError
from exports.excel import write_excel
from exports.manifest import listed_files, manifest_bytes
from exports.model import Report
from exports.pdf import Layout, lay_out
from exports.powerpoint import write_powerpoint
from exports.word import write_word

FORMATS = ("docx", "pdf", "xlsx", "pptx")
"""Every format there is; which of them a report is offered in, its template says."""
USUAL = FORMATS[:3]


def render(report: Report, formats: Sequence[str] = USUAL) -> dict[str, bytes]:
    """File names and contents in the order of ``FORMATS``; raise :class:`FormatError` for an unknown format."""
    for name in formats:
        if name not in FORMATS:
            raise FormatError(name, FORMATS)
    layout: Layout | None = lay_out(report) if {"docx", "pdf"} & set(formats) else None
    makers: dict[str, Callable[[], bytes]] = {
        "xlsx": lambda: write_excel(report),
        "pptx": lambda: write_powerpoint(report),
    }
    if layout is not None:
        pages = layout
        makers["docx"] = lambda: write_word(report, pages.pagination)
        makers["pdf"] = pages.pdf
    return {f"{report.file_stem}.{name}": makers[name]() for name in FORMATS if name in formats}


def write_report(
    report: Report, formats: Sequence[str], out_dir: Path, *, issued_on: date | None = None,
    commentary: Mapping[str, int] | None = None,
) -> list[Path]:
    """Make every format first, then write; the last path is that of ``manifest.json``.

    ``commentary`` is the version of the text that is printed, by place.

    Nothing is written when any format fails, and each file appears under its name only when it is whole. What an
    earlier run left in the folder and the new manifest does not list goes away last.
    """
    files = render(report, formats)
    files["manifest.json"] = manifest_bytes(report, files, issued_on, commentary=commentary)
    return place_files(files, out_dir)


def place_files(files: Mapping[str, bytes], out_dir: Path) -> list[Path]:
    """Write finished files, ``manifest.json`` among them as the last, in place of those of an earlier run."""
    out_dir.mkdir(parents=True, exist_ok=True)
    before = listed_files(out_dir)
    paths = [_replace(out_dir / name, content) for name, content in files.items()]
    for name in before - files.keys():
        (out_dir / name).unlink(missing_ok=True)
    return paths


def _replace(path: Path, content: bytes) -> Path:
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
    return path
