"""Late, duplicate, overlapping and corrected files: the end is that of the right data once, in any order."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from etl.feed import read_feeds
from etl.reject_export import export_rejects
from etl.revisions import named_revision, revision_pattern
from tests.support import copy_config, lake, load, marts, rows, traffic_file, write
from warehouse import ledger
from warehouse.engine import connect
from warehouse.facts import FACT_TABLES
from warehouse.folder import DataFolder
from warehouse.lake import LakeFile, MonthWriter
from warehouse.ledger import LoadRecord
from warehouse.rejects import open_ledger
from warehouse.staging import StagedLoad, staging_schema

MIDNIGHT = datetime(2026, 9, 30, 15)
SLOT = timedelta(minutes=5)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking loads again and again takes minutes


# ---- the order of loads, in the lake ------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A file and what mends of it bring: values by (entity, moment, further key)."""

    number: int
    rank: int
    rows: dict[tuple[str, int, str], int]
    mends: tuple[dict[tuple[str, int, str], int], ...] = ()


class Lake:
    """A lake without files and marts around it: loads go in, rows come out."""

    def __init__(self, folder: Path, table: str) -> None:
        self.folder, self.table = DataFolder(folder), FACT_TABLES[table]
        self.connection = connect(None)
        self.connection.execute(ledger.TABLES)
        self.live: list[LakeFile] = []
        self.ids: dict[int, int] = {}
        self.run = 0

    def land(self, loads: Sequence[tuple[Part, int | None]], make: object) -> None:
        """Land the originals (None) or mends (their place) of some parts together."""
        assert callable(make)
        staged = []
        for part, mend in loads:
            found = part.rows if mend is None else part.mends[mend]
            load_id = ledger.next_load_id(self.connection)
            root = None if mend is None else self.ids[part.number]
            self.ids.setdefault(part.number, load_id)
            as_of, revision = (date(2026, 1, 1) + timedelta(days=part.rank), None) if self.table.replaces == "key" \
                else (None, part.rank)
            rejected = len(part.mends) if mend is None else 0
            ledger.add_load(self.connection, record(load_id, self.table.name, len(found), as_of, revision, root,
                                                    rejected), [])
            one = StagedLoad(self.table, load_id, "feed", self.folder.scratch / str(load_id))
            if found:
                one.append(make(found))
            one.close()
            staged.append(one)
        self.run += 1
        writer = MonthWriter(self.connection, self.folder, self.table, staged, self.run)
        for written in writer.write_all(list(self.live), lambda *_: None):
            self.live = [file for file in self.live if file not in written.replaced]
            if written.file:
                self.live.append(written.file)
            for entry in written.superseded:
                self.connection.execute("INSERT INTO superseded VALUES (?, ?, ?, ?)",
                                        [entry.load_id, entry.replaced_load_id, self.table.name, entry.rows])

    def rows(self, columns: str) -> list[tuple[object, ...]]:
        paths = [str(self.folder.lake / file.path) for file in self.live]
        if not paths:
            return []
        return self.connection.execute(f"SELECT {columns} FROM read_parquet(?) ORDER BY ALL", [paths]).fetchall()

    def accounted(self) -> bool:
        """Whether every accepted row is live or told as superseded, once."""
        row = self.connection.execute(
            "SELECT (SELECT sum(accepted_rows) FROM load) - (SELECT coalesce(sum(row_count), 0) FROM superseded)"
        ).fetchone()
        assert row is not None
        return int(row[0]) == sum(file.rows for file in self.live)


def record(load_id: int, table: str, accepted: int, as_of: date | None, revision: int | None, root: int | None,
           rejected: int) -> LoadRecord:
    return LoadRecord(load_id, "feed", "定義", table, f"{load_id}.csv", str(load_id), 1, "accepted", None,
                      accepted + rejected, accepted, rejected, 0, 0, 0, 0, accepted, None, None,
                      datetime(2026, 11, 1), as_of=as_of, revision=revision, part_of=root, mends=root)


def samples(values: dict[tuple[str, int, str], int]) -> pa.Table:
    found = [{"ts": MIDNIGHT + slot * SLOT, "line_id": line, "direction": direction, "avg_bps": value}
             for (line, slot, direction), value in values.items()]
    return as_staged("line_sample", found)


def tickets(values: dict[tuple[str, int, str], int]) -> pa.Table:
    """Tickets of which the key is the first part; the second is the month in which it was received."""
    found = [{"ticket_no": number, "tenant_code": "242012", "channel": "mail", "ticket_kind": "inquiry",
              "received_at": datetime(2026, 1 + month, 5), "status": "received", "update_count": value}
             for (number, month, _), value in values.items()]
    return as_staged("ticket", found)


def as_staged(table: str, found: list[dict[str, object]]) -> pa.Table:
    schema = staging_schema(FACT_TABLES[table])
    plain = pa.schema([(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
                       for field in schema])
    rows = [{name: row.get(name) for name in plain.names} for row in found]
    return pa.Table.from_pylist(rows, plain).cast(schema)


def right_samples(parts: Sequence[Part]) -> list[tuple[object, ...]]:
    """Of each line and day the rows of the highest file whose span covers the time; nothing of the others."""
    whole: dict[int, dict[tuple[str, int, str], int]] = {}
    for part in parts:
        merged = dict(part.rows)
        for mend in part.mends:
            merged |= mend
        whole[part.number] = merged
    kept = []
    for part in parts:
        for (line, slot, direction), value in whole[part.number].items():
            higher = [other for other in parts if other.rank > part.rank
                      and covers(whole[other.number], line, slot)]
            if not higher:
                kept.append((line, MIDNIGHT + slot * SLOT, direction, value))
    return sorted(kept)


def covers(values: dict[tuple[str, int, str], int], line: str, slot: int) -> bool:
    day = slot // 288
    own = [other for name, other, _ in values if name == line and other // 288 == day]
    return bool(own) and min(own) <= slot <= max(own)


def right_tickets(parts: Sequence[Part]) -> list[tuple[object, ...]]:
    """Of each ticket the row of the newest ledger that has it."""
    found: dict[str, tuple[int, int, int]] = {}
    for part in sorted(parts, key=lambda part: part.rank):
        for values in (part.rows, *part.mends):
            for (number, month, _), value in values.items():
                found[number] = (part.rank, month, value)
    return sorted((number, f"2026-{1 + month:02d}", value) for number, (_, month, value) in found.items())


@st.composite
def parts_of(draw: st.DrawFn, moments: st.SearchStrategy[int], further: Sequence[str], *, same_key: bool) -> list[Part]:
    """Files of different rank; in one file every key stands once (``same_key``: whatever its moment)."""
    keys = st.lists(st.tuples(st.sampled_from("aaab"), moments, st.sampled_from(further)), min_size=1, max_size=6,
                    unique_by=(lambda key: key[0]) if same_key else (lambda key: key))
    made = []
    for number in range(draw(st.integers(1, 5))):
        files = [draw(keys), *draw(st.lists(keys, max_size=1 if number % 2 else 2))]
        split = [{key: 1000 * number + 100 * which + place for place, key in enumerate(own)}
                 for which, own in enumerate(files)]
        made.append(Part(number, 0, split[0], tuple(split[1:])))
    ranks = draw(st.permutations(range(len(made))))
    return [Part(part.number, rank, part.rows, part.mends) for part, rank in zip(made, ranks, strict=True)]


@st.composite
def batches_of(draw: st.DrawFn, parts: Sequence[Part]) -> list[list[tuple[Part, int | None]]]:
    """The files in any order, mends any time after their file, cut into any number of runs."""
    order = draw(st.permutations([part.number for part in parts for _ in range(1 + len(part.mends))]))
    by_number = {part.number: part for part in parts}
    seen: dict[int, int] = {}
    loads: list[tuple[Part, int | None]] = []
    for number in order:
        place = seen.get(number)
        loads.append((by_number[number], None if place is None else place))
        seen[number] = 0 if place is None else place + 1
    cuts = draw(st.lists(st.booleans(), min_size=len(loads), max_size=len(loads)))
    batches: list[list[tuple[Part, int | None]]] = [[]]
    for one, cut in zip(loads, cuts, strict=True):
        if cut and batches[-1]:
            batches.append([])
        batches[-1].append(one)
    return batches


def landed(table: str, batches: Sequence[Sequence[tuple[Part, int | None]]], make: object,
           columns: str) -> tuple[list[tuple[object, ...]], bool]:
    with tempfile.TemporaryDirectory() as folder:
        made = Lake(Path(folder), table)
        for batch in batches:
            made.land(batch, make)
        found = made.rows(columns), made.accounted()
        made.connection.close()
        return found


@settings(max_examples=50, deadline=None, phases=PHASES)
@given(st.data())
def test_samples_are_those_of_the_highest_file_in_any_order(data: st.DataObject) -> None:
    slots = st.one_of(st.integers(0, 6), st.integers(285, 290))
    parts = data.draw(parts_of(slots, ("in", "out"), same_key=False))
    batches = data.draw(batches_of(parts))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("warehouse.lake._MOST_PARTS", data.draw(st.sampled_from((1, 2, 16))))
        found, accounted = landed("line_sample", batches, samples, "line_id, ts, direction, avg_bps")
    assert found == right_samples(parts)
    assert accounted


@settings(max_examples=35, deadline=None, phases=PHASES)
@given(st.data())
def test_records_are_those_of_the_newest_ledger_in_any_order_whatever_month_they_move_to(data: st.DataObject) -> None:
    parts = data.draw(parts_of(st.integers(0, 3), ("",), same_key=True))
    batches = data.draw(batches_of(parts))
    found, accounted = landed("ticket", batches, tickets, "ticket_no, jst_month, update_count")
    assert found == right_tickets(parts)
    assert accounted


def test_a_gap_of_a_file_stays_a_gap_when_its_ends_were_replaced_before_an_older_file_comes() -> None:
    def part(number: int, *slots: int) -> Part:
        return Part(number, number, {("a", slot, "in"): number for slot in slots})

    oldest, gappy, newest = part(0, 2, 5), part(1, 0, 6), part(2, 4, 5, 6, 7)
    batches: list[list[tuple[Part, int | None]]] = [[(gappy, None)], [(newest, None)], [(oldest, None)]]
    found, accounted = landed("line_sample", batches, samples, "line_id, ts, direction, avg_bps")
    assert found == right_samples([oldest, gappy, newest]) and accounted
    assert [row[3] for row in found] == [1, 2, 2, 2, 2], "the moment 2 lies within the gappy file, which lacks it"


def test_a_mend_makes_a_span_longer_whose_other_end_was_replaced_before() -> None:
    mended = Part(1, 1, {("a", 5, "in"): 1}, ({("a", 2, "in"): 1},))
    oldest, newest = Part(0, 0, {("a", 3, "in"): 0}), Part(2, 2, {("a", 5, "in"): 2})
    batches: list[list[tuple[Part, int | None]]] = [[(mended, None)], [(newest, None)], [(mended, 0)], [(oldest, None)]]
    found, accounted = landed("line_sample", batches, samples, "line_id, ts, direction, avg_bps")
    assert found == right_samples([oldest, mended, newest]) and accounted
    assert [row[3] for row in found] == [1, 2], "the moment 3 lies between the mended line and the replaced one"


# ---- whole loads --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two feeds whose names declare revisions."""
    folder = copy_config(tmp_path_factory.mktemp("order") / "config")
    traffic = folder / "feeds" / "tenant_traffic.toml"
    text = traffic.read_text(encoding="utf-8").replace(
        "[file]\n", "[file]\nrevision = '_訂正(?P<revision>\\d+)'\n", 1)
    traffic.write_text(text, encoding="utf-8")
    (folder / "feeds" / "ledger.toml").write_text(LEDGER, encoding="utf-8")
    return folder


LEDGER = """title = "問合せ台帳（CSV）"
table = "ticket"
[file]
names = ["台帳_*.csv"]
format = "delimited"
header = ["番号", "受付", "状態"]
period = '_(?P<year>\\d{4})(?P<month>\\d{2})'
revision = '第(?P<revision>\\d+)版'
[columns.ticket_no]
from = "番号"
[columns.tenant_code]
value = "242012"
[columns.channel]
value = "mail"
[columns.ticket_kind]
value = "inquiry"
[columns.received_at]
from = "受付"
[columns.status]
from = "状態"
"""


def traffic_name(key: str, revision: int) -> str:
    return f"団体別通信量_{key}{f'_訂正{revision}' if revision else ''}.csv"


def traffic(folder: Path, key: str, revision: int, *values: tuple[int, int], code: str = "242012") -> Path:
    """(slot, value) of one tenant on 1 October."""
    return traffic_file(folder / traffic_name(key, revision),
                        *((f"2026/10/01 00:{5 * slot:02d}", code, value) for slot, value in values))


def ledger_file(folder: Path, month: int, revision: int, *tickets: tuple[str, int, str]) -> Path:
    """(number, month in which it was received, status)."""
    name = f"台帳_2026{month:02d}{f'第{revision}版' if revision else ''}.csv"
    return write(folder / name, "番号,受付,状態", *(f"{number},2026-{at:02d}-05 09:00,{status}"
                                                for number, at, status in tickets))


def assert_same(data: Path, other: Path) -> None:
    """Lake rows and marts are equal."""
    found, wanted = lake(data) | marts(data), lake(other) | marts(other)
    assert {name for name in wanted if found[name] != wanted[name]} == set()


@dataclass
class Delivery:
    """Files to be loaded in some order, and the file that holds what is right in the end."""

    files: list[Path] = field(default_factory=list)
    spoiled: Path | None = None
    right: list[Path] = field(default_factory=list)


SLOTS = 8


@st.composite
def deliveries(draw: st.DrawFn, folder: Path) -> Delivery:
    """Parts of a day, overlapping or not, copies, corrections, a file with a bad line, ledgers of two months."""
    made = Delivery()
    truths = [{slot: 100 * revision + slot for slot in range(SLOTS) if draw(st.booleans())} | {revision: 7}
              for revision in range(2)]
    held: list[tuple[int, list[int]]] = []
    for revision, truth in enumerate(truths):
        first, last = (0, SLOTS - 1) if revision == 0 else sorted(draw(st.tuples(*[st.integers(0, SLOTS - 1)] * 2)))
        cut = draw(st.integers(first, last))
        for which, (opens, closes) in enumerate({(first, draw(st.integers(cut, last))), (cut, last)}):
            slots = [slot for slot in sorted(truth) if opens <= slot <= closes]
            if slots:
                made.files.append(traffic(folder, f"{which}", revision, *((slot, truth[slot]) for slot in slots)))
                held.append((revision, slots))
    right = {slot: truths[revision][slot] for revision, slots in held for slot in slots
             if not any(higher > revision and others[0] <= slot <= others[-1] for higher, others in held)}
    made.right.append(traffic(folder / "right", "right", 0, *sorted(right.items())))
    if draw(st.booleans()):
        copy = folder / "写し" / made.files[0].name
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(made.files[0], copy)
        made.files.append(copy)
    whole = [(slot, 50 + slot) for slot in range(4)]
    made.spoiled = traffic(folder, "直す", 0, *whole, code="242021")
    made.right.append(traffic(folder / "right", "直す", 0, *whole, code="242021"))
    bad = draw(st.integers(0, 3))
    text = made.spoiled.read_bytes().replace(f"00:{5 * bad:02d},242021".encode(), f"00:{5 * bad:02d},249999".encode())
    made.spoiled.write_bytes(text)
    ledgers = [ledger_file(folder, 9, 0, ("T-1", 9, "received"), ("T-2", 9, "received")),
               ledger_file(folder, 9, 2, ("T-1", 9, "working")),
               ledger_file(folder, 10, 0, ("T-1", 10, "completed"), ("T-3", 10, "received"))]
    made.files += ledgers
    made.right.append(ledger_file(folder / "right", 10, 0, ("T-1", 10, "completed"), ("T-2", 9, "received"),
                                  ("T-3", 10, "received")))
    made.right.append(ledger_file(folder / "right", 9, 0))
    return made


@pytest.mark.usefixtures("few_marts")
@settings(max_examples=4, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_files_in_any_order_and_any_number_of_runs_end_in_the_right_data_once(
    config: Path, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        delivery = data.draw(deliveries(folder / "in"))
        assert delivery.spoiled is not None
        order = data.draw(st.permutations([*delivery.files, delivery.spoiled]))
        cut = data.draw(st.integers(0, len(order)))
        for batch in (order[:cut], order[cut:]):
            found = [path for path in (mend_of(folder, config), *batch) if path is not None]
            if found:
                load(folder / "data", *found, config=config)
        if (path := mend_of(folder, config)) is not None:
            load(folder / "data", path, config=config)
        load(folder / "once", *delivery.right, config=config)
        assert_same(folder / "data", folder / "once")


def mend_of(folder: Path, config: Path) -> Path | None:
    """The mended lines of the file with the bad one, when it was loaded."""
    if not (folder / "data" / "warehouse" / "CURRENT").is_file():
        return None
    with open_ledger(folder / "data") as published:
        bad = published.execute("SELECT load_id FROM reject WHERE closed_as IS NULL").fetchall()
        if not bad:
            return None
        made = export_rejects(published, DataFolder(folder / "data"), read_feeds(config), bad[0][0], None)
    made.path.write_bytes(made.path.read_bytes().replace(b",249999,", b",242021,"))
    return made.path


def test_a_correction_that_comes_before_what_it_corrects_still_wins(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    old, new = traffic(tmp_path, "1", 0, (0, 1), (1, 1)), traffic(tmp_path, "1", 2, (0, 2), (1, 2))
    load(data, new, config=config)
    result = load(data, old, config=config)
    assert "12件は、より新しい版や期間のファイルがあるため使いませんでした" in result.outcomes[0].message
    assert rows(data, "SELECT DISTINCT bytes FROM tenant_traffic") == [(2,)]
    assert rows(data, "SELECT file_name, note FROM wh.main.load ORDER BY load_id") == [
        (new.name, None), (old.name, "outdated")]


def test_of_two_ledgers_of_a_period_the_revision_tells_which_counts(tmp_path: Path, config: Path) -> None:
    ledgers = [ledger_file(tmp_path, 9, revision, ("T-1", 9, status))
               for revision, status in ((0, "received"), (1, "working"), (10, "completed"))]
    for number, order in enumerate(itertools.permutations(ledgers)):
        if number % 2 == 0:
            load(tmp_path / f"{number}", *order[:2], config=config)
            load(tmp_path / f"{number}", order[2], config=config)
            assert rows(tmp_path / f"{number}", "SELECT status FROM ticket") == [("completed",)]


def test_content_that_was_corrected_since_is_told_so_and_comes_back_only_when_asked_for(
    tmp_path: Path, config: Path
) -> None:
    data = tmp_path / "data"
    old, new = traffic(tmp_path, "1", 0, (0, 1), (1, 1)), traffic(tmp_path, "2", 0, (0, 2), (1, 2))
    load(data, old, config=config)
    load(data, new, config=config)
    result = load(data, old, config=config)
    assert result.snapshot is None and not result.failed
    told = result.outcomes[0].message
    assert "すべて別のファイルの内容（取込み番号 2）に差し替わっています" in told and "load --again" in told
    load(data, old, config=config, again=True)
    assert rows(data, "SELECT DISTINCT bytes FROM tenant_traffic") == [(1,)]
    assert "何も変えませんでした" in load(data, old, config=config).outcomes[0].message


def test_an_older_revision_asked_for_again_is_taken_at_its_word(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    old, new = traffic(tmp_path, "1", 1, (0, 1)), traffic(tmp_path, "1", 2, (0, 2))
    load(data, new, old, config=config)
    load(data, old, config=config, again=True)
    assert rows(data, "SELECT DISTINCT bytes FROM tenant_traffic") == [(1,)]


def test_an_empty_ledger_beside_others_changes_nothing(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    load(data, ledger_file(tmp_path, 9, 0, ("T-1", 9, "received")), config=config)
    result = load(data, ledger_file(tmp_path, 10, 0), config=config)
    assert not result.failed and rows(data, "SELECT ticket_no FROM ticket") == [("T-1",)]


# ---- revisions in names -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "older", "newer"),
    [
        (r"訂正(?P<revision>\d+)", "通信量_20261001.csv", "通信量_20261001_訂正1.csv"),
        (r"第(?P<revision>\d+)版", "台帳第９版.xlsx", "台帳第１０版.xlsx"),
        (r"_(?P<revision>\d{14})\.", "x_20261105093000.csv", "x_20261105093001.csv"),
        (r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)発行", "10月_20261105発行.csv", "10月_20261201発行.csv"),
        (r"R(?P<era>\d+)\.(?P<month>\d+)\.(?P<day>\d+)", "台帳R8.12.1.csv", "台帳R9.1.4.csv"),
        (r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:-(?P<revision>\d+))?", "a20261105.csv", "a20261105-2.csv"),
        (r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)", "a20261305.csv", "a20260101.csv"),
    ],
)
def test_names_tell_which_issue_is_newer(pattern: str, older: str, newer: str) -> None:
    assert revision_pattern(pattern) == pattern
    assert named_revision(older, pattern) < named_revision(newer, pattern)


@pytest.mark.parametrize(
    ("pattern", "told"),
    [("(", "正規表現として読めません"), (r"\d+", "revision か"), (r"(?P<year>\d{4})", "month、day"),
     (r"(?P<revision>\d)(?P<hour>\d)", "revision か")],
)
def test_a_pattern_that_tells_no_issue_is_refused(pattern: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        revision_pattern(pattern)


def test_counters_have_no_revisions(tmp_path: Path) -> None:
    folder = copy_config(tmp_path / "config")
    path = folder / "feeds" / "interface_counter.toml"
    text = path.read_text(encoding="utf-8").replace("[file]\n", "[file]\nrevision = 'v(?P<revision>\\d+)'\n", 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match="revision は counter と一緒に使えません"):
        read_feeds(folder)
