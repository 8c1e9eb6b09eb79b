"""The languages that customers are spoken to, and which of them a tag or a browser asks for."""

import re
from typing import Literal, TypeAlias, get_args

Language: TypeAlias = Literal["en", "zh-Hans", "zh-Hant"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
FALLBACK: Language = "en"
"""For whoever speaks none of them."""

_TRADITIONAL = {"hant", "tw", "hk", "mo"}
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.[0-9]{0,3})?)")
_MOST_WISHES = 20


def supported(tag: str) -> Language | None:
    """The language of ours that a language tag names, in any spelling; nothing for one that is not spoken here."""
    parts = tag.strip().casefold().replace("_", "-").split("-")
    match parts[0]:
        case "en":
            return "en"
        case "zh":
            return "zh-Hant" if _TRADITIONAL & set(parts) else "zh-Hans"
    return None


def nearest(tag: str) -> Language:
    """The language of ours for a language tag; English for one that is not spoken here."""
    return supported(tag) or FALLBACK


def preferred(accept_language: str) -> Language:
    """The language of ours that a browser likes best, by its Accept-Language header; English where there is none."""
    wishes = [one.partition(";") for one in accept_language.split(",")[:_MOST_WISHES]]
    liked = sorted(wishes, key=lambda wish: -_weight(wish[2]))
    found = (supported(tag) for tag, _, parameters in liked if _weight(parameters) > 0)
    return next((one for one in found if one), FALLBACK)


def _weight(parameters: str) -> float:
    weight = _WEIGHT.search(parameters)
    return float(weight[1]) if weight else 1.0
