"""Checks of the data catalogue: nothing in the warehouse is undocumented, and every KPI is defined, computed, tested.

Part of ``scripts/check_docs.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.generate_docs import FILE, ROOT, configured_catalogue, document
from warehouse.catalogue import Catalogue
from warehouse.glossary import read_glossary
from warehouse.kpi import GRAINS, REPORTS, Kpi, KpiCatalogue

KPI_NUMBERS = tuple(f"K{number:02d}" for number in range(1, 41))
MODELS = ROOT / "warehouse" / "models"
TESTS = ROOT / "tests" / "warehouse"
_LITERAL = re.compile(r"'(K\d\d(?:\.\w+)?)'")


def catalogue_problems() -> Iterator[str]:
    """All of them, for the configuration of this repository."""
    catalogue = configured_catalogue()
    text = FILE.read_text(encoding="utf-8") if FILE.is_file() else ""
    kpis = KpiCatalogue.read(ROOT / "config").kpis
    yield from undocumented(catalogue)
    yield from missing_kpis(kpis)
    yield from uncomputed_kpis(kpis, MODELS)
    yield from undefined_kpis(kpis, MODELS)
    yield from untested_kpis(kpis, TESTS)
    yield from unlisted_kpis(kpis, text)
    yield from unnamed_choices(catalogue)
    if text != document(catalogue):
        yield "docs/data_dictionary.md: not what the tables say today: run python scripts/generate_docs.py"


def undocumented(catalogue: Catalogue) -> Iterator[str]:
    """Tables, columns and codes without words, and words for what there is not."""
    columns = {table.name: {column.name: column.data_type for column in table.columns} for table in catalogue.tables}
    yield from read_glossary().problems(columns)


def missing_kpis(kpis: Iterable[Kpi]) -> Iterator[str]:
    """K01 to K40, whose keys the reader of ``kpi.toml`` has checked."""
    defined = {kpi.kpi_no for kpi in kpis}
    yield from (f"config/kpi.toml: {number} is not defined" for number in KPI_NUMBERS if number not in defined)


def uncomputed_kpis(kpis: Iterable[Kpi], models: Path) -> Iterator[str]:
    """Measures whose model is not there, or does not name them."""
    for kpi in kpis:
        path = models / f"{kpi.model}.sql"
        if not path.is_file():
            yield f"config/kpi.toml: {kpi.kpi_id}: there is no model {kpi.model}"
        elif kpi.kpi_id not in named_in(path):
            yield f"config/kpi.toml: {kpi.kpi_id}: the model {kpi.model} does not compute it"


def undefined_kpis(kpis: Iterable[Kpi], models: Path) -> Iterator[str]:
    """Measures that a model computes and nobody defined."""
    defined = {kpi.kpi_id for kpi in kpis}
    for path in sorted(models.glob("kpi_*.sql")):
        yield from (f"warehouse/models/{path.name}: {kpi_id} is not defined in config/kpi.toml"
                    for kpi_id in sorted(named_in(path) - defined))


def untested_kpis(kpis: Iterable[Kpi], tests: Path) -> Iterator[str]:
    """Measures that no test of KPIs names."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(tests.glob("test_kpi_*.py")))
    named = set(re.findall(r"\bK\d\d(?:\.\w+)?\b", text))
    yield from (f"tests/warehouse/test_kpi_*.py: no test names {kpi.kpi_id}" for kpi in kpis
                if kpi.kpi_id not in named)


def unlisted_kpis(kpis: Iterable[Kpi], text: str) -> Iterator[str]:
    """Measures that the data dictionary leaves out."""
    yield from (f"docs/data_dictionary.md: {kpi.kpi_id} is not described" for kpi in kpis
                if not re.search(rf"^####? {re.escape(kpi.kpi_id)} ", text, re.MULTILINE))


def unnamed_choices(catalogue: Catalogue) -> Iterator[str]:
    """Grains and reports of KPIs that the lists of codes do not name."""
    for list_name, codes in (("grain", GRAINS), ("report", REPORTS)):
        yield from (f"columns.toml: the {list_name} {code} has no name" for code in codes
                    if catalogue.code_name(list_name, code) == code)


def named_in(path: Path) -> set[str]:
    """Ids of KPIs that stand as literals in a model."""
    body = re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
    return set(_LITERAL.findall(body))
