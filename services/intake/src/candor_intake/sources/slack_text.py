"""Slack's markup as plain text: people, channels and links by their names, and `&<>` as they were typed."""

import html
import re

_MARK = re.compile(r"<([^<>\s][^<>]{0,4000})>")
_NAMED = {"here": "@here", "channel": "@channel", "everyone": "@everyone"}
_ENTITY = re.compile("&(?:amp|lt|gt);")


def plain(text: str, own_users: frozenset[str] = frozenset()) -> str:
    """What somebody wrote, as they saw it. A mention of ourselves at the beginning only called us, and is left out."""
    for own in own_users:
        text = re.sub(rf"\A\s*<@{re.escape(own)}(?:\|[^<>]*)?>[\s,:，：]*", "", text)
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), _MARK.sub(_spoken, text)).strip()


def _spoken(mark: re.Match[str]) -> str:
    target, _, label = mark[1].partition("|")
    kind, rest = target[:1], target[1:]
    if kind in ("@", "#"):
        return f"{kind}{label.lstrip('@#') or rest}"
    if kind == "!":
        return _special(rest, label)
    return _link(target, label)


def _special(target: str, label: str) -> str:
    """Groups, everyone, and dates, which bring their own wording."""
    return label or _NAMED.get(target.partition("^")[0], f"@{target.partition('^')[0]}")


def _link(target: str, label: str) -> str:
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label in (address, target) else f"{label} ({address})"
