"""The yearly briefing of one body: how much it used its connection, when it was busy, what for."""

from __future__ import annotations

from typing import Any

from exports.blocks.base import ChartContent, Context, Params, Sentences, series_over, total
from exports.blocks.own import kpis, months, own_months, position, profile, shown, state, told, value
from exports.model import ChartSpec, Reference, Series
from exports.text import amount, as_gb, as_mbps, change_pct, missing, month_ja, month_label

_GB, _MBPS = 1e9, 1e6
_DIRECTIONS = (("in", "受信"), ("out", "送信"))


def _cells(ctx: Context, column: str) -> dict[tuple[str, str], Any]:
    """``{(month, direction): value}`` over all routes."""
    return {(row["jst_month"], row["direction"]): row[column] for row in own_months(ctx, "tenant_traffic_trend")}


def _series(ctx: Context, column: str, scale: float) -> tuple[Series, ...]:
    cells, asked = _cells(ctx, column), months(ctx)
    return tuple(
        series_over(label, {month: cells.get((month, code)) for month in asked}, asked, scale)
        for code, label in _DIRECTIONS
    )


def _labels(ctx: Context) -> tuple[str, ...]:
    return tuple(month_label(month) for month in months(ctx))


def sentences(ctx: Context, _: Params) -> Sentences:
    """The year's traffic, compared with the year before where both are whole, and its busiest month."""
    row = kpis(ctx).get("K15", {})
    if missing(row.get("value")):
        return ("この期間の通信量はデータなしです。",)
    compared = ""
    if state(ctx)["is_complete"] and not missing(row["previous_value"]):
        compared = f"前年度比{change_pct(row['value'], row['previous_value'])}の"
    facts = [f"通信量は{compared}{shown(row)}GB、混雑時の速度は{told(ctx, 'K15.p95')}でした。"]
    sums = {
        month: total(found) for month, found in _by_month(_cells(ctx, "bytes")).items() if total(found) is not None
    }
    if sums:
        most, least = max(sums, key=lambda month: sums[month]), min(sums, key=lambda month: sums[month])
        facts.append(
            f"最も多い月は{month_ja(most)}の{as_gb(sums[most], 0)}GB、最も少ない月は{month_ja(least)}の"
            f"{as_gb(sums[least], 0)}GBです。"
        )
    return tuple(facts)


def _by_month(cells: dict[tuple[str, str], Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for (month, _), cell in cells.items():
        found.setdefault(month, []).append(cell)
    return found


def volume_chart(ctx: Context, _: Params) -> ChartContent:
    """Traffic of each month, received and sent stacked."""
    spec = ChartSpec(
        kind="stacked_bar", categories=_labels(ctx), series=_series(ctx, "bytes", _GB), unit="GB",
        category_title="年月", height_mm=42,
    )  # fmt: skip
    if not spec.has_values:
        return ChartContent(spec, "月別の通信量はデータなしです。")
    return ChartContent(spec, f"1年の合計は{told(ctx, 'K15')}です。" if state(ctx)["is_complete"] else
                        f"ここまでの合計は{told(ctx, 'K15')}です。")


def speed_chart(ctx: Context, _: Params) -> ChartContent:
    """The 95th percentile of each month and direction, with the body's limit where there is one."""
    cap, cells = profile(ctx)["cap_bps"], _cells(ctx, "p95_bps")
    limits = () if missing(cap) else (Reference("上限値", float(cap) / _MBPS),)
    spec = ChartSpec(
        kind="line", categories=_labels(ctx), series=_series(ctx, "p95_bps", _MBPS), unit="Mbps",
        category_title="年月", references=limits, decimals=1, height_mm=42,
    )  # fmt: skip
    known = {place: speed for place, speed in cells.items() if not missing(speed)}
    if not known:
        return ChartContent(spec, "混雑時の速度はデータなしです。")
    month, direction = max(known, key=lambda place: known[place])
    top = as_mbps(known[(month, direction)])
    return ChartContent(spec, f"最も高いのは{month_ja(month)}の{dict(_DIRECTIONS)[direction]}{top}Mbpsです。")


def _routes(ctx: Context) -> dict[str, float]:
    """Bytes by name of the route, largest first; unknown ones are left out."""
    found: dict[str, list[Any]] = {}
    for row in own_months(ctx, "tenant_route_period"):
        found.setdefault(row["route_name"], []).append(row["bytes"])
    sums = {name: total(parts) for name, parts in found.items()}
    return dict(sorted(((name, part) for name, part in sums.items() if part is not None), key=lambda pair: -pair[1]))


def route_sentences(ctx: Context, _: Params) -> Sentences:
    """What the connection was used for, and how many people and terminals use it."""
    routes = _routes(ctx)
    whole = sum(routes.values())
    if not whole:
        return ("用途別の通信量はデータなしです。", _size(ctx))
    shares = [f"{name}が{amount(part / whole * 100, 1)}%" for name, part in routes.items()]
    return (f"用途の経路別では、{'、'.join(shares)}でした。", _size(ctx))


def _size(ctx: Context) -> str:
    own = profile(ctx)
    return (
        f"利用者数は{amount(own['users'])}人、端末数は{amount(own['terminals'])}台、"
        f"利用者1人1開庁日当たりの通信量は{shown(kpis(ctx).get('K17'))}MBです。"
    )


def route_chart(ctx: Context, _: Params) -> ChartContent:
    """Traffic of the year by route, largest first."""
    routes = _routes(ctx)
    spec = ChartSpec(
        kind="hbar", categories=tuple(routes), series=(Series("通信量", tuple(one / _GB for one in routes.values())),),
        unit="GB", value_labels=True, height_mm=30,
    )  # fmt: skip
    whole = amount(sum(routes.values()) / _GB)
    return ChartContent(spec, f"経路の合計は{whole}GBです。" if routes else "用途別の通信量はデータなしです。")


def position_chart(ctx: Context, _: Params) -> ChartContent:
    """Traffic per user and open day: the body beside the quartiles of all bodies."""
    place = position(ctx, "K17")
    hidden = not place or place["is_suppressed"]
    names = (("value", "貴団体"), ("third_quartile", "上位4分の1の境"), ("median", "県内の中央値"),
             ("first_quartile", "下位4分の1の境"))
    values = tuple(None if hidden else float(place[name]) for name, _ in names)
    spec = ChartSpec(
        kind="hbar", categories=tuple(label for _, label in names), series=(Series("1人1開庁日当たり", values),),
        unit="MB", value_labels=True, height_mm=46, decimals=1,
    )  # fmt: skip
    if hidden:
        return ChartContent(spec, "県内の団体との比較はデータなしです。")
    order = f"大きい方から{amount(place['place'])}番目（{amount(place['bodies'])}団体中）です。"
    return ChartContent(spec, f"貴団体は{order}")


def outlook_sentences(ctx: Context, _: Params) -> Sentences:
    """How busy the connection gets, against the limit where there is one; no forecast without a basis."""
    speed, cap = told(ctx, "K15.p95"), profile(ctx)["cap_bps"]
    if missing(value(ctx, "K15.p95")):
        return ("混雑時の速度はデータなしのため、容量の見通しを示せません。",)
    if missing(cap):
        facts = [f"混雑時の速度は{speed}で、貴団体の通信に上限値の定めはありません。"]
    else:
        facts = [f"混雑時の速度は{speed}で、上限値{as_mbps(cap, 0)}Mbpsの{told(ctx, 'K16')}です。"]
    tops = {
        month: max((one for one in found if not missing(one)), default=None)
        for month, found in _by_month(_cells(ctx, "p95_bps")).items()
    }
    known = [month for month in months(ctx) if tops.get(month)]
    if len(known) > 1:
        first, last = known[0], known[-1]
        facts.append(
            f"月別の混雑時の速度（受信及び送信の大きい方）は、{month_ja(first)}の{as_mbps(tops[first])}Mbpsから"
            f"{month_ja(last)}は{as_mbps(tops[last])}Mbps（{change_pct(tops[last], tops[first])}）となりました。"
        )
    return tuple(facts)
