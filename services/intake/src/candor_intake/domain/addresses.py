"""E-mail addresses, as strict as needed to answer them and no stricter."""

import re

ADDRESS = re.compile(
    r"""(?:"[^"\\\x00-\x1f]{1,200}"|[^\s<>()\[\],;:"@\\\x00-\x1f\x7f]{1,200})"""
    r"""@(?:[^\W_][\w.-]{0,253}|\[[\w.:]{2,45}\])"""
)
_PLUS = re.compile(r"([^+@]+)\+([^@]+)@([^@]+)")


def is_address(text: str) -> bool:
    """Whether the text is one address and nothing else."""
    return ADDRESS.fullmatch(text) is not None


def mailbox(address: str) -> str:
    """The address without case and without what follows a plus: two spellings of one mailbox are equal."""
    name, at, domain = address.partition("@")
    bare, _, token = name.partition("+")
    return f"{bare if bare and token and domain else name}{at}{domain}".casefold()


def plus_token(address: str) -> str | None:
    """What follows the plus."""
    found = _PLUS.fullmatch(address)
    return found[2] if found else None
