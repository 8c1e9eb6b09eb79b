"""Reading YAML into plain values without losing the line on which each of them stands.

The file may come from a repository that many people write to, so it is read with care: at most 1 MB, no
aliases (a few lines of them unfold into gigabytes), no tags, no deep nesting. Plain words follow YAML 1.2:
only `true` and `false` are truth values, so a Norwegian `no` stays a word.
"""

import re
from dataclasses import dataclass, field

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from candor_common.charter.problems import KeyPath, Problem, spelled

LARGEST = 1_000_000
"""Bytes."""
DEEPEST = 20
"""Levels of nesting. The charter itself needs seven."""

_TAG = "tag:yaml.org,2002:"
_Plain = str | int | float | bool | list["_Plain"] | dict[str, "_Plain"] | None


@dataclass(frozen=True, slots=True)
class Source:
    """What a file says, in plain values, and where it says it."""

    file: str
    values: object = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    """Found while reading. Without `lines` the file could not be read at all."""

    def problem(self, path: KeyPath, wrong: str, mend: str) -> Problem:
        """A problem at a path; a path that isn't in the file has the line of what should hold it."""
        known = (path[:length] for length in range(len(path), -1, -1) if path[:length] in self.lines)
        return Problem(self.file, self.lines[next(known)], spelled(path), wrong, mend)


def parse(file: str, raw: bytes) -> Source:
    """The values and lines of a YAML file; `file` is what the operator calls it."""
    try:
        node = _compose(raw)
    except _Unreadable as why:
        return Source(file, problems=(Problem(file, why.line, "", why.wrong, why.mend),))
    builder = _Builder(file)
    values = builder.value(node, ())
    return Source(file, values, builder.lines, tuple(builder.problems))


class _Unreadable(Exception):
    def __init__(self, line: int, wrong: str, mend: str) -> None:
        self.line, self.wrong, self.mend = line, wrong, mend
        super().__init__(wrong)


def _compose(raw: bytes) -> Node:
    try:
        node = _Loader(_text(raw)).get_single_node()
    except yaml.MarkedYAMLError as why:
        line = why.problem_mark.line + 1 if why.problem_mark else 1
        wrong = f"the file is not valid YAML: {why.problem or why.context}"
        raise _Unreadable(line, wrong, "Look at this line and the one above") from why
    if node is None:
        raise _Unreadable(1, "the file is empty", "Start from the charter that Candor ships with")
    return node


def _text(raw: bytes) -> str:
    if len(raw) > LARGEST:
        raise _Unreadable(1, f"the file is larger than {LARGEST // 1_000_000} MB", "Make it shorter")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        line = raw.count(b"\n", 0, why.start) + 1
        raise _Unreadable(line, "the file is not written in UTF-8", "Save it as UTF-8") from why
    control = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise _Unreadable(line, "there is a control character", "Take it out")
    return text


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {
        None: [
            (_TAG + "bool", re.compile(r"(?:true|false)\Z")),
            (_TAG + "null", re.compile(r"(?:null|~|)\Z")),
            (_TAG + "int", re.compile(r"-?[0-9]{1,18}\Z")),
            (_TAG + "float", re.compile(r"-?[0-9]{1,18}\.[0-9]{1,18}\Z")),
        ]
    }
    depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Unreadable(line, "aliases are not allowed", "Write the value out")
        if getattr(event, "tag", None):
            raise _Unreadable(line, "tags are not allowed", "Leave out the `!`")
        if self.depth >= DEEPEST:
            raise _Unreadable(line, "the nesting is too deep", "Make it flatter")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Builder:
    """Collects lines and doubled keys on the way through the nodes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []

    def value(self, node: Node, path: KeyPath) -> _Plain:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, place)) for place, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, _Plain]:
        values: dict[str, _Plain] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            here = (*path, str(key.value))
            if not isinstance(key, ScalarNode):
                self._complain(line, path, "a key is not a plain word", "Write one word before the colon")
            elif here in self.lines:
                wrong = f"the key stands twice; the first is on line {self.lines[here]}"
                self._complain(line, here, wrong, "Keep one of the two")
            else:
                self.lines[here] = line
                values[key.value] = self.value(value, here)
        return values

    def _complain(self, line: int, path: KeyPath, wrong: str, mend: str) -> None:
        self.problems.append(Problem(self.file, line, spelled(path), wrong, mend))


def _scalar(node: Node) -> _Plain:
    match node.tag.removeprefix(_TAG):
        case "null":
            return None
        case "bool":
            return bool(node.value == "true")
        case "int":
            return int(node.value)
        case "float":
            return float(node.value)
    return str(node.value)
