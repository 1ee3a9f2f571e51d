"""Rejected lines come back mended: they take their place beside the others, and their rejects are closed."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from etl.errors import FileRefused
from etl.feed import read_feeds
from etl.reject_export import closing_list, export_rejects
from etl.run import LoadResult
from tests.support import ROOT, SHARED, TRAFFIC_HEADER, copy_config, lake, load, marts, rows, traffic_file, write
from tests.warehouse.ledgers import ticket_ledger
from warehouse import snapshot
from warehouse.folder import DataFolder
from warehouse.rejects import open_ledger, reject_groups, rejected_lines

NAME = "団体別通信量_20261001.csv"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_config(tmp_path / "config")


def export(data: Path, config: Path, load_id: int, out: Path | None = None) -> Path:
    with open_ledger(data) as ledger:
        return export_rejects(ledger, DataFolder(data), read_feeds(config), load_id, out).path


def assert_same(data: Path, other: Path) -> None:
    """Lake rows and marts are equal."""
    found, wanted = lake(data) | marts(data), lake(other) | marts(other)
    assert {name for name in wanted if found[name] != wanted[name]} == set()


def fates(data: Path) -> list[tuple[object, ...]]:
    """(load, line, closed as, closed by) of all rejects."""
    return rows(data, "SELECT load_id, line, closed_as, closed_by FROM wh.main.reject ORDER BY load_id, number")


def mended(path: Path, edit: Callable[[str], str], encoding: str = "cp932") -> Path:
    path.write_bytes(edit(path.read_bytes().decode(encoding)).encode(encoding))
    return path


def table(path: Path, encoding: str = "cp932") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


def message(result: LoadResult) -> str:
    return result.outcomes[0].message


def day(*values: tuple[int, str]) -> list[tuple[str, str, int]]:
    """(value, tenant) every five minutes."""
    return [(f"2026/10/01 00:{5 * slot:02d}", code, value) for slot, (value, code) in enumerate(values)]


GOOD = day((1, "242012"), (2, "242012"), (3, "242012"), (4, "242012"))
BAD = day((1, "242012"), (2, "249999"), (3, "242012"), (4, "24２０1"))


# ---- round trips --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("few_marts")
def test_mended_lines_of_a_csv_end_in_the_same_as_the_right_file_once(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / "in" / NAME, *BAD), config=config)
    out = export(data, config, 1)
    assert out == data / "out" / "rejects" / f"却下_1_{NAME}"
    told = table(out)
    assert [(row["却下番号"], row["行"], row["収集時刻"], row["団体コード"]) for row in told] == [
        ("1", "3", "2026/10/01 00:05", "249999"),
        ("2", "5", "2026/10/01 00:15", "24２０1"),
    ]
    assert "249999" in told[0]["却下の理由"] and told[0]["原文（参考）"].startswith("2026/10/01 00:05,249999,団体,2")
    mended(out, lambda text: text.replace(",249999,2", ",242012,2").replace(",24２０1,4", ",242012,4"))
    result = load(data, out, config=config)
    assert not result.failed and "却下 2行を閉じました（残りの却下はありません）" in message(result)
    assert fates(data) == [(1, 3, "mended", 2), (1, 5, "mended", 2)]
    load(tmp_path / "once", traffic_file(tmp_path / "right" / NAME, *GOOD), config=config)
    assert_same(data, tmp_path / "once")
    assert rows(data, "SELECT load_id, part_of, mends, note FROM wh.main.load ORDER BY 1") == [
        (1, None, None, None),
        (2, 1, 1, "mended"),
    ]


def test_a_mended_file_loaded_again_changes_nothing(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / NAME, *BAD), config=config)
    out = mended(export(data, config, 1), lambda text: text.replace(",249999,2", ",242012,2"))
    load(data, out, config=config)
    result = load(data, out, config=config)
    assert result.snapshot is None and "取込み済みです（取込み番号 2" in message(result)


def test_lines_left_out_stay_open_and_lines_rejected_again_are_new_rejects(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / NAME, *BAD, *BAD[1:2]), config=config)
    out = export(data, config, 1)
    lines = out.read_bytes().decode("cp932").split("\r\n")
    out.write_bytes("\r\n".join([lines[0], lines[2].replace("24２０1", "249998"), ""]).encode("cp932"))
    result = load(data, out, config=config)
    assert not result.failed and "残りの却下は2行です" in message(result)
    assert fates(data) == [(1, 3, None, None), (1, 5, "mended", 2), (1, 6, None, None), (2, 2, None, None)]
    with open_ledger(data) as ledger:
        assert [(group.load_id, group.open) for group in reject_groups(ledger)] == [(2, 1), (1, 2)]
    again = export(data, config, 2)
    assert again.name == f"却下_2_{NAME}"
    load(data, mended(again, lambda text: text.replace("249998,4", "242012,4")), config=config)
    assert fates(data)[-1] == (2, 2, "mended", 3)
    assert rows(data, "SELECT part_of, mends FROM wh.main.load WHERE load_id = 3") == [(1, 2)]
    assert rows(data, "SELECT count(*), sum(bytes) FROM tenant_traffic") == [(18, 48)]


def test_a_csv_that_excel_saved_again_is_read(tmp_path: Path, config: Path) -> None:
    """Excel writes dates its own way, fills rows up, and saves as UTF-8 with a mark."""
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / NAME, *BAD), config=config)
    out = export(data, config, 1)
    text = out.read_bytes().decode("cp932").replace("2026/10/01 00:05", "2026/10/1 0:05")
    text = text.replace("249999,2", "242012,2").replace("24２０1,4", "242012,4").replace("\r\n", ",,\r\n")
    out.write_bytes(text.encode("utf-8-sig"))
    result = load(data, out, config=config)
    assert not result.failed and fates(data) == [(1, 3, "mended", 2), (1, 5, "mended", 2)]
    assert rows(data, "SELECT count(*), sum(bytes) FROM tenant_traffic") == [(24, 60)]


@pytest.mark.usefixtures("few_marts")
def test_a_csv_may_be_mended_as_a_workbook_of_texts(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / NAME, *BAD), config=config)
    out = export(data, config, 1, tmp_path / "却下_1_直し.xlsx")
    book = openpyxl.load_workbook(out)
    sheet = book.active
    assert sheet is not None and sheet["E2"].value == "249999" and sheet["E2"].number_format == "@"
    sheet["E2"], sheet["E3"] = 242012, "242012"
    book.save(out)
    load(data, out, config=config)
    load(tmp_path / "once", traffic_file(tmp_path / "right" / NAME, *GOOD), config=config)
    assert_same(data, tmp_path / "once")


def test_a_mended_excel_ledger_is_that_of_its_own_period(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    september = ticket_ledger(
        tmp_path, 9, ("T-1", "R8.9.1 9:00", "", "受付"), ("T-2", "いつか", "", "受付"), ("T-3", "R8.9.3 9:00", "", "？")
    )
    october = ticket_ledger(tmp_path, 10, ("T-2", "R8.9.2 9:00", "2026/10/01 9:00", "回答済"))
    load(data, september, config=config)
    load(data, october, config=config)
    out = export(data, config, 1)
    assert out.name == "却下_1_問合せ管理台帳_令和8年9月.xlsx"
    book = openpyxl.load_workbook(out)
    sheet = book.active
    assert sheet is not None
    places = {str(cell.value): cell.column for cell in sheet[1]}
    sheet.cell(2, places["受付日時"]).value = "R8.9.2 9:00"
    sheet.cell(3, places["状態"]).value = "受付"
    book.save(out)
    result = load(data, out, config=config)
    assert not result.failed, message(result)
    assert rows(data, "SELECT ticket_no, status FROM ticket ORDER BY 1") == [
        ("T-1", "received"),
        ("T-2", "answered"),
        ("T-3", "received"),
    ]
    assert rows(data, "SELECT as_of, period_from FROM wh.main.load WHERE load_id = 3") == rows(
        data, "SELECT as_of, period_from FROM wh.main.load WHERE load_id = 1"
    )


EVE = {
    "timestamp": "2026-10-01T12:00:00+0900",
    "flow_id": 1,
    "event_type": "alert",
    "dest_ip": "10.2.0.1",
    "alert": {"signature_id": 1, "signature": "S"},
}


def eve(flow: int, **changes: object) -> str:
    return json.dumps({**EVE, "flow_id": flow, **changes})


@pytest.mark.usefixtures("few_marts")
def test_mended_lines_of_a_log_end_in_the_same_as_the_right_file_once(tmp_path: Path, config: Path) -> None:
    data, cut = tmp_path / "data", eve(2)[:40]
    file = write(tmp_path / "eve-1.json", eve(1), cut, eve(3, timestamp="昨日"), eve(4))
    load(data, file, config=config)
    out = export(data, config, 1)
    text = out.read_text(encoding="utf-8-sig")
    assert "#却下1 2行目" in text and f"\n{cut}\n" in text and "#却下2 3行目" in text
    out.write_text(text.replace(cut, eve(2)).replace('"\\u6628\\u65e5"', f'"{EVE["timestamp"]}"'), encoding="utf-8-sig")
    result = load(data, out, config=config)
    assert not result.failed, message(result)
    load(tmp_path / "once", write(tmp_path / "right" / "eve-1.json", *map(eve, range(1, 5))), config=config)
    assert_same(data, tmp_path / "once")
    assert fates(data) == [(1, 2, "mended", 2), (1, 3, "mended", 2)]


@pytest.mark.usefixtures("few_marts")
@pytest.mark.parametrize("identity", ["{@file}-{@part}-{@record}", "{@digest}"])
def test_mended_records_are_known_by_their_place_in_the_original(tmp_path: Path, config: Path, identity: str) -> None:
    """What tells records apart may be the file, the record's number, or its text and how often it stood there."""
    feed = config / "feeds" / "detection_eve.toml"
    template = 'template = "{flow_id}-{alert.signature_id}"'
    assert template in feed.read_text(encoding="utf-8")
    feed.write_text(feed.read_text(encoding="utf-8").replace(template, f'template = "{identity}"'), encoding="utf-8")
    spoiled = eve(1, timestamp="昨日")
    data = tmp_path / "data"
    load(data, write(tmp_path / "eve-1.json", eve(1), eve(2), spoiled, eve(4)), config=config)
    out = export(data, config, 1)
    out.write_text(out.read_text(encoding="utf-8-sig").replace(spoiled, eve(1)), encoding="utf-8")
    load(data, out, config=config)
    right = write(tmp_path / "right" / "eve-1.json", eve(1), eve(2), eve(1), eve(4))
    load(tmp_path / "once", right, config=config)
    assert rows(data, "SELECT count(*) FROM detection") == [(4,)]
    assert_same(data, tmp_path / "once")


def test_a_log_record_that_is_taken_out_leaves_its_reject_open(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, write(tmp_path / "eve-1.json", eve(1), "{", eve(3, timestamp="昨日"), eve(4)), config=config)
    out = export(data, config, 1)
    lines = out.read_text(encoding="utf-8-sig").split("\n")
    kept = [line for line in lines if line != "{"]
    out.write_text("\n".join(kept), encoding="utf-8")
    result = load(data, out, config=config)
    assert fates(data) == [(1, 2, None, None), (1, 3, "mended", 2), (2, 4, None, None)]
    record = result.outcomes[0].record
    assert record is not None and (record.physical_lines, record.header_lines, record.rejected_lines) == (4, 3, 1)


def test_characters_that_could_not_be_read_are_not_taken_for_text(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    raw = write(tmp_path / "eve-1.json", eve(1), eve(2), eve(3)).read_bytes()
    broken = raw.replace(b'"flow_id": 2', b'"flow_id": 2, "x": "\xff"')
    (tmp_path / "eve-1.json").write_bytes(broken)
    load(data, tmp_path / "eve-1.json", config=config)
    out = export(data, config, 1)
    assert "\ufffd" in out.read_text(encoding="utf-8-sig")
    result = load(data, out, config=config)
    assert "\ufffd" in str(rows(data, "SELECT reason FROM wh.main.reject WHERE load_id = 2")[0][0])
    assert result.outcomes[0].record is not None and result.outcomes[0].record.accepted_rows == 0


@pytest.mark.usefixtures("few_marts")
def test_a_last_line_that_was_cut_is_prefilled(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    file = traffic_file(tmp_path / NAME, *GOOD)
    file.write_bytes(file.read_bytes().removesuffix(b"\r\n"))
    load(data, file, config=config)
    out = export(data, config, 1)
    assert table(out)[0]["団体コード"] == "242012" and table(out)[0]["インターネット受信(byte)"] == "4"
    load(data, out, config=config)
    load(tmp_path / "once", traffic_file(tmp_path / "right" / NAME, *GOOD), config=config)
    assert_same(data, tmp_path / "once")


def test_a_line_with_too_many_columns_is_not_guessed_at(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    file = traffic_file(tmp_path / NAME, *GOOD)
    file.write_bytes(file.read_bytes().replace("05,242012,団体".encode("cp932"), "05,242012,団,体".encode("cp932")))
    load(data, file, config=config)
    row = table(export(data, config, 1))[0]
    assert row["団体コード"] == "" and "00:05,242012,団,体" in row["原文（参考）"]
    assert load(data, export(data, config, 1), config=config).outcomes[0].record is not None
    assert fates(data)[-1][2] is None, "an empty line does not pass"


def test_a_compressed_file_is_mended_as_a_plain_one(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    packed = tmp_path / f"{NAME}.gz"
    packed.write_bytes(gzip.compress(traffic_file(tmp_path / NAME, *BAD).read_bytes()))
    load(data, packed, config=config, feed="tenant_traffic")
    out = export(data, config, 1)
    assert out.name == f"却下_1_{NAME}"
    load(data, mended(out, lambda text: text.replace("249999", "242012").replace("24２０1", "242012")), config=config)
    assert rows(data, "SELECT count(*), sum(bytes) FROM tenant_traffic") == [(24, 60)]


# ---- rows that mean something only together -----------------------------------------------------------


def poll_file(path: Path, *polls: tuple[int, str]) -> Path:
    midnight = 1_790_780_400  # 2026-10-01 00:00 JST
    return write(
        path,
        "epoch,host,interface,ifHCInOctets,ifHCOutOctets",
        *(f"{midnight + 300 * slot},nw-sc-1,xe-0/0/0,{octets},{octets}" for slot, octets in polls),
    )


@pytest.mark.usefixtures("few_marts")
def test_a_mended_poll_gives_the_rates_on_both_its_sides(tmp_path: Path) -> None:
    config = copy_config(tmp_path / "config")
    polls = [(slot, str(37_500 * slot)) for slot in range(6)]
    wrong = [*polls[:3], (3, "112500x"), *polls[4:]]
    data = tmp_path / "data"
    load(data, poll_file(tmp_path / "ifcounter_1.csv", *wrong), config=config)
    assert rows(data, "SELECT count(*) FROM line_sample") == [(6,)]
    out = mended(export(data, config, 1), lambda text: text.replace("112500x", "112500"), "utf-8-sig")
    load(data, out, config=config)
    load(tmp_path / "once", poll_file(tmp_path / "right" / "ifcounter_1.csv", *polls), config=config)
    assert_same(data, tmp_path / "once")
    assert fates(data) == [(1, 5, "mended", 2)]


FOLDED = """title = "問合せ履歴"
table = "ticket"
[file]
names = ["履歴_*.csv"]
format = "delimited"
header = ["番号", "連番", "操作"]
[fold]
key = "ticket_no"
order = ["連番"]
[columns.ticket_no]
from = "番号"
[columns.tenant_code]
value = "242012"
[columns.channel]
value = "mail"
[columns.ticket_kind]
value = "inquiry"
[columns.received_at]
from = "日時"
fold = "min"
[columns.status]
from = "操作"
map = { "受付" = "received", "完了" = "completed" }
[columns.update_count]
value = 1
fold = "count"
"""


@pytest.mark.usefixtures("few_marts")
def test_a_mended_update_is_folded_with_the_others_of_its_ticket(tmp_path: Path, config: Path) -> None:
    (config / "feeds" / "history.toml").write_text(FOLDED, encoding="utf-8")
    head = "番号,連番,日時,操作"
    right = ["A,1,2026-10-01 09:00,受付", "A,2,2026-10-02 09:00,完了", "B,1,2026-10-03 09:00,受付"]
    data = tmp_path / "data"
    wrong = [right[0], right[1].replace("2026-10-02", "2026-10-32"), right[2]]
    load(data, write(tmp_path / "履歴_1.csv", head, *wrong), config=config)
    out = mended(export(data, config, 1), lambda text: text.replace("2026-10-32", "2026-10-02"), "utf-8-sig")
    result = load(data, out, config=config)
    assert not result.failed, message(result)
    load(tmp_path / "once", write(tmp_path / "right" / "履歴_1.csv", head, *right), config=config)
    assert_same(data, tmp_path / "once")
    record = result.outcomes[0].record
    assert record is not None and (record.physical_lines, record.accepted_lines) == (2, 1)


# ---- beside other files -------------------------------------------------------------------------------


def test_a_mend_does_not_clear_the_span_between_its_lines(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    values = day((1, "249999"), (2, "242012"), (3, "242012"), (4, "249999"))
    load(data, traffic_file(tmp_path / NAME, *values), config=config)
    load(data, mended(export(data, config, 1), lambda text: text.replace("249999", "242012")), config=config)
    found = rows(
        data, "SELECT bytes FROM tenant_traffic WHERE route = 'web' AND direction = 'in' ORDER BY ts"
    )
    assert found == [(1,), (2,), (3,), (4,)]


@pytest.mark.usefixtures("few_marts")
@pytest.mark.parametrize("first", ["mend", "correction"])
def test_a_mend_of_a_file_that_was_corrected_meanwhile_does_not_undo_the_correction(
    tmp_path: Path, config: Path, first: str
) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / NAME, *BAD), config=config)
    mend = mended(export(data, config, 1), lambda text: text.replace("249999", "242012"))
    values = day((10, "242012"), (0, "242012"), (30, "242012"), (40, "242012"))
    correction = traffic_file(tmp_path / "団体別通信量_20261001訂正.csv", values[0], *values[2:])
    for file in (mend, correction) if first == "mend" else (correction, mend):
        load(data, file, config=config)
    load(tmp_path / "once", correction, config=config)
    assert_same(data, tmp_path / "once")


@pytest.mark.usefixtures("few_marts")
def test_a_mend_reaches_as_far_as_the_right_file_would_have(tmp_path: Path, config: Path) -> None:
    """An older file has a row that the newer one, whose last line was rejected, does not hold any more."""
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / "団体別通信量_0.csv", *GOOD), config=config)
    right = [GOOD[0], GOOD[1], (GOOD[3][0], "242012", 9)]
    wrong = [*right[:2], (right[2][0], "249999", 9)]
    load(data, traffic_file(tmp_path / NAME, *wrong), config=config)
    load(data, mended(export(data, config, 2), lambda text: text.replace("249999", "242012")), config=config)
    load(tmp_path / "once", traffic_file(tmp_path / "right" / NAME, *right), config=config)
    assert_same(data, tmp_path / "once")


def test_a_corrected_file_of_the_same_name_closes_the_rejects_of_the_wrong_one(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / "a" / NAME, *BAD), config=config)
    load(data, traffic_file(tmp_path / "b" / NAME, *GOOD), config=config)
    assert fates(data) == [(1, 3, "corrected", 2), (1, 5, "corrected", 2)]


def test_a_file_that_takes_all_rows_closes_the_rejects_of_the_one_it_replaces(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / NAME, *BAD), config=config)
    load(data, traffic_file(tmp_path / "団体別通信量_別.csv", *GOOD[:2]), config=config)
    assert [fate[2] for fate in fates(data)] == [None, None], "one row of the wrong file is still there"
    load(data, traffic_file(tmp_path / "団体別通信量_別2.csv", *GOOD[2:]), config=config)
    assert [fate[2:] for fate in fates(data)] == [("corrected", 3), ("corrected", 3)]


def test_a_log_that_has_the_same_name_every_day_closes_nothing_of_the_day_before(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, write(tmp_path / "a" / "eve-alert.json", eve(1), "{"), config=config)
    tomorrow = "2026-10-02T12:00:00+0900"
    load(data, write(tmp_path / "b" / "eve-alert.json", eve(5, timestamp=tomorrow)), config=config)
    assert fates(data) == [(1, 2, None, None)]


def test_a_mend_of_a_load_that_a_rollback_took_back_is_not_taken_for_another_ones(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / "団体別通信量_0.csv", *GOOD[:1]), config=config)
    load(data, traffic_file(tmp_path / NAME, *BAD), config=config)
    mend = mended(export(data, config, 2), lambda text: text.replace("249999", "242012"))
    with DataFolder(data).writer_lock():
        snapshot.roll_back(DataFolder(data))
    load(data, traffic_file(tmp_path / "団体別通信量_別.csv", *BAD[1:]), config=config)
    result = load(data, mend, config=config)
    assert result.failed and "取込み番号 2（団体別通信量_別.csv）に、3行目の却下 1 はありません" in message(result)
    assert fates(data) == [(2, 2, None, None), (2, 4, None, None)]


# ---- what cannot be mended, and losses ----------------------------------------------------------------


def test_a_refused_file_is_to_be_mended_itself(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / NAME, ("2026/10/01 00:00", "249999", 1)), config=config)
    with pytest.raises(FileRefused, match="全体が不受理です") as caught:
        export(data, config, 1)
    assert "ファイル全体を取り込んでください" in caught.value.next_step


def test_the_name_must_tell_which_rejects_are_mended(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / NAME, *BAD), config=config)
    with pytest.raises(FileRefused, match="どの却下を直したファイルか分かりません"):
        export(data, config, 1, tmp_path / "直し.csv")
    assert export(data, config, 1, tmp_path).parent == tmp_path


def test_a_half_mended_file_is_not_written_over(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / NAME, *BAD), config=config)
    out = export(data, config, 1)
    assert export(data, config, 1) == out
    mended(out, lambda text: text.replace("249999", "242012"))
    with pytest.raises(FileRefused, match="直している途中かもしれません"):
        export(data, config, 1)


def test_a_mend_of_a_load_that_is_not_there_is_told_so_and_kept(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    result = load(data, traffic_file(tmp_path / f"却下_7_{NAME}", *GOOD), config=config)
    assert result.failed and "取込み番号 7" in message(result) and "rejects list" in message(result)
    assert rows(data, "SELECT feed, status FROM wh.main.load") == [("", "refused")]


def test_rejects_that_stay_out_for_good_are_closed_with_a_reason_and_by_whom(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIHARASHI_USER", "山田")
    data = tmp_path / "data"
    load(data, traffic_file(tmp_path / NAME, *BAD), config=config)
    before = lake(data)
    with open_ledger(data) as ledger:
        listed = closing_list(ledger, 1, [3], "試験用の団体コードのため", tmp_path)
        with pytest.raises(FileRefused, match="4行目に閉じていない却下はありません"):
            closing_list(ledger, 1, [4], "x", tmp_path)
    load(data, listed, config=config)
    with open_ledger(data) as ledger:
        closed = rejected_lines(ledger, 1, closed_too=True)
        assert [line.line for line in rejected_lines(ledger, 1)] == [5]
    assert (closed[0].closed_as, closed[0].closed_user, closed[0].closed_reason) == (
        "loss", "山田", "試験用の団体コードのため")
    assert lake(data) == before


def test_a_file_of_no_known_kind_is_kept_and_entered_once(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    strange = write(tmp_path / "メモ_202610.txt", "見たことのないファイル")
    result = load(data, strange, config=config)
    assert result.failed and "ファイルの種類が分かりません" in message(result) and result.snapshot is not None
    assert rows(data, "SELECT feed, title, status, period_from FROM wh.main.load")[0][:3] == (
        "", "種類の分からないファイル", "refused")
    kept = rows(data, "SELECT sha256 FROM wh.main.load")[0][0]
    assert (data / "archive" / str(kept)).read_bytes() == strange.read_bytes()
    again = load(data, strange, config=config)
    assert again.snapshot is None and again.failed and "同じ内容" in message(again)


def test_the_header_of_the_original_may_stand_below_titles(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    lines = traffic_file(tmp_path / "x.csv", *BAD).read_bytes().decode("cp932").split("\r\n")[1:-1]
    file = write(tmp_path / NAME, "団体別通信量", "", TRAFFIC_HEADER, *lines, encoding="cp932", newline="\r\n")
    load(data, file, config=config)
    out = export(data, config, 1)
    assert [row["行"] for row in table(out)] == ["5", "7"]
    load(data, mended(out, lambda text: text.replace("249999", "242012").replace("24２０1", "242012")), config=config)
    assert rows(data, "SELECT count(*), sum(bytes) FROM tenant_traffic") == [(24, 60)]


# ---- real logs ----------------------------------------------------------------------------------------

REAL = ROOT / "tests" / "real_config"
DETECTIONS = SHARED / "detections"


@pytest.mark.usefixtures("few_marts")
@pytest.mark.parametrize(
    ("feed", "name", "line"),
    [
        ("suricata_fast", "suricata_verify_http2_fast.log", 12),
        ("eve", "wrccdc-2017.alerts-only.json", 40),
        ("zeek_notice", "notice.log.gz", 60),
        ("zeek_weird", "weird.log.gz", 2_000),
    ],
)
def test_a_cut_line_of_a_real_log_comes_back_as_if_it_had_never_been_cut(
    tmp_path: Path, feed: str, name: str, line: int
) -> None:
    original = DETECTIONS / name
    if not original.is_file():
        pytest.skip(f"real data is not here: {original}")
    content = gzip.decompress(original.read_bytes()) if name.endswith(".gz") else original.read_bytes()
    array = content.startswith(b"[")
    lines = [json.dumps(event) for event in json.loads(content)] if array else content.decode().splitlines()
    right = write(tmp_path / "right" / original.name.removesuffix(".gz"), *lines)
    cut = lines[line][: len(lines[line]) // 3]
    wrong = write(tmp_path / "wrong" / right.name, *lines[:line], cut, *lines[line + 1 :])
    data = tmp_path / "data"
    load(data, wrong, config=REAL, feed=feed)
    assert rows(data, "SELECT status, rejected_lines FROM wh.main.load") == [("accepted", 1)]
    assert fates(data) == [(1, line + 1, None, None)]
    out = export(data, REAL, 1)
    text = out.read_text(encoding="utf-8-sig")
    assert text.endswith(f"\n{cut}\n")
    out.write_text(text.removesuffix(f"{cut}\n") + f"{lines[line]}\n", encoding="utf-8")
    result = load(data, out, config=REAL)
    assert not result.failed and fates(data) == [(1, line + 1, "mended", 2)], message(result)
    load(tmp_path / "once", right, config=REAL, feed=feed)
    assert_same(data, tmp_path / "once")


@pytest.mark.usefixtures("few_marts")
def test_a_value_in_a_document_of_monitoring_is_mended_as_a_row_of_a_table(tmp_path: Path) -> None:
    """Formats that have no lines of their own are written out as the columns that the feed reads."""
    original = SHARED / "load" / "prometheus_query_range_node_load1.json"
    if not original.is_file():
        pytest.skip(f"real data is not here: {original}")
    document = json.loads(original.read_text(encoding="utf-8"))
    point = document["data"]["result"][0]["values"][9]
    right, point[1] = point[1], "abc"
    wrong = write(tmp_path / original.name, json.dumps(document))
    data = tmp_path / "data"
    load(data, wrong, config=REAL, feed="prometheus_load")
    out = export(data, REAL, 1)
    assert [(row["行"], row["time"], row["value"]) for row in table(out, "utf-8-sig")] == [("10", str(point[0]), "abc")]
    load(data, mended(out, lambda text: text.replace(",abc,", f",{right},"), "utf-8-sig"), config=REAL)
    load(tmp_path / "once", original, config=REAL, feed="prometheus_load")
    assert_same(data, tmp_path / "once")
