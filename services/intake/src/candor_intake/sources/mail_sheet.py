"""The lines that a page of HTML becomes. What stands in a table is put side by side only where that is short."""

import re

_BLANKS = re.compile(r"\s+")
_GAP = "  "
_LONGEST_ROW = 500
"""Characters. Rows nest, and each copies its line: without a limit all that is within would be copied for each."""


class Sheet:
    """Written from top to bottom, one line at a time."""

    def __init__(self) -> None:
        self.bullet = ""
        """What the next line begins with."""
        self._lines: list[str] = []
        self._pieces: list[str] = []
        self._as_they_are = False
        self._space = False
        self._tables: list[list[int]] = []
        """Of each table that is open, the first lines of the cells of its row."""

    def write(self, words: str) -> None:
        """Words of the line; their blanks are only to part them."""
        self._pieces.append(words)

    def write_lines(self, words: str) -> None:
        """Words with line ends and blanks that stay."""
        first, *others = words.split("\n")
        self._write_as_they_are(first)
        for line in others:
            self.break_line()
            self._write_as_they_are(line)

    def end_line(self) -> None:
        """What comes next begins on a new line."""
        if not self._pieces:
            return
        line = "".join(self._pieces)
        line = line.rstrip() if self._as_they_are else _BLANKS.sub(" ", line).strip()
        self._pieces.clear()
        self._as_they_are = False
        if line:
            if self._space:
                self._add_space()
            self._lines.append(self.bullet + line)
            self.bullet, self._space = "", False

    def break_line(self) -> None:
        """End the line, or leave one empty where there is none."""
        before = len(self._lines)
        self.end_line()
        if len(self._lines) == before:
            self._add_space()

    def leave_space(self) -> None:
        """What comes next is a paragraph of its own."""
        self._space = True

    def turn_table(self, *, begins: bool) -> None:
        """A table begins or ends."""
        if begins:
            if self._space:
                self._add_space()
            self._tables.append([])
        elif self._tables:
            self.end_row()
            self._tables.pop()

    def begin_cell(self) -> None:
        """What comes next stands in the next cell of the row, or by itself where there is no table."""
        self.end_line()
        self._space = False
        if self._tables:
            self._tables[-1].append(len(self._lines))

    def end_row(self) -> None:
        """Put the cells of the row side by side if each has one line at most, and they are short together."""
        self.end_line()
        cells = self._tables[-1] if self._tables else []
        if cells:
            ends = [*cells[1:], len(self._lines)]
            row = self._lines[cells[0] :] if len(self._lines) - cells[0] <= len(cells) else []
            single = all(end - start <= 1 for start, end in zip(cells, ends, strict=True))
            if row and single and sum(map(len, row)) <= _LONGEST_ROW:
                self._lines[cells[0] :] = [_GAP.join(row)]
            cells.clear()

    def text(self) -> str:
        """All lines so far."""
        self.end_line()
        return "\n".join(self._lines).strip("\n")

    def _write_as_they_are(self, words: str) -> None:
        if words:
            self._pieces.append(words)
            self._as_they_are = True

    def _add_space(self) -> None:
        """One empty line at most, and none at the top of the sheet or of a cell."""
        cell = self._tables[-1][-1] if self._tables and self._tables[-1] else 0
        if len(self._lines) > cell and self._lines[-1]:
            self._lines.append("")
