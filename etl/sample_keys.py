"""Which keys of a feed of regular samples go together; combinations that make no sense are told in Japanese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from etl.feed import Feed

_RRDTOOL = {"rrd_xport", "rrd_fetch"}
_TRAFFIC_UNITS = {"bit/s", "byte"}


def wrong_sample_keys(feed: Feed) -> str | None:
    """What is wrong with the keys of a feed of samples; None when nothing is."""
    return next((problem for check in (_counter, _step, _stamp, _moment) for problem in check(feed)), None)


def _counter(feed: Feed) -> Iterator[str]:
    if feed.counter is None:
        return
    if feed.fact.interval_seconds is None or not feed.measures:
        yield "counter は measures と、5分値の表で使います"
        return
    for measure in feed.measures:
        if feed.fact.column(measure.into).unit != "bit/s":
            yield f"measures.{measure.source}: counter の値は bit/s になります。into={measure.into} には入れられません"
        if measure.also or measure.unit or measure.maximum is not None:
            yield f"measures.{measure.source}: counter では also、unit、maximum は使えません（上限は counter.max_bps）"
    unused = sorted(set(feed.columns) - {feed.fact.time, feed.fact.entity, *feed.fact.key})
    if unused:
        yield f"counter では columns.{unused[0]} は使えません"
    if feed.counter.bits == 32 and feed.counter.max_bps * feed.fact.interval_seconds >= 8 * 2**32:
        most = 8 * 2**32 // feed.fact.interval_seconds
        yield (f"32ビットのカウンタは、{most:,} bit/s 以上では5分間に二度一巡しえて、速さが分かりません。"
               "counter.max_bps に、それより小さい回線の速さを書いてください（速い回線は64ビットで取得してください）")


def _step(feed: Feed) -> Iterator[str]:
    if feed.step is None:
        return
    interval, seconds, samples = feed.fact.interval_seconds, feed.step.seconds, feed.step.samples
    if interval is None or feed.counter:
        yield "step は、counter のない5分値の表で使います"
    elif seconds < interval:
        if interval % seconds:
            yield f"step.seconds={seconds} では {interval}秒を割り切れません"
        elif samples and samples > interval // seconds:
            yield f"step.samples={samples} は、{interval}秒にある値の数 {interval // seconds} を超えています"
        elif samples and samples < interval // seconds and "bytes" in feed.fact.names:
            yield "step.samples は、値を足し合わせる bytes の表では書けません（一つでも欠ければ少なすぎる値になります）"
    elif seconds > interval and (seconds % interval or samples):
        yield f"step.seconds は{interval}秒の約数か倍数にしてください（倍数のとき samples は使えません）"
    elif seconds > interval and any(column.unit in _TRAFFIC_UNITS for column in feed.fact.columns):
        yield f"表 {feed.table} は、通信量を合計するので、{interval}秒より粗い値を入れられません"


def _stamp(feed: Feed) -> Iterator[str]:
    """rrdtool always stamps the end of a step; a feed that forgets it would be one slot late."""
    if feed.file.format in _RRDTOOL and feed.fact.interval_seconds and feed.time_spec.stamp != "end":
        yield f"columns.{feed.fact.time}: rrdtool の時刻は区間の終わりです。stamp = \"end\" と書いてください"


def _moment(feed: Feed) -> Iterator[str]:
    groups = set(re.compile(feed.file.period or "").groupindex)
    if "minute" in groups and "hour" not in groups or "hour" in groups and "day" not in groups:
        yield "file.period の hour は day と、minute は hour と一緒に書いてください"
    if "@time" not in feed.wanted():
        if feed.file.record_seconds is not None:
            yield "file.record_seconds は、@time を使う定義で書きます"
        return
    if "day" not in groups:
        yield "@time を使うには、file.period に year（era）、month、day のグループが必要です（hour、minute も書けます）"
    if feed.file.record_seconds is not None and (not feed.file.columns or feed.file.skip):
        yield "file.record_seconds は、見出し行のないファイル（file.columns）で書きます（skip とは一緒に使えません）"
