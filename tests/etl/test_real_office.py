"""Real ledgers and tables of public offices load as they are; what must come of them is counted by csv and openpyxl."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import math
import re
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from etl.batches import Tally
from etl.errors import FileRefused, ValueProblem
from etl.feed import Feed, read_feed
from etl.readers import read
from etl.values import number, timestamp
from tests.support import ROOT, SHARED, load, rejects, rows, write
from warehouse.ledger import LoadRecord

CONFIG = ROOT / "tests" / "real_config"


def original(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"real input data are not beside the repository: {name}")
    return path


def table(name: str, encoding: str = "utf-8") -> list[list[str]]:
    with original(name).open(encoding=encoding, newline="") as stream:
        return list(csv.reader(stream))


def loaded(data: Path, path: Path, feed: str | None = None) -> LoadRecord:
    (outcome,) = load(data, path, config=CONFIG, feed=feed).outcomes
    assert outcome.record is not None and not outcome.failed, outcome.message
    record = outcome.record
    passed = record.header_lines + record.blank_lines + record.total_lines + record.other_lines + record.continued_lines
    assert record.accepted_lines + record.rejected_lines + passed == record.physical_lines
    return record


def utc(jst: datetime) -> datetime:
    return jst - timedelta(hours=9)


# ---- tickets ------------------------------------------------------------------------------------------


def test_the_first_updates_of_incidents_are_read_with_the_day_first(tmp_path: Path) -> None:
    header, *updates = table("tickets/incident_event_log_head199.csv")
    place = {name: header.index(name) for name in header}
    opened = [datetime.strptime(row[place["opened_at"]], "%d/%m/%Y %H:%M") for row in updates]
    record = loaded(tmp_path, original("tickets/incident_event_log_head199.csv"))
    assert (record.physical_lines, record.header_lines, record.rejected_lines) == (len(updates) + 1, 1, 0)
    numbers = {row[place["number"]] for row in updates}
    assert record.accepted_rows == len(numbers)
    assert rows(tmp_path, "SELECT min(received_at), max(received_at), sum(update_count) FROM ticket") == [
        (min(opened), max(opened), len(updates))
    ]
    reopened = {n: max(int(r[place["reopen_count"]]) for r in updates if r[place["number"]] == n) for n in numbers}
    assert dict(rows(tmp_path, "SELECT ticket_no, reopen_count FROM ticket")) == reopened
    closed = {r[place["number"]]: r[place["closed_at"]] for r in updates if r[place["closed_at"]] != "?"}
    assert dict(rows(tmp_path, "SELECT ticket_no, completed_at FROM ticket WHERE completed_at IS NOT NULL")) == {
        n: datetime.strptime(text, "%d/%m/%Y %H:%M") for n, text in closed.items()
    }


@pytest.mark.parametrize("wrap", [bytes, gzip.compress, bz2.compress])
def test_activities_fold_into_cases_in_the_order_in_which_they_stand(
    tmp_path: Path, wrap: Callable[[bytes], bytes]
) -> None:
    header, *events = table("tickets/helpdesk_italian.csv")
    assert (header, len(events)) == (["CaseID", "ActivityID", "CompleteTimestamp"], 13_710)
    path = tmp_path / "helpdesk_italian.csv"
    path.write_bytes(wrap(original("tickets/helpdesk_italian.csv").read_bytes()))
    record = loaded(tmp_path / "data", path)
    assert (record.accepted_lines, record.rejected_lines, record.accepted_rows) == (13_710, 0, 3_804)
    cases: dict[str, list[tuple[str, datetime]]] = {}
    for case, activity, moment in events:
        cases.setdefault(case, []).append((activity, datetime.fromisoformat(moment)))
    assert rows(tmp_path / "data", "SELECT sum(update_count), max(update_count) FROM ticket") == [
        (13_710, max(map(len, cases.values())))
    ]
    ended = Counter("completed" if own[-1][0] == "6" else "received" if own[-1][0] == "1" else "working"
                    for own in cases.values())
    assert dict(rows(tmp_path / "data", "SELECT status, count(*) FROM ticket GROUP BY 1")) == ended
    winter = {case: min(moment for _, moment in own) for case, own in cases.items()}
    january = {case: moment - timedelta(hours=1) for case, moment in winter.items() if moment.month == 1}
    found = dict(rows(tmp_path / "data", "SELECT ticket_no, received_at FROM ticket"))
    assert {case: found[case] for case in january} == january, "one hour behind UTC in winter"


def test_tickets_with_american_looking_european_dates(tmp_path: Path) -> None:
    header, *tickets = table("tickets/ITSM_data_excerpt.csv")
    record = loaded(tmp_path, original("tickets/ITSM_data_excerpt.csv"))
    assert (record.accepted_lines, record.rejected_lines, record.physical_lines) == (40, 0, 41)
    moment = [header.index("Incident_ID"), header.index("Open_Time"), header.index("Close_Time")]
    expected = [
        (row[moment[0]], *(utc(datetime.strptime(row[place], "%d/%m/%Y %H:%M")) for place in moment[1:]))
        for row in tickets
    ]
    assert rows(tmp_path, "SELECT ticket_no, received_at, completed_at FROM ticket ORDER BY 1") == sorted(expected)
    kinds = Counter(row[header.index("Category")] for row in tickets)
    assert dict(rows(tmp_path, "SELECT ticket_kind, count(*) FROM ticket GROUP BY 1")) == {
        "incident": kinds["incident"], "inquiry": kinds["request for information"]}
    reassigned = sum(int(row[header.index("No_of_Reassignments")]) for row in tickets)
    assert rows(tmp_path, "SELECT sum(update_count) FROM ticket") == [(reassigned,)]
    assert rows(tmp_path, "SELECT count(*) FROM ticket WHERE received_at > completed_at") == [(0,)]


def test_numbers_whose_separators_were_mangled_are_refused_one_by_one() -> None:
    header, *tickets = table("tickets/ITSM_data_excerpt.csv")
    hours = [row[header.index("Handle_Time_hrs")] for row in tickets]
    mangled = [text for text in hours if "," in text and not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text)]
    assert "3,87,16,91,111" in mangled
    for text in hours:
        if text in mangled:
            with pytest.raises(ValueProblem, match="桁区切りのカンマ"):
                number(text)
        else:
            assert float(number(text)) == float(text.replace(",", ""))


def test_an_issue_ledger_with_numbers_prepared_in_advance(tmp_path: Path) -> None:
    path = original("tickets/課題管理表_yo-kondo.xlsx")
    sheet = load_workbook(path, data_only=True)["課題管理表"]
    cells = list(sheet.iter_rows(min_row=4, values_only=True))
    real = [row for row in cells if row[3]]
    assert len(real) == 1 and sum(row[0] is not None for row in cells) == 23
    record = loaded(tmp_path, path)
    assert (record.accepted_lines, record.rejected_lines, record.header_lines, record.blank_lines) == (1, 0, 2, 23)
    (issue,) = rows(tmp_path, "SELECT ticket_no, received_at, completed_at, status, summary FROM ticket")
    assert issue == (f"課題{real[0][0]}", utc(real[0][5]), utc(real[0][9]), "completed", real[0][3])


# ---- messy tables -------------------------------------------------------------------------------------


def test_daily_vaccinations_between_a_total_above_and_notes_below(tmp_path: Path) -> None:
    path = original("messy_jp/IRYO-vaccination_data_2021-05-25.xlsx")
    cells = list(load_workbook(path, data_only=True).active.iter_rows(values_only=True))
    days = [row for row in cells if isinstance(row[0], datetime)]
    record = loaded(tmp_path, path)
    assert (record.accepted_lines, record.total_lines, record.rejected_lines) == (len(days), 1, 0)
    assert record.other_lines == sum(isinstance(row[0], str) for row in cells[4:])
    assert rows(tmp_path, "SELECT sum(used), min(used), max(used), min(month_start), max(month_start) "
                          "FROM licence_usage") == [
        (sum(row[2] for row in days), min(row[2] for row in days), max(row[2] for row in days),
         utc(min(row[0] for row in days)), utc(max(row[0] for row in days)))
    ]


def test_national_holidays_since_their_kind_of_event_is_registered(tmp_path: Path) -> None:
    holidays = {text: datetime.strptime(text, "%Y/%m/%d") for text, _ in table("reference/syukujitsu.csv", "cp932")[1:]}
    titles = dict(table("reference/syukujitsu.csv", "cp932")[1:])
    registered = {text: day for text, day in holidays.items() if day.year >= 2000}
    record = loaded(tmp_path, original("reference/syukujitsu.csv"))
    assert (record.accepted_lines, record.rejected_lines) == (len(registered), len(holidays) - len(registered))
    found = rows(tmp_path, "SELECT event_no, starts_at, title FROM calendar_event")
    assert {no: (moment, title) for no, moment, title in found} == {
        text: (utc(day), titles[text]) for text, day in registered.items()
    }
    assert {reason for _, reason in rejects(tmp_path)} == {"行事の種別 report_sent の有効期間外の日付です"}


# ---- tables that fit no fact: through the reader alone --------------------------------------------------

DEFINITION = """
title = "t"
table = "licence_usage"
[file]
names = ["*"]
{file}
[columns.month_start]
template = "{names}"
[columns.kind]
value = "account"
[columns.used]
from = "@record"
"""


def feed(folder: Path, names: list[str], file: str) -> Feed:
    template = "".join(f"{{{name}}}" for name in names)
    return read_feed(write(folder / "t.toml", DEFINITION.format(names=template, file=file)))


def taken(folder: Path, path: Path, names: list[str], file: str) -> tuple[list[tuple[int, ...]], Tally]:
    definition, tally, found = feed(folder, names, file), Tally(), []
    for batch in read(path, definition, tally):
        found += [(int(line), *(batch.cell(name, row) for name in names)) for row, line in enumerate(batch.lines)]
    passed = tally.header + tally.blank + tally.total + tally.other + tally.continued
    assert len(found) + len(tally.malformed) + passed == tally.physical
    return found, tally


def test_a_list_of_bodies_is_the_same_in_csv_and_excel(tmp_path: Path) -> None:
    names = ["団体コード", "都道府県名", "市区町村名", "区分"]
    title, header, *bodies = table("messy_jp/FITS-M-List.csv", "cp932")
    assert "（" not in title[0] and header == ["団体コード", "都道府県名", "市区町村名", "非選定", "区分"]
    text, tally = taken(tmp_path, original("messy_jp/FITS-M-List.csv"), names,
                        'format = "delimited"\nencoding = "detect"\nheader = ["団体コード"]')
    assert (tally.encoding, tally.header, tally.malformed) == ("cp932", 2, [])
    assert text == [(line, row[0], row[1], row[2], row[4]) for line, row in enumerate(bodies, 3)]
    book = original("messy_jp/FITS-M-List.xlsx")
    sheet, tally = taken(tmp_path, book, names, 'format = "excel"\nheader = ["団体コード"]')
    assert [row[1:] for row in sheet] == [row[1:] for row in text]
    assert [row[0] for row in sheet] == [row[0] + 1 for row in text], "one empty row above in the workbook"


def test_population_under_a_header_of_five_rows(tmp_path: Path) -> None:
    cells = table("messy_jp/市区町村別人口_2022.csv", "cp932")
    people = "令和4年/2022年/人口/計/人"
    found, tally = taken(tmp_path, original("messy_jp/市区町村別人口_2022.csv"), ["団体コード", "市区町村名", people],
                         'format = "delimited"\nencoding = "cp932"\nheader_rows = 5\nheader = ["団体コード"]\n'
                         "totals = [\"合計\"]\nskip = '注：'")
    bodies = [row for row in cells if re.fullmatch(r"\d{6}", row[0])]
    assert [row[1:] for row in found] == [(row[0], row[2], row[3]) for row in bodies]
    assert (tally.header, tally.total, tally.other) == (6, 1, 1)
    prefectures = [int(number(row[3])) for row in found if row[2] == "-"]
    municipalities = [(row[1], int(number(row[3]))) for row in found if row[2] != "-"]
    total = next(int(row[3]) for row in cells if row[1] == "合計")
    assert len(prefectures) == 47 and sum(prefectures) == total
    assert max(value for _, value in municipalities) == max(int(row[3]) for row in bodies if row[2] != "-")


def test_a_table_of_a_hundred_and_twenty_five_items_under_three_header_rows(tmp_path: Path) -> None:
    codes, years, names, *bodies = table("reference/SSDSE-A-2026.csv", "cp932")
    wanted = ["地域コード", "都道府県", "市区町村", "総人口", names[-1]]
    found, tally = taken(tmp_path, original("reference/SSDSE-A-2026.csv"), wanted,
                         'format = "delimited"\nencoding = "detect"\nheader = ["地域コード", "総人口"]')
    places = [names.index(name) for name in wanted]
    assert found == [(line, *(row[place] for place in places)) for line, row in enumerate(bodies, 4)]
    assert (len(found), tally.header, tally.encoding) == (1_741, 3, "cp932")
    joined = [f"{codes[3]}/{years[3]}/{names[3]}", f"Prefecture/{names[1]}"]
    again, _ = taken(tmp_path, original("reference/SSDSE-A-2026.csv"), joined,
                     f'format = "delimited"\nencoding = "cp932"\nheader_rows = 3\nheader = ["{joined[0]}"]')
    assert [row[1:] for row in again] == [(row[3], row[1]) for row in bodies]
    assert sum(int(number(row[4])) for row in found) == sum(int(row[3]) for row in bodies)


def test_codes_of_all_bodies_on_two_sheets_with_numbers_among_the_texts(tmp_path: Path) -> None:
    path = original("reference/soumu_zenkoku_dantai_code_R6.xlsx")
    made = load_workbook(path, data_only=True)
    cells = [(sheet.title, *row) for sheet in made.worksheets for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert {type(code) for _, code, *_ in cells} == {str, int}
    expected = [(title, str(code), name or "") for title, code, _, name, *_ in cells]
    found, tally = taken(tmp_path, path, ["@part", "団体コード", "市区町村名（漢字）"],
                         'format = "excel"\nsheet = "R6*"\nheader = ["団体コード", "市区町村名（漢字）"]')
    assert [row[1:] for row in found] == expected and (tally.header, tally.malformed) == (2, [])
    assert [row[0] for row in found][:2] == [2, 3] and found[-1][0] == tally.physical


def test_every_area_code_with_the_days_on_which_it_came_to_be(tmp_path: Path) -> None:
    header, *codes = table("reference/estat_hyoujun_chiiki_code_20250210.csv", "cp932")
    names = ["標準地域コード", "市区町村", "廃置分合等施行年月日"]
    found, tally = taken(tmp_path, original("reference/estat_hyoujun_chiiki_code_20250210.csv"), names,
                         'format = "delimited"\nencoding = "cp932"\nheader = ["標準地域コード"]')
    assert found == [(line, *(row[header.index(name)] for name in names)) for line, row in enumerate(codes, 2)]
    assert tally.malformed == []
    days = {str(row[3]): datetime.fromisoformat(str(row[3])) for row in found if row[3]}
    for text, day in days.items():
        microseconds = (utc(day) - datetime(1970, 1, 1)) // timedelta(microseconds=1)
        assert timestamp(text, ("japanese",), "Asia/Tokyo") == microseconds
    assert (min(days.values()).year, max(days.values()).year) == (1970, 2024)


def test_the_bodies_of_the_prefecture(tmp_path: Path) -> None:
    header, *bodies = table("reference/mie_municipalities_derived.csv")
    found, _ = taken(tmp_path, original("reference/mie_municipalities_derived.csv"), header,
                     'format = "delimited"\nencoding = "detect"\nheader = ["code6", "name"]')
    assert [row[1:] for row in found] == [tuple(row) for row in bodies] and len(found) == 30


def test_a_list_of_tasks_with_headings_between_its_rows(tmp_path: Path) -> None:
    path = original("tickets/タスク一覧_yo-kondo.xlsx")
    cells = list(load_workbook(path, data_only=True)["タスク"].iter_rows(min_row=2, values_only=True))
    expected = [(line, f"{row[0]:%Y-%m-%d}", row[1] or "", row[5]) for line, row in enumerate(cells, 2) if row[0]]
    found, tally = taken(tmp_path, path, ["日付", "時刻", "タスク"],
                         'format = "excel"\nsheet = "タスク"\nheader = ["日付", "タスク"]\nfilled = ["日付"]')
    assert found == expected and tally.blank == sum(row[0] is None for row in cells)
    hours, _ = taken(tmp_path, path, ["予測時間", "実績時間"],
                     'format = "excel"\nsheet = "タスク"\nheader = ["予測時間"]\nfilled = ["予測時間", "実績時間"]')
    told = [float(row[3]) for row in cells if row[3] is not None]
    assert math.isclose(sum(float(row[2]) for row in hours if row[2]), sum(told))


def test_all_of_a_folder_in_one_archive_is_read_file_by_file(tmp_path: Path) -> None:
    """33 hosts without header or times: each line is a CPU value, the host is the member's name."""
    path = original("load/planetlab_20110306_first33.tar.gz")
    with tarfile.open(path) as archive:
        hosts = {member.name: (archive.extractfile(member) or io.BytesIO()).read().split()
                 for member in archive.getmembers() if member.isfile()}
    found, tally = taken(tmp_path, path, ["@part", "@record", "cpu"], 'format = "delimited"\ncolumns = ["cpu"]')
    cut = {name for name, values in hosts.items()
           if not (content := member_bytes(path, name)).endswith(b"\n") and values and content}
    kept = {name: values[:-1] if name in cut else values for name, values in hosts.items()}
    values_of: dict[str, list[int]] = {}
    for _, name, _, cpu in found:
        values_of.setdefault(str(name), []).append(int(cpu))
    assert values_of == {name: [int(value) for value in values] for name, values in kept.items()}
    assert len(hosts) == 33 and len(tally.malformed) == len(cut)


def member_bytes(path: Path, name: str) -> bytes:
    with tarfile.open(path) as archive:
        return (archive.extractfile(name) or io.BytesIO()).read()


@pytest.mark.parametrize("name", ["messy_jp/FITS-M-List.xlsx", "tickets/課題管理表_yo-kondo.xlsx"])
def test_any_cut_of_a_real_workbook_is_refused_in_japanese(tmp_path: Path, name: str) -> None:
    whole = original(name).read_bytes()
    for share in (0.01, 0.3, 0.7, 0.99):
        path = tmp_path / "cut.xlsx"
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(FileRefused, match="壊れています|開けません"):
            taken(tmp_path, path, ["団体コード"], 'format = "excel"\nheader = ["団体コード"]')


def test_real_workbooks_in_a_zip_made_on_windows(tmp_path: Path) -> None:
    path = original("reference/soumu_zenkoku_dantai_code_R6.xlsx")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x" * len("団体コード.xlsx".encode("cp932")), path.read_bytes())
    inner = tmp_path / "code.zip"
    placeholder = b"x" * len("団体コード.xlsx".encode("cp932"))
    inner.write_bytes(stream.getvalue().replace(placeholder, "団体コード.xlsx".encode("cp932")))
    found, _ = taken(tmp_path, inner, ["@part", "団体コード"], 'format = "excel"\nheader = ["団体コード"]')
    assert {row[1] for row in found} == {"団体コード.xlsx/R6.1.1現在の団体"} and len(found) > 1_700
    values: list[Any] = [row[2] for row in found]
    assert len(set(values)) == len(values)
