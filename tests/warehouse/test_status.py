"""``status``: what an operator reads in the morning, in Japanese, and all of it as JSON."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cli.status import status_command
from tests.support import CONFIG, all_tables, copy_config, load, traffic_file, write
from warehouse.errors import MiharashiError, SnapshotDamaged
from warehouse.reader import open_current
from warehouse.status import Anomaly, read_status

pytestmark = pytest.mark.few_marts

TSU = "242012"


def samples(start: datetime, end: datetime, code: str = TSU, value: int = 7) -> list[tuple[str, str, int]]:
    count = int((end - start).total_seconds() // 300)
    return [(f"{start + timedelta(minutes=5 * step):%Y/%m/%d %H:%M}", code, value) for step in range(count)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks of one body with a short and a long gap, a quiet day, a stranger, and a body without anything."""
    folder = tmp_path_factory.mktemp("status")
    config = copy_config(folder / "config", tenants=("240001", TSU))
    start = datetime(2026, 10, 1)
    lines = [
        *samples(start, datetime(2026, 10, 3, 12)),
        *samples(datetime(2026, 10, 3, 12, 10), datetime(2026, 10, 5, 22)),
        *samples(datetime(2026, 10, 6, 2), datetime(2026, 10, 14)),
        *samples(datetime(2026, 10, 14), datetime(2026, 10, 15), value=0),
        ("2026/10/07 00:00", "249999", 1),
    ]
    load(folder / "data", traffic_file(folder / "団体別通信量_1.csv", *lines), config=config)
    return folder / "data"


def told(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, **options: object
) -> str:
    monkeypatch.setenv("MIHARASHI_DATA", str(data))
    monkeypatch.setenv("COLUMNS", "200")
    status_command(**options)  # type: ignore[arg-type]
    return capsys.readouterr().out


def test_each_feed_says_what_was_due_and_what_came(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = told(data, capsys, monkeypatch)
    (line,) = [line for line in shown.splitlines() if "接続団体別通信量" in line and "点" in line]
    due = 14 * 288 * 6
    assert line.split()[1:] == [f"{2 * due:,}", f"{due - 50 * 6:,}", "点", "49.37", "2026-10-14", "3", "1"]
    assert "問合せ管理台帳" in shown and "まだない" in shown, "feeds that never delivered are listed, too"
    assert "接続団体別通信量（監視システム出力）: 却下として保管 1行" in shown
    assert "団体コード=249999 1件" in shown
    assert "python app.py status --gaps" in shown


def test_gaps_are_listed_with_their_length_and_short_ones_counted(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = told(data, capsys, monkeypatch, gaps=True)
    assert "欠測の区間 3件" in shown
    rows = [line.split() for line in shown.splitlines() if "接続団体別通信量" in line]
    assert ["津市", "2026-10-05", "22:00〜2026-10-06", "02:00", "4時間", "288／288点"] in [
        row[1:] for row in rows
    ]
    assert ["三重県", "2026-10-01", "00:00〜2026-10-14", "24:00", "14日", "24,192／24,192点"] in [
        row[1:] for row in rows
    ]
    assert "ほかに30分未満の欠測 1件（計12点）" in shown
    assert ["2026-10-14", "量が少ない", "0", "12,096", "0.0"] in [row[2:] for row in rows]
    assert "12:00〜12:10" in told(data, capsys, monkeypatch, gaps=True, short=True)


def test_bodies_that_fell_silent_together_are_told_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = samples(datetime(2026, 10, 1), datetime(2026, 10, 2))
    load(tmp_path / "data", traffic_file(tmp_path / "団体別通信量_1.csv", *lines))
    shown = told(tmp_path / "data", capsys, monkeypatch, gaps=True)
    assert "欠測の区間 32件" in shown
    (line,) = [line for line in shown.splitlines() if "接続団体別通信量" in line]
    assert line.split()[1:] == [
        "三重県ほか31",
        "2026-10-01",
        "00:00〜24:00",
        "1日",
        f"{(n := 32 * 1728):,}／{n:,}点",
    ]


def test_gaps_of_one_feed_and_month_only(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "欠測はありません" in told(data, capsys, monkeypatch, gaps=True, feed="line_traffic")
    assert "欠測はありません" in told(data, capsys, monkeypatch, gaps=True, month="2026-09")
    assert "欠測の区間 3件" in told(
        data, capsys, monkeypatch, gaps=True, month="2026-10", feed="tenant_traffic"
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"feed": "line"}, "「line」という取込み定義はありません。"),
        ({"month": "2026H1"}, "「2026H1」は月ではありません。"),
        ({"month": "10月"}, "「10月」は対象期間として読めません。"),
    ],
)
def test_what_cannot_be_chosen_is_told(
    data: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], words: str
) -> None:
    monkeypatch.setenv("MIHARASHI_DATA", str(data))
    with pytest.raises(MiharashiError) as caught:
        status_command(**options)  # type: ignore[arg-type]
    assert words in caught.value.message and caught.value.next_step


def test_json_holds_everything(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status = json.loads(told(data, capsys, monkeypatch, as_json=True))
    assert len(status["gaps"]) == 3 and {gap["entity"] for gap in status["gaps"]} == {TSU, "240001"}
    assert status["gaps"][0]["from_jst"] == "2026-10-01T00:00:00"
    (anomaly,) = status["anomalies"]
    assert (anomaly["jst_date"], anomaly["kind"], anomaly["share_pct"]) == ("2026-10-14", "low", 0)
    assert {feed["feed"] for feed in status["feeds"]} == {
        path.stem for path in (CONFIG / "feeds").glob("*.toml")
    }
    assert status["unattributed"][0]["text"] == "249999"
    assert status["holidays_until"] == "2027-11-23"
    own = json.loads(told(data, capsys, monkeypatch, as_json=True, feed="line_traffic"))
    assert own["gaps"] == own["anomalies"] == own["unattributed"] == [] and len(own["feeds"]) == 1


def test_status_is_typed(data: Path) -> None:
    status = read_status(data)
    feed = next(feed for feed in status.feeds if feed.feed == "tenant_traffic")
    assert status.anomalies == [
        Anomaly(
            "tenant_traffic", feed.title, TSU, "津市", TSU, date(2026, 10, 14), "volume", "low", 0, 12096, 0
        )
    ]
    assert (feed.unit, feed.gaps, feed.suspicious_days, feed.open_rejects) == ("slot", 3, 1, 1)
    idle = next(feed for feed in status.feeds if feed.feed == "ticket")
    assert (idle.files, idle.expected, idle.last_loaded_at) == (0, None, None)


def test_a_snapshot_of_an_older_release_is_told_as_such(data: Path) -> None:
    with open_current(data) as reader:
        all_tables(reader).execute("DROP VIEW scoped.arrival_gap")
        with pytest.raises(SnapshotDamaged, match="前の版のプログラムで作られています") as caught:
            reader.query("status_feeds", reader.whole_scope())
    assert "rebuild" in caught.value.next_step


@pytest.mark.parametrize(
    ("today", "warned"),
    [
        (date(2026, 11, 5), False),
        (date(2027, 1, 31), False),
        (date(2027, 2, 1), True),
        (date(2027, 12, 31), True),
        (date(2028, 1, 1), True),
    ],
)
def test_holidays_that_are_published_and_not_registered_are_told(data: Path, today: date, warned: bool) -> None:
    """The table tells of all of 2027; the holidays of 2028 are published in February 2027."""
    warnings = read_status(data, today).warnings
    assert len(warnings) == warned
    for warning in warnings:
        assert "祝日表（config/holidays.csv）は令和9年の分までしかそろっていません。令和10年1月以降は" in warning
        assert "書き足し、python app.py load を一度実行してください" in warning


def test_an_empty_table_of_holidays_is_told(tmp_path: Path) -> None:
    config = copy_config(tmp_path / "config")
    write(config / "holidays.csv", "date,name")
    load(tmp_path / "data", config=config)
    (warning,) = read_status(tmp_path / "data", date(2026, 5, 1)).warnings
    assert "（config/holidays.csv）は空です。令和8年1月以降" in warning


def test_the_command_tells_the_calendar_and_warns_until_the_holidays_are_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = copy_config(tmp_path / "config")
    monkeypatch.setattr("cli.status.now", lambda: datetime(2026, 11, 5, 9, 0))
    full = (config / "holidays.csv").read_text(encoding="utf-8")
    write(config / "holidays.csv", *(line for line in full.splitlines() if not line.startswith("2027-")))
    load(tmp_path / "data", config=config)
    shown = told(tmp_path / "data", capsys, monkeypatch)
    assert "（祝日は令和8年12月31日まで登録済み、臨時の閉庁日 0日）" in shown
    assert "開庁時間 8:30〜17:15、一次回答の期限は時刻によらず受付日の翌営業日の 17:15 まで" in shown
    assert "注意: 祝日表（config/holidays.csv）は令和8年の分までしかそろっていません。令和9年1月以降は" in shown
    (config / "holidays.csv").write_text(full, encoding="utf-8")
    load(tmp_path / "data", config=config)
    shown = told(tmp_path / "data", capsys, monkeypatch)
    assert "注意" not in shown and "（祝日は令和9年12月31日まで登録済み" in shown
    stated = json.loads(told(tmp_path / "data", capsys, monkeypatch, as_json=True))["calendar"]
    assert f"暦 {stated['version']}（" in shown and stated["version"].startswith("2027-")
    assert (stated["holidays_until"], stated["known_until"], stated["closes_minute"]) == ("2027-11-23", 2027, 1035)
