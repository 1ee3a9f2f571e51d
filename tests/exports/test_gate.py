"""The release gate: another body's name or code in any corner of a finished file is found; good packs pass."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from exports.gate import check_pack, check_set
from exports.leaks import Member, Watch
from exports.model import Bullets, Report
from exports.pdf import lay_out
from exports.publish import write_report
from tests.exports.body_pack import MEMBERS, OTHER, OWN, edited, make_briefing, signed
from warehouse.reader import Reader

NAME = "四日市市"
STEM = f"年次報告資料_FY2026_{OWN}"


@pytest.fixture(scope="module")
def briefing(demo_reader: Reader) -> Report:
    return make_briefing(demo_reader)


@pytest.fixture(scope="module")
def finished(briefing: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("set")
    write_report(briefing, ("docx", "pdf", "xlsx", "pptx"), folder / OWN)
    return folder


@pytest.fixture
def pack(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished / OWN, tmp_path / "set" / OWN))


def rewrite(pack: Path, kind: str, part: str, old: str, new: str) -> str:
    path = pack / f"{STEM}.{kind}"
    path.write_bytes(edited(path.read_bytes(), part, old, new))
    signed(pack)
    return path.name


def workbook_with(text: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("Sheet1").write_string(0, 0, text)
    return out.getvalue()


def test_a_good_pack_passes(finished: Path) -> None:
    assert check_set(finished, MEMBERS, [OWN]) == []


@pytest.mark.parametrize(("kind", "part", "old", "new"), [
    ("docx", "word/document.xml", "ご利用状況</w:t>", f"{NAME}</w:t>"),
    ("docx", "word/document.xml", "ご利用状況</w:t></w:r>", "四日</w:t></w:r><w:r><w:t>市市</w:t></w:r>"),
    ("docx", "word/document.xml", "積上げ棒グラフ。", f"積上げ棒グラフ。{NAME}"),  # an alternative text
    ("docx", "docProps/core.xml", "（津市）", f"（{NAME}）"),
    ("docx", "word/charts/chart1.xml", ">受信<", f">{NAME}<"),
    ("xlsx", "xl/sharedStrings.xml", ">津市<", f">{NAME}<"),
    ("xlsx", "xl/sharedStrings.xml", f">{OWN}<", f">{OTHER}<"),
    ("xlsx", "xl/workbook.xml", 'name="作成情報"', f'name="{NAME}"'),
    ("pptx", "ppt/slides/slide2.xml", "お願い事項", NAME),
    ("pptx", "ppt/notesSlides/notesSlide3.xml", "出所: ", f"出所: {OTHER} "),
    ("pptx", "ppt/charts/chart1.xml", ">送信<", f">{NAME}<"),
])
def test_another_body_in_any_part_is_found(pack: Path, kind: str, part: str, old: str, new: str) -> None:
    name = rewrite(pack, kind, part, old, new)
    found = [finding for finding in check_pack(pack, OWN, MEMBERS) if finding.file == name]
    assert any("ほかの団体" in finding.what for finding in found), found


@pytest.mark.parametrize(("kind", "part"), [
    ("docx", "word/embeddings/chart1.xlsx"), ("pptx", "ppt/embeddings/Microsoft_Excel_Sheet1.xlsx"),
])
def test_another_body_in_the_workbook_of_a_chart_is_found(pack: Path, kind: str, part: str) -> None:
    path = pack / f"{STEM}.{kind}"
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    assert part in parts
    with zipfile.ZipFile(path, "w") as target:
        for name, content in (parts | {part: workbook_with(NAME)}).items():
            target.writestr(name, content)
    signed(pack)
    assert [part in finding.what and NAME in finding.what for finding in check_pack(pack, OWN, MEMBERS)] == [True]


def test_another_body_on_a_page_of_the_pdf_is_found_even_across_lines(pack: Path, briefing: Report) -> None:
    section = replace(briefing.sections[-1], blocks=(Bullets((f"{'余' * 42}{NAME}と記した文です。",)),), sections=())
    planted = replace(briefing, sections=(*briefing.sections[:-1], section))
    (pack / f"{STEM}.pdf").write_bytes(lay_out(planted).pdf())
    signed(pack)
    found = check_pack(pack, OWN, MEMBERS)
    assert [(one.file, NAME in one.what) for one in found] == [(f"{STEM}.pdf", True)]


@pytest.mark.parametrize(("own", "text", "leaked"), [
    ("242012", "三重県津市の実績", []),
    ("242012", "三重県の240001", ["240001"]),
    ("242021", "津市の実績", ["津市"]),
    ("240001", "三重県後期高齢者医療広域連合", ["三重県後期高齢者医療広域連合"]),
    ("24A003", "三重県後期高齢者医療広域連合", []),
    ("242012", "8242021バイト、2420219件", []),
    ("242012", "団体コード２４２０２１", ["242021"]),
    ("242012", "四 日 市 市", ["四日市市"]),
])
def test_names_within_names_and_codes_within_numbers_are_told_apart(own: str, text: str, leaked: list[str]) -> None:
    assert Watch(own, MEMBERS).leaks(text) == leaked


def test_a_name_may_hold_that_of_another_body() -> None:
    members = [Member("1", "朝日町"), Member("2", "東朝日町")]
    assert Watch("2", members).leaks("東朝日町の値") == []
    assert Watch("1", members).leaks("東朝日町の値") == ["東朝日町"]


def test_sections_without_content_and_letters_without_a_glyph_are_found(pack: Path) -> None:
    rewrite(pack, "docx", "word/document.xml", "</w:body>",
            '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>９　空の章</w:t></w:r></w:p></w:body>')
    rewrite(pack, "pptx", "ppt/slides/slide2.xml", "お願い事項", "\U0001fbf0")
    told = {finding.what for finding in check_pack(pack, OWN, MEMBERS)}
    assert told == {"「９　空の章」に内容がありません。", "「\U0001fbf0」（U+1FBF0）の字形が、資料の書体にありません。"}


def test_gaps_that_no_page_speaks_of_are_found(pack: Path) -> None:
    path = pack / f"{STEM}.docx"
    content = path.read_bytes()
    for word in ("取得率", "データなし"):
        while word.encode() in _part(content, "word/document.xml"):
            content = edited(content, "word/document.xml", word, "何か")
    path.write_bytes(content)
    signed(pack)
    assert ["説明がありません" in finding.what for finding in check_pack(pack, OWN, MEMBERS)] == [True]


def _part(package: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as source:
        return source.read(part)


def test_a_set_must_be_whole_and_made_alike(pack: Path) -> None:
    folder = pack.parent
    assert [(one.tenant, one.what) for one in check_set(folder, MEMBERS, [OWN, OTHER])] == [
        (OTHER, "資料がありません。")]
    assert [(one.tenant, one.what) for one in check_set(folder, MEMBERS, [])] == [
        (OWN, "対象でない団体の資料があります。")]
    (pack / "覚書.txt").write_text("x", encoding="utf-8")
    (pack / f"{STEM}.pdf").write_bytes(b"%PDF-1.7")
    told = {(one.file, one.what) for one in check_pack(pack, OWN, MEMBERS)}
    assert (f"{STEM}.pdf", "作成した後に内容が変わっています。") in told
    assert ("覚書.txt", "資料の記録にないファイルがあります。") in told


def test_a_pack_made_with_a_wider_view_is_refused(pack: Path) -> None:
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    manifest["scope"]["tenant_codes"].append(OTHER)
    (pack / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    told = [one.what for one in check_pack(pack, OWN, MEMBERS)]
    assert told == ["この団体だけの閲覧範囲で作成した資料ではありません。"]
