"""Tables of texts: the same texts in every language that customers are spoken to, none of which can be left out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from candor_common.languages import Language, nearest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

TextsT = TypeVar("TextsT", bound="DataclassInstance")
_NO_FAULT = "no_fault_"


@dataclass(frozen=True, slots=True)
class Wording(Mapping[Language, TextsT], Generic[TextsT]):
    """The texts of one part of Candor by language. `TextsT` has a field for each text, with places for values in
    braces; a table that lacks a language, or a language that lacks a text, can't be built."""

    en: TextsT
    zh_hans: TextsT
    zh_hant: TextsT

    def __getitem__(self, language: Language) -> TextsT:
        match language:
            case "en":
                return self.en
            case "zh-Hans":
                return self.zh_hans
            case "zh-Hant":
                return self.zh_hant
        raise KeyError(language)

    def __iter__(self) -> Iterator[Language]:
        yield from ("en", "zh-Hans", "zh-Hant")

    def __len__(self) -> int:
        return 3

    def of(self, tag: str) -> TextsT:
        """The texts in the language nearest to a language tag; English where none is near."""
        return self[nearest(tag)]

    def changed(self, texts: Callable[[Language], Mapping[str, object]]) -> "Wording[TextsT]":
        """The same table with other texts in the places of some, which are named by field, for each language."""
        return Wording(*(replace(self[language], **texts(language)) for language in self))


def for_no_fault(texts: TextsT) -> TextsT:
    """The words about what was never broken: nothing is fixed or works again, but is done.

    Texts whose names begin with `no_fault_` stand in the places of those that are named without it.
    """
    own = [one.name for one in fields(texts) if one.name.startswith(_NO_FAULT)]
    return replace(texts, **{name.removeprefix(_NO_FAULT): getattr(texts, name) for name in own})
