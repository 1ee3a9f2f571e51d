"""The last lines of a page: where its figures come from and what its signs mean."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from exports.text import as_of_ja
from warehouse.japanese import era_datetime
from warehouse.period import Period
from warehouse.reading import SnapshotFacts

_SIGNS = (
    "「…」は不明・未取得、「－」は該当なし、「0」は実際に0、「▲」（数値の前）は負数を表します。",
    "1 GBは10の9乗バイト、1 Mbpsは毎秒10の6乗ビットです。端数処理のため合計が一致しない場合があります。",
    "95パーセンタイルは、5分平均値を小さい順に並べて95%の順位に当たる値です（方向別）。取得率は、期待される計測点のうち取得できた割合です。",
)


def sources(
    snapshot: SnapshotFacts, period: Period | None, feeds: Sequence[str], notes: Sequence[str] = ()
) -> Component:
    """Sources, period (where the page has one), data-as-of, updated-at, then the legend of signs."""
    about = f"対象期間 {period.label_ja}、" if period else ""
    first = (
        f"出典：{'、'.join(feeds)}（{about}数値時点 {as_of_ja(snapshot.data_as_of, '不明')}、"
        f"更新日時 {era_datetime(snapshot.published_at)}、データ第{snapshot.number}版）"
    )
    return html.Section(
        [
            html.H2("出典と注", className="sources-title"),
            html.P(first),
            html.Ul([html.Li(text) for text in (*notes, *_SIGNS)]),
        ],
        className="sources",
    )
