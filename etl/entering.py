"""The ledger's entry of one file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from etl.batches import Tally
from etl.errors import FileRefused
from etl.feed import Feed
from etl.mapping import Mapped
from etl.mends import Answer
from etl.receive import Original
from etl.values import named_period
from warehouse.errors import MiharashiError
from warehouse.ledger import LoadRecord
from warehouse.staging import JST

UNKNOWN_KIND = "種類の分からないファイル"
_MONTH_IN_NAME = r"(?P<year>20\d{2})[-_]?(?P<month>0[1-9]|1[0-2])"


def record_of(load_id: int, feed: Feed, original: Original, tally: Tally, mapped: Mapped, rows: int, now: datetime,
              by: str, named: tuple[date, date] | None, refusal: MiharashiError | None) -> LoadRecord:
    """What became of a file: ``rows`` were staged; ``named`` are the days that its name tells."""
    period_from, period_to = named or _period_of_rows(mapped)
    if refusal is not None and period_from is None:
        period_from, period_to = named_period(original.name, _MONTH_IN_NAME) or (None, None)
    return LoadRecord(
        load_id=load_id, feed=feed.name, title=feed.title, table_name=feed.table, file_name=original.name,
        sha256=original.sha256, file_bytes=original.size, status="refused" if refusal else "accepted",
        refusal=f"{refusal.title}: {refusal.message}" if refusal else None, physical_lines=tally.physical,
        accepted_lines=0 if refusal else mapped.accepted_lines,
        rejected_lines=len(tally.malformed) + len(mapped.rejects), header_lines=tally.header, blank_lines=tally.blank,
        total_lines=tally.total, other_lines=mapped.other_lines + tally.other, accepted_rows=rows,
        period_from=period_from, period_to=period_to, loaded_at=now, continued_lines=tally.continued, loaded_by=by,
        as_of=named[1] if named and feed.fact.replaces == "key" else None, encoding=tally.encoding or None)


def record_of_mended(record: LoadRecord, answer: Answer) -> LoadRecord:
    """The entry of mended lines: they stand in the place of the load whose original they come from."""
    root = answer.root
    named = root.as_of is not None or answer.feed.file.period is not None
    period = (root.period_from, root.period_to) if named else (record.period_from, record.period_to)
    return replace(record, as_of=root.as_of, revision=root.revision, part_of=root.load_id, mends=answer.load.load_id,
                   note="mended", period_from=period[0], period_to=period[1])


def record_of_closing(load_id: int, original: Original, answer: Answer, lines: int, now: datetime,
                      by: str) -> LoadRecord:
    """The entry of a list of rejects that stay out for good; it holds no record of its feed."""
    root = answer.root
    return LoadRecord(
        load_id=load_id, feed=root.feed, title=root.title, table_name=root.table_name, file_name=original.name,
        sha256=original.sha256, file_bytes=original.size, status="accepted", refusal=None, physical_lines=lines,
        accepted_lines=0, rejected_lines=0, header_lines=1, blank_lines=0, total_lines=0, other_lines=lines - 1,
        accepted_rows=0, period_from=None, period_to=None, loaded_at=now, note="loss", loaded_by=by, as_of=root.as_of,
        revision=root.revision, part_of=root.load_id, mends=answer.load.load_id)


def record_of_unknown(load_id: int, original: Original, now: datetime, by: str, refusal: MiharashiError) -> LoadRecord:
    """The entry of a file that belongs to no feed: it was archived, and its lines were not looked at."""
    period_from, period_to = named_period(original.name, _MONTH_IN_NAME) or (None, None)
    return LoadRecord(
        load_id=load_id, feed="", title=UNKNOWN_KIND, table_name="", file_name=original.name, sha256=original.sha256,
        file_bytes=original.size, status="refused", refusal=f"{refusal.title}: {refusal.message}", physical_lines=0,
        accepted_lines=0, rejected_lines=0, header_lines=0, blank_lines=0, total_lines=0, other_lines=0,
        accepted_rows=0, period_from=period_from, period_to=period_to, loaded_at=now, loaded_by=by)


def own_of(mapped: Mapped, before: Mapped | None) -> Mapped:
    """What mended records became when those of the original were mapped with them, ``before`` them."""
    if before is None:
        return mapped
    return replace(mapped, accepted_lines=mapped.accepted_lines - before.accepted_lines,
                   other_lines=mapped.other_lines - before.other_lines, rejects=mapped.rejects[len(before.rejects):],
                   unregistered_lines=mapped.unregistered_lines - before.unregistered_lines)


def refuse_lost_lines(before: Mapped | None) -> None:
    """Refuse mended lines of a file whose other lines, mapped again with them, are no longer accepted."""
    if before is None or not before.rejects:
        return
    first = before.rejects[0]
    raise FileRefused("元のファイルの行が、今の設定では受け入れられません",
                      f"前に受け入れた行のうち{len(before.rejects):,}行が却下になります。"
                      f"最初は{first.line}行目: {first.reason}。",
                      "設定を確かめるか、元のファイル全体を直して取り込んでください。")


def microseconds(jst: datetime) -> int:
    """A naive JST time as microseconds since 1970 UTC."""
    return (jst - JST - datetime(1970, 1, 1)) // timedelta(microseconds=1)


def _period_of_rows(mapped: Mapped) -> tuple[date | None, date | None]:
    """The days from the first to the last record (JST)."""
    if mapped.first is None or mapped.last is None:
        return None, None
    return _jst_date(mapped.first), _jst_date(mapped.last)


def _jst_date(moment: int) -> date:
    days = (timedelta(microseconds=moment) + JST) // timedelta(days=1)
    first = date(1970, 1, 1).toordinal()
    return date.fromordinal(min(max(first + days, 1), date.max.toordinal()))  # the calendar has ends
