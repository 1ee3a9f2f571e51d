"""Every failure as one clear paragraph: what, where, what to do next; never a trace."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from typer._click import exceptions as usage  # typer brings its own click and does not export these names

from cli.terminal import errors
from warehouse.errors import MiharashiError


def run(command: Callable[..., Any], log: Path) -> NoReturn:
    """Run the command line: one clear paragraph and a non-zero exit code when something fails.

    What nobody foresaw goes to ``log`` with its trace.
    """
    try:
        sys.exit(command(standalone_mode=False) or 0)
    except MiharashiError as error:
        _stop(error)
    except usage.UsageError as error:
        _stop(
            MiharashiError(
                "コマンドの書き方が違います", _usage_problem(error), f"{_usage(error)} で使い方を確かめてください。"
            ),
            2,
        )
    except OSError as error:
        from warehouse.trouble import reason_of

        where = f"{error.filename}: " if error.filename else ""
        _stop(
            MiharashiError(
                "ファイルを読み書きできません",
                f"{where}{reason_of(error)}。",
                "場所と権限、ディスクの空きを確かめてください。",
            )
        )
    except Exception as error:  # noqa: BLE001 - the last line of defence: told to the user, the trace goes to the log
        _stop(_unexpected(error, log))


def _stop(error: MiharashiError, code: int = 1) -> NoReturn:
    errors.print(error.paragraph(), style="bold", highlight=False, markup=False, soft_wrap=True)
    sys.exit(code)


def _usage_problem(error: usage.UsageError) -> str:
    if isinstance(error, usage.NoSuchOption):
        return f"オプション {error.option_name} はありません。"
    if isinstance(error, usage.BadParameter) and error.param is not None:
        name = "／".join(error.param.opts)
        missing = isinstance(error, usage.MissingParameter)
        return f"{name} の指定が必要です。" if missing else f"{name} の値が使えません。"
    return f"「{' '.join(sys.argv[1:])}」のコマンド名か引数が違います。"


def _usage(error: usage.UsageError) -> str:
    return f"{error.ctx.command_path if error.ctx else 'app.py'} --help"


def _unexpected(error: Exception, log: Path) -> MiharashiError:
    """An error nobody foresaw, under a number that leads to its trace."""
    number = keep_trace("".join(traceback.format_exception(error)), log)
    kept = f"詳しい記録は {log} にあります。" if number else f"詳しい記録は {log} に書けませんでした（{error}）。"
    return MiharashiError(
        "予期しない誤りが起きました",
        f"誤り番号 {number or 'なし'}（{type(error).__name__}）。{kept}",
        "もう一度実行しても同じなら、誤り番号と記録を添えて管理者に連絡してください。",
    )


def keep_trace(trace: str, log: Path) -> str | None:
    """Write the trace of an error that nobody foresaw to ``log``; returns its number, None when it cannot be kept."""
    number = f"{datetime.now():%Y%m%d-%H%M%S}"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"{number}\n{trace}\n")
    except OSError:
        return None
    return number
