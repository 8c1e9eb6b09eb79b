"""Every parser of what strangers send says yes or no to any bytes, and soon. `make fuzz` goes on for longer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.target import PATIENT, Target, TooSlow
from tests.fuzz.targets import TARGETS

EXAMPLES = 100

each_target = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)


@each_target
def test_a_seed_is_taken(target: Target) -> None:
    for seed in target.seeds:
        assert target(seed)


@each_target
@settings(PATIENT, max_examples=EXAMPLES, derandomize=True)
@given(draw=st.data())
def test_any_bytes_are_taken_or_refused(target: Target, draw: st.DataObject) -> None:
    target(draw.draw(target.inputs()))


FOUND = {
    "words": b"a" * 40_000,  # took seconds, as the square of its length, to be looked through for a plus
}
"""What once did harm, by the target that it did it to."""


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_once_does_no_harm_any_more(name: str) -> None:
    [target] = [one for one in TARGETS if one.name == name]
    target(FOUND[name])


def test_a_parser_that_breaks_or_drags_on_is_found() -> None:
    def breaks(octets: bytes) -> bool:
        raise KeyError(octets)

    with pytest.raises(KeyError):
        Target("breaks", breaks, (b"",))(b"a")
    with pytest.raises(TooSlow, match=r"drags on: .* s for 1 bytes"):
        Target("drags on", lambda _: sum(range(10_000)) > 0, (b"",), slowest=0.0)(b"a")
