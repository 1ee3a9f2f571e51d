"""Watching the inbox: what is complete gets loaded, round after round, until somebody says stop.

Every load runs in a process of its own: whatever memory it takes is free again afterwards, and should it die, the
watcher goes on.  A round that fails is told and tried again, later and later; a file leaves the inbox only when the
snapshot that holds it is published, or when it alone made three loads fail.
"""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Literal

from etl.inbox import Arrival, Inbox, InboxRules
from etl.receive import readable
from etl.remapping import told
from etl.run import Clock, Outcome, load
from warehouse.errors import ChecksFailed, MiharashiError, WriterBusy
from warehouse.folder import DataFolder
from warehouse.trouble import reason_of

LONGEST_PAUSE = 900.0
_BATCH = 500
_TRIES = 3
_MOST_DOUBTS = 12
_HOUR = 3600.0
_STOPPING = (signal.SIGTERM, signal.SIGINT)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Fate:
    """What became of one file.  ``later``: nothing was wrong with it, but it was not loaded."""

    path: Path
    kind: Literal["accepted", "known", "refused", "later"]
    feed: str | None
    message: str


class LoadDied(MiharashiError):
    """The loading process ended without an answer: an error that nobody foresaw, or it was killed."""

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__("取込みの処理が途中で止まりました", message,
                         "取込みは自動的にやり直します。続くときは、記録を添えて管理者に連絡してください。")
        self.trace = trace


@dataclass(frozen=True)
class Loaded:
    """What became of the files of one load; ``remap`` as in :class:`etl.run.LoadResult`."""

    fates: tuple[Fate, ...]
    remap: tuple[str, ...] = ()


Load = Callable[[Sequence[Path]], Loaded]
"""Loads files and publishes them; raises :class:`MiharashiError`, after which nothing of them is published."""


class Watcher:
    """One watcher of one inbox.

    ``interval`` (seconds) lies between two looks, ``settle`` is the time in which a file must not change.  ``say``
    tells the operator, ``keep_trace`` takes the trace of an error that nobody foresaw.
    """

    def __init__(self, folder: DataFolder, config: Path, load_files: Load, *, interval: float, settle: float, say: Say,
                 keep_trace: Say) -> None:
        self._folder, self._config, self._load_files = folder, config, load_files
        self._interval, self._settle, self._say, self._keep_trace = interval, settle, say, keep_trace
        self._inbox = Inbox(folder, settle)
        self._failures = 0
        self._busy = False
        self._refused = self._troubles = 0
        self._remap: tuple[str, ...] = ()
        self._tries: dict[Arrival, int] = {}
        self._expired_at = -_HOUR

    def run(self, stop: Stop) -> None:
        """Look, load, pause, until ``stop``; raises :class:`warehouse.errors.WatcherBusy`."""
        with self._folder.watcher_lock():
            while not stop.wanted:
                self.round(stop)
                stop.pause(self.pause)

    def run_once(self, stop: Stop) -> bool:
        """Load what is complete now, or stays unchanged for the settle time; whether nothing failed or was refused."""
        with self._folder.watcher_lock():
            self._inbox.complete(time.monotonic())
            if self._inbox.waiting():
                stop.pause(self._settle)
            self.round(stop)
        return not (self._troubles or self._busy or self._refused)

    @property
    def pause(self) -> float:
        """Seconds until the next round: twice as long after each failure, a quarter of an hour at most."""
        return max(self._interval, min(self._interval * 2.0 ** min(self._failures, 20), LONGEST_PAUSE))

    def round(self, stop: Stop) -> None:
        """Load everything that is complete.  Whatever fails is told; nothing is raised."""
        try:
            arrivals = self._inbox.complete(time.monotonic())
            self._tries = {arrival: self._tries[arrival] for arrival in arrivals if arrival in self._tries}
            self._failures = self._failures if arrivals else 0
            waiting = [arrivals[first:first + _BATCH] for first in range(0, len(arrivals), _BATCH)]
            doubts = 0
            while waiting and not stop.wanted and doubts < _MOST_DOUBTS:
                batch = waiting.pop(0)
                try:
                    if not self._load(batch):
                        break
                except (ChecksFailed, LoadDied) as error:
                    doubts += 1
                    waiting = self._halves(batch, error) + waiting
            self._expire()
        except OSError as error:
            place = os.fsdecode(error.filename or self._folder.inbox)
            self._failed(f"受信フォルダーを読み書きできません\n  {place}: {reason_of(error)}。")
        except MiharashiError as error:
            self._failed(error.paragraph())

    def _load(self, batch: list[Arrival]) -> bool:
        """Load one batch; False when it makes no sense to go on with the next one now.

        Raises :class:`ChecksFailed` and :class:`LoadDied`, for which one of the files may be to blame.
        """
        try:
            loaded = self._load_files([arrival.path for arrival in batch])
        except WriterBusy:
            if not self._busy:
                self._say("ほかの取込みが実行中です。終わるのを待って取り込みます。")
            self._busy = True
            return False
        self._busy = False
        by_path = {arrival.path: arrival for arrival in batch}
        put_off = False
        for fate in loaded.fates:
            good = fate.kind in ("accepted", "known")
            self._say(f"{'○' if good else '×'} {readable(fate.path.name)}\n   {fate.message}")
            self._put_away(by_path[fate.path], fate)
            put_off = put_off or fate.kind == "later"
        self._failures = self._failures + 1 if put_off else 0
        self._troubles += put_off
        if loaded.remap and loaded.remap != self._remap:
            self._say(told(list(loaded.remap)))
        self._remap = loaded.remap
        return not put_off

    def _put_away(self, arrival: Arrival, fate: Fate) -> None:
        if fate.kind == "refused":
            self._refused += 1
            target = self._inbox.refuse(arrival, fate.feed, fate.message)
            if target is not None:
                self._say(f"   {target} に移しました。")
        elif fate.kind != "later":
            self._inbox.accept(arrival, fate.feed)

    def _halves(self, batch: list[Arrival], error: ChecksFailed | LoadDied) -> list[list[Arrival]]:
        """A load that failed for what may lie in a file: try halves of it, and set the file aside after three tries."""
        if isinstance(error, LoadDied) and error.trace:
            self._keep_trace(error.trace)
        if len(batch) > 1:
            self._say(f"{error.paragraph()}\n  {len(batch):,}件を分けて取り込み、原因のファイルを探します。")
            return [batch[:len(batch) // 2], batch[len(batch) // 2:]]
        self._failed(error.paragraph())
        tries = self._tries[batch[0]] = self._tries.get(batch[0], 0) + 1
        if tries >= _TRIES:
            self._put_away(batch[0], Fate(batch[0].path, "refused", None,
                                          f"このファイルの取込みが{tries}回続けて失敗しました。\n{error.paragraph()}"))
        return []

    def _failed(self, text: str) -> None:
        self._failures += 1
        self._troubles += 1
        self._say(f"{text}\n  {self.pause:,.0f}秒後にもう一度試します。")

    def _expire(self) -> None:
        if time.monotonic() - self._expired_at < _HOUR:
            return
        self._expired_at = time.monotonic()
        rules = InboxRules.read(self._config)
        if gone := self._inbox.expire(time.time(), rules.keep_days):
            self._say(f"保存日数（{rules.keep_days}日）を過ぎた取込み済みファイル{len(gone):,}件を済フォルダーから消しました"
                      "（原本は archive にあります）。")


class Stop:
    """Whether somebody asked to stop (SIGTERM, SIGINT); waits that end when somebody does."""

    def __init__(self) -> None:
        self.wanted = False
        self.child: int | None = None
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)

    def pause(self, seconds: float) -> None:
        """Wait, unless stopping is wanted."""
        if not self.wanted:
            select.select([self._read], [], [], seconds)

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)

    def __call__(self, *_: int | FrameType | None) -> None:
        self.wanted = True
        os.write(self._write, b"x")
        if self.child is not None:
            os.kill(self.child, signal.SIGTERM)

    @contextmanager
    def on_signals(self, say: Say) -> Iterator[Stop]:
        """Listen to SIGTERM and SIGINT while the block runs."""
        def asked(number: int, frame: FrameType | None) -> None:
            if not self.wanted:
                say("終了します。取込み中のファイルがあれば、終わるのを待ちます。")
            self(number, frame)

        before = {number: signal.signal(number, asked) for number in _STOPPING}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def loader_in_a_process(folder: DataFolder, config: Path, clock: Clock, stop: Stop) -> Load:
    """A :data:`Load` that runs each time in a new process; ``stop`` ends it after the file it is reading."""
    fresh = multiprocessing.get_context("spawn")

    def run(paths: Sequence[Path]) -> Loaded:
        here, there = fresh.Pipe(duplex=False)
        process = fresh.Process(target=_load_and_answer, args=(there, folder, config, list(paths), clock), daemon=False)
        held = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)  # the new process listens once it is ready
        try:
            process.start()
            stop.child = process.pid
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        there.close()
        try:
            wait([here, process.sentinel])
            answer = here.recv() if here.poll() else None
        except (EOFError, OSError):
            answer = None
        finally:
            process.join()
            stop.child = None
            here.close()
        if isinstance(answer, MiharashiError):
            raise answer
        if isinstance(answer, str):
            raise LoadDied(f"予期しない誤りです（{answer.strip().splitlines()[-1]}）。", answer)
        if answer is None:
            raise LoadDied(f"終了の状態は {process.exitcode} です（-9 は、強制終了かメモリ不足）。")
        loaded: Loaded = answer
        return loaded

    return run


def _load_and_answer(answer: Connection, folder: DataFolder, config: Path, paths: list[Path], clock: Clock) -> None:
    """The loading process: answers the files' fates, a :class:`MiharashiError`, or the trace of another error."""
    stop = Stop()
    for number in _STOPPING:
        signal.signal(number, stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
    try:
        result = load(folder, config, paths, clock=clock, until=lambda: stop.wanted)
        answer.send(Loaded(tuple(fate_of(outcome) for outcome in result.outcomes), tuple(result.remap)))
    except MiharashiError as error:
        answer.send(error)
    except Exception as error:  # noqa: BLE001 - the watcher tells it and keeps the trace
        answer.send("".join(traceback.format_exception(error)))


def fate_of(outcome: Outcome) -> Fate:
    """What is to be done with the file of an outcome."""
    feed = outcome.record.feed if outcome.record else None
    if outcome.later:
        return Fate(outcome.file, "later", feed, outcome.message)
    if outcome.failed:
        return Fate(outcome.file, "refused", feed, outcome.message)
    return Fate(outcome.file, "accepted" if outcome.record else "known", feed, outcome.message)
