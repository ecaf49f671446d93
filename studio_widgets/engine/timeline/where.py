"""Choosing clips by a query such as `track == 'V1' and duration > 300`.

The text is Python's grammar and nothing of its power: it is parsed, and the few kinds of node below are carried out
here one by one. There are no calls, no attributes, no subscripts and no names but the columns of `rows.COLUMNS`, so a
query from anywhere can do no more than compare.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline.model import Clip, Timeline
from studio_widgets.engine.timeline.rows import COLUMNS, Row, clip_row

Value = Callable[[Row], Any]

MAX_QUERY = 2000  # characters

_ORDERINGS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_SIGNS: dict[type[ast.unaryop], Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}


def matching(t: Timeline, query: str) -> list[Clip]:
    """The clips whose row the query is true of, by track and start.

    It may compare (`==`, `<`, `in` …, `'intro' in name` looks for a part of a text), calculate with numbers, and join
    with `and`, `or`, `not`. What is missing (the text of a clip that is no title) is less, greater and in nothing.
    Raises EditError, naming the part, for anything else.
    """
    found = compiled(query)
    return [clip for clip in t.clips if found(clip_row(t, clip))]


def compiled(query: str) -> Callable[[Row], bool]:
    """The query as a function of a row; EditError when it is not one."""
    if len(query) > MAX_QUERY:
        raise EditError(f"the query has {len(query):,} characters; {MAX_QUERY:,} are the most", hint="Shorten it")
    try:
        tree = ast.parse(query.strip(), mode="eval")
        value = _value(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else "it is not an expression"
        raise EditError(f"the query {_shortened(query)} cannot be read: {reason}", hint=_HINT) from error

    def true_of(row: Row) -> bool:
        try:
            return bool(value(row))
        except (TypeError, ArithmeticError) as error:
            raise EditError(f"the query {_shortened(query)} fails at {row['id']}: {error}", hint=_HINT) from error

    return true_of


_HINT = "Write such as \"track == 'V1' and duration > 300\"; the columns are those of timeline.to_frame()"


def _value(node: ast.expr) -> Value:
    """The function of a row that a node stands for."""
    match node:
        case ast.Constant(value=str() | int() | float() | None as constant):
            return lambda row: constant
        case ast.Name(id=name) if name in COLUMNS:
            return lambda row: row[name]
        case ast.Name(id=name):
            raise EditError(f"there is no column {name!r}", hint=f"The columns are {', '.join(COLUMNS)}")
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            values = [_value(item) for item in items]
            return lambda row: [value(row) for value in values]
        case ast.BoolOp(op=ast.And(), values=items):
            values = [_value(item) for item in items]
            return lambda row: all(value(row) for value in values)
        case ast.BoolOp(values=items):
            values = [_value(item) for item in items]
            return lambda row: any(value(row) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            value = _value(operand)
            return lambda row: not value(row)
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _SIGNS:
            value, signed = _value(operand), _SIGNS[type(sign)]
            return lambda row: signed(_number(value(row)))
        case ast.BinOp(left=left, op=kind, right=right) if type(kind) in _ARITHMETIC:
            first, second, calculate = _value(left), _value(right), _ARITHMETIC[type(kind)]
            return lambda row: calculate(_number(first(row)), _number(second(row)))
        case ast.Compare():
            return _comparison(node)
        case _:
            raise EditError(f"{_shortened(ast.unparse(node))} cannot be used in a query", hint=_HINT)


def _comparison(node: ast.Compare) -> Value:
    values = [_value(item) for item in (node.left, *node.comparators)]
    tests = [_test(kind, node) for kind in node.ops]

    def holds(row: Row) -> bool:
        left = values[0](row)
        for test, value in zip(tests, values[1:], strict=True):
            right = value(row)
            if not test(left, right):
                return False
            left = right
        return True

    return holds


def _test(kind: ast.cmpop, node: ast.Compare) -> Callable[[Any, Any], bool]:
    match kind:
        case ast.Eq() | ast.Is():
            return lambda left, right: bool(left == right)
        case ast.NotEq() | ast.IsNot():
            return lambda left, right: bool(left != right)
        case ast.In():
            return _is_in
        case ast.NotIn():
            return lambda left, right: not _is_in(left, right)
        case _ if type(kind) in _ORDERINGS:
            ordered = _ORDERINGS[type(kind)]
            return lambda left, right: left is not None and right is not None and ordered(left, right)
        case _:
            raise EditError(f"{_shortened(ast.unparse(node))} cannot be used in a query", hint=_HINT)


def _is_in(item: Any, among: Any) -> bool:
    return among is not None and (item is not None or isinstance(among, list)) and item in among


def _number(value: Any) -> Any:
    """A number as it is; TypeError for all else: texts that are multiplied fill the memory."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return value


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")
