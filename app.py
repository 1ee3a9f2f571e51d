"""The front door: ``python app.py <command>`` on the command line and ``app:server`` for gunicorn.  Wiring only."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from warehouse.errors import MiharashiError

if TYPE_CHECKING:
    from etl.run import LoadResult
    from warehouse.period import Period

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="見晴らし: 運用データの取込み、画面、報告書。データは MIHARASHI_DATA（既定 ./data）、"
    "設定は MIHARASHI_CONFIG（既定 ./config）に置きます。",
)
console = Console()
errors = Console(stderr=True)


class ReportFormat(StrEnum):
    DOCX = "docx"
    PDF = "pdf"
    XLSX = "xlsx"


class SqlFormat(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def data_folder() -> Path:
    """The data folder of this deployment."""
    return Path(os.environ.get("MIHARASHI_DATA", "data")).resolve()


def config_folder() -> Path:
    """The configuration folder of this deployment."""
    return Path(os.environ.get("MIHARASHI_CONFIG", "config")).resolve()


def now() -> datetime:
    """The present time, naive JST."""
    return datetime.now(ZoneInfo("Asia/Tokyo")).replace(tzinfo=None, microsecond=0)


def say(text: str) -> None:
    """Tell the user something as it is: no colours, no markup, no wrapping of paths."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A progress report for long work, drawn on the terminal's error stream."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("準備", total=None)

        def report(step: str, done: int, total: int) -> None:
            progress.update(task, description=step, completed=done, total=total)

        yield report


@cli.command("load")
def load_command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="ファイルまたはフォルダ")],
    feed: Annotated[str | None, typer.Option(metavar="NAME", help="取込み定義の名前（config/feeds）")] = None,
) -> None:
    """ファイルを取り込み、新しいスナップショットを公開する。"""
    from etl.run import load
    from warehouse.folder import DataFolder

    with progress_bar() as progress:
        result = load(DataFolder(data_folder()), config_folder(), paths, clock=now, feed=feed, progress=progress)
    _print_load(result)
    if result.failed:
        raise typer.Exit(1)


_LISTED_FILES = 20


def _print_load(result: LoadResult) -> None:
    """Every file of a short run; of a long one those that need a look, and the totals."""
    records = [outcome.record for outcome in result.outcomes if outcome.record]
    for outcome in result.outcomes:
        needs_look = outcome.record is None or outcome.record.rejected_lines > 0
        if len(result.outcomes) > _LISTED_FILES and not needs_look:
            continue
        say(f"{'×' if outcome.failed else '○'} {outcome.file.name}")
        say(f"   {outcome.message}")
    say(
        f"{len(result.outcomes):,}ファイル: 受入れ {sum(record.accepted_rows for record in records):,}件、"
        f"却下 {sum(record.rejected_lines for record in records):,}行、"
        f"不受理 {sum(outcome.failed for outcome in result.outcomes):,}ファイル",
    )
    if result.snapshot is not None:
        say(f"スナップショット {result.snapshot.number} を公開しました。")
    else:
        say("新しく公開するデータはありません。")


@cli.command("status")
def status_command(as_json: Annotated[bool, typer.Option("--json", help="JSONで出力する")] = False) -> None:
    """公開中のスナップショットと、取込み定義ごとの最終取込み・件数・却下・取得率を示す。"""
    from warehouse.status import read_status

    status = read_status(data_folder())
    if as_json:
        sys.stdout.write(json.dumps(status.as_dict(), ensure_ascii=False, indent=1) + "\n")
        return
    say(
        f"スナップショット {status.number}（公開 {status.published_at:%Y-%m-%d %H:%M}、数値時点 "
        f"{status.data_as_of:%Y-%m-%d %H:%M}）"
        if status.data_as_of
        else f"スナップショット {status.number}（公開 {status.published_at:%Y-%m-%d %H:%M}）",
    )
    _print_table(
        ["取込み定義", "最終取込み", "ファイル", "不受理", "受入れ件数", "却下行数", "期間"],
        [
            [
                feed.title,
                f"{feed.last_loaded_at:%Y-%m-%d %H:%M}",
                feed.files,
                feed.refused_files,
                feed.accepted_rows,
                feed.rejected_lines,
                f"{feed.period_from or '－'}〜{feed.period_to or '－'}",
            ]
            for feed in status.feeds
        ],
    )
    _print_table(
        ["表", "期間", "期待点数", "取得点数", "取得率（%）"],
        [
            [row.title, f"{row.first_date}〜{row.last_date}", row.expected, row.received, f"{row.coverage_pct:.2f}"]
            for row in status.coverage
        ],
    )
    for title, count in status.unknown_tenants.items():
        if count:
            say(f"団体不明のまま保管している記録: {title} {count:,}件")


@cli.command("report")
def report_command(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="報告書の名前（例: monthly-operations）")],
    period: Annotated[str, typer.Option(help="対象期間（2026-10、2026Q2、2026H1、R8、FY2026）")],
    tenant: Annotated[str | None, typer.Option(metavar="CODE", help="接続団体のコード")] = None,
    formats: Annotated[str, typer.Option("--format", help="出力形式（コンマ区切り）")] = "docx,pdf,xlsx",
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="出力先（既定 <データ>/out/<報告書>/<期間>）")] = None,
    issued_on: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="提出年月日（既定は今日）")] = None,
) -> None:
    """報告書を Word・PDF・Excel で作成する。"""
    from warehouse.period import Period

    chosen = _formats(formats)
    moment = _issued(issued_on)
    for path in make_report(report, Period.parse(period), tenant, chosen, out, moment):
        say(str(path))


def _formats(text: str) -> list[str]:
    chosen = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [part for part in chosen if part not in set(ReportFormat)]
    if unknown or not chosen:
        raise MiharashiError(
            "出力形式が違います",
            f"「{text}」のうち {'、'.join(unknown) or '（空）'} は使えません。",
            f"使える形式: {'、'.join(ReportFormat)}（コンマ区切り）。",
        )
    return chosen


def _issued(text: str | None) -> datetime:
    if text is None:
        return now()
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time())
    except ValueError:
        raise MiharashiError(
            "提出年月日が違います", f"「{text}」は日付として読めません。", "2026-11-10 の形で指定してください。"
        ) from None


@cli.command("sql")
def sql_command(
    sql: Annotated[str, typer.Argument(metavar="SELECT", help="SELECT 文一つ")],
    output: Annotated[SqlFormat, typer.Option("--format", help="出力形式")] = SqlFormat.TABLE,
    limit: Annotated[int, typer.Option(help="最大行数", min=1)] = 10_000,
) -> None:
    """公開中のスナップショットに SELECT で問い合わせる（読取り専用）。"""
    from warehouse import sql as free_sql

    result = free_sql.run_select(data_folder(), sql, limit)
    if output is SqlFormat.TABLE:
        _print_table(result.columns, [["" if cell is None else cell for cell in row] for row in result.rows])
    else:
        sys.stdout.write(free_sql.as_csv(result) if output is SqlFormat.CSV else free_sql.as_json(result) + "\n")
    if result.truncated:
        errors.print(f"{limit:,}行で打ち切りました。--limit で増やせます。", highlight=False)


@cli.command("rollback")
def rollback_command(
    number: Annotated[int | None, typer.Argument(metavar="[N]", help="戻す世代の番号（既定は一つ前）")] = None,
) -> None:
    """公開するスナップショットを前の世代に戻す。"""
    from warehouse import snapshot
    from warehouse.folder import DataFolder

    folder = DataFolder(data_folder())
    with folder.writer_lock():
        published = snapshot.roll_back(folder, number)
    say(
        f"スナップショット {published.number}（公開 {published.published_at:%Y-%m-%d %H:%M}）に戻しました。",
    )


@cli.command("serve")
def serve_command(
    host: Annotated[str, typer.Option(help="待ち受けるアドレス")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="待ち受けるポート", min=1, max=65535)] = 8050,
    workers: Annotated[int, typer.Option(help="プロセス数", min=1)] = 2,
) -> None:
    """画面を配信する。"""
    say(f"画面: http://{host}:{port}/ （終了は Ctrl+C）")
    say(
        "この版にはサインインがありません。開いた人は全団体のデータを見られます。"
        "127.0.0.1 以外では配信しないでください。",
    )
    arguments = [
        "gunicorn",
        "app:server",
        "--bind",
        f"{host}:{port}",
        "--workers",
        str(workers),
        "--threads",
        "4",
        "--worker-class",
        "gthread",
        "--no-control-socket",
        "--log-level",
        "warning",
        "--chdir",
        str(Path(__file__).parent),
    ]
    os.environ["MIHARASHI_DATA"], os.environ["MIHARASHI_CONFIG"] = str(data_folder()), str(config_folder())
    os.execv(sys.executable, [sys.executable, "-m", *arguments])


@cli.command("demo")
def demo_command(
    months: Annotated[
        str, typer.Option(help="作る月の範囲（例: 2025-04..2026-10）、または2026年10月までの月数（例: 3）")
    ] = "2025-04..2026-10",
    scale: Annotated[float, typer.Option(help="検知・問合せの件数の倍率", min=0.01)] = 1.0,
    seed: Annotated[int, typer.Option(help="乱数の種")] = 20261101,
    tenants: Annotated[int | None, typer.Option(help="先頭から何団体分を作るか（既定は全部）", min=1)] = None,
) -> None:
    """デモデータを作り、取り込み、最後の月の月次運用報告書を作る。"""
    from demo.prepare import DemoRequest, prepare
    from etl.run import load
    from warehouse.folder import DataFolder
    from warehouse.period import Period

    data, config = data_folder(), config_folder()
    request = DemoRequest.of(months, seed, scale, tenants)
    with progress_bar() as progress:
        fresh = prepare(data, config, request, progress)
        if fresh or not (data / "warehouse" / "CURRENT").is_file():
            result = load(DataFolder(data), config, [data / "inbox"], clock=now, progress=progress)
            _print_load(result)
        period = Period.parse(request.months_to)
        progress("報告書の作成", 0, 1)
        paths = make_report("monthly-operations", period, None, list(ReportFormat), None, now(), reuse=True)
    say(f"デモデータ: {data / 'inbox'}")
    say(f"{period.label_ja}の運用報告書:")
    for path in paths:
        say(f"  {path}")


def make_report(
    report: str,
    period: Period,
    tenant: str | None,
    formats: list[str],
    out: Path | None,
    moment: datetime,
    *,
    reuse: bool = False,
) -> list[Path]:
    """Assemble one report from the published snapshot and write it; returns the files.

    With ``reuse`` files that were made from this snapshot and template already are kept.
    """
    from exports.assemble import assemble_report
    from exports.contract import ContractInfo
    from exports.manifest import made_files
    from exports.publish import write_report
    from exports.template import load_template
    from warehouse.reader import open_current

    template, reader = load_template(report), open_current(data_folder())
    folder = out or data_folder() / "out" / report / str(period)
    if reuse and (made := made_files(folder, reader.snapshot.number, template.sha256, str(period))):
        return made
    scope = reader.whole_scope()
    if tenant is not None and tenant not in scope.tenant_codes:
        raise MiharashiError(
            "接続団体のコードが違います",
            f"「{tenant}」は登録されていません。",
            "config/tenants.csv にあるコードを指定してください（例: 242012 津市）。",
        )
    scope = scope if tenant is None else scope.narrowed_to(tenant)
    contract = ContractInfo.from_toml(config_folder() / "contract.toml")
    return write_report(assemble_report(template, period, scope, reader, contract, moment), formats, folder)


def _print_table(header: list[str], rows: list[list[object]]) -> None:
    """A table that is never cut when it goes into a file or a pipe."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    numeric = [all(isinstance(row[place], int | float) for row in rows) for place in range(len(header))]
    for name, is_number in zip(header, numeric, strict=True):
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row])
    out = console if console.is_terminal else Console(width=200)
    out.print(table)


def create_server() -> Any:
    """The WSGI application: before sign-in exists every request has the prefecture's scope."""
    from dashboards.app import create_app
    from warehouse.reader import CurrentReader

    current = CurrentReader(data_folder())
    return create_app(current, lambda: current().whole_scope(), now).server


def __getattr__(name: str) -> Any:
    """``app:server`` is made when gunicorn's worker asks for it, after the fork."""
    if name == "server":
        return create_server()
    raise AttributeError(name)


def main() -> None:
    """Run the command line: one clear paragraph and a non-zero exit code when something fails."""
    try:
        cli()
    except MiharashiError as error:
        errors.print(error.paragraph(), style="bold", highlight=False, markup=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
