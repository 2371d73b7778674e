"""Rewrites a template before it is compiled, so that the sandbox can count and limit its work."""

from __future__ import annotations

import re

from jinja2 import nodes
from jinja2.visitor import NodeTransformer


class LimitTransformer(NodeTransformer):
    """Rewrites a parsed template so that its loops are counted and its joined texts are limited."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - Jinja calls it by this name
        """Take the loop's items through the counter."""
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, "each", [], [], None, None, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802 - Jinja calls it by this name
        """Replace ``~`` by the limited ``join``."""
        self.generic_visit(node)
        pieces = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(pieces, "join", [], [], None, None, lineno=node.lineno)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:  # noqa: N802 - Jinja calls it by this name
        """Measure both sides of each comparison: ``in`` looks through a whole list."""
        self.generic_visit(node)
        node.expr = _measured_node(node.expr)
        for operand in node.ops:
            operand.expr = _measured_node(operand.expr)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Call:  # noqa: N802 - Jinja calls it by this name
        """Measure the text whose method is called."""
        self.generic_visit(node)
        if isinstance(node.node, nodes.Getattr):
            node.node.node = _measured_node(node.node.node)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Getitem:  # noqa: N802 - Jinja calls it by this name
        """Measure the list that a part is copied from."""
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _measured_node(node.node)
        return node

    def visit_List(self, node: nodes.List) -> nodes.Expr:  # noqa: N802 - Jinja calls it by this name
        """Measure a list that is written out, since a loop makes it again in each turn."""
        self.generic_visit(node)
        return _measured_node(node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Expr:  # noqa: N802 - Jinja calls it by this name
        """As ``visit_List``. The names that a loop or ``set`` gives values to are written as such a list too."""
        self.generic_visit(node)
        return _measured_node(node) if node.ctx == "load" else node


def _measured_node(node: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, "measured", [], [], None, None, lineno=node.lineno)


_MARKS = re.compile(r"(\{[%#]|[%#]\})")
_ENDS = {"{%": "%}", "{#": "#}"}


def keep_line_ends(source: str) -> str:
    """The template with a ``+`` in every tag at the end of a line of text, so that the line keeps its end.

    ``trim_blocks`` removes lines that hold only tags, since empty lines would break lists and tables in the Markdown.
    But ``trim_blocks`` would also remove the line end after a tag that follows text on its line.
    """
    return "\n".join(_with_line_end(line) for line in source.split("\n"))


def _with_line_end(line: str) -> str:
    ends_in_tag = line.endswith(("%}", "#}")) and line[-3:-2] not in {"-", "+"}
    return f"{line[:-2]}+{line[-2:]}" if ends_in_tag and _without_tags(line).strip() else line


def _without_tags(line: str) -> str:
    """The line without its tags and remarks. The line is read once, since it may have thousands of them."""
    outside, end = [], ""
    for piece in _MARKS.split(line):
        if end:
            end = "" if piece == end else end
        elif piece in _ENDS:
            end = _ENDS[piece]
        else:
            outside.append(piece)
    return "".join(outside)
