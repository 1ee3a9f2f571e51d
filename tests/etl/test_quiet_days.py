"""Files without a record: a day on which nothing happened, where the feed says so, and never a guess."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from etl.errors import FeedError
from tests.support import copy_config, load, rows, write

PERIOD = "period = '(?P<year>\\d{4})(?P<month>\\d{2})(?P<day>\\d{2})'"
ALERT = (
    '{"timestamp":"2026-10-02T09:00:00+0900","event_type":"alert","flow_id":1,"src_ip":"203.0.113.9",'
    '"dest_ip":"198.51.100.7","proto":"TCP","alert":{"signature_id":7,"signature":"ET SCAN","severity":2,'
    '"action":"blocked","category":"scan"}}'
)
OTHER_EVENT = '{"timestamp":"2026-10-03T09:00:00+0900","event_type":"flow"}'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return configured(tmp_path / "config", f'empty = "valid"\n{PERIOD}')


def configured(folder: Path, keys: str) -> Path:
    feed = copy_config(folder) / "feeds" / "detection_eve.toml"
    feed.write_text(
        feed.read_text(encoding="utf-8").replace('format = "json"', f'format = "json"\n{keys}'), encoding="utf-8"
    )
    return folder


@pytest.mark.usefixtures("few_marts")
def test_an_empty_file_is_a_day_without_a_record_where_the_feed_says_so(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    quiet = [write(tmp_path / f"eve-2026100{day}.json") for day in (1, 4)]
    marked = tmp_path / "eve-20261005.json"
    marked.write_bytes(b"\xef\xbb\xbf")
    packed = tmp_path / "eve-20261006.json.gz"
    packed.write_bytes(gzip.compress(b""))
    files = [*quiet, marked, packed, write(tmp_path / "eve-20261002.json", ALERT)]
    result = load(data, *files, config=config)
    assert [outcome.failed for outcome in result.outcomes] == [False] * 5
    assert "2026-10-01は記録のない期間（0件）とします" in result.outcomes[0].message
    assert rows(data, "SELECT period_from, accepted_rows FROM wh.main.load ORDER BY 1") == [
        (date(2026, 10, day), int(day == 2)) for day in (1, 2, 4, 5, 6)
    ]
    arrived = rows(data, "SELECT jst_date FROM wh.main.arrival_day WHERE feed = 'detection_eve' AND received > 0")
    assert {day for (day,) in arrived} >= {date(2026, 10, day) for day in (1, 2, 4, 5)}


def test_an_empty_file_is_refused_where_the_feed_says_nothing(tmp_path: Path) -> None:
    config = configured(tmp_path / "config", PERIOD)
    result = load(tmp_path / "data", write(tmp_path / "eve-20261001.json"), config=config)
    assert result.failed
    for told in ("空のファイルです", "再送", 'empty = "valid"', "detection_eve.toml"):
        assert told in result.outcomes[0].message


def test_two_quiet_days_of_the_same_content_are_two_days(tmp_path: Path, config: Path) -> None:
    data = tmp_path / "data"
    for day in (3, 4):
        load(data, write(tmp_path / f"eve-2026100{day}.json", OTHER_EVENT), config=config)
    assert rows(data, "SELECT period_from FROM wh.main.load ORDER BY 1") == [
        (date(2026, 10, 3),),
        (date(2026, 10, 4),),
    ]
    again = load(data, tmp_path / "eve-20261004.json", config=config)
    assert "取込み済み" in again.outcomes[0].message and again.snapshot is None


def test_only_a_name_tells_which_day_an_empty_file_is_of(tmp_path: Path) -> None:
    config = configured(tmp_path / "config", 'empty = "valid"')
    with pytest.raises(FeedError) as raised:
        load(tmp_path / "data", write(tmp_path / "eve-20261001.json"), config=config)
    assert "file.period" in raised.value.message


def test_logs_put_one_after_another_keep_no_mark_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "eve-20261002.json"
    path.write_bytes(b"".join(b"\xef\xbb\xbf" + line.encode() + b"\n" for line in (ALERT, OTHER_EVENT)))
    (outcome,) = load(tmp_path / "data", path, config=copy_config(tmp_path / "config")).outcomes
    assert outcome.record is not None
    assert (outcome.record.accepted_rows, outcome.record.other_lines, outcome.record.rejected_lines) == (1, 1, 0)
