"""The fingerprint of the program that makes documents: two runs with the same one make the same bytes."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from exports.catalogue import TEMPLATES
from warehouse import japanese

_LIBRARIES = ("weasyprint", "python-docx", "python-pptx", "xlsxwriter", "pandas", "jinja2")


@cache
def program_sha256() -> str:
    """Over this package, how figures and dates are written, layout, data dictionary, and the libraries that write.

    The template of a document is not among them: it is frozen with it.
    """
    digest = hashlib.sha256()
    for path in _files():
        digest.update(f"{path.name}\n".encode())
        digest.update(path.read_bytes())
    for name in _LIBRARIES:
        digest.update(f"{name}={version(name)}\n".encode())
    return digest.hexdigest()


def _files() -> list[Path]:
    return [*sorted(Path(__file__).parent.rglob("*.py")), Path(japanese.__file__), TEMPLATES / "datasets.yaml",
            *sorted((TEMPLATES / "print").iterdir())]
