"""Templates are refused with the line that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.catalogue import TEMPLATES, load_catalogue
from exports.errors import ReportNameError, TemplateError
from exports.template import load_template

GOOD = """\
report: small
title: 小さな報告書
subtitle: 分
file_stem: 小
audience: prefecture
period_kind: month
sections:
  - id: one
    title: 要点
    blocks:
      - kind: table
        id: kpi
        title: 主要指標
        builder: kpi.summary
        source: 台帳
series: 試
"""


def load(tmp_path: Path, text: str) -> object:
    (tmp_path / "small.yaml").write_text(text, encoding="utf-8")
    return load_template("small", tmp_path)


def test_a_good_template_loads(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        (
            "        source: 台帳\n",
            "        source: 台帳\n        colour: red\n",
            16,
            "「colour」という項目は使えません",
        ),
        ("builder: kpi.summary", "builder: kpi.sumary", 14, "「kpi.sumary」はありません"),
        ("        source: 台帳\n", "", 11, "必須の項目「source」がありません"),
        ("kind: table", "kind: tabel", 11, "kind の値が違います"),
        ("period_kind: month", "period_kind: week", 6, "「period_kind」の値が違います"),
        ("  - id: one", "  - id: kpi", None, "id「kpi」が重複しています"),
        ("title: 要点", "title: [要点", 10, "YAMLとして読めません"),
        ("    title: 要点\n", "    title: 要点\n    landscpe: true\n", 10, "「landscpe」という項目は使えません"),
        ("    title: 要点\n", "    title: 要点\n    editions: [county]\n", 10, "の値が違います"),
        ("        title: 主要指標\n", "        title: 主要指標\n        edition: [tenant]\n", 14, "「edition」"),
    ],
)
def test_a_mistake_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int | None, word: str) -> None:
    with pytest.raises(TemplateError) as caught:
        load(tmp_path, GOOD.replace(old, new))
    assert caught.value.line == line
    assert word in caught.value.message
    if line:
        assert f"{line} 行目" in caught.value.message


def test_an_unknown_report_names_those_that_exist() -> None:
    for name in ("weekly", "datasets", "../secret", ""):
        with pytest.raises(ReportNameError) as caught:
            load_template(name)
        assert f"「{name}」という報告書はありません" in caught.value.message
        told = "作成できる報告書: half-year、monthly-operations、monthly-security、tenant-annual、yearly。"
        assert told in caught.value.message


def test_the_data_dictionary_keeps_sheet_and_column_names_unique() -> None:
    sheets = load_catalogue()
    names = [spec.sheet for spec in sheets.values()]
    assert len(names) == len(set(names))
    assert all(len(name) <= 31 for name in names)
    for spec in sheets.values():
        heads = [field.header for field in spec.fields]
        assert len(heads) == len(set(heads)), spec.query


def test_every_template_in_the_folder_loads() -> None:
    for path in TEMPLATES.glob("*.yaml"):
        if path.stem != "datasets":
            assert load_template(path.stem).spec.report == path.stem
