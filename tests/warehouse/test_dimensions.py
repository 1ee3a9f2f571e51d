"""The configuration tables: mistakes are told with file, line and value; look-ups by name and address."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.support import CONFIG, copy_config
from warehouse.dimensions import DIMENSIONS, config_hash, read_all
from warehouse.errors import ConfigError
from warehouse.kpi import KpiCatalogue
from warehouse.registry import Registry

TENANTS = "tenant_code,name,kind,users,terminals,population,cap_bps,sort_order,valid_from,valid_to\n"
TARGETS = "kpi_id,grain,entity,operator,target,caution,clause,reason,valid_from,valid_to\n"
TSU = "242012,津市,city,10,20,30,,20,"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return copy_config(tmp_path / "config")


def error_of(config: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        Registry.read(config)
    return caught.value


def test_the_configuration_in_the_repository_is_right() -> None:
    tables = read_all(CONFIG)
    assert len(tables["tenant"]) == 33 and set(tables) == {dimension.name for dimension in DIMENSIONS}


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        (
            "tenants.csv",
            TENANTS.replace("users", "user") + TSU + "2022-04-01,\n",
            "tenants.csv 1行目: tenant_code,name,kind,user,",
        ),
        (
            "tenants.csv",
            TENANTS + TSU + "2022-04-01,\n" + TSU.replace("10", "many") + "2022-04-01,\n",
            "tenants.csv 3行目: users=many",
        ),
        (
            "tenants.csv",
            TENANTS + TSU + "2022/04/01,\n",
            "tenants.csv 2行目: valid_from=2022/04/01。2026-04-01 の形の日付",
        ),
        ("tenants.csv", TENANTS + TSU + ",\n", "tenants.csv 2行目: valid_from が空欄"),
        (
            "tenants.csv",
            TENANTS + TSU.replace("city", "village") + "2022-04-01,\n",
            "kind=village。使える値は city, prefecture",
        ),
        ("tenants.csv", TENANTS + TSU + "2022-04-01,,\n", "tenants.csv 2行目: 列の数が見出しと違います"),
        ("tenants.csv", TENANTS + TSU + "2022-04-01\n", "tenants.csv 2行目: 列の数が見出しと違います"),
        ("tenants.csv", TENANTS + TSU + "2026-04-01,2026-03-31\n", "終了日が開始日より前です"),
        (
            "tenants.csv",
            TENANTS + TSU + "2022-04-01,2026-04-01\n" + TSU + "2026-04-01,\n",
            "242012 の有効期間が 2026-04-01 に重なっています",
        ),
        (
            "tenants.csv",
            TENANTS + TSU + "2022-04-01,\n" + TSU + "2026-04-01,\n",
            "242012 の有効期間が 2026-04-01 に重なっています",
        ),
        (
            "tenants.csv",
            TENANTS + TSU + "2022-04-01,2026-03-30\n" + TSU + "2026-04-01,\n",
            "2026-03-30 から 2026-04-01 まで途切れています",
        ),
        (
            "address_ranges.csv",
            "prefix,tenant_code,valid_from,valid_to\n10.2.0.0/16,249999,2022-04-01,\n",
            "address_ranges.csv: tenant_code=249999",
        ),
        (
            "address_ranges.csv",
            "prefix,tenant_code,valid_from,valid_to\n10.2.0.1/16,242012,2022-04-01,\n",
            "address_ranges.csv 2行目: prefix=10.2.0.1/16",
        ),
        ("aliases.csv", "dimension,alias,code\ntenant,津,242013\n", "aliases.csv: tenant 津 の code=242013"),
        ("aliases.csv", "dimension,alias,code\ntennant,津,242012\n", "aliases.csv: dimension=tennant"),
        (
            "aliases.csv",
            "dimension,alias,code\ntenant,津,242012\ntenant,津,242021\n",
            "aliases.csv: tenant・津。同じ項目が二度",
        ),
        (
            "devices.csv",
            "device_id,name,kind,service_id,sort_order,valid_from,valid_to\nfw-1,F,firewall,fire,1,2022-04-01,\n",
            "devices.csv: service_id=fire",
        ),
        ("holidays.csv", "date,name\n2026-02-30,x\n", "holidays.csv 2行目: date=2026-02-30"),
        (
            "closed_days.csv",
            "month_day_from,month_day_to,name,source\n12/29,01/03,年末年始,\n",
            "closed_days.csv 2行目: month_day_from=12/29",
        ),
        (
            "targets.csv",
            f"{TARGETS}K01,,,>,99,,,,2022-04-01,\n",
            "targets.csv 2行目: operator=>",
        ),
        (
            "targets.csv",
            f"{TARGETS}K01,,,>=,nan,,,,2022-04-01,\n",
            "targets.csv 2行目: target=nan",
        ),
        (
            "severities.csv",
            "severity,code_name,name,serious,block_required,definition,sort_order,valid_from,valid_to\n"
            "0,L,L,yes,false,d,1,2022-04-01,\n",
            "serious=yes",
        ),
    ],
)
def test_a_mistake_is_told_with_its_file_and_value(config: Path, file: str, content: str, told: str) -> None:
    (config / file).write_text(content, encoding="utf-8")
    error = error_of(config)
    assert told in error.message
    assert str(config / file) in error.next_step


def test_a_table_saved_in_another_encoding_is_told_with_its_line(config: Path) -> None:
    (config / "holidays.csv").write_bytes("date,name\n2026-01-01,x\n2026-01-12,成人の日\n".encode("cp932"))
    assert "holidays.csv 3行目: UTF-8で読めません" in error_of(config).message


def test_a_byte_order_mark_is_no_mistake(config: Path) -> None:
    path = config / "holidays.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert Registry.read(config).tables["holiday"]


def test_a_missing_table_is_told(config: Path) -> None:
    (config / "lines.csv").unlink()
    assert "lines.csv が見つかりません（回線の定義）" in error_of(config).message


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("decimals = 3\n", "", "[K01] の項目 decimals がありません"),
        ('unit = "%"', 'unit = "%"\ncolour = 1', "[K01] の項目 colour は使えません"),
        ('direction = "up"', 'direction = "sideways"', "[K01] direction=sideways"),
        ("\n[K01]\n", "\n[K01\n", "kpi.toml"),
    ],
)
def test_a_mistake_in_the_kpi_catalogue_names_kpi_and_key(config: Path, old: str, new: str, told: str) -> None:
    path = config / "kpi.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        KpiCatalogue.read(config)
    assert told in caught.value.message


def test_the_hash_of_the_configuration_changes_with_any_of_its_files(config: Path) -> None:
    before = config_hash(config)
    (config / "README.md").write_text("changed", encoding="utf-8")
    assert config_hash(config) == before
    path = config / "feeds" / "ticket.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert config_hash(config) != before


# ---- look-ups -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dimension", "text", "code"),
    [
        ("tenant", "242012", "242012"),
        ("tenant", "２４２０１２", "242012"),
        ("tenant", "津市", "242012"),
        ("tenant", "津市役所", "242012"),
        ("tenant", " 津 市 ", "242012"),
        ("tenant", "三重県（本庁）", "240001"),
        ("tenant", "三重県(本庁)", "240001"),
        ("tenant", "架空市", None),
        ("line", "INTERNET", "internet"),
        ("line", "nw-sc-1:xe-0/0/0", "cloud_active"),
        ("service", "IPS", "ids_ips"),
        ("function", "IPS", "ips"),
        ("ticket_channel", "ＴＥＬ", "phone"),
        ("device", "sc-fw01", "fw-1"),
        ("tenant", "", None),
    ],
)
def test_codes_names_and_aliases_lead_to_the_code(dimension: str, text: str, code: str | None) -> None:
    assert Registry.read(CONFIG).code(dimension, text) == code


def test_codes_are_valid_from_their_first_to_their_last_day(config: Path) -> None:
    (config / "tenants.csv").write_text(
        f"{TENANTS}{TSU}2022-04-01,2026-03-31\n{TSU}2026-04-01,2026-09-30\n", encoding="utf-8"
    )
    (config / "address_ranges.csv").write_text("prefix,tenant_code,valid_from,valid_to\n", encoding="utf-8")
    (config / "aliases.csv").write_text("dimension,alias,code\n", encoding="utf-8")
    registry = Registry.read(config)
    assert [
        registry.valid("tenant", "242012", date.fromisoformat(day))
        for day in ("2022-03-31", "2022-04-01", "2026-03-31", "2026-04-01", "2026-09-30", "2026-10-01")
    ] == [False, True, True, True, True, False]
    assert not registry.valid("tenant", "249999", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("address", "day", "code"),
    [
        ("10.2.3.4", "2026-01-01", "242012"),
        ("10.2.9.1", "2026-01-01", "242021"),
        ("10.2.9.1", "2025-12-31", "242012"),
        ("10.9.0.1", "2026-01-01", None),
        ("2001:db8:1::5", "2026-01-01", "240001"),
        ("2001:db8:1:2::5", "2026-01-01", "242021"),
        ("2001:db9::1", "2026-01-01", None),
        (" 10.2.3.4 ", "2026-01-01", "242012"),
        ("10.2.3", "2026-01-01", None),
        ("津市", "2026-01-01", None),
        ("10.2.3.4", "2022-03-31", None),
    ],
)
def test_addresses_lead_to_the_longest_prefix_that_is_valid_on_the_day(
    config: Path, address: str, day: str, code: str | None
) -> None:
    (config / "address_ranges.csv").write_text(
        "prefix,tenant_code,valid_from,valid_to\n10.2.0.0/16,242012,2022-04-01,\n10.2.9.0/24,242021,2026-01-01,\n"
        "2001:db8:1::/48,240001,2022-04-01,\n2001:db8:1:2::/64,242021,2022-04-01,\n",
        encoding="utf-8",
    )
    assert Registry.read(config).by_address("tenant", address, date.fromisoformat(day)) == code
