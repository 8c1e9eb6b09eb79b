"""What was checked, how long it took, and what came of it."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

OF_A_KIND = 3


def some(wrong: Sequence[str]) -> list[str]:
    """The first few of each kind."""
    counts: Counter[str] = Counter()
    shown = []
    for one in wrong:
        kind = one.partition(":")[0]
        counts[kind] += 1
        shown += [one] * (counts[kind] <= OF_A_KIND)
    return shown


@dataclass
class Row:
    """One thing that was checked."""

    what: str
    seconds: float = 0.0
    figures: str = ""
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        verdict = f"{len(self.wrong)} WRONG" if self.wrong else "well"
        return f"{self.what:<58}{self.seconds:>7.0f} s  {verdict:<9} {self.figures}"


@dataclass
class Report:
    """All of it, told while it happens and once more at the end."""

    rows: list[Row] = field(default_factory=list)

    @contextmanager
    def checking(self, what: str) -> Iterator[Row]:
        """Measures how long it takes; what is raised is written down and goes on."""
        row, started = Row(what), time.monotonic()
        self.rows.append(row)
        print(f"· {what}", flush=True)
        try:
            yield row
        except BaseException as error:
            row.wrong.append(f"broke off: {type(error).__name__}: {str(error)[:2000]}")
            raise
        finally:
            row.seconds = time.monotonic() - started
            print("\n".join([f"  {row}", *(f"  WRONG: {one}" for one in some(row.wrong))]), flush=True)

    @property
    def wrong(self) -> bool:
        return any(row.wrong for row in self.rows)

    def __str__(self) -> str:
        total = sum(row.seconds for row in self.rows)
        return "\n".join(["", *map(str, self.rows), f"{'all of it':<58}{total:>7.0f} s"])
