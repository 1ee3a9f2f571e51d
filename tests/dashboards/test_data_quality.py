"""データ品質: a feed that stopped is seen, shares come from sums, and nothing missing is shown as zero."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dashboards import sentences
from dashboards.app import create_app
from dashboards.components.heat import tint
from tests.dashboards.conftest import ask
from tests.support import load, write
from warehouse.reader import Reader, open_current
from warehouse.scope import Scope


def page(reader: Reader, link: str, scope: Scope | None = None) -> str:
    app = create_app(lambda: reader, lambda: scope or reader.whole_scope(), lambda: datetime(2026, 11, 20, 9, 30))
    return json.dumps(json.loads(ask(app, link)), ensure_ascii=False)


@pytest.mark.parametrize("period", ["2026-10", "2026Q2", "FY2026"])
def test_every_feed_stands_there_with_what_came_and_what_did_not(demo_reader: Reader, period: str) -> None:
    text = page(demo_reader, f"/data-quality?period={period}")
    assert "表示エラー" not in text
    for feed in demo_reader.query("status_feeds", demo_reader.whole_scope()).itertuples():
        assert feed.title in text
    for told in ("鮮度", "取得率", "欠測の区間", "却下の理由", "取り込んだファイル"):
        assert told in text


def test_the_share_of_a_month_comes_from_the_sums_of_its_days(demo_reader: Reader) -> None:
    month = demo_reader.query("coverage_month", demo_reader.whole_scope(), month="2026-09").set_index("title")
    text = page(demo_reader, "/data-quality?period=2026Q2")
    for title, row in month.iterrows():
        assert f"{title}：{row['expected']:,}点のうち{row['received']:,}点" in text


def test_a_feed_that_stopped_is_named_with_the_days_it_lags_behind(demo_data: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(demo_data, data, ignore=shutil.ignore_patterns("inbox"))
    header = (demo_data / "inbox" / "line_traffic").glob("*.csv")
    first = next(header).read_text(encoding="cp932").splitlines()[0]
    rows = [f"2026/11/04 00:0{slot},internet,x,1,1,1,1,正常" for slot in (0, 5)]
    assert not load(data, write(tmp_path / "回線トラフィック_20261104.csv", first, *rows, encoding="cp932")).failed
    with open_current(data) as reader:
        text = page(reader, "/data-quality?period=2026-10")
    assert "遅れているのは" in text and "で、最大" in text
    told = text[text.index("遅れているのは"):text.index("未対応の却下")]
    assert "回線トラフィック" not in told and "3日です" in told or "4日です" in told, told


def test_bodies_may_not_open_it(demo_reader: Reader) -> None:
    assert "閲覧権限なし" in page(demo_reader, "/data-quality?period=2026-10", Scope.of("242012"))


def feed(title: str, behind: int | None, waiting: int = 0) -> dict[str, Any]:
    return {"title": title, "behind_days": behind, "open_rejects": waiting}


def test_sentences_count_what_is_up_to_date_and_name_what_is_not() -> None:
    assert sentences.quality.feeds([feed("甲", 0), feed("乙", 1), feed("丙", 5, 3), feed("台帳", None, 1)]) == (
        "日ごとに届く3件の取込み定義のうち、数値時点の前日までのデータがあるのは2件です。遅れているのは丙で、最大5日です。"
        "未対応の却下は4行です。"
    )
    days = [{"title": "甲", "jst_date": datetime(2026, 10, day), "expected": 100, "received": got}
            for day, got in ((1, 100), (2, 50))]
    assert sentences.quality.coverage(days, [("前月", 80.0), ("前年同月", None)]) == (
        "全体の取得率は75.0%（前月は80.0%）です。種類別では甲75.0%（最低は10月2日（金）の50.0%）です。")


@pytest.mark.parametrize(
    ("pct", "name"),
    [(100, "full"), (99.99, "high"), (98.9, "fair"), (95, "fair"), (94.9, "low"), (0, "poor"), (None, "none")],
)
def test_only_what_is_whole_has_the_tint_of_the_whole(pct: float | None, name: str) -> None:
    assert tint(pct) == name
