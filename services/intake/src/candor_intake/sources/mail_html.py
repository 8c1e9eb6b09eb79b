"""A page of HTML as text, in time and space that grow with the page, and with nothing that the page asks for.

No tree is built and nothing is laid out. Parsers that build a tree drop what is nested deeply, and need the square of
the attributes of a tag; engines that lay out obey margins of any size, and pad each cell to the width of its column.
"""

import html
import re
from dataclasses import dataclass
from typing import NamedTuple

from candor_intake.sources.mail_sheet import Sheet

# Nothing is tried twice. A quote without an end is a letter like any other, so that it swallows no words.
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][\w:.-]*+)(?P<rest>(?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+)>?"
    r"|<[!?/][^>]*+>?"
)
_COMMENT = re.compile(r"<!--(?:-?>|.*?-->)", re.DOTALL)
_UNSEEN_STYLE = re.compile(r"(?<![\w-])display\s*+:\s*+none", re.IGNORECASE)
_PLAIN_STYLE = re.compile(r"(?<![\w-])white-space\s*+:\s*+pre", re.IGNORECASE)
_UNSEEN = frozenset({"script", "style", "title"})
_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _UNSEEN}
_PLAIN = frozenset({"pre", "xmp", "listing"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "figure"})
_OTHER_BLOCKS = (
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption footer form header "
    "hr html li main nav ol option section summary table tbody tfoot thead tr ul"
)
_BLOCKS = _PARAGRAPHS | _PLAIN | {*_OTHER_BLOCKS.split()}
_CELLS = frozenset({"td", "th"})
_LISTS = frozenset({"ol", "ul"})
_WITHOUT_END = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})


def text_of_page(page: str) -> str:
    """What a reader sees of a page, line by line. The short cells of a row stand on one line."""
    reader = _Reader(_without_comments(page))
    while reader.goes_on():
        pass
    return reader.text()


def unescaped(text: str) -> str:
    """The text with characters for their entities."""
    try:
        return html.unescape(text)
    except ValueError:
        # The number of a character has thousands of digits.
        return text


def _without_comments(page: str) -> str:
    # What opens behind the last end of a comment is none; its end would be sought up to the end of the page each time.
    commented, end, rest = page.rpartition("-->")
    return _COMMENT.sub("", commented + end) + rest


class _Tag(NamedTuple):
    name: str
    is_end: bool
    rest: str

    def opens(self, names: frozenset[str], style: re.Pattern[str]) -> bool:
        """Whether it begins an element of such a name or style."""
        if self.is_end or self.name in _WITHOUT_END:
            return False
        return self.name in names or (self.rest != "" and style.search(self.rest) is not None)


@dataclass(slots=True)
class _Within:
    """An element that has begun. Elements of its own name may nest in it."""

    name: str
    depth: int = 1

    def lasts(self, tag: _Tag) -> bool:
        """Whether it goes on behind a tag."""
        if tag.name == self.name:
            self.depth += -1 if tag.is_end else 1
        return self.depth > 0


class _Reader:
    """Takes the words and tags of a page in their order."""

    def __init__(self, page: str) -> None:
        self._page = page
        self._at = 0
        self._without_end: set[str] = set()
        self._sheet = Sheet()
        self._lists: list[int | None] = []
        self._plain: _Within | None = None
        self._unseen: _Within | None = None
        self._unseen_words: list[str] = []

    def goes_on(self) -> bool:
        """Read up to behind the next tag; false when there was none."""
        found = _TAG.search(self._page, self._at)
        if found is None or self._page[found.end() - 1] != ">":
            # Where the page ends within a tag, it may as well be a sign in a text.
            self._hear(self._page[self._at :])
            return False
        self._hear(self._page[self._at : found.start()])
        self._at = found.end()
        if found["name"]:
            tag = _Tag(found["name"].lower(), found["end"] == "/", found["rest"])
            self._meet(tag)
            self._pass_over(tag)
        return True

    def text(self) -> str:
        """What was read. An element without an end hides nothing."""
        if self._unseen_words:
            self._sheet.end_line()
            self._sheet.write(unescaped(" ".join(self._unseen_words)))
        return self._sheet.text()

    def _pass_over(self, tag: _Tag) -> None:
        """Go on at the end of what has no tags in it, whatever looks like one. It is sought in vain only once."""
        if tag.is_end or tag.name not in _UNSEEN or tag.name in self._without_end:
            return
        end = _ENDS[tag.name].search(self._page, self._at)
        if end:
            self._at = end.start()
        else:
            self._without_end.add(tag.name)

    def _hear(self, words: str) -> None:
        if not words:
            return
        if self._unseen:
            self._unseen_words.append(words)
        elif self._plain:
            self._sheet.write_lines(unescaped(words))
        else:
            self._sheet.write(unescaped(words))

    def _meet(self, tag: _Tag) -> None:
        if self._unseen:
            if not self._unseen.lasts(tag):
                self._unseen = None
                self._unseen_words.clear()
        elif tag.opens(_UNSEEN, _UNSEEN_STYLE):
            self._unseen = _Within(tag.name)
        else:
            self._set_apart(tag)
            self._place(tag)

    def _set_apart(self, tag: _Tag) -> None:
        if self._plain and not self._plain.lasts(tag):
            self._plain = None
        elif not self._plain and tag.opens(_PLAIN, _PLAIN_STYLE):
            self._plain = _Within(tag.name)
        if tag.name in _BLOCKS:
            self._sheet.end_line()
        if tag.name in _PARAGRAPHS:
            self._sheet.leave_space()

    def _place(self, tag: _Tag) -> None:
        begins = not tag.is_end
        if tag.name == "br":
            self._sheet.break_line()
        elif tag.name == "table":
            self._sheet.turn_table(begins=begins)
        elif tag.name == "tr":
            self._sheet.end_row()
        elif tag.name in _CELLS and begins:
            self._sheet.begin_cell()
        elif tag.name in _LISTS:
            self._turn_list(tag)
        elif tag.name == "li":
            self._sheet.bullet = self._next_bullet() if begins else ""

    def _turn_list(self, tag: _Tag) -> None:
        if not tag.is_end:
            self._lists.append(0 if tag.name == "ol" else None)
        elif self._lists:
            self._lists.pop()

    def _next_bullet(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "* "
        self._lists[-1] = number + 1
        return f"{number + 1}. "
