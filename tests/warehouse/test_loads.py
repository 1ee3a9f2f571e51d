"""Loads: the same rows whatever the order, once or twice, month by month or all at once; the newest truth wins."""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime
from itertools import permutations
from pathlib import Path

import pytest

import demo
from etl.feed import read_feeds
from etl.reject_export import export_rejects
from tests.support import (
    CONFIG,
    TENANTS,
    copy_config,
    frame,
    lake,
    load,
    marts,
    read_rows,
    rows,
    traffic_file,
    write,
    write_rows,
)
from tests.warehouse.ledgers import ticket_ledger
from warehouse.engine import literal
from warehouse.folder import DataFolder
from warehouse.reader import open_current
from warehouse.rejects import open_ledger
from warehouse.snapshot import current, current_number
from warehouse.trouble import LakeDamaged

pytestmark = pytest.mark.few_marts


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_config(tmp_path / "config")


def day(value: int, on: str = "2026/10/01", code: str = "242012", slots: int = 3) -> list[tuple[str, str, int]]:
    return [(f"{on} 00:{5 * slot:02d}", code, value) for slot in range(slots)]


def state(data: Path) -> tuple[object, object]:
    """Everything that must not depend on how the data came: lake rows and marts."""
    return lake(data), marts(data)


# ---- once ---------------------------------------------------------------------------------------------


def test_the_same_content_again_changes_nothing_and_says_so(tmp_path: Path, config: Path) -> None:
    file = traffic_file(tmp_path / "団体別通信量_1.csv", *day(7))
    copy = tmp_path / "団体別通信量_1の写し.csv"
    shutil.copyfile(file, copy)
    load(tmp_path / "data", file, config=config)
    before = current_number(DataFolder(tmp_path / "data"))
    result = load(tmp_path / "data", file, copy, config=config)
    assert result.snapshot is None and not result.failed
    assert all("取込み済みです（取込み番号 1、団体別通信量_1.csv）" in outcome.message for outcome in result.outcomes)
    assert current_number(DataFolder(tmp_path / "data")) == before
    assert rows(tmp_path / "data", "SELECT count(*) FROM wh.main.load") == [(1,)]


def test_the_same_content_twice_in_one_run_counts_once(tmp_path: Path, config: Path) -> None:
    file = traffic_file(tmp_path / "団体別通信量_1.csv", *day(7))
    copy = tmp_path / "団体別通信量_2.csv"
    shutil.copyfile(file, copy)
    load(tmp_path / "data", file, copy, config=config)
    assert rows(tmp_path / "data", "SELECT count(*), sum(bytes) FROM tenant_traffic") == [(18, 126)]


def test_the_same_rows_in_another_file_count_once(tmp_path: Path, config: Path) -> None:
    load(tmp_path / "data", traffic_file(tmp_path / "団体別通信量_1.csv", *day(7)), config=config)
    before = state(tmp_path / "data")
    load(tmp_path / "data", traffic_file(tmp_path / "団体別通信量_2.csv", *reversed(day(7))), config=config)
    assert state(tmp_path / "data") == before


# ---- the newest truth ---------------------------------------------------------------------------------


def test_a_corrected_file_replaces_the_span_it_holds_and_nothing_else(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(
        data,
        traffic_file(tmp_path / "団体別通信量_1.csv", *day(7), *day(8, "2026/10/02"), *day(9, code="242021")),
        config=config,
    )
    load(data, traffic_file(tmp_path / "団体別通信量_2.csv", *day(70, slots=2)), config=config)
    found = rows(
        data,
        "SELECT tenant_code, CAST(jst_date AS VARCHAR), count(*), sum(bytes) FROM tenant_traffic "
        "WHERE route = 'web' AND direction = 'in' GROUP BY ALL ORDER BY ALL",
    )
    assert found == [
        ("242012", "2026-10-01", 3, 147),
        ("242012", "2026-10-02", 3, 24),
        ("242021", "2026-10-01", 3, 27),
    ]
    assert rows(data, "SELECT load_id, replaced_load_id, row_count FROM wh.main.superseded") == [(2, 1, 12)]
    assert rows(data, "SELECT note FROM wh.main.load ORDER BY load_id") == [(None,), ("corrected",)]
    kept = [path for path in (data / "archive").iterdir() if path.is_file()]
    assert len(kept) == 2, "both originals are kept"


def test_a_corrected_file_takes_away_what_it_no_longer_holds_inside_its_span(tmp_path: Path, config: Path) -> None:
    first, _, third = day(70)
    load(tmp_path / "data", traffic_file(tmp_path / "団体別通信量_1.csv", *day(7, slots=4)), config=config)
    load(tmp_path / "data", traffic_file(tmp_path / "団体別通信量_2.csv", first, third), config=config)
    found = rows(
        tmp_path / "data",
        "SELECT minute(ts), bytes FROM tenant_traffic WHERE route = 'web' AND direction = 'in' ORDER BY ts",
    )
    assert found == [(0, 70), (10, 70), (15, 7)]


def test_files_of_parts_of_a_day_stand_beside_each_other(tmp_path: Path, config: Path) -> None:
    whole = day(7, slots=6)
    parts = [
        traffic_file(tmp_path / f"団体別通信量_{name}.csv", *part)
        for name, part in (("1", whole[:2]), ("2", whole[2:4]), ("3", whole[4:]))
    ]
    load(tmp_path / "once", traffic_file(tmp_path / "団体別通信量_whole.csv", *whole), config=config)
    for number, order in enumerate(permutations(parts)):
        load(tmp_path / f"together-{number}", *order, config=config)
        assert state(tmp_path / f"together-{number}") == state(tmp_path / "once")
    for part in parts:
        load(tmp_path / "apart", part, config=config)
    assert state(tmp_path / "apart") == state(tmp_path / "once")


def test_a_wrong_file_and_its_correction_end_in_the_same_as_the_right_file_once(tmp_path: Path, config: Path) -> None:
    wrong = traffic_file(tmp_path / "団体別通信量_1.csv", *day(7), *day(8, "2026/10/02"))
    right = traffic_file(tmp_path / "団体別通信量_2.csv", *day(5), *day(6, "2026/10/02"))
    load(tmp_path / "corrected", wrong, config=config)
    load(tmp_path / "corrected", right, config=config)
    load(tmp_path / "together", wrong, right, config=config)
    load(tmp_path / "once", right, config=config)
    assert state(tmp_path / "corrected") == state(tmp_path / "together") == state(tmp_path / "once")


def test_the_newer_ledger_wins_whichever_was_loaded_first(tmp_path: Path, config: Path) -> None:
    september = ticket_ledger(
        tmp_path, 9, ("T-1", "R8.9.30 9:00", "", "受付"), ("T-2", "R8.9.1 9:00", "2026/09/02 9:00", "完了")
    )
    october = ticket_ledger(
        tmp_path, 10, ("T-1", "R8.9.30 9:00", "2026/10/01 10:00", "回答済"), ("T-3", "R8.10.1 9:00", "", "受付")
    )
    for name, order in (("forward", (september, october)), ("backward", (october, september))):
        for file in order:
            load(tmp_path / name, file, config=config)
    load(tmp_path / "together", october, september, config=config)
    assert rows(tmp_path / "backward", "SELECT ticket_no, status FROM ticket ORDER BY 1") == [
        ("T-1", "answered"),
        ("T-2", "completed"),
        ("T-3", "received"),
    ]
    assert state(tmp_path / "forward") == state(tmp_path / "backward") == state(tmp_path / "together")


def test_a_record_that_moves_to_another_month_leaves_the_old_one(tmp_path: Path, config: Path) -> None:
    first = ticket_ledger(tmp_path, 9, ("T-1", "R8.9.30 9:00", "", "受付"))
    moved = ticket_ledger(tmp_path, 10, ("T-1", "R8.10.1 9:00", "", "受付"))
    for file in (first, moved):
        load(tmp_path / "both", file, config=config)
    load(tmp_path / "back", moved, config=config)
    load(tmp_path / "back", first, config=config)
    assert rows(tmp_path / "both", "SELECT jst_month, count(*) FROM ticket GROUP BY 1") == [("2026-10", 1)]
    assert state(tmp_path / "both") == state(tmp_path / "back")


# ---- any order ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The files of a small demo by month; September's late day is in September's pile, yearly ledgers in the last."""
    folder = tmp_path_factory.mktemp("order") / "inbox"
    made = demo.generate(folder, CONFIG, "2026-09", "2026-10", seed=11, scale=0.1, tenants=2)
    slow = {"device_load", "interface_counter"}
    files = [path for path in made.files if path.parent.name not in slow]
    return {
        "september": [path for path in files if "202609" in path.name or "9月" in path.name],
        "october": [path for path in files if "202610" in path.name or "10月" in path.name],
        "yearly": [path for path in files if "年度" in path.name],
    }


@pytest.fixture(scope="module")
def at_once(inbox: dict[str, list[Path]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("order") / "at_once"
    load(data, *(path for files in inbox.values() for path in files))
    return data


@pytest.mark.parametrize("order", list(permutations(("september", "october", "yearly")))[1::2], ids="-".join)
def test_monthly_files_and_ledgers_give_the_same_in_any_order(
    inbox: dict[str, list[Path]], at_once: Path, tmp_path: Path, order: tuple[str, ...]
) -> None:
    for pile in order:
        load(tmp_path / "data", *reversed(inbox[pile]))
    assert state(tmp_path / "data") == state(at_once)


def test_a_month_whose_files_come_one_by_one_is_that_of_all_at_once(
    inbox: dict[str, list[Path]], tmp_path: Path
) -> None:
    files = [path for path in inbox["october"] if path.parent.name not in {"tenant_traffic", "licence_usage"}]
    for file in reversed(files):
        load(tmp_path / "one_by_one", file)
    load(tmp_path / "at_once", *files)
    assert state(tmp_path / "one_by_one") == state(tmp_path / "at_once")


def test_marts_built_load_by_load_equal_those_built_anew(inbox: dict[str, list[Path]], tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    data = tmp_path / "data"
    for pile in ("yearly", "october", "september"):
        load(data, *inbox[pile], config=config)
    step_by_step = marts(data)
    (config / "README.toml").write_text("# another hash: everything is built anew\n", encoding="utf-8")
    result = load(data, config=config)
    assert result.snapshot is not None and marts(data) == step_by_step


def test_a_month_left_by_its_last_row_is_no_longer_reported_on(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    for file in (
        ticket_ledger(tmp_path, 9, ("T-1", "R8.9.30 9:00", "", "受付")),
        ticket_ledger(tmp_path, 10, ("T-1", "R8.10.1 9:00", "", "受付")),
    ):
        load(data, file, config=config)
    step_by_step = marts(data)
    (config / "more.toml").write_text("", encoding="utf-8")
    load(data, config=config)
    assert marts(data) == step_by_step


# ---- configuration and empty states -------------------------------------------------------------------


def test_a_changed_configuration_is_published_without_new_files(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / "団体別通信量_1.csv", *day(7)), config=config)
    assert load(data, config=config).snapshot is None
    tenants = read_rows(config / "tenants.csv")
    tenants[1]["valid_to"] = "2026-10-10"
    write_rows(config / "tenants.csv", tenants)
    assert load(data, config=config).snapshot is not None
    assert rows(
        data, "SELECT count(DISTINCT jst_date) FROM wh.main.tenant_traffic_day WHERE tenant_code = '242012'"
    ) == [(10,)]


def test_changed_models_rebuild_every_month(tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / "団体別通信量_1.csv", *day(7)), config=config)
    monkeypatch.setattr("warehouse.build.models_hash", lambda: "another release")
    assert load(data, config=config).snapshot is not None


def test_a_first_load_that_is_refused_still_publishes_what_happened(tmp_path: Path) -> None:
    bad = traffic_file(tmp_path / "団体別通信量_1.csv", ("2026/10/01 00:00", "249999", 1))
    result = load(tmp_path / "data", bad)
    assert result.failed and result.snapshot is not None
    assert frame(tmp_path / "data", "SELECT * FROM wh.main.tenant_traffic_month").empty
    assert rows(tmp_path / "data", "SELECT status FROM wh.main.load") == [("refused",)]


def test_a_load_of_nothing_publishes_the_configuration_once(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    assert load(tmp_path / "data", tmp_path / "inbox").snapshot is not None
    assert load(tmp_path / "data", tmp_path / "inbox").snapshot is None


def test_unfinished_and_hidden_files_of_an_inbox_are_left_alone(tmp_path: Path, config: Path) -> None:
    inbox = tmp_path / "inbox" / "tenant_traffic"
    traffic_file(inbox / "団体別通信量_1.csv", *day(7))
    for name in (".hidden.csv", "団体別通信量_2.csv.part", "団体別通信量_3.tmp"):
        traffic_file(inbox / name, *day(9))
    result = load(tmp_path / "data", tmp_path / "inbox", config=config)
    assert [outcome.file.name for outcome in result.outcomes] == ["団体別通信量_1.csv"]


def test_files_are_taken_in_the_order_people_count(tmp_path: Path) -> None:
    from etl.receive import files_of

    for name in ("令和8年10月.csv", "令和8年9月.csv", "a.csv", "a_訂正.csv"):
        write(tmp_path / name, "x")
    assert [path.name for path in files_of([tmp_path])] == [
        "a.csv",
        "a_訂正.csv",
        "令和8年9月.csv",
        "令和8年10月.csv",
    ]


def test_the_data_reach_until_the_end_of_the_newest_sample(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, ticket_ledger(tmp_path, 10, ("T-1", "R8.10.1 9:00", "", "受付")), config=config)
    assert current(DataFolder(data)).data_as_of is None
    load(data, traffic_file(tmp_path / "団体別通信量_1.csv", ("2026/10/15 23:55", TENANTS[1], 1)), config=config)
    assert current(DataFolder(data)).data_as_of == datetime(2026, 10, 16)


def test_only_touched_months_are_written_anew(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / "団体別通信量_1.csv", *day(7, "2026/09/01"), *day(7)), config=config)
    before = dict(rows(data, "SELECT jst_month, path FROM wh.main.lake_file"))  # type: ignore[arg-type]
    load(data, traffic_file(tmp_path / "団体別通信量_2.csv", *day(8)), config=config)
    after = dict(rows(data, "SELECT jst_month, path FROM wh.main.lake_file"))  # type: ignore[arg-type]
    assert before["2026-09"] == after["2026-09"] and before["2026-10"] != after["2026-10"]


# ---- the files of a month -----------------------------------------------------------------------------


def october(folder: Path, number: int, value: int = 7, slots: int = 3) -> Path:
    """A file of one day of October."""
    name = f"団体別通信量_{number:02d}_{value}.csv"
    return traffic_file(folder / name, *day(value + number, f"2026/10/{number:02d}", slots=slots))


def files_of_october(data: Path) -> dict[str, int]:
    """The live files of the samples and their rows."""
    return dict(rows(data, "SELECT path, row_count FROM wh.main.lake_file "  # type: ignore[arg-type]
                     "WHERE table_name = 'tenant_traffic' AND jst_month = '2026-10'"))


def test_the_next_day_is_a_file_of_its_own_and_leaves_the_others(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, october(tmp_path, 1), october(tmp_path, 2), config=config)
    before = files_of_october(data)
    load(data, october(tmp_path, 3), config=config)
    after = files_of_october(data)
    assert list(before.values()) == [36] and before.items() < after.items() and sorted(after.values()) == [18, 36]
    assert current(DataFolder(data)).data_as_of == datetime(2026, 10, 3, 0, 15)


def test_a_correction_writes_only_the_file_of_its_day_anew(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    for number in (1, 3, 2):
        load(data, october(tmp_path, number), config=config)
    before = files_of_october(data)
    load(data, october(tmp_path, 2, value=70), config=config)
    after = files_of_october(data)
    assert len(after) == 3 and len(after.items() & before.items()) == 2
    load(tmp_path / "once", *(october(tmp_path, *which) for which in ((1, 7), (2, 70), (3, 7))), config=config)
    assert state(data) == state(tmp_path / "once")
    assert rows(data, "SELECT sum(row_count) FROM wh.main.superseded") == [(18,)]


def test_days_one_by_one_beyond_the_files_that_a_month_may_have_are_those_of_all_at_once(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.lake._MOST_PARTS", 3)
    data, numbers = tmp_path / "data", (2, 1, 3, 5, 9, 4)
    found = []
    for number in numbers:
        load(data, october(tmp_path, number), config=config)
        found.append(sorted(files_of_october(data).values()))
    assert found == [[18], [18, 18], [18, 18, 18], [72], [18, 72], [18, 90]], "the 4th lies among those up to the 5th"
    load(tmp_path / "once", *(october(tmp_path, number) for number in numbers), config=config)
    assert list(files_of_october(tmp_path / "once").values()) == [108]
    assert state(data) == state(tmp_path / "once")
    (joined,) = (path for path, count in files_of_october(data).items() if count == 90)
    loads = [row[0] for row in rows(data, f"SELECT load_id FROM read_parquet({literal(data / 'lake' / joined)})")]
    assert loads == [load_id for load_id in (2, 1, 3, 6, 4) for _ in range(18)], "the rows stand in the order of time"


def test_a_damaged_file_of_the_month_is_named(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, october(tmp_path, 1), config=config)
    (name,) = files_of_october(data)
    (data / "lake" / name).write_bytes(b"PAR1")
    with pytest.raises(LakeDamaged, match=re.escape(name)):
        load(data, october(tmp_path, 2), config=config)


def test_a_mended_line_finds_the_rows_of_its_day_in_whatever_file_they_are(tmp_path: Path, config: Path) -> None:
    """The hours of a day came as three files; a mend makes the first one's span reach over the second."""
    data, hours = tmp_path / "data", [(f"2026/10/01 {hour:02d}:00", "242012", hour) for hour in range(4)]
    spoiled = traffic_file(tmp_path / "団体別通信量_b.csv", *hours[:1], ("2026/10/01 03:00", "242012", -1))
    load(data, traffic_file(tmp_path / "団体別通信量_a.csv", *hours[1:2]), config=config)
    load(data, spoiled, config=config)
    load(data, traffic_file(tmp_path / "団体別通信量_c.csv", *hours[2:3]), config=config)
    assert sorted(files_of_october(data).values()) == [6, 6, 6]
    with open_ledger(data) as published:
        mend = export_rejects(published, DataFolder(data), read_feeds(config), 2, None).path
    mend.write_bytes(mend.read_bytes().replace(b",-1", b",3"))
    assert not load(data, mend, config=config).failed
    assert rows(data, "SELECT DISTINCT ts, bytes FROM tenant_traffic ORDER BY ts") == [
        (datetime(2026, 9, 30, 15), 0), (datetime(2026, 9, 30, 17), 2), (datetime(2026, 9, 30, 18), 3)]


def test_a_judgement_whose_detection_time_is_corrected_stays_one_event(tmp_path: Path, config: Path) -> None:
    header = (
        "判定番号,検知時刻,判断時刻,緊急連絡時刻,連絡手段,遮断時刻,対応完了時刻,団体名,検知機能,シグネチャID,シグネチャ,方向,送信元IP,宛先IP,"
        "送信元国,危険度,遮断,端末,対応状況,センサーイベントID,検知内容,推奨確認方法,推奨対処方法"
    )
    for name, detected in (("SOC判定結果_202610.csv", "09:00:00"), ("SOC判定結果_202610_訂正.csv", "08:55:00")):
        judged = f"J-1,2026/10/05 {detected},2026/10/05 09:10:00,,,,,津市,WAF,1,試行,外→内,,,,1,,,,,,,"
        result = load(tmp_path / "data", write(tmp_path / name, header, judged), config=config, feed="soc_judgement")
        assert not result.failed
    (event,) = frame(tmp_path / "data", "SELECT detected_jst FROM wh.security_event").itertuples()
    assert event.detected_jst == datetime(2026, 10, 5, 8, 55)


# ---- what cannot be taken -----------------------------------------------------------------------------


def test_a_refused_file_is_told_every_time_but_makes_no_new_snapshot(tmp_path: Path, config: Path) -> None:
    data, wrong = tmp_path / "data", write(tmp_path / "団体別通信量_202610.csv", "りんご,みかん", "1,2")
    first, again = load(data, wrong, config=config), load(data, wrong, config=config)
    assert first.failed and first.snapshot is not None
    assert again.failed and again.snapshot is None
    assert "前に受け付けられなかったファイルと同じ内容です（取込み番号 1）" in again.outcomes[0].message


def test_a_refused_file_is_tried_again_when_the_configuration_changed(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    file = traffic_file(tmp_path / "団体別通信量_1.csv", *day(7, code="242039"))
    assert load(data, file, config=config).failed, "the body is not among the configured ones"
    shutil.copyfile(CONFIG / "tenants.csv", config / "tenants.csv")
    assert not load(data, file, config=config).failed


def test_refused_files_are_in_the_notes_of_the_month_they_were_meant_for(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    named = write(tmp_path / "団体別通信量_202610.csv", "りんご", "1")
    nameless = write(tmp_path / "機器負荷_x.csv", "りんご", "2")
    load(data, named, nameless, config=config)
    with open_current(data) as reader:
        notes = reader.query(
            "load_notes", reader.whole_scope(), first_date=date(2026, 10, 1), last_date=date(2026, 10, 31)
        )
        earlier = reader.query(
            "load_notes", reader.whole_scope(), first_date=date(2026, 8, 1), last_date=date(2026, 8, 31)
        )
    assert sorted(notes["file_name"]) == ["団体別通信量_202610.csv", "機器負荷_x.csv"]
    assert all(note.startswith("不受理") for note in notes["note"])
    assert len(earlier) == 0


def test_the_rejects_of_a_refused_file_are_kept_as_examples_only(tmp_path: Path, config: Path) -> None:
    wrong = traffic_file(tmp_path / "団体別通信量_1.csv", *day(7, code="999999", slots=12 * 11))
    load(tmp_path / "data", wrong, config=config)
    ((kept, told),) = rows(
        tmp_path / "data", "SELECT count(*), max(rejected_lines) FROM wh.reject JOIN wh.load USING (load_id)"
    )
    assert (kept, told) == (100, 132)


def test_samples_that_take_the_place_of_others_are_told_above_all_when_fewer_come(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / "団体別通信量_1.csv", *day(7, slots=6)), config=config)
    whole = day(8, slots=6)
    result = load(data, traffic_file(tmp_path / "団体別通信量_2.csv", whole[0], whole[5]), config=config)
    assert "既存の36件を差し替えました（24件減りました" in result.outcomes[0].message


def test_the_closing_poll_of_a_month_does_not_make_a_counter_file_one_of_the_next(tmp_path: Path, config: Path) -> None:
    start = 1_790_780_400  # 2026-10-01 00:00 JST
    lines = [f"{start - 600 + 300 * poll},nw-sc-1,xe-0/0/0,{1000 * poll},{1000 * poll}" for poll in range(3)]
    file = write(tmp_path / "ifcounter_202609.csv", "epoch,host,interface,ifHCInOctets,ifHCOutOctets", *lines)
    record = load(tmp_path / "data", file, config=config).outcomes[0].record
    assert record is not None and record.period_to == date(2026, 9, 30)


def test_the_feed_is_told_by_any_folder_above(tmp_path: Path, config: Path) -> None:
    file = traffic_file(tmp_path / "inbox" / "tenant_traffic" / "2026 10" / "202610.csv", *day(7))
    assert not load(tmp_path / "data", tmp_path / "inbox", config=config).failed
    assert file.is_file()


@pytest.mark.parametrize("name", ["~$問合せ管理台帳_令和8年10月.xlsx", "Thumbs.db", "desktop.ini"])
def test_what_offices_leave_in_folders_is_no_input(tmp_path: Path, config: Path, name: str) -> None:
    write(tmp_path / "inbox" / "ticket" / name, "x")
    result = load(tmp_path / "data", tmp_path / "inbox", config=config)
    assert result.outcomes == []
