"""Lint the models named, or all of them; exit code 1 when something is refused."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.portable_sql import known_keys, lint_model
from warehouse.models import FOLDER


def main(names: list[str]) -> int:
    paths = [Path(name).resolve() for name in names] or sorted(FOLDER.glob("*.sql"))
    keys = known_keys(FOLDER)
    findings = [(path, finding) for path in paths for finding in lint_model(path, keys)]
    for path, finding in findings:
        print(f"warehouse/models/{path.name}:{finding}")
    print(f"models: {len(findings)} problems in {len(paths)} files")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
