"""A guess at the language to answer in, by script. Statistics fail on texts as short as requests are."""

import re
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "zh-Hans", "zh-Hant"]

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_OTHER_EAST_ASIAN = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_LATIN = re.compile("[A-Za-z]")
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.[0-9]{0,3})?)")
_MOST_WISHES = 20
_SAMPLE_CHARACTERS = 2_000
_CLEARLY_CHINESE = 12
_CLEARLY_LATIN = 40
# A Chinese character says about as much as three letters. A name below an English text isn't enough.
_LETTERS_PER_HAN = 3


def supported(tag: str | None) -> Language | None:
    """The language of ours that a language tag or a Content-Language header asks for first."""
    parts = (tag or "").split(",")[0].strip().casefold().replace("_", "-").split("-")
    if parts[0] == "en":
        return "en"
    if parts[0] != "zh":
        return None
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh-Hans"


def preferred(accept_language: str) -> Language:
    """The language of ours that a browser likes best, by its Accept-Language header; English where there is none."""
    wishes = [one.partition(";") for one in accept_language.split(",")[:_MOST_WISHES]]
    liked = sorted(wishes, key=lambda wish: -_weight(wish[2]))
    found = (supported(tag) for tag, _, parameters in liked if _weight(parameters) > 0)
    return next((one for one in found if one), "en")


def _weight(parameters: str) -> float:
    weight = _WEIGHT.search(parameters)
    return float(weight[1]) if weight else 1.0


def guess(text: str, declared: str | None = None) -> Language:
    """The language of a text. What was declared decides only where the script leaves it open."""
    sample = text[:_SAMPLE_CHARACTERS]
    if declared is None and sample.isascii():
        return "en"
    han, latin = "".join(_HAN.findall(sample)), len(_LATIN.findall(sample))
    if _OTHER_EAST_ASIAN.search(sample):
        return "en"
    if han and (len(han) >= _CLEARLY_CHINESE or len(han) * _LETTERS_PER_HAN >= latin):
        return _writing(han, declared)
    return "en" if latin > _CLEARLY_LATIN else supported(declared) or "en"


def _writing(han: str, declared: str | None) -> Language:
    # The two national character sets are the table of what exists in only one of the two writings.
    simplified, traditional = (len(han.encode(codec, "ignore")) for codec in ("gb2312", "big5"))
    if simplified == traditional:
        return "zh-Hant" if supported(declared) == "zh-Hant" else "zh-Hans"
    return "zh-Hans" if simplified > traditional else "zh-Hant"
