"""Updates of one ticket that stand in several files: in any order of loading, the row is that of one file."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.feed import read_feeds
from etl.rebuild import rebuild
from etl.reject_export import export_rejects
from tests.support import clock, copy_config, lake, load, rejects, rows, write
from warehouse.folder import DataFolder
from warehouse.rejects import open_ledger

HEADER = "番号,更新連番,更新日時,操作,団体,経路,区分"
FEED = r"""title = "問合せ更新履歴"
table = "ticket"

[file]
names = ["履歴_*.csv"]
format = "delimited"
header = ["番号", "更新連番", "操作"]
period = '(?P<year>\d{4})(?P<month>\d{2})'

[fold]
key = "ticket_no"
order = ["更新連番"]

[columns.ticket_no]
from = "番号"

[columns.tenant_code]
from = "団体"

[columns.channel]
from = "経路"

[columns.ticket_kind]
from = "区分"

[columns.received_at]
from = "更新日時"
styles = ["japanese"]
fold = "min"

[columns.first_response_at]
from = "更新日時"
styles = ["japanese"]
only_if = { column = "操作", values = ["一次回答"] }
fold = "first"

[columns.completed_at]
from = "更新日時"
styles = ["japanese"]
only_if = { column = "操作", values = ["完了"] }

[columns.status]
from = "操作"
map = { "受付" = "received", "一次回答" = "answered", "完了" = "completed", "*" = "working" }

[columns.update_count]
value = 1
fold = "count"
"""
OPENED = "Q-1,1,2026/9/29 9:30,受付,津市,メール,問合せ"
ANSWERED = "Q-1,2,2026/9/30 10:00,一次回答,津市,メール,問合せ"
OTHER = "Q-2,1,2026/9/30 11:00,受付,津市,メール,問合せ"
WORKED = "Q-1,3,2026/10/1 13:00,調査,津市,メール,問合せ"
DONE = "Q-1,4,2026/10/2 11:00,完了,津市,メール,問合せ"
TOLD = (
    "SELECT ticket_no, received_at + INTERVAL 9 HOUR, first_response_at + INTERVAL 9 HOUR, "
    "completed_at + INTERVAL 9 HOUR, status, update_count FROM ticket ORDER BY 1"
)
WHOLE = (
    "Q-1", datetime(2026, 9, 29, 9, 30), datetime(2026, 9, 30, 10), datetime(2026, 10, 2, 11), "completed", 4,
)  # fmt: skip
WAITING = ("Q-2", datetime(2026, 9, 30, 11), None, None, "received", 1)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return configured(tmp_path / "config")


def configured(folder: Path, feed: str = FEED) -> Path:
    copy_config(folder)
    (folder / "feeds" / "history.toml").write_text(feed, encoding="utf-8")
    return folder


def history(folder: Path, month: str, *updates: str) -> Path:
    return write(folder / f"履歴_{month}.csv", HEADER, *updates)


@pytest.mark.parametrize("first", ["older", "newer", "together"])
def test_updates_in_two_files_make_the_row_of_one(tmp_path: Path, config: Path, first: str) -> None:
    files = [
        history(tmp_path, "202609", OPENED, ANSWERED, OTHER),
        history(tmp_path, "202610", WORKED, DONE),
    ]
    data = tmp_path / "data"
    for paths in {"older": [files[:1], files[1:]], "newer": [files[1:], files[:1]], "together": [files]}[first]:
        assert not load(data, *paths, config=config).failed
    assert rows(data, TOLD) == [WHOLE, WAITING]
    assert rebuild(DataFolder(data), config, clock=clock, check=True).proved


def test_a_log_that_repeats_older_updates_counts_them_once(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, history(tmp_path, "202609", OPENED, ANSWERED), config=config)
    load(data, history(tmp_path, "202610", OPENED, ANSWERED, WORKED, DONE), config=config)
    assert rows(data, TOLD) == [WHOLE]


@pytest.mark.parametrize("last", ["correction", "newer"])
def test_a_correction_takes_an_update_back(tmp_path: Path, config: Path, last: str) -> None:
    """The first file of September told of an answer that never was."""
    data = tmp_path / "data"
    load(data, history(tmp_path, "202609", OPENED, ANSWERED, OTHER), config=config)
    files = {
        "newer": history(tmp_path, "202610", WORKED, DONE),
        "correction": history(tmp_path / "corrected", "202609", OPENED, OTHER),
    }
    for name in sorted(files, key=lambda name: name == last):
        load(data, files[name], config=config)
    assert rows(data, TOLD) == [(*WHOLE[:2], None, WHOLE[3], "completed", 3), WAITING]


def test_mended_updates_join_those_of_other_files(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    wrong = ANSWERED.replace("2026/9/30", "2026/9/31")
    load(data, history(tmp_path, "202609", OPENED, wrong, OTHER), config=config)
    load(data, history(tmp_path, "202610", WORKED, DONE), config=config)
    assert rows(data, "SELECT count(*) FROM wh.main.reject WHERE closed_as IS NULL") == [(1,)], "it is not closed"
    with open_ledger(data) as ledger:
        file = export_rejects(ledger, DataFolder(data), read_feeds(config), 1, None).path
    text = file.read_text(encoding="utf-8-sig")
    file.write_text(text.replace("2026/9/31 10:00,一次", "2026/9/30 10:00,一次", 1), encoding="utf-8-sig")
    assert not load(data, file, config=config).failed
    assert rows(data, TOLD) == [WHOLE, WAITING]
    assert rebuild(DataFolder(data), config, clock=clock, check=True).proved


def test_numbers_that_count_from_one_in_every_file_join_nothing(tmp_path: Path) -> None:
    config = configured(tmp_path / "config", FEED.replace('["更新連番"]', '["@record"]'))
    data = tmp_path / "data"
    load(data, history(tmp_path, "202609", OPENED, ANSWERED), config=config)
    load(data, history(tmp_path, "202610", WORKED, DONE), config=config)
    assert [row[-1] for row in rows(data, TOLD)] == [2]


def test_messages_tell_that_updates_were_joined(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    older = history(tmp_path, "202609", OPENED, ANSWERED, OTHER)
    load(data, history(tmp_path, "202610", WORKED, DONE), config=config)
    told = load(data, older, config=config).outcomes[0].message
    assert "うち1件は、より新しい期間のファイルの更新とまとめました" in told
    again = load(data, older, config=config).outcomes[0].message
    assert "取込み済み" in again and "差し替わって" not in again
    assert rejects(data) == []


UPDATES = st.lists(
    st.tuples(st.sampled_from(["A", "B", "C"]), st.integers(1, 5), st.sampled_from([8, 9, 10])),
    min_size=1, max_size=12, unique_by=lambda update: update[:2],
)  # fmt: skip


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(UPDATES, st.permutations([8, 9, 10]))
def test_any_division_in_any_order_gives_the_rows_of_one_file(
    updates: list[tuple[str, int, int]], order: list[int]
) -> None:
    states = ["", "受付", "一次回答", "調査", "調査", "完了"]
    lines = [
        (month, f"{ticket},{number},2026/8/{number} 9:00,{states[number]},津市,メール,問合せ")
        for ticket, number, month in updates
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = configured(folder / "config")
        for month in order:
            told = [line for of, line in lines if of == month]
            if told:
                load(folder / "data", history(folder, f"2026{month:02}", *told), config=config)
        load(folder / "once", history(folder / "right", "202610", *(line for _, line in lines)), config=config)
        assert lake(folder / "data") == lake(folder / "once")
