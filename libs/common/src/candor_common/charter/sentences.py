"""Sentences that a charter puts in the place of those that Candor ships with.

They are templates of the plainest kind: words, and names in braces for what Candor fills in. Nothing in them is
evaluated, and what is filled in is never read as a template.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field as TextField
from dataclasses import dataclass, fields
from functools import partial
from typing import Annotated, get_type_hints

from pydantic import AfterValidator, Field, StrictStr, create_model

from candor_common.charter.problems import Complaint, refusal, refusals, suggestion
from candor_common.charter.section import Section
from candor_common.languages import LANGUAGES, Language
from candor_common.wording import TextsT, Wording

LONGEST = 600
"""Characters."""
_TOLD = ("before", "time", "span", "zone", "reason")
"""Places that may not be left out of a sentence: without them somebody would not learn by when, or why."""
_PLACE = re.compile(r"{([^{}:!]*)}")
_FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of characters that break lines, turn the reading direction around or can't be seen."""


@dataclass(frozen=True, slots=True)
class Places:
    """Beside the type of a text: what Candor fills in, by the names that stand for it in braces."""

    names: tuple[str, ...]


def filled(*names: str) -> Places:
    """For texts with places, as in `Annotated[str, filled("time")]`."""
    return Places(names)


FIXED = "fixed"
"""Beside the type of what is no text of its own, so that no charter can change it."""


def _line(value: str) -> str:
    text = value.strip()
    if not text:
        raise refusal("it is empty", "Write the sentence, or take the whole text out")
    if len(text) > LONGEST:
        raise refusal(f"it has {len(text)} characters, and {LONGEST} fit", "Make it shorter")
    if any(unicodedata.category(one) in _FORBIDDEN for one in text):
        raise refusal("there is a line break or an invisible character", "Write it on one line")
    return text


Line = Annotated[StrictStr, AfterValidator(_line)]


class Sentence(Section):
    """A text in every language: whoever changes what is said says it to everybody."""

    en: Line
    hans: Line = Field(alias="zh-Hans")
    hant: Line = Field(alias="zh-Hant")

    def of(self, language: Language) -> str:
        """The text in a language."""
        match language:
            case "zh-Hans":
                return self.hans
            case "zh-Hant":
                return self.hant
        return self.en


def sentences(name: str, texts: type) -> type[Section]:
    """A section with a key for each text of a dataclass: all may be left out, and must have the right places."""
    keys = {
        key: (Annotated[Sentence | None, AfterValidator(partial(_placed, names))], None)
        for key, names in _changeable(texts)
    }
    made: type[Section] = create_model(name, __base__=Section, **keys)  # type: ignore[call-overload]
    return made


def own_words(shipped: Wording[TextsT], given: Section) -> Wording[TextsT]:
    """The shipped texts with those of a charter in the places of the ones that it gives."""

    def changes(language: Language) -> Mapping[str, object]:
        found = ((name, getattr(given, name)) for name in type(given).model_fields)
        return {name: one.of(language) for name, one in found if isinstance(one, Sentence)}

    return shipped.changed(changes)


def places(texts: type) -> dict[str, tuple[str, ...]]:
    """By the names of all texts that a charter can change, what is filled into each."""
    return dict(_changeable(texts))


def _changeable(texts: type) -> Iterator[tuple[str, tuple[str, ...]]]:
    hints = get_type_hints(texts, include_extras=True)
    known: Sequence[TextField[object]] = fields(texts)
    for one in known:
        beside = getattr(hints[one.name], "__metadata__", ())
        if FIXED not in beside:
            yield one.name, next((mark.names for mark in beside if isinstance(mark, Places)), ())


def _placed(names: tuple[str, ...], value: Sentence | None) -> Sentence | None:
    if value is not None and (found := list(_complaints(names, value))):
        raise refusals(found)
    return value


def _complaints(names: tuple[str, ...], value: Sentence) -> Iterator[Complaint]:
    for language in LANGUAGES:
        for wrong, mend in _slips(value.of(language), names):
            yield Complaint(wrong, mend, (language,))


def _slips(text: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What is wrong with a text, and how it is mended."""
    used = _PLACE.findall(text)
    if {"{", "}"} & set(_PLACE.sub("", text)):
        yield "a brace belongs to no place", _braces(names)
        return
    unknown = [name for name in dict.fromkeys(used) if name not in names]
    for name in unknown:
        yield f"there is no `{{{name[:60]}}}` to fill in", _known(name, names)
    for name in names if not unknown else ():
        if name in _TOLD and name not in used:
            yield (
                f"`{{{name}}}` is missing, and readers would not be told",
                f"Write `{{{name}}}` where it belongs",
            )


def _known(name: str, names: tuple[str, ...]) -> str:
    return suggestion(f"{{{name}}}", [f"{{{one}}}" for one in names]) if names else _braces(names)


def _braces(names: tuple[str, ...]) -> str:
    known = ", ".join(f"`{{{one}}}`" for one in names)
    return (
        f"Only {known} can stand here, written just so"
        if known
        else "Leave braces out: nothing is filled in here"
    )
