"""Turns interleaved rounds of product and bare into ratios, as JSON and as tables in a document."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal

MARK = "<!-- bench:{} -->"
FEWEST_ROUNDS = 3
NOISE = 0.3
"""Cores that others may use; with more, a figure says something about them too."""


@dataclass(frozen=True)
class Aim:
    """What a figure should be: the ratio to the bare one, or the product's own."""

    bound: Literal["at least", "at most", "above"]
    value: float
    of: Literal["ratio", "product"] = "ratio"

    def met(self, ratio: float, product: float) -> bool:
        """Whether the medians fulfil it."""
        found = ratio if self.of == "ratio" else product
        return found <= self.value if self.bound == "at most" else self._enough(found)

    def _enough(self, found: float) -> bool:
        return found > self.value if self.bound == "above" else found >= self.value

    def __str__(self) -> str:
        return f"{self.bound} {self.value:g}{' × bare' if self.of == 'ratio' else ''}"


@dataclass(frozen=True)
class Row:
    """One measure in one round: the product's figure and the bare one taken next to it."""

    measure: str
    unit: str
    round: int
    product: float
    bare: float
    product_cpu_ms: float | None = None
    bare_cpu_ms: float | None = None
    foreign: float = 0.0
    """Cores that others used meanwhile, the more of the two runs."""
    aim: Aim | None = None


@dataclass(frozen=True)
class Measured:
    """What one part of the bench found: figures to compare, and what else a reader should know."""

    rows: Sequence[Row]
    head: Sequence[str] = ()
    facts: Sequence[Sequence[str]] = ()
    """A second table."""

    def text(self) -> str:
        """Both tables in Markdown."""
        return markdown(summarise(self.rows)) + ("\n" + table(self.head, self.facts) if self.facts else "")

    def content(self) -> dict[str, object]:
        """The same for bench.json."""
        facts = [dict(zip(self.head, one, strict=True)) for one in self.facts]
        return {"lines": [asdict(line) for line in summarise(self.rows)], "facts": facts}


@dataclass(frozen=True)
class Spread:
    """Minimum, median and maximum of the rounds."""

    least: float
    median: float
    most: float


@dataclass(frozen=True)
class Line:
    """One measure over all rounds; the ratio is product to bare."""

    measure: str
    unit: str
    rounds: int
    product: Spread
    bare: Spread
    ratio: Spread
    product_cpu_ms: float | None
    bare_cpu_ms: float | None
    cpu_ratio: float | None
    foreign: float
    aim: str | None
    met: bool | None


def summarise(rows: Iterable[Row]) -> list[Line]:
    """One line per measure, in the order met; fewer than three rounds are a hint and refused."""
    by_measure: dict[str, list[Row]] = {}
    for row in rows:
        by_measure.setdefault(row.measure, []).append(row)
    return [_line(measure, found) for measure, found in by_measure.items()]


def write_json(path: Path, parts: Mapping[str, object], machine: str) -> None:
    """Write bench.json; parts of an older one that were not measured now stay, with the machine they ran on."""
    kept = json.loads(path.read_text())["parts"] if path.exists() else {}
    new = {name: {"machine": machine, **_plain(content)} for name, content in parts.items()}
    path.write_text(json.dumps({"parts": {**kept, **new}}, indent=2) + "\n")


def write_between_marks(path: Path, text: str, name: str) -> None:
    """Replace what stands between `<!-- bench:NAME -->` and `<!-- bench:/NAME -->`."""
    begin, end = MARK.format(name), MARK.format("/" + name)
    before, found, rest = path.read_text().partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{path} has no {begin} … {end}")
    path.write_text(f"{before}{begin}\n{text}{end}{after}")


def markdown(lines: Sequence[Line]) -> str:
    """The table: median (least to most), ratio, CPU, aim and how much others used the machine."""
    return table(
        ("measure", "product", "bare", "product / bare", "CPU: product / bare", "aim", "others"),
        [_cells(line) for line in lines],
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = (f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
    return "\n".join(lines) + "\n"


def round_figures(value: Any) -> Any:
    """The same structure with figures that a person can read and without nan, which JSON does not know."""
    if isinstance(value, Mapping):
        return {key: round_figures(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [round_figures(inner) for inner in value]
    if isinstance(value, float):
        return None if math.isnan(value) else float(f"{value:.4g}")
    return value


def _line(measure: str, rows: Sequence[Row]) -> Line:
    if len({row.round for row in rows}) < FEWEST_ROUNDS:
        raise ValueError(f"{measure}: fewer than {FEWEST_ROUNDS} rounds")
    product_cpu, bare_cpu = _cpu([r.product_cpu_ms for r in rows]), _cpu([r.bare_cpu_ms for r in rows])
    product, ratio, aim = (
        _spread([row.product for row in rows]),
        _spread(list(map(_ratio, rows))),
        rows[0].aim,
    )
    return Line(
        measure=measure,
        unit=rows[0].unit,
        rounds=len(rows),
        product=product,
        bare=_spread([row.bare for row in rows]),
        ratio=ratio,
        product_cpu_ms=product_cpu,
        bare_cpu_ms=bare_cpu,
        cpu_ratio=product_cpu / bare_cpu if product_cpu is not None and bare_cpu else None,
        foreign=max(row.foreign for row in rows),
        aim=str(aim) if aim else None,
        met=aim.met(ratio.median, product.median) if aim else None,
    )


def _ratio(row: Row) -> float:
    """Within its round, because the machine differs more between rounds than within one."""
    return row.product / row.bare if row.bare else math.nan


def _spread(values: Sequence[float]) -> Spread:
    known = [value for value in values if not math.isnan(value)] or [math.nan]
    return Spread(min(known), median(known), max(known))


def _cpu(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _cells(line: Line) -> tuple[str, ...]:
    cpu = ""
    if line.product_cpu_ms is not None and line.bare_cpu_ms is not None and line.cpu_ratio is not None:
        cpu = f"{line.product_cpu_ms:.3g} / {line.bare_cpu_ms:.3g} ms = {line.cpu_ratio:.2g}"
    aim = f"{line.aim}: {'met' if line.met else '**missed**'}" if line.aim else ""
    others = f"{line.foreign:.2f}" + (" (noisy)" if line.foreign > NOISE else "")
    figures = (_cell(line.product), _cell(line.bare), _cell(line.ratio))
    return (f"{line.measure} ({line.unit})", *figures, cpu, aim, others)


def _cell(spread: Spread) -> str:
    return f"{_figure(spread.median)} ({_figure(spread.least)} to {_figure(spread.most)})"


def _figure(value: float) -> str:
    """Three figures, and whole numbers in full: 0.512, 18.4, 1830, 23500."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _plain(content: object) -> dict[str, Any]:
    plain: dict[str, Any] = round_figures(content)
    return plain
