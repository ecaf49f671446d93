"""XML of strangers, as elements: no entities, no documents elsewhere, nothing deep enough to hurt."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from studio_widgets.engine.errors import InterchangeError

_DEEPEST = 200
_MOST = 2_000_000  # elements: a film has some thousands
_TRAP = "Export it again from the editor that it comes from; a file of an editor has none of that"


def parse_xml(text: str, where: str) -> Element:
    """The root element. InterchangeError for what is not XML, declares entities or names other documents."""
    return _Parser(where).parse(text)


class _Parser:
    def __init__(self, where: str) -> None:
        self._where = where
        self._tree = TreeBuilder()
        self._depth = 0
        self._count = 0

    def parse(self, text: str) -> Element:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._tree.data
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        try:
            parser.Parse(text.encode(), True)
        except (expat.ExpatError, ValueError) as error:
            raise InterchangeError(f"it is not XML: {error}", where=self._where) from error
        return self._tree.close()

    def _start(self, tag: str, values: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > _DEEPEST or self._count > _MOST:
            raise InterchangeError("its elements are nested too deep, or too many", where=self._where)
        self._tree.start(tag, values)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._tree.end(tag)

    def _doctype(self, name: str, system: str | None, public: str | None, inside: bool | int) -> None:
        if system or public or inside:
            raise InterchangeError("its DOCTYPE says more than a name", where=self._where, hint=_TRAP)

    def _entity(self, *_: Any) -> None:
        raise InterchangeError("it declares entities", where=self._where, hint=_TRAP)
