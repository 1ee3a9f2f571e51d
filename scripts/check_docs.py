"""Docs checks: links lead somewhere; commands, feeds, settings, columns and KPIs are documented; no leftovers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [path for line in listed.splitlines() if (path := ROOT / line).is_file()]


def broken_links(files: list[Path]) -> list[str]:
    problems = []
    for path in (file for file in files if file.suffix == ".md"):
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                problems.append(f"{path.relative_to(ROOT)}: link to {target} leads nowhere")
    return problems


def undocumented_commands() -> list[str]:
    import app

    commands = [command.name for command in app.commands.registered_commands]
    return [
        f"{readme}: the command {name} is not described"
        for readme in ("README.md", "README.en.md")
        for name in commands
        if f"app.py {name}" not in (ROOT / readme).read_text(encoding="utf-8")
    ]


def undocumented_feeds() -> list[str]:
    text = (ROOT / "docs" / "feeds.md").read_text(encoding="utf-8")
    return [
        f"docs/feeds.md: the feed {path.stem} is not described"
        for path in sorted((ROOT / "config" / "feeds").glob("*.toml"))
        if f"`{path.stem}`" not in text
    ]


def undocumented_feed_keys() -> list[str]:
    from etl import feed

    text = (ROOT / "docs" / "feeds.md").read_text(encoding="utf-8")
    problems = []
    for model in (
        feed.Feed,
        feed.FileSpec,
        feed.ColumnSpec,
        feed.MeasureSpec,
        feed.FoldSpec,
        feed.CounterSpec,
        feed.ArrivalSpec,
        feed.StepSpec,
        feed.When,
    ):
        for name, field in model.model_fields.items():
            if f"`{field.alias or name}`" not in text:
                problems.append(f"docs/feeds.md: the key {field.alias or name} of {model.__name__} is not described")
    return problems


def undocumented_dependencies() -> list[str]:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    direct = [
        line.split("==")[0].strip().lower()
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in direct_lines(ROOT / name)
    ]
    return [f"docs/dependencies.md: {name} is not described" for name in direct if f"`{name}`" not in text]


def direct_lines(path: Path) -> list[str]:
    """The lines above the transitive part of a requirements file."""
    lines = path.read_text(encoding="utf-8").split("# needed by the above")[0].splitlines()
    return [line for line in lines if "==" in line]


def undocumented_data() -> list[str]:
    from scripts.catalogue_checks import catalogue_problems

    return list(catalogue_problems())


def leftovers(files: list[Path]) -> list[str]:
    problems = []
    for path in (file for file in files if file.suffix in {".py", ".sql", ".toml", ".yaml", ".css", ".j2"}):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(r"\b(TODO|FIXME|XXX)\b", line) and path.name != "check_docs.py":
                problems.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    return problems


def main() -> int:
    files = tracked()
    problems = [
        *broken_links(files),
        *undocumented_commands(),
        *undocumented_feeds(),
        *undocumented_feed_keys(),
        *undocumented_dependencies(),
        *undocumented_data(),
        *leftovers(files),
    ]
    for problem in problems:
        print(problem)
    print(f"docs: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
