"""Samples whose step is not the fact's: finer ones are joined into slots, others refused unless the feed declares them.

A mean over five minutes is not a value of one minute, nor is an hourly mean a five-minute value: neither is put into
the other's place without the feed saying so (``[step]``).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.errors import FileRefused
from etl.feed import Feed

_MICROSECOND = 1_000_000
# How the values of a slot's samples become the slot's: rates and gauges are averaged, amounts add up.
_JOINS = {"avg_bps": "mean", "value": "mean", "max_bps": "max", "bytes": "sum", "sessions": "sum", "available": "any"}
_LEAST_GAPS = 3
_LATEST = 1e12


def joined(feed: Feed, samples: pa.Table) -> pa.Table:
    """One row per key and slot from finer samples (both as the staging schema says).

    Slots with fewer values than the feed asks for have no row: they are gaps; they have one without a value when a
    sample says that there was nothing to be had.
    """
    fact = feed.fact
    assert feed.step is not None and fact.interval_seconds is not None
    needed = feed.step.samples or fact.interval_seconds // feed.step.seconds
    width = fact.interval_seconds * _MICROSECOND
    times = samples.column(fact.time).cast(pa.int64()).to_numpy() // width * width
    values = [name for name in fact.names if name not in fact.key]
    columns = {name: samples.column(name).cast(pa.string()) for name in fact.key if name != fact.time}
    columns |= {name: _countable(samples.column(name)) for name in values}
    grouped = pa.table({**columns, fact.time: pa.array(times)}).group_by(list(fact.key)).aggregate(
        [*((name, _JOINS[name]) for name in values), (values[0], "count")])
    joins = {name: grouped.column(f"{name}_{_JOINS[name]}") for name in values}
    enough = pc.greater_equal(grouped.column(f"{values[0]}_count"), needed)
    told = pc.invert(joins["available"]).fill_null(False) if "available" in joins else enough
    joins = {name: column if name == "available" else pc.if_else(enough, column, None)
             for name, column in joins.items()}
    rows = pa.table({**{name: grouped.column(name) for name in fact.key}, **joins}).filter(pc.or_(enough, told))
    return pa.table([_typed(rows.column(name), kind)
                     for name, kind in zip(samples.schema.names, samples.schema.types, strict=True)],
                    schema=samples.schema)


def _countable(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return values if pa.types.is_boolean(values.type) else values.cast(pa.float64())


def _typed(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    values = column.combine_chunks()
    if pa.types.is_dictionary(kind):
        return values.dictionary_encode().cast(kind)
    if pa.types.is_integer(kind):
        return pc.floor(pc.add(values, 0.5)).cast(kind)
    return pc.round(values, 6).cast(kind) if pa.types.is_decimal(kind) else values.cast(kind)


def step_of(times: list[float]) -> float | None:
    """The step of one series' times (seconds, ascending), None when there are too few to tell.

    Samples may be missing: the step is the greatest that all gaps are multiples of.
    """
    moments = np.array(times)
    plausible = moments[np.abs(moments) < _LATEST]  # NaN is not; a wrong time is its line's fault alone
    gaps = np.diff(np.round(plausible * 1000).astype(np.int64))
    if len(gaps) < _LEAST_GAPS:
        return None
    return float(np.gcd.reduce(gaps)) / 1000


def refuse_other_step(feed: Feed, seconds: float | None) -> None:
    """Raise :class:`FileRefused` when the file's samples are not as far apart as the feed says.

    ``seconds`` is None when the file does not tell.
    """
    expected = feed.sample_seconds
    if seconds is None or not expected or seconds == expected:
        return
    if feed.step:
        next_step = f"取込み定義 {feed.name}.toml の [step] の seconds を、ファイルの間隔に合わせてください。"
    elif seconds < expected and expected % seconds == 0:
        next_step = (f"{expected}秒の値を書き出すか、取込み定義 {feed.name}.toml に [step] seconds = {seconds:g} を"
                     "書いて、値をまとめてください。")
    else:
        next_step = f"{expected}秒の値を書き出して、取り込んでください。"
    raise FileRefused("値の間隔が違います", f"ファイルの値は{seconds:g}秒おきですが、取込み定義 {feed.name} は"
                      f"{expected:g}秒おきの値を取り込みます。", next_step)
