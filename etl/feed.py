"""Feed definitions ``config/feeds/<feed>.toml``: how a source's files become rows of one fact table.

Every key is documented on its field below; unknown keys are refused.
"""

from __future__ import annotations

import codecs
import fnmatch
import re
import string
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from etl.arrival_keys import wrong_arrival, wrong_unknowns
from etl.dates import STYLES, is_style
from etl.errors import FeedError
from etl.log_keys import wrong_log_keys
from etl.revisions import revision_pattern
from etl.sample_keys import wrong_sample_keys
from etl.values import UNIT_FACTORS
from warehouse.facts import FACT_TABLES, UNATTRIBUTED, Column, FactTable
from warehouse.registry import ADDRESSED

Scalar = str | int | float | bool
_WRAPPING = re.compile(r"(\.(gz|bz2|xz|zst|zip|tar))+$|\.tgz$", re.IGNORECASE)
_SUFFIX = re.compile(r"(?<=.)\.[A-Za-z0-9]+$")
_REASONS = {"extra_forbidden": "この項目は使えません", "missing": "この項目が必要です",
            "string_type": "文字列で書いてください",
            "string_too_short": "1文字で書いてください", "string_too_long": "1文字で書いてください"}


def _encoding(name: str) -> str:
    """Encodings in which ASCII bytes mean ASCII, so that lines can be told before decoding; UTF-16; ``detect``."""
    plain = bytes(range(128))
    try:
        if name == "detect" or codecs.lookup(name).name in {"utf-16", "utf-16-le", "utf-16-be"}:
            return name
        if plain.decode(name) == plain.decode("ascii") and not any(byte < 128 for byte in "あé".encode(name, "ignore")):
            return name
    except (LookupError, UnicodeError):
        pass
    raise ValueError(f"{name} は使えない文字コードです（使える例: utf-8、cp932、utf-16、detect）")


def _style(style: str) -> str:
    if not is_style(style):
        raise ValueError(f"{style} という日付の書き方はありません（使えるのは {'、'.join(STYLES)}、%Y などを使う型）")
    return style


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name} という時間帯はありません（例: Asia/Tokyo、UTC）") from None
    return name


def _pattern(text: str | None) -> str | None:
    try:
        groups = set(re.compile(text or "(?P<year>)").groupindex)
    except re.error as error:
        raise ValueError(f"正規表現として読めません（{error}）") from None
    if not groups & {"year", "era"} or ("day" in groups and "month" not in groups):
        raise ValueError("year か era のグループが必要です（day を使うときは month も）")
    return text


def _expression(text: str | None) -> str | None:
    try:
        re.compile(text or "")
    except re.error as error:
        raise ValueError(f"正規表現として読めません（{error}）") from None
    return text


def _record(text: str | None) -> str | None:
    if text is not None and not re.compile(_expression(text) or "").groupindex:
        raise ValueError("列にする部分を (?P<列名>…) と書いてください")
    return text


def _yearless(styles: dict[str, str]) -> dict[str, str]:
    """Patterns without a year that give back the month and day which they wrote."""
    day = datetime(2000, 2, 29)
    for style in styles.values():
        try:
            read = datetime.strptime(f"2000 {day.strftime(style)}", f"%Y {style}")
        except (ValueError, re.error):
            read = None
        if read is None or (read.month, read.day) != (day.month, day.day):
            raise ValueError(f"{style} には、年がなく月（%b、%m）と日（%d）のある書き方を書いてください")
    return styles


def _hours(text: object) -> tuple[int, int]:
    """08:30-17:15 as minutes of the day; 24:00 closes the day."""
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", str(text).strip())
    opens, closes = (60 * int(match[1]) + int(match[2]), 60 * int(match[3]) + int(match[4])) if match else (0, 0)
    if not opens < closes <= 1440:
        raise ValueError(f"{text} は 08:30-17:15 の形（開始-終了、24:00まで）で書いてください")
    return opens, closes


def _template(text: str | None) -> str | None:
    try:
        list(string.Formatter().parse(text or ""))
    except ValueError:
        raise ValueError("波かっこの対応が違います（{列名} と書きます）") from None
    return text


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FileSpec(_Strict):
    """``[file]``: how the file is written."""

    names: tuple[str, ...] = Field(description="glob patterns of file names this feed takes")
    format: Literal["delimited", "excel", "json", "pattern", "key_value", "cef", "leef", "zeek", "syslog_csv",
                    "modsecurity", "rrd_xport", "rrd_fetch", "prometheus"] = Field(
        description="delimited text, Excel workbook, JSON/NDJSON; logs: lines of a pattern, key=value, CEF, LEEF, Zeek "
                    "TSV, CSV behind a syslog header, ModSecurity's audit log; monitoring: rrdtool xport (XML or JSON) "
                    "and fetch, Prometheus query_range")
    encoding: Annotated[str, AfterValidator(_encoding)] = Field(
        "utf-8", description="character encoding of text files (a UTF-8 BOM is allowed); utf-16 needs a BOM; detect: "
                             "what the BOM says, else UTF-8 when all of the file is, else CP932")
    delimiter: str = Field(",", min_length=1, max_length=1, description="column separator of delimited text, one "
                           "character (white space around cells does not matter)")
    header: tuple[str, ...] = Field((), description="names the header row holds; rows above it are title rows "
                                    "(needed for delimited text and Excel, unless columns is given)")
    header_rows: int = Field(1, ge=1, le=5, description="rows that the header takes; a column's name is then the names "
                             "in these rows from the top joined by /, a merged cell standing for all it covers")
    columns: tuple[str, ...] = Field((), description="names of all columns from the left, for a file without a header "
                                     "row (delimited, excel, syslog_csv)")
    multiline: bool = Field(False, description="(delimited) quoted cells may hold line ends: a record may span lines")
    sheet: str | None = Field(None, description="(excel) sheet name or glob pattern of sheet names (all visible sheets "
                              "that match, in the workbook's order); the first visible sheet when left out")
    totals: tuple[str, ...] = Field((), description="a row whose first cell with a value is one of these is a total")
    nulls: tuple[str, ...] = Field(("", "-", "－", "―", "…", "NA", "N/A", "?"), description="cells that mean no value")
    record: Annotated[str | None, AfterValidator(_record)] = Field(
        None, description="(pattern) regular expression that a whole record matches; its named groups are the columns")
    record_start: Annotated[str | None, AfterValidator(_expression)] = Field(
        None, description="(logs) regular expression at the start of a record's first line; the lines up to the next "
                          "such line belong to the record")
    skip: Annotated[str | None, AfterValidator(_expression)] = Field(
        None, description="(logs, tables) regular expression at the start of what is no record of this feed, such as a "
                          "comment or a note below a table; it is counted and passed over")
    filled: tuple[str, ...] = Field((), description="(tables) a row in which all of these columns are empty is blank: "
                                    "its number or formula was prepared in advance")
    records: str | None = Field(None, min_length=1, description="(json) dotted path to the array of records within one "
                                                                "JSON document, such as result")
    syslog: bool = Field(False, description="(pattern) take a syslog header off each record before it is matched, and "
                                            "give it as columns syslog.*")
    yearless: Annotated[dict[str, str], AfterValidator(_yearless)] = Field(
        default_factory=dict, description="columns whose dates have no year, with their strptime pattern; the year is "
                                          "that of the file's period, else the newest that is not in the future")
    optional: tuple[str, ...] = Field((), description="source columns that not every file has; an absent one has no "
                                                      "values")
    period: Annotated[str | None, AfterValidator(_pattern)] = Field(
        None, description="regular expression on the file name that tells the period the file "
                          "speaks for; groups year or era (令和) and month, optionally day, and for @time hour "
                          "and minute; else from the rows")
    empty: Literal["refused", "valid"] = Field("refused", description="what a file of 0 bytes is: a transfer that "
                                               "failed, or (valid) a period without a record; needs period")
    revision: Annotated[str | None, AfterValidator(revision_pattern)] = Field(
        None, description="regular expression on the file name that tells which issue of the file it is: group "
                          "revision (a number), or the day of issue as year or era, month and day; a name that does "
                          "not match is the first issue")
    record_seconds: int | None = Field(None, gt=0, description="for @time: from one record of a part to the next; all "
                                                               "are of one moment when left out")


class When(_Strict):
    """``only_if``: the value counts only on rows whose ``column`` holds one of ``values``."""

    column: str
    values: tuple[str, ...]


class ColumnSpec(_Strict):
    """``[columns.<fact column>]``: where one column of the fact comes from."""

    source: str | tuple[str, ...] | None = Field(None, alias="from", description="source column; of several, the first "
                                                 "that gives a value")
    value: Scalar | None = Field(None, description="constant")
    template: Annotated[str | None, AfterValidator(_template)] = Field(
        None, description="text composed of source columns, as {column}")
    styles: tuple[Annotated[str, AfterValidator(_style)], ...] = Field(
        ("iso",), description="date styles, tried in order: iso, japanese, era, mdy, dmy, excel, excel_1904, epoch, "
                              "epoch_ms, epoch_us, epoch_ns, or a strptime pattern")
    zone: Annotated[str, AfterValidator(_zone)] = Field(
        "Asia/Tokyo", description="time zone of times without an offset of their own")
    stamp: Literal["start", "end"] = Field("start", description="whether a sample's time starts or ends its interval")
    codes: dict[str, str] = Field(default_factory=dict, alias="map", description="source value -> our code; a value "
                                  "that is not listed is rejected unless the key * is")
    true: tuple[str, ...] = Field((), description="values that mean true; every other value means false")
    by: Literal["name", "address", "address_side"] = Field(
        "name", description="look a key up by code/name/alias or by address (tenants, devices); address_side gives the "
        "direction: in when the first source is a tenant's address, out when only the second is")
    unknown: Literal["reject", "keep"] = Field(
        "reject", description="what becomes of a record whose key is not registered: rejected, or kept under the "
                              "explicit code 'unknown' together with what the file said")
    digits: int | None = Field(None, ge=1, le=20, description="numbers of fewer digits get zeros in front: a "
                               "spreadsheet that took a code for a number has lost them")
    unit: str | None = Field(None, description="unit of the source when it differs from the fact's")
    only_if: When | None = Field(None, description="take the value only on rows that meet this")
    fold: Literal["first", "last", "min", "max", "count"] = Field("last", description="how updates fold into one row")

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnSpec:
        if sum(origin is not None for origin in (self.source, self.value, self.template)) != 1:
            raise ValueError("from、value、template のうちちょうど一つが必要です")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        if self.source is None:
            return ()
        return (self.source,) if isinstance(self.source, str) else self.source


class MeasureSpec(_Strict):
    """``[[measures]]``: one value column of a wide file; each row gives one fact row per measure with a value."""

    source: str = Field(alias="from", description="source column")
    into: str = Field(description="fact column that takes the value")
    set: dict[str, str] = Field(default_factory=dict, description="constant fact columns of this measure")
    also: dict[str, str] = Field(default_factory=dict, description="further fact column -> source column")
    maximum: float | None = Field(None, description="highest possible value, such as 100 for a percentage")
    unit: str | None = Field(None, description="unit of the source when it differs from the fact's")


class FoldSpec(_Strict):
    """``[fold]``: the file holds updates; rows with the same key become one, in this order."""

    key: str = Field(description="fact column that identifies the row")
    order: tuple[str, ...] = Field(description="source columns (numbers) that order the updates")

    @property
    def across_files(self) -> bool:
        """Whether the numbers mean the same in every file, so that updates from several files make one row."""
        return "@record" not in self.order


class CounterSpec(_Strict):
    """``[counter]``: the measures are ever-growing octet counters, turned into bit/s."""

    bits: Literal[32, 64] = Field(64, description="width of the counter")
    max_bps: int = Field(100_000_000_000, gt=0, description="highest possible rate; a change that would mean more is "
                                                            "no wrap but a restart or a replacement")
    uptime: str | None = Field(None, description="source column with the device's sysUpTime (1/100 s), which tells a "
                                                 "restart for sure")


class StepSpec(_Strict):
    """``[step]``: the file's samples are finer or coarser than the fact's slots."""

    seconds: int = Field(gt=0, description="from one sample of the file to the next; finer ones are joined into slots, "
                                           "coarser ones stand in the slot of their time alone")
    samples: int | None = Field(None, gt=0, description="finer samples that a slot needs for a value; all when left "
                                                        "out")


class ArrivalSpec(_Strict):
    """``[arrival]``: what is expected of the feed, so that what did not come can be told."""

    every: Literal["sample", "day", "month"] = Field(
        description="sample: each regular sample of each entity; day: a file that tells of each day; month: a ledger "
                    "that tells of each month")
    days: Literal["all", "open"] = Field("all", description="whether the feed speaks of all days or of open days only")
    hours: Annotated[tuple[int, int], BeforeValidator(_hours)] = Field(
        (0, 1440), description="(every = sample) time of day within which the feed speaks, as 08:30-17:15")
    due_day: int = Field(5, ge=1, le=28, description="(every = month) day of the next month by which the ledger comes")
    entities: Literal["valid", "seen"] | tuple[str, ...] = Field(
        "valid", description="(every = sample) of whom samples are expected: all entities valid on the day; those seen "
                             "this month or the month before; or the codes listed")
    minimum_share_pct: float = Field(10, ge=0, lt=100, description="a day with less than this share of a normal day's "
                                     "records or volume is suspicious")
    maximum_share_pct: float = Field(1000, gt=100, description="likewise a day with more than this share")


class Feed(_Strict):
    """One feed; ``name`` is the file's stem and the folder under ``inbox/``."""

    name: str
    title: str = Field(description="Japanese name")
    table: str = Field(description="fact table")
    reject_grace: int = Field(3, description="so many rejects never refuse a file that also has good rows")
    reject_limit_pct: float = Field(5.0, description="a file with more rejects than this share is refused whole")
    file: FileSpec
    columns: dict[str, ColumnSpec] = Field(default_factory=dict)
    measures: tuple[MeasureSpec, ...] = ()
    keep: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="source column -> values of the records "
                                             "that belong to this feed; the others are counted and passed over")
    fold: FoldSpec | None = None
    counter: CounterSpec | None = None
    step: StepSpec | None = None
    arrival: ArrivalSpec | None = Field(None, description="what is expected of the feed; without it every sample of "
                                                          "the entities seen, and nothing of other feeds")

    @property
    def fact(self) -> FactTable:
        return FACT_TABLES[self.table]

    @property
    def time_spec(self) -> ColumnSpec:
        return self.columns[self.fact.time]

    @property
    def sample_seconds(self) -> int:
        """From one sample of the file to the next (regular samples)."""
        return self.step.seconds if self.step else self.fact.interval_seconds or 0

    @property
    def finer(self) -> bool:
        """Whether several samples of the file make one slot."""
        return self.step is not None and self.step.seconds < (self.fact.interval_seconds or 0)

    def wanted(self) -> set[str]:
        """Every source column the mapping reads."""
        return set(self._readings())

    def plain_numbers(self) -> dict[str, str]:
        """Source columns read as nothing but numbers, with the fact's type: a reader may hand them on as numbers."""
        if self.counter:
            return {}
        uses = [(measure.source, measure.into) for measure in self.measures]
        uses += [(source, name) for measure in self.measures for name, source in measure.also.items()]
        uses += [(spec.sources[0], name) for name, spec in self.columns.items()
                 if len(spec.sources) == 1 and not spec.codes and not self.fact.column(name).dimension]
        kinds = {source: self.fact.column(name).type for source, name in uses}
        numbers = {source: kind for source, kind in kinds.items() if kind in {"integer", "decimal"}}
        return {source: kind for source, kind in numbers.items() if self._readings().count(source) == 1}

    def _readings(self) -> list[str]:
        """The source column of every place of the definition that reads one."""
        templates = [field for spec in self.columns.values() if spec.template
                     for _, field, _, _ in string.Formatter().parse(spec.template) if field]
        return [*templates, *self.keep, *self.file.filled, *(self.fold.order if self.fold else ()),
                *([self.counter.uptime] if self.counter and self.counter.uptime else ()),
                *(source for spec in self.columns.values() for source in spec.sources),
                *(spec.only_if.column for spec in self.columns.values() if spec.only_if),
                *(measure.source for measure in self.measures),
                *(source for measure in self.measures for source in measure.also.values())]

    def takes(self, path: Path) -> bool:
        """Whether the file's name is one of this feed's, with or without what tells of its wrapping (.csv.gz), which
        may also stand in place of the suffix (.zip)."""
        bare = _WRAPPING.sub("", path.name)
        wrapped = bare != path.name
        return any(fnmatch.fnmatch(path.name, pattern) or fnmatch.fnmatch(bare, pattern)
                   or (wrapped and fnmatch.fnmatch(bare, _SUFFIX.sub("", pattern))) for pattern in self.file.names)


def read_feed(path: Path) -> Feed:
    """Read one definition; raises :class:`FeedError` naming file and key."""
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        if "name" in raw:
            raise _wrong(path, f"name は書けません（ファイル名の {path.stem} が取込み定義の名前です）")
        feed = Feed.model_validate({**raw, "name": path.stem})
    except tomllib.TOMLDecodeError as error:
        raise _wrong(path, f"TOML として読めません（{error}）") from error
    except ValidationError as error:
        details = "；".join(f"{'.'.join(str(part) for part in e['loc'])}: {_reason(e)}" for e in error.errors()[:5])
        raise _wrong(path, details) from error
    _check_against_fact(path, feed)
    return feed


def read_feeds(config: Path) -> dict[str, Feed]:
    """All feeds by name."""
    return {path.stem: read_feed(path) for path in sorted((config / "feeds").glob("*.toml"))}


def refuse_unknown_feed(feeds: dict[str, Feed], name: str | None) -> None:
    """Raise :class:`FeedError` when somebody asks for a feed that there is not."""
    if name is not None and name not in feeds:
        listed = "、".join(feeds) or "なし"
        raise FeedError("取込み定義がありません", f"「{name}」という取込み定義はありません。使える定義: {listed}。",
                        "--feed に上の名前のいずれかを指定してください。")


def feed_for(path: Path, feeds: dict[str, Feed], name: str | None) -> Feed:
    """The feed that takes ``path``: the named one, the one its folder names, or the one its name matches."""
    listed = "、".join(feeds) or "なし"
    refuse_unknown_feed(feeds, name)
    if name is not None:
        return feeds[name]
    for parent in path.resolve().parents:
        if parent.name in feeds:
            return feeds[parent.name]
    matching = [feed for feed in feeds.values() if feed.takes(path)]
    if len(matching) == 1:
        return matching[0]
    problem = "どの取込み定義にも当てはまりません" if not matching else \
        f"複数の取込み定義（{'、'.join(feed.name for feed in matching)}）に当てはまります"
    raise FeedError("ファイルの種類が分かりません", f"{path.name} は{problem}。使える定義: {listed}。",
                    "--feed で定義を指定するか、inbox/<定義名>/ フォルダに置いてください。")


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "literal_error":
        return f"使える値は {error['ctx']['expected'].replace(' or ', ', ')} です"
    own = error.get("ctx", {}).get("error")
    return str(own) if own else _REASONS.get(error["type"], error["msg"])


def _check_against_fact(path: Path, feed: Feed) -> None:
    if feed.table not in FACT_TABLES:
        raise _wrong(path, f"table={feed.table} は使えません。使える表: {'、'.join(FACT_TABLES)}")
    known = set(feed.fact.names) - {UNATTRIBUTED}
    given = set(feed.columns) | {name for m in feed.measures for name in (m.into, *m.set, *m.also)}
    if given - known:
        raise _wrong(path, f"表 {feed.table} に列 {'、'.join(sorted(given - known))} はありません。"
                     f"列: {'、'.join(name for name in feed.fact.names if name in known)}")
    missing = {column.name for column in feed.fact.columns if column.required} - given
    if missing:
        raise _wrong(path, f"必須の列 {'、'.join(sorted(missing))} の定義がありません")
    _check_header(path, feed)
    wrong = wrong_log_keys(feed) or wrong_sample_keys(feed)
    if wrong:
        raise _wrong(path, wrong)
    if feed.fold and (feed.fold.key not in feed.columns or feed.counter or feed.measures):
        raise _wrong(path, f"fold.key={feed.fold.key} の列の定義が必要です（measures、counter とは一緒に使えません）")
    if feed.fold and feed.fact.key != (feed.fold.key,):
        single = "、".join(table.name for table in FACT_TABLES.values() if len(table.key) == 1)
        raise _wrong(path, f"fold.key={feed.fold.key} では、表 {feed.table} の1件が決まりません。"
                     f"fold は、番号の列一つで1件が決まる表（{single}）で、その列を key に書きます")
    if feed.file.revision and feed.counter:
        raise _wrong(path, "file.revision は counter と一緒に使えません（差は届いた順に前後のファイルと求めます）")
    if feed.file.empty == "valid" and not feed.file.period:
        raise _wrong(path, "file.empty は file.period と一緒に書いてください"
                           "（空のファイルがどの日を語るかは、名前でしか分かりません）")
    for name, spec in feed.columns.items():
        _check_unit(path, f"columns.{name}", spec.unit, feed.fact.column(name))
        if spec.by == "address" and feed.fact.column(name).dimension not in ADDRESSED:
            raise _wrong(path, f"columns.{name}: by = address は接続団体と機器の列で使います")
        if spec.by == "address_side" and len(spec.sources) != 2:
            raise _wrong(path, f"columns.{name}: by = address_side の from には宛先と送信元の2列を書いてください")
    for measure in feed.measures:
        _check_measure(path, feed, measure)
    problem = wrong_unknowns(feed) or wrong_arrival(feed)
    if problem:
        raise _wrong(path, problem)


def _check_header(path: Path, feed: Feed) -> None:
    """Tables need a header or the names of their columns; the keys of tables mean nothing elsewhere."""
    file, tables = feed.file, {"delimited", "excel"}
    if file.format in tables and bool(file.header) == bool(file.columns):
        raise _wrong(path, "file.header に見出し行の列名を書いてください"
                           "（見出し行のないファイルは、代わりに file.columns に全部の列名）")
    if len(set(file.columns)) < len(file.columns):
        raise _wrong(path, "file.columns に同じ列名があります")
    unknown = sorted(name for name in feed.wanted() - set(file.columns) if not name.startswith("@"))
    if file.format in tables and file.columns and unknown:
        raise _wrong(path, f"列 {'、'.join(unknown)} が file.columns にありません")
    if file.header_rows > 1 and not file.header:
        raise _wrong(path, "file.header_rows は file.header と一緒に書いてください")
    for key, used, formats in (("filled", bool(file.filled), tables),
                               ("header", bool(file.header), tables), ("multiline", file.multiline, {"delimited"}),
                               ("columns", bool(file.columns), {*tables, "syslog_csv", "rrd_fetch"}),
                               ("sheet", file.sheet is not None, {"excel"})):
        if used and file.format not in formats:
            raise _wrong(path, f"file.{key} は format = {'、'.join(sorted(formats))} で使います")


def _check_measure(path: Path, feed: Feed, measure: MeasureSpec) -> None:
    for name in (measure.into, *measure.also):
        _check_unit(path, f"measures.{measure.source}", measure.unit, feed.fact.column(name))
    for name, value in measure.set.items():
        allowed = feed.fact.column(name).allowed
        if allowed and value not in allowed:
            raise _wrong(path, f"measures.{measure.source}: {name}={value} は使えません。"
                               f"使える値: {'、'.join(allowed)}")


def _check_unit(path: Path, key: str, unit: str | None, column: Column) -> None:
    if unit is None or unit == column.unit or (unit, column.unit) in UNIT_FACTORS:
        return
    known = "、".join(source for source, target in UNIT_FACTORS if target == column.unit) or "なし"
    raise _wrong(path, f"{key}.unit={unit} は {column.unit or '単位なし'} に換算できません。使える単位: {known}")


def _wrong(path: Path, problem: str) -> FeedError:
    return FeedError("取込み定義に誤りがあります", f"{path.name}: {problem}。",
                     f"{path} を直してから、もう一度実行してください。")
