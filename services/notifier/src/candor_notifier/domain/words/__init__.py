"""Every text that a customer gets, in the three languages that customers are spoken to.

A promise is "we will write to you by"; a target is "we aim to have it fixed by". Never the one for the other.
"""

from candor_notifier.domain.words.english import ENGLISH
from candor_notifier.domain.words.shape import Words
from candor_notifier.domain.words.simplified import SIMPLIFIED
from candor_notifier.domain.words.traditional import TRADITIONAL

__all__ = ["WORDS", "Words", "tag", "words"]

WORDS: dict[str, Words] = {"en": ENGLISH, "zh-Hans": SIMPLIFIED, "zh-Hant": TRADITIONAL}


def tag(language: str) -> str:
    """The language of ours that is nearest to a language tag; English where none is near."""
    if language in WORDS:
        return language
    parts = language.casefold().replace("_", "-").split("-")
    if parts[0] != "zh":
        return "en"
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh-Hans"


def words(language: str) -> Words:
    """The words in the language nearest to a language tag."""
    return WORDS[tag(language)]
