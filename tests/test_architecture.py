"""The house rules: who imports whom, where SQL lives, what every query and model says of itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("etl", "warehouse", "state", "exports", "dashboards", "demo", "cli")
ALLOWED = {
    "warehouse": set(),
    "etl": {"warehouse"},
    "demo": {"warehouse"},
    "state": {"warehouse"},
    "cli": {"warehouse", "state", "exports", "dashboards", "etl", "demo"},
    "exports": {"warehouse", "state"},
    "dashboards": {"warehouse", "state", "exports"},
}
SQL_FILES = sorted((ROOT / "warehouse").glob("*/*.sql"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_what_lies_below_them(package: str) -> None:
    ours = {*PACKAGES, "app", "bench", "tests"}
    for path in (ROOT / package).rglob("*.py"):
        foreign = set(imports(path)) & ours - {package} - ALLOWED[package]
        assert not foreign, f"{path.relative_to(ROOT)} imports {foreign}"


def test_what_people_write_and_sign_knows_nothing_of_the_numbers() -> None:
    for path in (ROOT / "state").rglob("*.py"):
        known = set(re.findall(r"from (warehouse\.\w+)", path.read_text(encoding="utf-8")))
        assert known <= {"warehouse.scope", "warehouse.period", "warehouse.errors"}, path


@pytest.mark.parametrize("package", [package for package in PACKAGES if package != "warehouse"])
def test_only_the_warehouse_knows_duckdb(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        assert "duckdb" not in set(imports(path)), path


@pytest.mark.parametrize("package", ["dashboards", "exports"])
def test_screens_and_documents_hold_no_sql(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"\bSELECT\b.+\bFROM\b", node.value, re.DOTALL), f"{path}: {node.value[:60]}"


@pytest.mark.parametrize("path", SQL_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_sql_file_parses_as_one_select(path: Path) -> None:
    text = re.sub(r"\$([a-z_]+)", r":\1", path.read_text(encoding="utf-8"))
    statements = sqlglot.parse(text, read="duckdb")
    assert len(statements) == 1
    assert isinstance(statements[0], sqlglot.exp.Query)


@pytest.mark.parametrize("path", sorted((ROOT / "warehouse/queries").glob("*.sql")), ids=lambda path: path.stem)
def test_queries_read_scoped_views_only(path: Path) -> None:
    text = re.sub(r"\$([a-z_]+)", r":\1", path.read_text(encoding="utf-8"))
    assert text.startswith("-- one row"), "a query's head says what one row is"
    tree = sqlglot.parse_one(text, read="duckdb")
    ctes = {cte.alias for cte in tree.find_all(sqlglot.exp.CTE)}
    for table in tree.find_all(sqlglot.exp.Table):
        assert table.db == "scoped" or table.name in ctes, f"{path.name} reads {table.sql()}"


def test_no_connection_to_elsewhere_is_written_into_the_product() -> None:
    for folder in (*PACKAGES, "report_templates"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".css", ".html", ".j2", ".yaml"}:
                for address in re.findall(r"https?://[^\s\"'<>)]+", path.read_text(encoding="utf-8")):
                    assert re.match(
                        r"https?://(127\.0\.0\.1|localhost|schemas\.|www\.w3\.org|purl\.org|\{)", address
                    ), f"{path.relative_to(ROOT)}: {address}"
