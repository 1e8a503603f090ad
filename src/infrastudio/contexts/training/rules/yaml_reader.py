"""YAML by the core schema of version 1.2: `no` is text and `1e-3` a number. Nothing in it is ever executed.

The parser is driven event by event, so that depth, size and aliases are bounded while it reads: a short text cannot
become a huge value, and a deep one cannot exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from infrastudio.contexts.training.rules.documents import MAX_DEPTH, Document, Path, Place, Unreadable, integer

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL: Final = re.compile(r"~|null|Null|NULL|")
_BOOL: Final = re.compile(r"(true|True|TRUE)|false|False|FALSE")
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL: Final = re.compile(r"0o([0-7]+)")
_HEXADECIMAL: Final = re.compile(r"0x([0-9a-fA-F]+)")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY: Final = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_NAN: Final = re.compile(r"\.(nan|NaN|NAN)")
_TEXT_TAGS: Final = ("tag:yaml.org,2002:str", "!")
_COLLECTION_TAGS: Final = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "!")
_MERGE: Final = "<<"


@dataclass
class _Node:
    """A node of the text; an alias is the node that its anchor names. `complete` is False while it is being read."""

    place: Place
    scalar: Any = None
    items: list[_Node] | None = None
    pairs: list[tuple[_Node, str, _Node]] | None = None
    complete: bool = field(default=False)


def read_yaml(content: str) -> Document:
    """Read one YAML document.

    Raises:
        Unreadable: It is no YAML, uses what we do not take, or is too deep or too large.
    """
    document = Document()
    try:
        root = _Composer(yaml.parse(content, Loader=_LOADER), document).compose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(f"is not YAML: {error.problem or error.context}", _place(mark) if mark else None) from error
    except yaml.YAMLError as error:
        raise Unreadable(f"is not YAML: {' '.join(str(error).split())}") from error
    document.values = 0
    document.value = _Builder(document).value(root, ())
    return document


class _Composer:
    """Turns the events of a parser into nodes."""

    def __init__(self, events: Iterator[yaml.Event], document: Document) -> None:
        self._events = events
        self._document = document
        self._anchors: dict[str, _Node] = {}

    def compose(self) -> _Node:
        """Return the root of the only document."""
        root: _Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                raise Unreadable("holds a second document; one is taken", _place(event.start_mark))
            if isinstance(event, yaml.NodeEvent):
                root = self._node(event, 1)
        if root is None:
            raise Unreadable("is empty")
        return root

    def _node(self, event: Any, depth: int) -> _Node:
        place = _place(event.start_mark)
        if depth > MAX_DEPTH:
            raise Unreadable(f"is nested deeper than {MAX_DEPTH} levels", place)
        if isinstance(event, yaml.AliasEvent):
            return self._anchored(event.anchor or "", place)
        self._document.count(place)
        node = _Node(place)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        if isinstance(event, yaml.ScalarEvent):
            node.scalar = _scalar(event, place)
            node.complete = True
            return node
        _refuse_tag(event.tag, place, _COLLECTION_TAGS)
        if isinstance(event, yaml.SequenceStartEvent):
            node.items = [self._node(each, depth + 1) for each in self._until(yaml.SequenceEndEvent)]
        else:
            node.pairs = []
            for each in self._until(yaml.MappingEndEvent):
                key = self._node(each, depth + 1)
                name = each.value if isinstance(each, yaml.ScalarEvent) else None
                if name is None:
                    raise Unreadable("a key must be text", key.place)
                node.pairs.append((key, name, self._node(next(self._events), depth + 1)))
        node.complete = True
        return node

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.Event]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event

    def _anchored(self, anchor: str, place: Place) -> _Node:
        node = self._anchors.get(anchor)
        if node is None:
            raise Unreadable(f"there is no anchor &{anchor} before this", place)
        if not node.complete:
            raise Unreadable(f"&{anchor} holds itself", place)
        return node


class _Builder:
    """Turns nodes into plain values; what aliases repeat counts each time."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def value(self, node: _Node, path: Path) -> Any:
        """Return the value of a node."""
        if len(path) > MAX_DEPTH:
            raise Unreadable(f"is nested deeper than {MAX_DEPTH} levels", node.place)
        self._document.count(node.place)
        self._document.places.setdefault(path, node.place)
        if node.items is not None:
            return [self.value(item, (*path, number)) for number, item in enumerate(node.items)]
        if node.pairs is not None:
            return self._mapping(node.pairs, path)
        return self._document.checked(path, node.scalar)

    def _mapping(self, pairs: list[tuple[_Node, str, _Node]], path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, name, node in pairs:
            if name == _MERGE:
                continue
            inner = (*path, name)
            if name in values:
                self._document.refuse(inner, "stands here a second time", place=key.place)
                continue
            self._document.places[inner] = key.place
            value = self.value(node, inner)
            if self._document.checked(inner, name) is not None:
                values[name] = value
        for _, name, node in pairs:
            if name == _MERGE:
                self._merge(values, node, path)
        return values

    def _merge(self, values: dict[str, Any], node: _Node, path: Path) -> None:
        """Add what `<<` names, where the mapping does not say it itself; the first of several wins."""
        for source in [node] if node.items is None else node.items:
            self._document.count(source.place)
            if source.pairs is None:
                raise Unreadable("<< takes a mapping, or a list of mappings", source.place)
            wanted = [pair for pair in source.pairs if pair[1] not in values]
            for name, value in self._mapping(wanted, path).items():
                values.setdefault(name, value)


def _scalar(event: yaml.ScalarEvent, place: Place) -> Any:
    _refuse_tag(event.tag, place, _TEXT_TAGS)
    text: str = event.value
    if not event.implicit[0]:
        return text
    if _NULL.fullmatch(text):
        return None
    if (match := _BOOL.fullmatch(text)) is not None:
        return match[1] is not None
    if _INTEGER.fullmatch(text):
        return integer(text)
    if (match := _OCTAL.fullmatch(text)) is not None:
        return integer(match[1], 8)
    if (match := _HEXADECIMAL.fullmatch(text)) is not None:
        return integer(match[1], 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if (match := _INFINITY.fullmatch(text)) is not None:
        return float(f"{match[1]}inf")
    return float("nan") if _NAN.fullmatch(text) else text


def _refuse_tag(tag: str | None, place: Place, taken: tuple[str, ...]) -> None:
    if tag is not None and tag not in taken:
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        raise Unreadable(f"the tag {shown[:100]} is not taken; leave it out", place)


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)
