"""Feed definitions: what is wrong in one is told with its file and key before any data is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.errors import FeedError
from etl.feed import feed_for, read_feed, read_feeds
from etl.remapping import fingerprints
from etl.setup import Setup
from tests.support import CONFIG, copy_config, load, write

GOOD = """
title = "回線"
table = "line_sample"
[file]
names = ["line_*.csv"]
format = "delimited"
header = ["日時"]
[columns.ts]
from = "日時"
[columns.line_id]
from = "回線"
[[measures]]
from = "受信"
into = "avg_bps"
set = { direction = "in" }
"""


def definition(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in GOOD
    return write(folder / "lines.toml", GOOD.replace(old, new, 1) if old else GOOD)


def test_every_definition_of_the_configuration_is_right() -> None:
    feeds = read_feeds(CONFIG)
    assert feeds and all(feed.name == name for name, feed in feeds.items())


def test_a_definition_says_what_its_columns_are(tmp_path: Path) -> None:
    feed = read_feed(definition(tmp_path))
    assert (feed.name, feed.fact.name, feed.wanted()) == ("lines", "line_sample", {"日時", "回線", "受信"})
    assert (feed.time_spec.zone, feed.time_spec.stamp, feed.reject_limit_pct) == ("Asia/Tokyo", "start", 5.0)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('title = "回線"', 'title = "回線"\ncolour = "red"', "colour: この項目は使えません"),
        ("[file]", '[file]\nencodin = "cp932"', "file.encodin: この項目は使えません"),
        ('from = "日時"', 'from = "日時"\nstyle = "iso"', "columns.ts.style: この項目は使えません"),
        ('into = "avg_bps"', 'into = "avg_bps"\nunits = "kbps"', "measures.0.units: この項目は使えません"),
        ('title = "回線"', "", "title: この項目が必要です"),
        ('names = ["line_*.csv"]', "", "file.names: この項目が必要です"),
        ('format = "delimited"', 'format = "csv"', "file.format: 使える値は"),
        (
            'format = "delimited"',
            'format = "delimited"\nencoding = "sjis-mac"',
            "file.encoding: sjis-mac は使えない文字コード",
        ),
        (
            'format = "delimited"',
            'format = "delimited"\nencoding = "iso-2022-jp"',
            "file.encoding: iso-2022-jp は使えない文字コード",
        ),
        ('format = "delimited"', 'format = "delimited"\ndelimiter = "; "', "file.delimiter: 1文字"),
        (
            'format = "delimited"',
            'format = "delimited"\nperiod = "(?P<year"',
            "file.period: 正規表現として読めません",
        ),
        ('format = "delimited"', "format = \"delimited\"\nperiod = '\\d{6}'", "file.period: year か era"),
        ('header = ["日時"]', "", "file.header"),
        ('table = "line_sample"', 'table = "lines"', "table=lines は使えません"),
        ("[columns.line_id]", "[columns.line]", "列 line はありません"),
        ('into = "avg_bps"', 'into = "bps"', "列 bps はありません"),
        ('[columns.line_id]\nfrom = "回線"', "", "必須の列 line_id の定義がありません"),
        ('set = { direction = "in" }', "", "必須の列 direction の定義がありません"),
        (
            'set = { direction = "in" }',
            'set = { direction = "inn" }',
            "direction=inn は使えません。使える値: in、out",
        ),
        (
            'into = "avg_bps"',
            'into = "avg_bps"\nunit = "furlong"',
            "measures.受信.unit=furlong は bit/s に換算できません",
        ),
        ('from = "回線"', 'from = "回線"\nunit = "kbps"', "columns.line_id.unit=kbps は 単位なし に換算できません"),
        (
            'from = "日時"',
            'from = "日時"\nzone = "Asia/Tokio"',
            "columns.ts.zone: Asia/Tokio という時間帯はありません",
        ),
        ('from = "日時"', 'from = "日時"\nvalue = "x"', "columns.ts: from、value、template のうちちょうど一つ"),
        ('from = "回線"', 'template = "{回線"', "columns.line_id.template: 波かっこ"),
        ("[file]", "[counter]\nbits = 16\n[file]", "counter.bits: 使える値は"),
        ("[file]", '[fold]\nkey = "ts"\norder = ["n"]\n[file]', "fold.key=ts"),
        ("[file]", "[file", "TOML として読めません"),
    ],
)
def test_a_wrong_definition_is_refused_with_its_file_and_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = definition(tmp_path, old, new)
    with pytest.raises(FeedError) as caught:
        read_feed(path)
    assert caught.value.message.startswith("lines.toml: ")
    assert told in caught.value.message
    assert str(path) in caught.value.next_step


@pytest.mark.parametrize(
    ("feed", "old", "new", "told"),
    [
        (
            "tenant_traffic",
            'route = "internet", direction = "in"',
            'route = "inter", direction = "in"',
            "route=inter",
        ),
        ("detection_eve", 'value = "ips"', 'value = "ids9"', "function=ids9"),
    ],
)
def test_a_constant_that_is_not_registered_is_refused_before_anything_is_stored(
    tmp_path: Path, feed: str, old: str, new: str, told: str
) -> None:
    config = copy_config(tmp_path / "config")
    path = config / "feeds" / f"{feed}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FeedError, match=f"{feed}.toml: {told}"):
        load(tmp_path / "data", write(tmp_path / "any.csv", "x"), config=config, feed=feed)
    assert not (tmp_path / "data" / "warehouse" / "CURRENT").exists()


def test_the_feed_of_a_file_is_the_named_one_or_its_folders_or_the_one_its_name_fits(tmp_path: Path) -> None:
    feeds = read_feeds(CONFIG)
    assert feed_for(tmp_path / "x.csv", feeds, "ticket").name == "ticket"
    assert feed_for(tmp_path / "line_traffic" / "x.csv", feeds, None).name == "line_traffic"
    for name in ("eve-202610.json", "eve-202610.json.gz", "eve-202610.zip", "eve-202610.tgz"):
        assert feed_for(tmp_path / name, feeds, None).name == "detection_eve"
    with pytest.raises(FeedError):
        feed_for(tmp_path / "eve-202610.txt", feeds, None)


def test_a_key_at_its_default_maps_no_row_otherwise(tmp_path: Path) -> None:
    """Were it else, a release with one key more would ask for everything to be rebuilt."""
    plain = Setup.read(copy_config(tmp_path / "plain"))
    path = tmp_path / "plain" / "feeds" / "line_traffic.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[file]", "[file]\nmultiline = false"), encoding="utf-8")
    assert fingerprints(Setup.read(tmp_path / "plain")) == fingerprints(plain)
    path.write_text(path.read_text(encoding="utf-8").replace("= false", "= true"), encoding="utf-8")
    assert fingerprints(Setup.read(tmp_path / "plain")) != fingerprints(plain)


def test_an_unknown_feed_is_told_with_those_there_are(tmp_path: Path) -> None:
    feeds = read_feeds(CONFIG)
    with pytest.raises(FeedError, match="「tickets」という取込み定義はありません.*line_traffic"):
        feed_for(tmp_path / "x.csv", feeds, "tickets")
    with pytest.raises(FeedError, match="メモ.csv はどの取込み定義にも当てはまりません"):
        feed_for(tmp_path / "メモ.csv", feeds, None)


def test_a_file_that_no_feed_takes_does_not_stop_the_others(tmp_path: Path) -> None:
    strange = write(tmp_path / "memo.txt", "x")
    known = write(tmp_path / "利用数_202610.csv", "年月,種別,利用数", "2026年10月,アカウント,5")
    result = load(tmp_path / "data", strange, known)
    assert [outcome.failed for outcome in result.outcomes] == [True, False]
    assert result.failed and result.snapshot is not None
