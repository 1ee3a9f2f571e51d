"""The whole way once, as a user goes it: the command line on a small demo."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
import typer

from cli.desk import each
from state.documents import DocumentKey
from warehouse.errors import MiharashiError

ROOT = Path(__file__).resolve().parent.parent
REPORT = "out/monthly-operations/2026-10"


def miharashi(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "MIHARASHI_DATA": str(data),
        "MIHARASHI_CONFIG": str(ROOT / "config"),
        "COLUMNS": "160",
    }
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("cli") / "data"
    done = miharashi(data, "demo", "--months", "2026-09..2026-10", "--tenants", "3", "--scale", "0.2")
    assert done.returncode == 0, done.stderr
    for name in ("運用報告書_2026-10.docx", "運用報告書_2026-10.pdf", "運用報告書_2026-10.xlsx", "manifest.json"):
        assert (data / REPORT / name).is_file()
        assert name in done.stdout
    return data


def test_a_second_demo_run_changes_nothing(demo: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in demo.rglob("*") if path.is_file()}
    done = miharashi(demo, "demo", "--months", "2026-09..2026-10", "--tenants", "3", "--scale", "0.2")
    assert done.returncode == 0, done.stderr
    after = {path: path.stat().st_mtime_ns for path in demo.rglob("*") if path.is_file()}
    assert {p for p in after if after[p] != before.get(p)} <= {demo / "write.lock"}


def test_demo_data_is_never_mixed_with_real_data(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "本物.csv").write_text("1", encoding="utf-8")
    done = miharashi(tmp_path, "demo")
    assert done.returncode == 1
    assert "デモ以外のデータがあります" in done.stderr
    assert (tmp_path / "inbox" / "本物.csv").read_text(encoding="utf-8") == "1"


def test_status_tells_snapshot_feeds_and_coverage(demo: Path) -> None:
    status = json.loads(miharashi(demo, "status", "--json").stdout)
    assert status["number"] == 1
    assert status["data_as_of"] == "2026-11-01T00:00:00"
    assert {feed["feed"] for feed in status["feeds"]} == {path.stem for path in (ROOT / "config/feeds").glob("*.toml")}
    assert {row["table_name"] for row in status["coverage"]} == {"tenant_traffic", "line_sample", "device_sample"}
    assert all(0 < row["coverage_pct"] <= 100 for row in status["coverage"])
    shares = {row["table_name"]: row["coverage_pct"] for row in status["coverage"]}
    assert all(feed["coverage_pct"] == shares.get(feed["table_name"]) for feed in status["feeds"])
    assert "スナップショット 1" in miharashi(demo, "status").stdout


def test_sql_answers_in_three_formats_and_reads_only(demo: Path) -> None:
    question = "SELECT DISTINCT line_id FROM line_month WHERE jst_month = '2026-10' ORDER BY line_id"
    rows = list(csv.DictReader(io.StringIO(miharashi(demo, "sql", question, "--format", "csv").stdout)))
    assert [row["line_id"] for row in rows] == ["breakout", "cloud_active", "cloud_standby", "internet", "web"]
    assert json.loads(miharashi(demo, "sql", question, "--format", "json").stdout) == rows
    assert "cloud_standby" in miharashi(demo, "sql", question).stdout
    for refused in ("DROP TABLE line_month", "SELECT 1; SELECT 2", "SELECT * FROM read_text('/etc/passwd')"):
        done = miharashi(demo, "sql", refused)
        assert done.returncode == 1
        assert "次の操作" in done.stderr


def test_a_wrong_file_gets_a_clear_refusal_and_the_rest_is_loaded(demo: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "買い物.csv"
    wrong.write_text("りんご,みかん\n1,2\n", encoding="utf-8")
    done = miharashi(demo, "load", str(wrong))
    assert done.returncode == 1
    assert "ファイルの種類が分かりません" in done.stdout
    done = miharashi(demo, "load", str(wrong), "--feed", "tenant_traffic")
    assert done.returncode == 1
    assert "見出し行が見つかりません" in done.stdout
    assert "新しく公開" in done.stdout or "スナップショット" in done.stdout


def test_the_same_file_again_is_a_no_op(demo: Path) -> None:
    file = next((demo / "inbox" / "licence_usage").iterdir())
    done = miharashi(demo, "load", str(file))
    assert done.returncode == 0
    assert "取込み済みです" in done.stdout


def test_report_is_reproducible_to_the_byte(demo: Path, tmp_path: Path) -> None:
    issued = str(date.today() + timedelta(days=2))
    for name in ("a", "b"):
        done = miharashi(
            demo,
            "report",
            "monthly-operations",
            "--period",
            "2026-10",
            "--issued-on",
            issued,
            "--out",
            str(tmp_path / name),
        )
        assert done.returncode == 0, done.stderr
    first = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    assert len(first) == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("report", "monthly-operations", "--period", "2026-1"), "対象期間の書き方が違います"),
        (("report", "monthly-operations", "--period", "R8"), "対象期間"),
        (("report", "monthly-operations", "--period", "2026-10", "--format", "odt"), "出力形式が違います"),
        (("report", "monthly-operations", "--period", "2026-10", "--issued-on", "10月"), "提出年月日が違います"),
        (("report", "monthly-operations", "--period", "2026-10", "--issued-on", "2020-04-01"), "公開日より前です"),
        (("report", "unknown", "--period", "2026-10"), "unknown"),
        (("rollback", "77"), "その世代には戻せません"),
        (("load", "no-such-file.csv"), "見つかりません"),
    ],
)
def test_mistakes_get_one_clear_paragraph_and_a_non_zero_exit(
    demo: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = miharashi(demo, *arguments)
    assert done.returncode == 1
    assert words in "".join(done.stderr.split("\n"))
    assert "次の操作" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_loaded_yet_is_said_plainly(tmp_path: Path) -> None:
    done = miharashi(tmp_path / "empty", "status")
    assert done.returncode == 1
    assert "公開済みのデータがありません" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nosuch",), "コマンド名か引数が違います"),
        (("load",), "paths の指定が必要です"),
        (("sql", "SELECT 1", "--limit", "many"), "--limit の値が使えません"),
        (("status", "--jsn"), "オプション --jsn はありません"),
    ],
)
def test_a_mistyped_command_is_answered_in_japanese(demo: Path, arguments: tuple[str, ...], words: str) -> None:
    done = miharashi(demo, *arguments)
    assert done.returncode == 2
    assert words in done.stderr and "--help" in done.stderr


def test_help_speaks_japanese() -> None:
    done = miharashi(ROOT, "report", "--help")
    assert "この説明を表示して終わる" in done.stdout and "オプション" in done.stdout


def test_a_missing_lake_file_is_told_and_not_traced(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(demo, copy)
    next((copy / "lake" / "ticket").rglob("*.parquet")).unlink()
    done = miharashi(copy, "status")
    assert done.returncode == 1
    assert "公開中のデータが読めません" in done.stderr and "Traceback" not in done.stderr


def test_another_demo_never_removes_what_is_there(demo: Path) -> None:
    (demo / "out" / "提出済.docx").write_bytes(b"kept")
    done = miharashi(demo, "demo", "--months", "1", "--tenants", "2")
    assert done.returncode == 1
    assert "条件の違うデモデータがあります" in done.stderr
    assert (demo / "out" / "提出済.docx").read_bytes() == b"kept"


def test_the_catalogue_tells_what_columns_and_kpis_mean(demo: Path) -> None:
    done = miharashi(demo, "catalogue", "--table", "line_month")
    assert done.returncode == 0 and "p95_bps" in done.stdout and "95パーセンタイル" in done.stdout, done.stderr
    kpi = json.loads(miharashi(demo, "catalogue", "--kpi", "K27", "--json").stdout)
    assert kpi["name"] == "一次回答期限内率" and kpi["targets"][0]["target"] == 100
    refused = miharashi(demo, "catalogue", "--kpi", "K99")
    assert refused.returncode == 1 and "python app.py catalogue kpis" in refused.stderr


def test_a_document_is_written_and_signed_from_the_command_line_step_by_step(demo: Path) -> None:
    october = ("monthly-operations", "--period", "2026-10")
    asked = miharashi(demo, "report", "step", "submit", *october, "--by", "山")
    assert asked.returncode == 0 and "状態: 確認中（今できる手続: 差戻し、承認）" in asked.stdout, asked.stderr
    own = miharashi(demo, "report", "step", "approve", *october, "--by", "山")
    assert own.returncode == 1 and "依頼した人は承認できません" in "".join(own.stderr.split("\n"))
    assert miharashi(demo, "report", "step", "return", *october, "--by", "川", "--note", "数値の確認").returncode == 0
    assert "差戻し（川、" in miharashi(demo, "report", "state", *october).stdout
    foreign = miharashi(demo, "report", "verify", str(demo / REPORT / "運用報告書_2026-10.xlsx"))
    assert foreign.returncode == 1 and "発行した文書ではありません" in foreign.stderr
    month = miharashi(demo, "closing", "--period", "2026-10").stdout
    assert "自動締め（速報）" in month and "期限未定" in month


def test_one_body_that_fails_stops_no_other_and_fails_the_command() -> None:
    keys = [DocumentKey("tenant-annual", "FY2025", code) for code in ("242012", "242021")]
    done: list[str] = []

    def act(key: DocumentKey) -> None:
        if key.tenant == "242012":
            raise MiharashiError("できません", "行がありません", "取り込んでください。")
        done.append(key.tenant)

    with pytest.raises(typer.Exit):
        each(keys, act)
    assert done == ["242021"]
    with pytest.raises(MiharashiError):
        each(keys[:1], act)
