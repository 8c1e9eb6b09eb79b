"""The published OpenAPI documents, one per service, made from the endpoints.

`python -m tests.contract.openapi FOLDER` writes them, `--check` only says whether they are up to date.
"""

import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from candor.services import SERVICES
from candor_common.embedded import embedded
from candor_common.runtime import create_app
from candor_common.service import Service
from candor_common.settings import Settings

Json = dict[str, Any]


def document(service: Service) -> Json:
    """What a service says of its endpoints."""
    found: Json = create_app([service], Settings(), embedded, background=False).openapi()
    info = {"title": f"Candor {service.name}", "version": found["info"]["version"], "license": _LICENSE}
    return found | {"info": info}


@cache
def files() -> Mapping[str, str]:
    """Every document: path below the docs folder -> text."""
    made = {service.name: document(service) for service in SERVICES}
    return {
        f"contract/openapi-{name}.json": json.dumps(one, indent=2, ensure_ascii=False) + "\n"
        for name, one in made.items()
    }


def stale(folder: Path) -> list[str]:
    """The documents that are missing or differ from what would be written now."""
    return [name for name, text in files().items() if not _same(folder / name, text)]


def write(folder: Path) -> None:
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


_LICENSE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}

if __name__ == "__main__":
    arguments = [one for one in sys.argv[1:] if one != "--check"]
    if "--check" in sys.argv:
        if missing := stale(Path(arguments[0])):
            sys.exit(f"out of date: {', '.join(missing)}; `make contract` writes them")
    else:
        write(Path(arguments[0]))
