"""Originals in whatever wrapping they come: what is inside is read, what is damaged or dangerous is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.batches import Tally
from etl.errors import FileRefused
from etl.feed import Feed, read_feed
from etl.readers import opening, read, wrappings
from etl.readers.opening import parts
from tests.support import load, rows, traffic_file, write

CONTENT = "日時,回線,受信(bps)\n2026-10-01 09:00:00,internet,5\n".encode()
COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
}


def tar_of(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def zip_of(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def windows_zip_of(name: str, content: bytes, encoding: str = "cp932") -> bytes:
    """A zip as the Explorer of Japanese Windows makes it: the name in CP932, without a flag that tells."""
    placeholder = "x" * len(name.encode(encoding))
    return zip_of((placeholder, content)).replace(placeholder.encode(), name.encode(encoding))


def opened(folder: Path, content: bytes, name: str = "original") -> list[tuple[str, bytes]]:
    path = folder / name
    path.write_bytes(content)
    return [(part.name, part.open().read()) for part in parts(path, name)]


@pytest.mark.parametrize("kind", COMPRESSED)
def test_a_compressed_file_is_one_part_whatever_its_name_says(tmp_path: Path, kind: str) -> None:
    assert opened(tmp_path, COMPRESSED[kind](CONTENT), "月報.csv") == [("", CONTENT)]


def test_a_plain_file_is_given_as_it_is(tmp_path: Path) -> None:
    assert opened(tmp_path, CONTENT, "月報.csv.gz") == [("", CONTENT)]
    assert opened(tmp_path, b"") == [("", b"")]


def test_members_come_in_the_natural_order_of_their_names(tmp_path: Path) -> None:
    names = ["令和8年10月.csv", "令和8年9月.csv", "b/1.csv", "a/10.csv", "a/2.csv"]
    ordered = ["a/2.csv", "a/10.csv", "b/1.csv", "令和8年9月.csv", "令和8年10月.csv"]
    members = [(name, name.encode()) for name in names]
    tar = tar_of(*members)
    for content in (zip_of(*members), tar, gzip.compress(tar), zstd.compress(tar)):
        assert opened(tmp_path, content) == [(name, name.encode()) for name in ordered]


def test_a_part_can_be_opened_more_than_once(tmp_path: Path) -> None:
    for number, content in enumerate((CONTENT, gzip.compress(CONTENT), zip_of(("a", CONTENT)), tar_of(("a", CONTENT)))):
        path = tmp_path / str(number)
        path.write_bytes(content)
        assert [(part.open().read(), part.open().read()) for part in parts(path, "x")] == [(CONTENT, CONTENT)]


def test_members_that_are_compressed_themselves_are_decompressed(tmp_path: Path) -> None:
    rotated = [("eve.json.1.gz", gzip.compress(CONTENT)), ("eve.json.2.bz2", bz2.compress(CONTENT))]
    for content in (zip_of(*rotated), tar_of(*rotated)):
        assert opened(tmp_path, content) == [("eve.json.1.gz", CONTENT), ("eve.json.2.bz2", CONTENT)]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
@pytest.mark.parametrize("name", ["表示/団体別通信量.csv", "ソ連能.csv", "令和８年度①.csv"])
def test_names_without_a_flag_are_shown_as_windows_or_a_mac_wrote_them(
    tmp_path: Path, name: str, encoding: str
) -> None:
    assert opened(tmp_path, windows_zip_of(name, CONTENT, encoding)) == [(name, CONTENT)]


def test_what_operating_systems_leave_behind_is_passed_over(tmp_path: Path) -> None:
    names = ["Thumbs.db", "__MACOSX/._a.csv", "b/.DS_Store", "desktop.ini", "b/", "b/~$a.xlsx"]
    litter = [(name, b"" if name.endswith("/") else b"x") for name in names]
    content = zip_of(*litter, ("b/a.csv", CONTENT))
    assert opened(tmp_path, content) == [("b/a.csv", CONTENT)]
    with pytest.raises(FileRefused, match="書庫が空です"):
        opened(tmp_path, zip_of(*litter))
    with pytest.raises(FileRefused, match="書庫が空です"):
        opened(tmp_path, zip_of())


@pytest.mark.parametrize("kind", COMPRESSED)
@pytest.mark.parametrize("cut", [0.3, 0.6, 0.98])
def test_a_compressed_file_that_breaks_off_is_refused(tmp_path: Path, kind: str, cut: float) -> None:
    whole = COMPRESSED[kind](b"".join(f"{number},{zlib.crc32(b'%d' % number)}\n".encode() for number in range(5000)))
    with pytest.raises(FileRefused, match="圧縮ファイルが壊れています"):
        opened(tmp_path, whole[: int(len(whole) * cut)])


def test_a_damaged_byte_is_noticed(tmp_path: Path) -> None:
    for whole in (gzip.compress(CONTENT * 50), zip_of(("a.csv", CONTENT * 50)), bz2.compress(CONTENT * 50)):
        broken = bytearray(whole)
        broken[60] ^= 0xFF
        with pytest.raises(FileRefused, match="壊れています"):
            opened(tmp_path, bytes(broken))


@pytest.mark.parametrize("keep", [600, 1024, 1536, 2048, 2560])
def test_a_tar_that_breaks_off_is_refused_even_between_two_members(tmp_path: Path, keep: int) -> None:
    whole = tar_of(("a", b"a" * 100), ("b", b"b" * 700))
    with pytest.raises(FileRefused, match="壊れています"):
        opened(tmp_path, whole[:keep])


@pytest.mark.parametrize("part", [0.2, 0.9])
def test_a_zip_that_breaks_off_is_refused(tmp_path: Path, part: float) -> None:
    whole = zip_of(("a.csv", CONTENT), ("b.csv", CONTENT))
    with pytest.raises(FileRefused, match="壊れています"):
        opened(tmp_path, whole[: int(len(whole) * part)])


def test_an_encrypted_zip_is_refused_with_what_to_do(tmp_path: Path) -> None:
    content = bytearray(zip_of(("a.csv", CONTENT)))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FileRefused, match="暗号化") as caught:
        opened(tmp_path, bytes(content))
    assert "パスワードを外した" in caught.value.next_step


def test_what_grows_beyond_measure_is_refused_before_it_fills_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wrappings, "FREE_BYTES", 1 << 20)
    zeros = bytes(16 << 20)
    bombs = gzip.compress(zeros), bz2.compress(zeros), zip_of(("a", zeros)), gzip.compress(tar_of(("a", zeros)))
    for content in bombs:
        with pytest.raises(FileRefused, match="展開すると大きすぎます"):
            opened(tmp_path, content)
    assert opened(tmp_path, gzip.compress(bytes(1 << 20)))[0][1] == bytes(1 << 20)


def test_members_without_number_and_links_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_MEMBERS", 2)
    with pytest.raises(FileRefused, match="ファイルが多すぎます"):
        opened(tmp_path, zip_of(("a", b""), ("b", b""), ("c", b"")))
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        link = tarfile.TarInfo("a.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(FileRefused, match=r"a\.csv はファイルではありません"):
        opened(tmp_path, stream.getvalue())


PLAIN = st.binary(max_size=3000).filter(lambda content: wrappings.compression(content) is None)


@settings(max_examples=40, deadline=None)
@given(members=st.dictionaries(st.from_regex(r"[a-z]{1,4}\.csv", fullmatch=True), PLAIN, min_size=1),
       wrapping=st.sampled_from(["zip", "tar", *COMPRESSED]))
def test_what_was_put_in_comes_out_again(
    tmp_path_factory: pytest.TempPathFactory, members: dict[str, bytes], wrapping: str
) -> None:
    content = zip_of(*members.items()) if wrapping == "zip" else tar_of(*members.items())
    content = COMPRESSED.get(wrapping, bytes)(content)
    assert dict(opened(tmp_path_factory.mktemp("any", numbered=True), content)) == members


# ---- through the readers ------------------------------------------------------------------------------

DEFINITION = """
title = "t"
table = "line_sample"
[file]
names = ["*"]
format = "delimited"
header = ["日時", "回線"]
[columns.ts]
from = "日時"
[columns.line_id]
from = "@part"
[columns.direction]
from = "@file"
[columns.avg_bps]
from = "@record"
"""


def feed(folder: Path) -> Feed:
    return read_feed(write(folder / "lines.toml", DEFINITION))


def table(*rows: str) -> bytes:
    return "".join(f"{row}\n" for row in ("日時,回線", *rows)).encode()


def test_lines_are_numbered_over_all_members_and_each_record_knows_its_own(tmp_path: Path) -> None:
    path = tmp_path / "月報.zip"
    path.write_bytes(zip_of(("9月.csv", table("a,x", '"b,x', "c,x")), ("10月.csv", b"\n" + table("d,x"))))
    tally = Tally()
    found = [
        (int(line), *(batch.cell(name, row) for name in ("日時", "@part", "@record", "@file")))
        for batch in read(path, feed(tmp_path), tally)
        for row, line in enumerate(batch.lines)
    ]
    assert found == [
        (2, "a", "9月.csv", "1", "月報.zip"),
        (4, "c", "9月.csv", "2", "月報.zip"),
        (7, "d", "10月.csv", "1", "月報.zip"),
    ]
    assert ([reject.line for reject in tally.malformed], tally.physical, tally.header, tally.blank) == ([3], 7, 2, 1)
    assert [tally.place(line) for line in (1, 4, 5, 7)] == [
        "9月.csv 1行目", "9月.csv 4行目", "10月.csv 1行目", "10月.csv 3行目"]


def test_a_member_that_is_something_else_refuses_the_whole_archive_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "月報.zip"
    for odd, told in ((b"%PDF-1.7", "中身はPDFです"), (b"", "空のファイル"), (b"readme", "readme"),
                      (zip_of(("x", b"")), "zip")):
        path.write_bytes(zip_of(("a.csv", table("a,x")), ("b.csv", odd)))
        with pytest.raises(FileRefused, match=rf"b\.csv: .*{told}"):
            list(read(path, feed(tmp_path), Tally()))


def test_a_member_without_records_is_no_reason_to_refuse_the_others(tmp_path: Path) -> None:
    path = tmp_path / "月報.zip"
    path.write_bytes(zip_of(("a.csv", table()), ("b.csv", table("a,x"))))
    assert [batch.size for batch in read(path, feed(tmp_path), Tally())] == [1]
    path.write_bytes(zip_of(("a.csv", table()), ("b.csv", table())))
    with pytest.raises(FileRefused, match="データ行がありません"):
        list(read(path, feed(tmp_path), Tally()))


def test_a_reject_of_an_archive_is_told_by_its_member(tmp_path: Path) -> None:
    good = [f"2026/10/01 {hour:02}:00" for hour in range(9)]
    members = []
    for month in (9, 10):
        records = [(time, "242012", month) for time in good[month - 9 :: 2]]
        path = traffic_file(tmp_path / f"{month}月.csv", *records, (f"2026/10/32 {month}:00", "242012", 1))
        members.append((path.name, path.read_bytes()))
    archive = tmp_path / "団体別通信量_1.csv.zip"
    archive.write_bytes(zip_of(*members))
    (outcome,) = load(tmp_path / "data", archive).outcomes
    assert not outcome.failed, outcome.message
    assert rows(tmp_path / "data", "SELECT line, place FROM wh.main.reject ORDER BY line") == [
        (7, "9月.csv 7行目"), (13, "10月.csv 6行目")]
