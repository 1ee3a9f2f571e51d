"""Thousands of spoilt files of every feed and format: accepted rows or clear rejects, never a trace or a hang."""

from __future__ import annotations

import multiprocessing
import random
import re
import signal
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import demo
from etl.feed import Feed, read_feeds
from etl.receive import files_of, receive
from etl.run import Outcome, Run, enter_original
from etl.setup import Setup
from etl.values import named_period
from tests.etl.mutations import sliced, spoilt
from tests.support import CONFIG, NOW, ROOT, SHARED
from warehouse.build import silent
from warehouse.folder import DataFolder
from warehouse.ledger import LoadRecord

SEED = 20261101
INPUTS = 5_200
WORKERS = 2
SECONDS = 20
"""After so many seconds of its own an input counts as a hang (the machine may be busy)."""
REAL_CONFIG = ROOT / "tests" / "real_config"
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@dataclass(frozen=True)
class Sample:
    """A small slice of a real file, and the feed that takes it."""

    config: Path
    feed: str
    file_format: str
    name: str
    content: bytes


@dataclass
class Tried:
    """What came of many inputs."""

    inputs: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    rejects: int = 0
    problems: list[str] = field(default_factory=list)


class Hang(Exception):
    """An input took too long."""


def samples_of(config: Path, places: list[Path]) -> list[Sample]:
    """Two files at most for every feed of a configuration: those it takes by name, else those with its header."""
    paths = sorted(files_of(places), key=lambda path: path.stat().st_size)
    found = []
    for feed in read_feeds(config).values():
        named = [path for path in paths if path.parent.name == feed.name or (places == [SHARED] and feed.takes(path))]
        for path in (named or [path for path in paths if has_header(feed, path)])[:2]:
            name = told_name(feed, path.name)
            found.append(Sample(config, feed.name, feed.file.format, name, sliced(path.read_bytes())))
    return found


def has_header(feed: Feed, path: Path) -> bool:
    start = path.read_bytes()[:5_000].decode("utf-8", errors="replace")
    return bool(feed.file.header) and all(name in start for name in feed.file.header)


def told_name(feed: Feed, name: str) -> str:
    """A name that tells a period, for feeds that read it there."""
    pattern, (stem, _, rest) = feed.file.period, name.partition(".")
    times = ("202610", "2026-10", "2026-10-01", "20261001", "20261001T0005", "令和8年10月")
    names = [name, *(told for time in times for told in (f"{time}_{name}", f"{stem}_{time}.{rest}", f"{time}.{rest}"))]
    return next((told for told in names if pattern is None or named_period(told, pattern)), name)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    if not SHARED.is_dir():
        pytest.skip(f"real input data are not beside the repository: {SHARED.name}")
    invented = tmp_path_factory.mktemp("demo")
    demo.generate(invented, CONFIG, "2026-10", "2026-10", seed=3, scale=0.1, tenants=2)
    return [*samples_of(REAL_CONFIG, [SHARED]), *samples_of(CONFIG, [invented])]


def test_every_real_feed_and_every_format_is_tried(samples: list[Sample]) -> None:
    tried = {sample.feed for sample in samples if sample.config == REAL_CONFIG}
    assert tried == read_feeds(REAL_CONFIG).keys(), "each has a sample file beside the repository"
    assert {sample.feed for sample in samples if sample.config == CONFIG} == read_feeds(CONFIG).keys()


def test_the_slices_themselves_are_good_files(samples: list[Sample], tmp_path: Path) -> None:
    tried = Tried()
    for sample in samples:
        try_all([(sample, sample.content)], tmp_path, tried)
    assert not tried.problems, tried.problems[:3]
    barren = [sample.name for sample in samples if not tried.accepted[sample.feed]]
    assert len(barren) <= len(samples) / 10, f"a fuzz of files that are refused anyway tries little: {barren}"


def test_spoilt_files_give_rows_or_rejects_or_a_refusal_and_never_a_trace(
    samples: list[Sample], tmp_path: Path
) -> None:
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(WORKERS) as pool:
        parts = pool.starmap(try_part, [(samples, number, tmp_path / str(number)) for number in range(WORKERS)])
    problems = [problem for part in parts for problem in part.problems]
    assert not problems, f"{len(problems)} inputs, first:\n" + "\n".join(problems[:5])
    assert sum(part.inputs for part in parts) == INPUTS >= 5_000
    accepted = sum((part.accepted for part in parts), Counter[str]())
    refused = sum((part.refused for part in parts), Counter[str]())
    assert accepted.total() > INPUTS / 10 and refused.total() > INPUTS / 10
    assert sum(part.rejects for part in parts) > INPUTS
    assert refused.keys() == {sample.feed for sample in samples}, "each was spoilt beyond use at least once"


def try_part(samples: list[Sample], part: int, place: Path) -> Tried:
    """Every second input, in a process of its own."""
    tried = Tried()
    numbers = range(part, INPUTS, WORKERS)
    for config in (REAL_CONFIG, CONFIG):
        inputs = [(sample, number) for number in numbers
                  if (sample := samples[number // WORKERS % len(samples)]).config == config]
        try_all([(sample, spoilt(sample.content, random.Random(SEED + number))) for sample, number in inputs],
                place / config.parent.name, tried)
    return tried


def try_all(inputs: list[tuple[Sample, bytes]], place: Path, tried: Tried) -> None:
    """Enter each input into a ledger that is thrown away."""
    if not inputs:
        return
    setup = Setup.read(inputs[0][0].config)
    folder = DataFolder(place / "data")
    before = signal.signal(signal.SIGALRM, _hang)
    with folder.writer_lock(), setup.build(folder, silent) as build:
        run = Run(build, setup.feeds, setup.registry, lambda: NOW, None, False, "fuzz")
        for number, (sample, content) in enumerate(inputs):
            path = place / sample.name
            path.write_bytes(content)
            tried.inputs += 1
            signal.setitimer(signal.ITIMER_REAL, SECONDS)
            try:
                outcome = enter_original(run, path, receive(path, folder), setup.feeds[sample.feed], None)
                _judge(outcome, build.connection, tried)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                kept = place.parent / f"finding-{sample.feed}-{number}-{sample.name}"
                kept.write_bytes(content)
                told = traceback.format_exception(error)
                tried.problems.append(f"{sample.feed} {kept}: {error!r}\n{''.join(told[-4:])}")
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            for staged in run.staged:
                staged.discard()
            run.staged.clear()
            build.connection.execute("DELETE FROM counter_edge")
    signal.signal(signal.SIGALRM, before)


def _hang(number: int, frame: FrameType | None) -> None:
    raise Hang(f"longer than {SECONDS} seconds")


def _judge(outcome: Outcome, connection: Any, tried: Tried) -> None:
    """Lines add up, and whatever is told is told in Japanese with its place."""
    record = outcome.record
    assert record is not None and outcome.failed == (record.status == "refused"), outcome.message
    rejects = connection.execute("SELECT line, reason FROM reject WHERE load_id = ?", [record.load_id]).fetchall()
    assert all(line >= 1 and _JAPANESE.search(reason) for line, reason in rejects), rejects[:3]
    tried.rejects += len(rejects)
    assert "Error" not in outcome.message and "Traceback" not in outcome.message, outcome.message
    if record.status == "refused":
        assert all(_JAPANESE.search(part) for part in outcome.message.split("\n")[:2]), outcome.message
        assert "次の操作: " in outcome.message and record.accepted_rows == 0
        tried.refused[record.feed] += 1
        return
    assert record.physical_lines == _accounted(record), record
    assert len(rejects) == record.rejected_lines and (not rejects or max(rejects)[0] <= record.physical_lines), record
    tried.accepted[record.feed] += 1


def _accounted(record: LoadRecord) -> int:
    return (record.accepted_lines + record.rejected_lines + record.header_lines + record.blank_lines
            + record.total_lines + record.other_lines + record.continued_lines)
