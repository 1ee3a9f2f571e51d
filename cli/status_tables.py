"""What ``status`` prints: tables and lines, as an operator reads them in the morning."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from cli.terminal import print_table, say
from warehouse.japanese import month_runs, number
from warehouse.status import Anomaly, FeedStatus, Gap, Status, Unattributed

SHORTEST_MINUTES = 30
_SHOWN_TEXTS = 5
_MANY = 4
_UNITS = {"slot": "点", "day": "日", "month": "か月"}
_MEASURES = {"records": "件数", "volume": "量"}


def print_overview(status: Status) -> None:
    """What came, feed by feed, and what needs a look."""
    _print_head(status)
    _print_calendar(status)
    _print_feeds(status.feeds)
    _print_unattributed(status)
    for warning in status.warnings:
        say(f"注意: {warning}")
    _print_documents(status)
    if any(feed.open_rejects for feed in status.feeds):
        say("却下した行の確認と直し: python app.py rejects list")
    if status.gaps or status.anomalies:
        say("欠測の区間と量の異常: python app.py status --gaps（--feed 定義、--month 2026-10 で絞れます）")


def print_gaps(status: Status, shortest: int = SHORTEST_MINUTES) -> None:
    """Gaps one by one, those of samples from ``shortest`` minutes, and days whose amounts are suspicious."""
    _print_head(status)
    _print_gaps(status.gaps, shortest)
    _print_anomalies(status.anomalies)


def _print_head(status: Status) -> None:
    until = f"、数値時点 {status.data_as_of:%Y-%m-%d %H:%M}" if status.data_as_of else ""
    say(f"スナップショット {status.number}（公開 {status.published_at:%Y-%m-%d %H:%M}{until}）")
    if status.retired_months:
        say(f"計測値を外した月（集計は当時のまま残っています）: {'、'.join(month_runs(status.retired_months))}")


def _print_calendar(status: Status) -> None:
    say(status.calendar.told())
    say(f"  {status.calendar.rules.told()}")


def _print_documents(status: Status) -> None:
    if not status.documents:
        return
    say("提出後に元のデータが変わった文書（再提出が要るか確かめてください）")
    for document in status.documents:
        say(f"  {document.told()}　取込み番号 {document.load_id}　{document.document}")


def _print_feeds(feeds: list[FeedStatus]) -> None:
    say("取込み")
    print_table(
        ["取込み定義", "最終取込み", "ファイル", "不受理", "受入れ件数", "却下行数", "うち未対応", "期間"],
        [[feed.title, f"{feed.last_loaded_at:%Y-%m-%d %H:%M}" if feed.last_loaded_at else "まだない", feed.files,
          feed.refused_files, feed.accepted_rows, feed.rejected_lines, feed.open_rejects,
          f"{feed.period_from or '－'}〜{feed.period_to or '－'}"] for feed in feeds])
    say("到着（数値時点までに届くべき5分値・日・月のうち、届いた数）")
    print_table(["取込み定義", "期待", "到着", "単位", "到着率（%）", "最後に届いた日", "欠測", "疑わしい日"],
                [[feed.title, *_arrival(feed), str(feed.last_date or "－"), feed.gaps, feed.suspicious_days]
                 for feed in feeds])


def _arrival(feed: FeedStatus) -> list[object]:
    if feed.unit is None or feed.expected is None or feed.received is None:
        return ["－", "－", "－", "－"]
    share = number(100 * feed.received / feed.expected, 2, "truncate") if feed.expected else "－"
    return [feed.expected, feed.received, _UNITS[feed.unit], share]


def _print_unattributed(status: Status) -> None:
    """Counts per feed, and what the files said most often."""
    if not status.unknown:
        return
    say("団体・機器などを引けなかった記録")
    for unknown in status.unknown:
        parts = [f"不明として保管 {unknown.n:,}件" if unknown.n else "",
                 f"却下として保管 {unknown.waiting:,}行" if unknown.waiting else ""]
        say(f"  {unknown.title}: {'、'.join(part for part in parts if part)}")
        for kept in (True, False):
            texts = [row for row in status.unattributed if row.feed == unknown.feed and row.kept is kept]
            if texts:
                say(f"    {_frequent(texts)}")


def _frequent(texts: list[Unattributed]) -> str:
    shown = "、".join(f"{row.column_name}={row.text} {row.n:,}件" for row in texts[:_SHOWN_TEXTS])
    rest = len(texts) - _SHOWN_TEXTS
    return f"{shown}、ほか{rest:,}種類" if rest > 0 else shown


def _print_gaps(gaps: list[Gap], shortest: int) -> None:
    long = [gap for gap in gaps if gap.unit != "slot" or gap.minutes >= shortest]
    say(f"欠測の区間 {len(gaps):,}件" if gaps else "欠測はありません。")
    if long:
        print_table(["取込み定義", "対象", "欠測の区間", "長さ", "欠測／期待"],
                    [[gap.title, gap.entity_name or "全体", _span(gap), _length(gap), _missing(gap)]
                     for gap in _together(long)])
    rest = [gap for gap in gaps if gap.unit == "slot" and gap.minutes < shortest]
    for title, found in groupby(rest, key=lambda gap: gap.title):
        short = list(found)
        say(f"  {title}: ほかに{shortest}分未満の欠測 {len(short):,}件（計{sum(gap.missing for gap in short):,}点）")


def _together(gaps: list[Gap]) -> list[Gap]:
    """Entities that fell silent and came back together are one line: 津市ほか32."""
    told: list[Gap] = []
    for _, found in groupby(sorted(gaps, key=_silence), key=_silence):
        same = list(found)
        if len(same) < _MANY:
            told += same
            continue
        names = f"{same[0].entity_name or same[0].entity}ほか{len(same) - 1:,}"
        told.append(replace(same[0], entity_name=names, expected=sum(gap.expected for gap in same),
                            missing=sum(gap.missing for gap in same)))
    return told


def _silence(gap: Gap) -> tuple[str, datetime, datetime]:
    return gap.feed, gap.from_jst, gap.to_jst


def _span(gap: Gap) -> str:
    if gap.unit == "slot":
        return f"{gap.from_jst:%Y-%m-%d %H:%M}〜{_until(gap.from_jst, gap.to_jst)}"
    last = gap.to_jst - timedelta(days=1)
    if gap.unit == "month":
        return f"{gap.from_jst:%Y-%m}" if gap.slots == 1 else f"{gap.from_jst:%Y-%m}〜{last:%Y-%m}"
    return f"{gap.from_jst:%Y-%m-%d}" if gap.slots == 1 else f"{gap.from_jst:%Y-%m-%d}〜{last:%Y-%m-%d}"


def _until(start: datetime, end: datetime) -> str:
    """The end of a span; the end of a day is its 24:00."""
    midnight = end.hour == end.minute == 0
    day = end - timedelta(days=1) if midnight else end
    clock = "24:00" if midnight else f"{end:%H:%M}"
    return clock if day.date() == start.date() else f"{day:%Y-%m-%d} {clock}"


def _length(gap: Gap) -> str:
    if gap.unit != "slot":
        return f"{gap.slots:,}{'か月' if gap.unit == 'month' else '日'}"
    days, minutes = divmod(gap.minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{days:,}日" if days else "", f"{hours}時間" if hours else "", f"{minutes}分" if minutes else ""]
    return "".join(parts)


def _missing(gap: Gap) -> str:
    unit = _UNITS[gap.unit]
    part = "（一部の系列）" if gap.missing < gap.expected else ""
    return f"{gap.missing:,}／{gap.expected:,}{unit}{part}"


def _print_anomalies(anomalies: list[Anomaly]) -> None:
    if not anomalies:
        say("量の異常はありません。")
        return
    say(f"量の異常 {len(anomalies):,}件（誤りとは限りません。平常は、前8週間の同じ開庁日・閉庁日の中央値）")
    print_table(["取込み定義", "対象", "日", "種類", "値", "平常", "平常比（%）"],
                [[row.title, row.entity_name or "全体", str(row.jst_date),
                  f"{_MEASURES[row.measure]}が{'少ない' if row.kind == 'low' else '多い'}", row.amount,
                  number(row.normal, 0), number(row.share_pct, 1)] for row in anomalies])
