"""W3C trace context: the thread that runs from an inbound request to the last mail about it."""

import random
import re

_TRACEPARENT = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
# Trace ids need to differ, not to be secret; asking the operating system each time costs more than the rest.
_random = random.Random()


def _hex(bits: int) -> str:
    return format(_random.getrandbits(bits) | 1, f"0{bits // 4}x")


def new_trace() -> str:
    """A `traceparent` that starts a trace."""
    return f"00-{_hex(128)}-{_hex(64)}-01"


def child_of(traceparent: str) -> str:
    """The next hop of a trace; a new trace when the given one is not well-formed."""
    if not _TRACEPARENT.match(traceparent):
        return new_trace()
    return f"{traceparent[:36]}{_hex(64)}-{traceparent[-2:]}"


def trace_id(traceparent: str) -> str:
    """The 32 hexadecimal digits that all hops share."""
    return traceparent[3:35]
