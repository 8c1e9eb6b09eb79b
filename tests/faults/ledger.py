"""What was asked of Candor and what it answered, written to a file before and after each call."""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Entry:
    """One thing that a sender wanted, however often it had to be posted, under a token that stands in its words."""

    token: str
    kind: str
    attempts: int = 0
    answers: list[tuple[int, Any]] = field(default_factory=list)
    """Status and body of each answer; attempts without one got none."""

    @property
    def accepted(self) -> list[Any]:
        """The bodies of the answers that promised something."""
        return [body for status, body in self.answers if 200 <= status < 300]

    @property
    def in_doubt(self) -> bool:
        """Whether something may have been stored that nobody was told of."""
        unanswered = self.attempts > len(self.answers)
        return not self.accepted and (unanswered or any(status >= 500 for status, _ in self.answers))


class Ledger:
    """A file that outlives whatever is killed."""

    def __init__(self, path: Path) -> None:
        self._out = path.open("a", encoding="utf-8", buffering=1)
        self.entries: dict[str, Entry] = {}

    def before(self, token: str, kind: str, path: str, body: bytes) -> None:
        """Note what is about to be posted, with its bytes."""
        self._write(token=token, kind=kind, path=path, body=base64.b64encode(body).decode())
        self.entries.setdefault(token, Entry(token, kind)).attempts += 1

    def after(self, token: str, status: int, body: Any) -> None:
        """Note what was answered."""
        self._write(token=token, status=status, answer=body)
        self.entries[token].answers.append((status, body))

    def unanswered(self, token: str, why: str) -> None:
        self._write(token=token, unanswered=why)

    def counts(self) -> Mapping[str, int]:
        """How many were accepted, are in doubt, or were refused."""
        entries = self.entries.values()
        accepted = sum(1 for one in entries if one.accepted)
        doubt = sum(1 for one in entries if one.in_doubt)
        return {"accepted": accepted, "in doubt": doubt, "refused": len(entries) - accepted - doubt}

    def close(self) -> None:
        self._out.close()

    def _write(self, **line: Any) -> None:
        self._out.write(json.dumps({"at": time.time(), **line}, ensure_ascii=False) + "\n")
