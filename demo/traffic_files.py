"""The files of traffic: per body (and one day late), per line (and one day corrected)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demo import defects
from demo.seeds import stream
from demo.traffic import (
    BREAKOUT_IN,
    INTERNET_IN,
    SECONDS,
    WEB_IN,
    Flags,
    Traffic,
    day_mask,
    span_slots,
)
from demo.world import Tenant, World
from demo.writers import (
    CP932,
    CRLF,
    Cells,
    Integers,
    digits,
    join,
    numbers_and_commas,
    same,
    texts,
    to_bytes,
)

_TENANT_HEADER = (
    "収集時刻,団体コード,団体名,インターネット受信(byte),インターネット送信(byte),"
    "ブレイクアウト受信(byte),ブレイクアウト送信(byte),Web公開受信(byte),Web公開送信(byte),"
    "インターネットセッション数,ブレイクアウトセッション数,Web公開セッション数"
)
_BYTES_PER_SESSION = np.array([190_000, 420_000, 95_000])
_LINE_HEADER = "日時,回線ID,回線名,受信平均(bps),送信平均(bps),受信最大(bps),送信最大(bps),状態"
_MEASURED_LINES = ("internet", "breakout", "web")
_OVERHEAD = 1.018
_STRANGE_CODE, _STRANGE_NAME = "249999", "試験団体"


def tenant_file(folder: Path, world: World, traffic: Traffic, times: Cells, seed: int) -> dict[Path, int]:
    """The monthly export, without the late day; the late day's own file when it lies in this month."""
    month = traffic.rhythm.month
    late = day_mask(traffic.rhythm, defects.LATE_DAY)
    path = folder / f"団体別通信量_{month.start:%Y%m}.csv"
    title = f"団体別通信量（5分値）　{month.start:%Y年%m月}分"
    shown = _with_sessions(world, traffic, seed)
    written = {path: _write_tenants(path, title, world, traffic, shown, times, ~late, spoilt=True)}
    if late.any():
        path = folder / f"団体別通信量_{defects.LATE_DAY:%Y%m%d}_再送.csv"
        title = f"団体別通信量（5分値）　{defects.LATE_DAY:%Y年%m月%d日}分（再送）"
        written[path] = _write_tenants(path, title, world, traffic, shown, times, late, spoilt=False)
    return written


def _with_sessions(world: World, traffic: Traffic, seed: int) -> list[Integers]:
    """Per body the shown bytes and, beside them, the sessions of each route; ``-`` where the route was not counted."""
    month = traffic.rhythm.month.first_month
    bodies: list[Integers] = []
    for tenant, shown in zip(world.tenants, traffic.shown, strict=True):
        carried = np.maximum(shown[:, 0::2], 0) + np.maximum(shown[:, 1::2], 0)
        noise = stream(seed, "sessions", tenant.code, month).normal(1, 0.06, carried.shape)
        sessions = np.maximum(carried / _BYTES_PER_SESSION * noise, 0).astype(np.int64)
        bodies.append(np.concatenate([shown, np.where(shown[:, 0::2] < 0, -1, sessions)], axis=1))
    return bodies


def _write_tenants(
    path: Path,
    title: str,
    world: World,
    traffic: Traffic,
    shown: list[Integers],
    times: Cells,
    wanted: Flags,
    *,
    spoilt: bool,
) -> int:
    rows = 0
    with path.open("wb") as file:
        file.write(f"{title}\r\n\r\n{_TENANT_HEADER}\r\n".encode(CP932))
        for index, tenant in enumerate(world.tenants):
            keep = traffic.polled[index] & wanted
            if not keep.any():
                continue
            block = _tenant_block(tenant, shown[index][keep], times[keep])
            if spoilt and index == 0:
                block = _spoil(block, traffic.rhythm.month.first_month)
            rows += block.count(b"\n")
            file.write(block)
    return rows


def _tenant_block(tenant: Tenant, values: Integers, times: Cells) -> bytes:
    who = same(f"{tenant.code},{tenant.name}", len(values), CP932)
    return to_bytes(join([times, who, numbers_and_commas(values)]))


def _spoil(block: bytes, month: str) -> bytes:
    """Plant the month's bad rows among the rows of one body."""
    lines = block.split(CRLF)
    for number in range(defects.planted("tenant_traffic", month, "letters")):
        cells = lines[100 + 400 * number].split(b",")
        cells[3] = cells[3][:-1] + b"O"
        lines[100 + 400 * number] = b",".join(cells)
    cells = lines[1500].split(b",")
    for _ in range(defects.planted("tenant_traffic", month, "unknown_code")):
        lines.insert(
            1501, b",".join([cells[0], _STRANGE_CODE.encode(), _STRANGE_NAME.encode(CP932), *cells[3:]])
        )
    for _ in range(defects.planted("tenant_traffic", month, "impossible_date")):
        lines.insert(1801, b",".join([month.replace("-", "/").encode() + b"/32 10:05", *cells[1:]]))
    for _ in range(defects.planted("tenant_traffic", month, "duplicate")):
        lines.insert(2101, lines[2100])
    return CRLF.join(lines)


def line_rates(traffic: Traffic, seed: int) -> dict[str, Integers]:
    """Average and highest bit/s per line: columns in, out, highest in, highest out."""
    total = traffic.truth.sum(axis=0)
    web = total[:, WEB_IN : WEB_IN + 2]
    carried = {
        "internet": total[:, INTERNET_IN : INTERNET_IN + 2] + web,
        "breakout": total[:, BREAKOUT_IN : BREAKOUT_IN + 2],
        "web": web,
    }
    random = stream(seed, "lines", traffic.rhythm.month.first_month)
    return {line: _rates(carried[line], random) for line in _MEASURED_LINES}


def _rates(carried: Integers, random: np.random.Generator) -> Integers:
    average = carried * (8 / SECONDS) * _OVERHEAD * random.normal(1, 0.002, carried.shape)
    highest = average * (1.03 + np.abs(random.normal(0, 0.035, carried.shape)))
    return np.concatenate([average, highest], axis=1).astype(np.int64)


def line_file(
    folder: Path, world: World, traffic: Traffic, rates: dict[str, Integers], times: Cells, seed: int
) -> dict[Path, int]:
    """The monthly file, and the corrected day's own file when it lies in this month."""
    rhythm = traffic.rhythm
    shown = {line: rates[line].copy() for line in _MEASURED_LINES}
    _lose_samples(shown, traffic, seed)
    corrected = day_mask(rhythm, defects.CORRECTED_DAY)
    written: dict[Path, int] = {}
    if corrected.any():
        path = folder / f"回線トラフィック_{rhythm.month.start:%Y%m}_訂正.csv"
        whole_day = {line: values[corrected] for line, values in shown.items()}
        written[path] = _write_lines(path, _line_text(world, whole_day, times[corrected]))
        shown[defects.CORRECTED_LINE][corrected] //= defects.CORRECTED_FACTOR
    path = folder / f"回線トラフィック_{rhythm.month.start:%Y%m}.csv"
    text = _spoil_lines(_line_text(world, shown, times), rhythm.month.first_month)
    return {path: _write_lines(path, text), **written}


def _lose_samples(shown: dict[str, Integers], traffic: Traffic, seed: int) -> None:
    random = stream(seed, "line polls", traffic.rhythm.month.first_month)
    safe = ~day_mask(traffic.rhythm, defects.CORRECTED_DAY)
    silent = span_slots(traffic.rhythm, defects.OUTAGE)
    for line in _MEASURED_LINES:
        lost = random.integers(0, traffic.rhythm.slots, int(random.integers(2, 9)))
        shown[line][lost[safe[lost]]] = -1
        if line != "breakout":
            shown[line][silent.start : max(silent.start, silent.stop - 4)] = -1


def _line_text(world: World, shown: dict[str, Integers], times: Cells) -> bytes:
    names = texts([f"{line},{world.lines[line]}" for line in _MEASURED_LINES], CP932)
    values = np.stack([shown[line] for line in _MEASURED_LINES], axis=1)
    states = texts(["正常", "取得不可"], CP932)[(values[..., 0] < 0).astype(np.int64)]
    columns = [
        np.broadcast_to(times[:, None, :], (*values.shape[:2], times.shape[1])),
        np.broadcast_to(names, (*values.shape[:2], names.shape[1])),
        *(digits(values[..., column]) for column in range(values.shape[2])),
        states,
    ]
    return to_bytes(join(columns))


def _spoil_lines(text: bytes, month: str) -> bytes:
    lines = text.split(CRLF)
    for _ in range(defects.planted("line_traffic", month, "unknown_code")):
        cells = lines[300].split(b",")
        lines.insert(301, b",".join([cells[0], b"test01", "試験回線".encode(CP932), *cells[3:]]))
    for number in range(defects.planted("line_traffic", month, "letters")):
        cells = lines[3000 + number].split(b",")
        cells[3] = b"error"
        lines[3000 + number] = b",".join(cells)
    return CRLF.join(lines)


def _write_lines(path: Path, text: bytes) -> int:
    path.write_bytes(f"{_LINE_HEADER}\r\n".encode(CP932) + text)
    return text.count(b"\n")
