"""The front door: ``python app.py <command>`` on the command line and ``app:server`` for gunicorn.  Wiring only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import failures
from cli.catalogue import catalogue_command
from cli.closing import closing_group
from cli.desk import unknown_tenant
from cli.documents import reports
from cli.explain import explain_command
from cli.japanese import MAKE, JapaneseCommand, JapaneseGroup
from cli.loading import print_load
from cli.loads import loads
from cli.places import config_folder, data_folder, now
from cli.rejects import rejects
from cli.status import status_command
from cli.terminal import errors, print_table, progress_bar, say
from cli.upkeep import rebuild_command, retention_command
from cli.watch import watch_command
from cli.worker import jobs_command, order_command
from warehouse.errors import MiharashiError, NoSnapshot

if TYPE_CHECKING:
    from warehouse.period import Period
    from warehouse.scope import Scope


commands = typer.Typer(
    cls=JapaneseGroup,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="見晴らし: 運用データの取込み、画面、報告書。データは MIHARASHI_DATA（既定 ./data）、"
    "設定は MIHARASHI_CONFIG（既定 ./config）に置きます。",
)


class ReportFormat(StrEnum):
    DOCX = "docx"
    PDF = "pdf"
    XLSX = "xlsx"
    PPTX = "pptx"


class SqlFormat(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@commands.command("load", cls=JapaneseCommand)
def load_command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="ファイルまたはフォルダ")],
    feed: Annotated[str | None, typer.Option(metavar="NAME", help="取込み定義の名前（config/feeds）")] = None,
    again: Annotated[bool, typer.Option("--again", help="取込み済みの内容も、改めて取り込む")] = False,
) -> None:
    """ファイルを取り込み、新しいスナップショットを公開する。"""
    from etl.run import load
    from warehouse.folder import DataFolder

    with progress_bar() as progress:
        result = load(
            DataFolder(data_folder()), config_folder(), paths, clock=now, feed=feed, again=again, progress=progress
        )
    print_load(result)
    if result.failed:
        raise typer.Exit(1)


commands.command("status", cls=JapaneseCommand)(status_command)
commands.command("explain", cls=JapaneseCommand)(explain_command)
commands.command("catalogue", cls=JapaneseCommand)(catalogue_command)


@reports.command(MAKE, cls=JapaneseCommand)
def report_command(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="報告書の名前（例: monthly-operations）")],
    period: Annotated[str, typer.Option(help="対象期間（2026-10、2026Q2、2026H1、R8、FY2026）")],
    tenant: Annotated[str | None, typer.Option(metavar="CODE", help="接続団体のコード（団体版を作る）")] = None,
    all_tenants: Annotated[bool, typer.Option("--all-tenants", help="全ての接続団体の分を作成し、検査する")] = False,
    workers: Annotated[int | None, typer.Option(help="同時に作成するプロセス数（既定はCPUの数）", min=1)] = None,
    formats: Annotated[
        str | None, typer.Option("--format", help="出力形式（コンマ区切り。既定は報告書の定める全て）")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="出力先（既定 <データ>/out/<報告書>/<期間>、団体版はその下の<コード>）"),
    ] = None,
    issued_on: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="提出年月日（既定は今日）")] = None,
) -> None:
    """報告書の案を Word・PDF・Excel・PowerPoint のうち定める形式で作成する（make は省ける）。"""
    from warehouse.period import Period

    asked, day = Period.parse(period), _issued(issued_on)
    if all_tenants:
        from cli import packs

        packs.make_all(report, asked, out, _clock_of(day), day, workers)
        return
    for path in make_report(report, asked, tenant, _formats(formats) if formats else None, out, day):
        say(str(path))


@reports.command("check", cls=JapaneseCommand)
def check_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="全団体の一式（<データ>/out/<報告書>/<期間>）")],
) -> None:
    """全団体の一式を提出前に検査する（全団体がそろうか、欠測の説明、字形、空の節、ほかの団体の名称等の混入）。"""
    from cli import packs

    packs.check_folder(folder)


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


def _issued(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MiharashiError(
            "提出年月日が違います", f"「{text}」は日付として読めません。", "2026-11-10 の形で指定してください。"
        ) from None


@commands.command("sql", cls=JapaneseCommand)
def sql_command(
    sql: Annotated[str, typer.Argument(metavar="SELECT", help="SELECT 文一つ")],
    output: Annotated[SqlFormat, typer.Option("--format", help="出力形式")] = SqlFormat.TABLE,
    limit: Annotated[int, typer.Option(help="最大行数", min=1)] = 10_000,
) -> None:
    """公開中のスナップショットに SELECT で問い合わせる（読取り専用）。"""
    from warehouse import sql as free_sql

    result = free_sql.run_select(data_folder(), sql, limit)
    if output is SqlFormat.TABLE:
        print_table(result.columns, [["" if cell is None else cell for cell in row] for row in result.rows])
    else:
        sys.stdout.write(free_sql.as_csv(result) if output is SqlFormat.CSV else free_sql.as_json(result) + "\n")
    if result.truncated:
        errors.print(f"{limit:,}行で打ち切りました。--limit で増やせます。", highlight=False)


@commands.command("rollback", cls=JapaneseCommand)
def rollback_command(
    number: Annotated[int | None, typer.Argument(metavar="[N]", help="戻す世代の番号（既定は一つ前）")] = None,
) -> None:
    """公開するスナップショットを前の世代に戻す。"""
    from warehouse import snapshot
    from warehouse.folder import DataFolder

    folder = DataFolder(data_folder())
    if not snapshot.generations(folder):
        raise NoSnapshot(str(folder.snapshots))
    with folder.writer_lock():
        published = snapshot.roll_back(folder, number)
    say(
        f"スナップショット {published.number}（公開 {published.published_at:%Y-%m-%d %H:%M}）に戻しました。",
    )


@commands.command("serve", cls=JapaneseCommand)
def serve_command(
    host: Annotated[str, typer.Option(help="待ち受けるアドレス")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="待ち受けるポート", min=1, max=65535)] = 8050,
    workers: Annotated[int, typer.Option(help="プロセス数", min=1)] = 2,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="依頼された報告書を作るプロセスも動かす")] = True,
) -> None:
    """画面を配信する。"""
    _check_free(host, port)
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
    if worker:  # it ends with this process, which the server takes over
        subprocess.Popen([sys.executable, str(Path(__file__)), "worker", "--with-parent"])
    os.execv(sys.executable, [sys.executable, "-m", *arguments])


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise MiharashiError(
                "画面を配信できません",
                f"{host}:{port} を使えません（{error.strerror}）。ほかの配信が動いているかもしれません。",
                "動いている配信を止めるか、--port で別の番号を指定してください。",
            ) from None


commands.add_typer(reports, name="report")
commands.add_typer(closing_group, name="closing")
commands.add_typer(loads, name="loads")
commands.add_typer(rejects, name="rejects")
commands.command("watch", cls=JapaneseCommand)(watch_command)
commands.command("jobs", cls=JapaneseCommand)(jobs_command)
reports.command("order", cls=JapaneseCommand)(order_command)
commands.command("rebuild", cls=JapaneseCommand)(rebuild_command)
commands.command("retention", cls=JapaneseCommand)(retention_command)


@commands.command("worker", cls=JapaneseCommand)
def worker_command(
    once: Annotated[bool, typer.Option("--once", help="待っている依頼をすべて行って終わる")] = False,
    with_parent: Annotated[bool, typer.Option("--with-parent", help="起動したプロセスが終わると終わる")] = False,
) -> None:
    """依頼された報告書を、一つずつ作成・発行する。"""
    from cli.worker import work
    from warehouse.period import Period

    work(
        lambda job, told: make_report(job.key.report, Period.parse(job.key.period), job.key.tenant or None,
                                      None, None, None, progress=told),
        once=once, with_parent=with_parent)


@commands.command("demo", cls=JapaneseCommand)
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
            print_load(result)
        period = Period.parse(request.months_to)
        progress("報告書の作成", 0, 1)
        paths = make_report("monthly-operations", period, None, None, None, None, reuse=True)
    say(f"デモデータ: {data / 'inbox'}")
    say(f"{period.label_ja}の運用報告書:")
    for path in paths:
        say(f"  {path}")


def make_report(
    report: str,
    period: Period,
    tenant: str | None,
    formats: list[str] | None,
    out: Path | None,
    issued_on: date | None,
    *,
    reuse: bool = False,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> list[Path]:
    """Assemble one report from the published snapshot and write it; returns the files.

    ``formats`` are those of the template unless stated.  With ``issued_on`` the same snapshot gives the same bytes at
    any time; without it the document carries the present time.  With ``reuse`` files that were made from this snapshot
    and template already are kept.  ``progress`` is told the steps.  An issued document keeps its place: a draft of it
    needs an ``out`` of its own.
    """
    from exports.assemble import assemble_report
    from exports.contract import ContractInfo
    from exports.errors import FormatError
    from exports.manifest import made_files
    from exports.publish import write_report
    from exports.template import load_template
    from warehouse.reader import open_current

    template, contract = load_template(report), ContractInfo.from_toml(config_folder() / "contract.toml")
    chosen = formats or list(template.spec.formats)
    if foreign := [name for name in chosen if name not in template.spec.formats]:
        raise FormatError(foreign[0], template.spec.formats)
    folder = out or data_folder() / "out" / report / str(period) / (tenant or "")
    with open_current(data_folder()) as reader:
        if reuse and (made := made_files(folder, reader.snapshot.number, template.sha256, str(period))):
            return made
        scope = reader.whole_scope() if tenant is None else _tenant_scope(reader.whole_scope(), tenant)
        clock = _clock_at(issued_on, reader.snapshot.published_at)
        texts = _written_texts(reader.whole_scope(), report, period, tenant, in_place=out is None)
        progress("数値の読取りと組立て", 0, _STEPS)
        document = assemble_report(template, period, scope, reader, contract, clock, submitted_on=issued_on,
                                   commentary=texts)
        progress("紙面の作成", 1, _STEPS)
        paths = write_report(document, chosen, folder, issued_on=issued_on)
        progress("書込み", _STEPS, _STEPS)
        return paths


_STEPS = 2


def _written_texts(scope: Scope, report: str, period: Period, tenant: str | None, *, in_place: bool
                   ) -> Mapping[str, str]:
    """The commentary of a document, where anybody has written any; refuses to put a draft in an issued one's place."""
    from state.database import state_exists

    if not state_exists(data_folder()):
        return {}
    from cli.desk import make_desk
    from exports.issue import AlreadyIssued
    from state.documents import DocumentKey

    desk, key = make_desk(), DocumentKey(report, str(period), tenant or "")
    entry = desk.register.last(scope, key)
    if in_place and entry is not None:
        raise AlreadyIssued(entry)
    return desk.texts(scope, key).text


def _tenant_scope(scope: Scope, tenant: str) -> Scope:
    if tenant not in scope.tenant_codes:
        raise unknown_tenant(tenant)
    return scope.narrowed_to(tenant)


def _clock_of(issued_on: date | None) -> datetime:
    """The documents' time for data as they are published now."""
    from warehouse.reader import open_current

    with open_current(data_folder()) as reader:
        return _clock_at(issued_on, reader.snapshot.published_at)


def _clock_at(issued_on: date | None, published_at: datetime) -> datetime:
    """The document's time: now for a draft, else the day it is issued, but never before its data were published."""
    if issued_on is None:
        return now()
    if issued_on < published_at.date():
        raise MiharashiError(
            "提出年月日がデータの公開日より前です",
            f"提出年月日 {issued_on}、スナップショットの公開日 {published_at.date()}。"
            "後から公開したデータを、前の日付の報告書には載せられません。",
            "公開日以後の日付を指定するか、python app.py rollback で当時のスナップショットに戻してください。",
        )
    return max(datetime.combine(issued_on, time.min), published_at)


def create_server() -> Any:
    """The WSGI application: before sign-in exists every request has the prefecture's scope."""
    from cli.desk import make_desk
    from dashboards.app import create_app
    from exports.shelf import Shelf
    from warehouse.current import CurrentReader

    current = CurrentReader(data_folder())
    shelf = Shelf(data_folder() / "out", lambda report, period: make_report(
        report, period, None, None, None, None), make_desk)
    return create_app(current, lambda: current().whole_scope(), now, shelf, current.watch).server


def __getattr__(name: str) -> Any:
    """``app:server`` is made when gunicorn's worker asks for it, after the fork."""
    if name == "server":
        return create_server()
    raise AttributeError(name)


def main() -> None:
    """The command line."""
    failures.run(commands, data_folder() / "miharashi.log")


if __name__ == "__main__":
    main()
