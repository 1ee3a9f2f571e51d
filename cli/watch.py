"""``app.py watch``: load what arrives in the inbox."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import failures
from cli.places import config_folder, data_folder, now
from cli.terminal import say


def watch_command(
    interval: Annotated[float, typer.Option(help="受信フォルダーを見る間隔（秒）", min=0.1)] = 30,
    settle: Annotated[float, typer.Option(help="大きさと更新時刻がこの秒数変わらないファイルを、届き終えたとみなす",
                                          min=0)] = 10,
    once: Annotated[bool, typer.Option("--once", help="いま届いているファイルを取り込んで終わる")] = False,
) -> None:
    """受信フォルダー（inbox）を見張り、届いたファイルを取り込む。"""
    from etl.watch import Stop, Watcher, loader_in_a_process
    from warehouse.folder import DataFolder

    folder, config, stop = DataFolder(data_folder()), config_folder(), Stop()

    def tell(text: str) -> None:
        say(f"{now():%Y-%m-%d %H:%M:%S} {text}")

    def keep_trace(trace: str) -> None:
        failures.keep_trace(trace, folder.root / "miharashi.log")

    watcher = Watcher(folder, config, loader_in_a_process(folder, config, now, stop), interval=interval, settle=settle,
                      say=tell, keep_trace=keep_trace)
    with stop.on_signals(tell):
        if once:
            if not watcher.run_once(stop):
                raise typer.Exit(1)
            return
        tell(f"{folder.inbox} を見張ります（{interval:g}秒おき。終了は Ctrl+C）。")
        watcher.run(stop)
        tell("終了しました。")
