"""Judging a whole file: its name tells its period, its lines add up, and not too many of them are rejects."""

from __future__ import annotations

from etl.batches import Tally
from etl.errors import FileRefused
from etl.feed import Feed
from etl.mapping import Mapped


def unnamed_period(feed: Feed, name: str) -> FileRefused:
    """Which of two ledgers is newer is told by their names; a name that does not tell is refused."""
    return FileRefused("ファイル名から対象期間が読めません",
                       f"{name} の名前に、台帳の対象期間がありません。どの台帳が新しいかは名前で決まります。",
                       f"送付元の名前（例: {_example_name(feed)}）のとおりに直して、取り込み直してください。")


def _example_name(feed: Feed) -> str:
    pattern = feed.file.period or ""
    month = "月" if "(?P<month>" in pattern else "度"
    example = (f"令和8年{'10' if month == '月' else ''}{month}") if "(?P<era>" in pattern else "202610"
    return feed.file.names[0].replace("*", example)


def reconcile(tally: Tally, mapped: Mapped) -> None:
    """Every physical line is accounted for; otherwise the file is refused whole."""
    told = (mapped.accepted_lines + len(tally.malformed) + len(mapped.rejects) + mapped.other_lines + tally.header
            + tally.blank + tally.total + tally.other + tally.continued)
    if told != tally.physical:
        raise FileRefused("行数が合いません",
                          f"ファイルは{tally.physical:,}行ですが、受入れ・却下・見出し等の合計は{told:,}行です。",
                          "ファイルの途中に改行や閉じていない引用符がないか確かめ、送付元に再出力を依頼してください。")


def refuse_retired_months(feed: Feed, months: list[str], closed_until: str | None) -> None:
    """Refuse samples of months whose samples were taken out of the lake: their numbers can no longer be computed."""
    if feed.fact.replaces != "span" or closed_until is None:
        return
    retired = [month for month in months if month <= closed_until]
    if retired:
        others = "残りの月の行だけのファイルにして取り込むか、" if len(retired) < len(months) else ""
        raise FileRefused("保存期間を過ぎた月の計測値です",
                          f"ファイルに {'、'.join(retired)} の計測値があります。{closed_until} までの月は締め切られ、"
                          "集計は当時のまま変わりません。原本は保管しました。",
                          f"{others}反映が必要なときは管理者に相談してください（docs/operations.md の「保存期間」）。")


def refuse_too_many_rejects(feed: Feed, tally: Tally, mapped: Mapped) -> None:
    """Refuse a file of which the feed takes too little.

    Lines whose body, line or device is not registered are rejects that wait for their registration: they speak against
    the file only when they are most of it (then it is another office's file, or its columns are shifted).
    """
    rejected = len(tally.malformed) + len(mapped.rejects)
    data, strange = mapped.accepted_lines + rejected, mapped.unregistered_lines
    wrong = rejected - strange
    too_many = wrong > feed.reject_grace and 100 * wrong / data > feed.reject_limit_pct
    not_ours = strange > feed.reject_grace and 2 * strange > data
    if too_many or not_ours or (rejected and not mapped.accepted_lines):
        first = min([*tally.malformed, *mapped.rejects], key=lambda reject: reject.line)
        raise FileRefused("却下された行が多すぎます",
                          f"{data:,}行のうち{rejected:,}行が却下されました（上限{feed.reject_limit_pct:g}%）。"
                          f"最初は{tally.place(first.line) or f'{first.line}行目'}: {first.reason}"
                          f"{f'（{first.column}={first.value}）' if first.column else ''}。",
                          "定義とファイルの組合せを確かめ、直したファイルを取り込んでください。")
