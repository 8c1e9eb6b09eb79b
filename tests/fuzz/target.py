"""What is fuzzed: something that takes bytes from strangers, what it is fed at first, and what may not happen."""

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

SLOWEST = 2.0
"""Seconds of computing that no input of some kilobytes may take."""
LARGEST = 40_000
PATIENT = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink]
)
"""How hypothesis goes about it: a target has a limit of its own for time."""


class TooSlow(AssertionError):
    """An input that is small kept a parser busy."""


@dataclass(frozen=True, slots=True)
class Target:
    """`run` takes any bytes and says whether they were understood; whatever it raises is a find."""

    name: str
    run: Callable[[bytes], bool]
    seeds: tuple[bytes, ...]
    """What it understands."""
    tokens: tuple[bytes, ...] = ()
    """What means something to it."""
    slowest: float = SLOWEST

    def __call__(self, octets: bytes) -> bool:
        """Raises what the target raised, or TooSlow."""
        began = process_time()
        understood = self.run(octets)
        if (took := process_time() - began) > self.slowest:
            raise TooSlow(f"{self.name}: {took:.1f} s for {len(octets)} bytes")
        return understood

    def inputs(self) -> st.SearchStrategy[bytes]:
        """Seeds with pieces cut out, put in, repeated and swapped; and bytes of all kinds."""
        piece = st.binary(max_size=12) | st.sampled_from([*COMMON, *self.tokens])
        edit = st.tuples(st.integers(0, LARGEST), st.integers(0, 40), piece, st.sampled_from(TIMES))
        edited = st.builds(_edited, st.sampled_from(self.seeds), st.lists(edit, max_size=6))
        return edited | st.lists(piece, max_size=30).map(b"".join) | st.binary(max_size=400)


COMMON = (
    b"\x00", b"\r\n", b"\r", b"\n", b"\x1b", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xae", b"%00", b"\\u0000",
    b"\\ud800", b"{", b"[", b'"', b"<", b">", b"&", b"=", b";", b":", b",", b"@", b"-1", b"1e999", b"NaN",
    b"99999999999999999999", "打印机".encode(), "ﬁ🖨".encode(), b"../", b"\t", b" ",
)  # fmt: skip
TIMES = (1, 1, 1, 1, 2, 50, 1_000)


def _edited(seed: bytes, edits: list[tuple[int, int, bytes, int]]) -> bytes:
    made = seed
    for place, length, piece, times in edits:
        at = place % (len(made) + 1)
        made = (made[:at] + piece * times + made[at + length :])[:LARGEST]
    return made
