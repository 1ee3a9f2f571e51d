"""Feed definitions ``config/feeds/<feed>.toml``: how a source's files become rows of one fact table.

Every key is documented on its field below; unknown keys are refused.
"""

from __future__ import annotations

import codecs
import fnmatch
import re
import string
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from etl.errors import FeedError
from etl.values import UNIT_FACTORS
from warehouse.facts import FACT_TABLES, Column, FactTable

Scalar = str | int | float | bool
_REASONS = {"extra_forbidden": "この項目は使えません", "missing": "この項目が必要です",
            "string_type": "文字列で書いてください",
            "string_too_short": "1文字で書いてください", "string_too_long": "1文字で書いてください"}


def _encoding(name: str) -> str:
    """Encodings whose line ends are single bytes, so that physical lines can be told before decoding."""
    try:
        if "\n".encode(codecs.lookup(name).name) == b"\n":
            return name
    except LookupError:
        pass
    raise ValueError(f"{name} は使えない文字コードです（使える例: utf-8、cp932）")


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
    format: Literal["delimited", "excel", "json"] = Field(description="delimited text, Excel workbook, JSON/NDJSON")
    encoding: Annotated[str, AfterValidator(_encoding)] = Field(
        "utf-8", description="character encoding of text files (a UTF-8 BOM is allowed)")
    delimiter: str = Field(",", min_length=1, max_length=1, description="column separator of delimited text, one "
                           "character (white space around cells does not matter)")
    header: tuple[str, ...] = Field((), description="names the header row holds; rows above it are title rows "
                                    "(needed for delimited text and Excel)")
    sheet: str | None = Field(None, description="Excel sheet name; the first sheet when left out")
    totals: tuple[str, ...] = Field((), description="a row whose first filled cell is one of these is a total row")
    nulls: tuple[str, ...] = Field(("", "-", "－", "―", "…", "NA", "N/A", "?"), description="cells that mean no value")
    period: Annotated[str | None, AfterValidator(_pattern)] = Field(
        None, description="regular expression on the file name that tells the period the file "
                          "speaks for; groups year or era (令和) and month, optionally day; else from the rows")


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
    styles: tuple[str, ...] = Field(
        ("iso",), description="date styles, tried in order: iso, era, epoch, epoch_ms, or a strptime pattern")
    zone: Annotated[str, AfterValidator(_zone)] = Field(
        "Asia/Tokyo", description="time zone of times without an offset of their own")
    stamp: Literal["start", "end"] = Field("start", description="whether a sample's time starts or ends its interval")
    codes: dict[str, str] = Field(default_factory=dict, alias="map", description="source value -> our code; a value "
                                  "that is not listed is rejected unless the key * is")
    true: tuple[str, ...] = Field((), description="values that mean true; every other value means false")
    by: Literal["name", "address", "address_side"] = Field(
        "name", description="look a key up by code/name/alias or by address; address_side gives the direction: in when "
        "the first source is a tenant's address, out when only the second is")
    unknown: Literal["reject", "keep"] = Field("reject", description="what becomes of a key that is not registered: "
                                               "rejected, or kept under the explicit tenant 'unknown'")
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


class CounterSpec(_Strict):
    """``[counter]``: the measures are ever-growing octet counters, turned into bit/s."""

    bits: Literal[32, 64] = Field(64, description="width of the counter")
    max_bps: int = Field(100_000_000_000, description="a wrap that would mean more than this is a restart instead")


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

    @property
    def fact(self) -> FactTable:
        return FACT_TABLES[self.table]

    @property
    def time_spec(self) -> ColumnSpec:
        return self.columns[self.fact.time]

    def wanted(self) -> set[str]:
        """Every source column the mapping reads."""
        wanted = {source for spec in self.columns.values() for source in spec.sources}
        wanted |= {field for spec in self.columns.values() if spec.template
                   for _, field, _, _ in string.Formatter().parse(spec.template) if field}
        wanted |= {spec.only_if.column for spec in self.columns.values() if spec.only_if}
        wanted |= {measure.source for measure in self.measures} | set(self.keep)
        wanted |= {source for measure in self.measures for source in measure.also.values()}
        return wanted | set(self.fold.order if self.fold else ())

    def takes(self, path: Path) -> bool:
        """Whether the file's name is one of this feed's."""
        return any(fnmatch.fnmatch(path.name, pattern) for pattern in self.file.names)


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


def feed_for(path: Path, feeds: dict[str, Feed], name: str | None) -> Feed:
    """The feed that takes ``path``: the named one, the one its folder names, or the one its name matches."""
    listed = "、".join(feeds) or "なし"
    if name is not None:
        if name not in feeds:
            raise FeedError("取込み定義がありません", f"「{name}」という取込み定義はありません。使える定義: {listed}。",
                            "--feed に上の名前のいずれかを指定してください。")
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
    known = set(feed.fact.names)
    given = set(feed.columns) | {name for m in feed.measures for name in (m.into, *m.set, *m.also)}
    if given - known:
        raise _wrong(path, f"表 {feed.table} に列 {'、'.join(sorted(given - known))} はありません。"
                     f"列: {'、'.join(feed.fact.names)}")
    missing = {column.name for column in feed.fact.columns if column.required} - given
    if missing:
        raise _wrong(path, f"必須の列 {'、'.join(sorted(missing))} の定義がありません")
    if feed.file.format != "json" and not feed.file.header:
        raise _wrong(path, "file.header に見出し行の列名を書いてください")
    if feed.fold and (feed.fold.key not in feed.columns or feed.counter or feed.measures):
        raise _wrong(path, f"fold.key={feed.fold.key} の列の定義が必要です（measures、counter とは一緒に使えません）")
    if feed.counter and (feed.fact.interval_seconds is None or not feed.measures):
        raise _wrong(path, "counter は measures と、5分値の表で使います")
    for name, spec in feed.columns.items():
        _check_unit(path, f"columns.{name}", spec.unit, feed.fact.column(name))
        if spec.by == "address" and feed.fact.column(name).dimension != "tenant":
            raise _wrong(path, f"columns.{name}: by = address は接続団体の列で使います")
        if spec.by == "address_side" and len(spec.sources) != 2:
            raise _wrong(path, f"columns.{name}: by = address_side の from には宛先と送信元の2列を書いてください")
    for measure in feed.measures:
        _check_measure(path, feed, measure)


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
