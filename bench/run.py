"""``make bench``: load beside plain DuckDB, the demo's load, page time, report time.  Prints one table."""

from __future__ import annotations

import resource
import shutil
import tempfile
import time
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

import demo
from bench import alerts, callbacks, documents, long_csv, one_day, pages, users
from etl.run import load
from exports.assemble import assemble_report
from exports.contract import ContractInfo
from exports.publish import write_report
from exports.template import load_template
from warehouse.folder import DataFolder
from warehouse.period import Period
from warehouse.reader import open_current

CONFIG = Path(__file__).resolve().parent.parent / "config"
_CLOCK = datetime(2026, 11, 20, 9)
_DAYS = 365
_ALERTS = 500_000
_URLS = {"概況": "/?period=2026-10", "接続団体": "/tenant?tenant=242012&period=2026-10",
         "接続団体一覧": "/tenants?period=2026-10", "回線と容量": "/lines?period=2026-10"}


def main() -> None:
    table = Table("測定", "結果", "内訳", title="見晴らし 性能測定（比は同じ実行の中で比べる）")
    with tempfile.TemporaryDirectory(prefix="miharashi-bench-") as folder:
        scratch = Path(folder)
        _bench_long_csv(table, scratch / "long")
        _bench_one_day(table, scratch / "one_day")
        _bench_alerts(table, scratch / "alerts")
        data = _bench_demo(table, scratch / "demo")
        _bench_report(table, data)
        _bench_packs(table, data)
        for page in pages.measure(data, CONFIG, _URLS):
            table.add_row(
                f"画面 {page.name}",
                f"操作可 {page.warm_interactive:.2f} 秒、全図 {page.warm_drawn:.2f} 秒（2回目以降）",
                f"初回は操作可 {page.cold_interactive:.2f} 秒、全図 {page.cold_drawn:.2f} 秒、"
                f"最も遅い応答 {page.slowest_callback_seconds * 1000:.0f} ms、"
                f"{page.requests} 要求、{page.transferred_bytes / 1e6:.2f} MB",
            )
        _bench_callbacks(table, data)
        _bench_users(table, data)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    table.add_row("最大メモリ（取込み・報告書）", f"{peak:.2f} GB", "")
    Console(width=120).print(table)


def _bench_long_csv(table: Table, scratch: Path) -> None:
    scratch.mkdir()
    rows, size, loaded, plain = long_csv.measure(scratch, CONFIG, _DAYS)
    shutil.rmtree(scratch)
    table.add_row(
        f"縦持ちCSV {rows / 1e6:.1f} M行（{size / 1e6:.0f} MB）の取込み",
        f"{rows / loaded / 1e6:.2f} M行/秒",
        f"{loaded:.1f} 秒。DuckDB の CREATE TABLE AS read_csv {plain:.1f} 秒（{rows / plain / 1e6:.2f} M行/秒）、"
        f"比 {plain / loaded:.2f}",
    )


def _bench_one_day(table: Table, scratch: Path) -> None:
    scratch.mkdir()
    day = one_day.measure(scratch, CONFIG)
    shutil.rmtree(scratch)
    table.add_row(
        f"1日分を6年分（{day.history_rows / 1e6:.0f} M行）へ取込み",
        f"{day.into_running_month:.2f} 秒（月の半ばの翌日分）",
        f"空の倉庫へは {day.into_empty:.2f} 秒、比 {day.into_running_month / day.into_empty:.2f}。"
        f"月の初日は {day.into_new_month:.2f} 秒、比 {day.into_new_month / day.into_empty:.2f}",
    )


def _bench_alerts(table: Table, scratch: Path) -> None:
    scratch.mkdir()
    count, seconds = alerts.measure(scratch, CONFIG, _ALERTS)
    shutil.rmtree(scratch)
    table.add_row(f"Suricata EVE 検知 {count:,}件の取込み", f"{count / seconds:,.0f} 件/秒", f"{seconds:.1f} 秒")


def _bench_demo(table: Table, data: Path) -> Path:
    started = time.perf_counter()
    demo.generate(data / "inbox", CONFIG, "2025-11", "2026-10")
    generated = time.perf_counter() - started
    started = time.perf_counter()
    result = load(DataFolder(data), CONFIG, [data / "inbox"], clock=lambda: _CLOCK)
    loaded = time.perf_counter() - started
    rows = sum(outcome.record.accepted_rows for outcome in result.outcomes if outcome.record)
    table.add_row(
        "デモ12か月の取込み",
        f"{rows / loaded / 1e6:.2f} M件/秒",
        f"{rows / 1e6:.1f} M件 {loaded:.1f} 秒（作成 {generated:.1f} 秒）",
    )
    return data


def _bench_callbacks(table: Table, data: Path) -> None:
    found = callbacks.measure(data)
    (new, new_seconds), (fresh, fresh_seconds) = found.new_slowest, found.fresh_slowest
    table.add_row(
        f"画面のサーバー時間（{found.links}リンク、95パーセンタイル）",
        f"{found.again_p95 * 1000:.0f} ms（2回目以降）",
        f"作り直し {found.fresh_p95 * 1000:.0f} ms（最も遅い {fresh} {fresh_seconds * 1000:.0f} ms）、"
        f"新しいスナップショット（見られていた画面） {found.ready_p95 * 1000:.0f} ms、"
        f"（初めての画面） {found.new_p95 * 1000:.0f} ms（最も遅い {new} {new_seconds * 1000:.0f} ms）",
    )


def _bench_users(table: Table, data: Path) -> None:
    load = users.measure(data)
    table.add_row(f"{load.people}人が{users.SECONDS}秒", f"95パーセンタイル {load.p95 * 1000:.0f} ms", users.told(load))


def _bench_report(table: Table, data: Path) -> None:
    template, contract = load_template("monthly-operations"), ContractInfo.from_toml(CONFIG / "contract.toml")
    for turn in ("初回", "2回目"):
        started = time.perf_counter()
        reader = open_current(data)
        report = assemble_report(template, Period.parse("2026-10"), reader.whole_scope(), reader, contract, _CLOCK)
        assembled = time.perf_counter() - started
        write_report(report, ("docx", "pdf", "xlsx"), data / "out")
        table.add_row(
            f"月次運用報告書 Word・PDF・Excel（{turn}）",
            f"{time.perf_counter() - started:.1f} 秒",
            f"うち照会と組立て {assembled:.1f} 秒",
        )


def _bench_packs(table: Table, data: Path) -> None:
    packs = documents.measure(data)
    table.add_row("年次報告資料 全接続団体（4形式）", f"{packs.seconds:.0f} 秒", documents.told(packs))


if __name__ == "__main__":
    main()
