"""A provider's own page as a template: read by Jinja, allowed to say nearly nothing, filled in a sandbox.

Two walls. The parsed template is held against a list of what may stand in it: text, values by their names, ``if`` and
``for``; no calls, no filters, no arithmetic, no assignments, no other files. What passes is run in Jinja's immutable
sandbox without any global, over values that have nothing to reach (``page_values``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import unescape

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lti_tool.certificates.page_values import LINE_ATTRIBUTE, LOOP, SCHEMA, Each, Kind, PageValues, Schema, marked
from lti_tool.domain.page_markup import MarkupFault, MarkupRule, OwnWords, unusable

LONGEST_MARKUP = 40_000
"""Characters of a template."""
_LONGEST_PAGE = 250_000
"""Characters of a page: what is longer cannot be printed on one sheet."""
_DEEPEST = 12
"""Statements inside each other."""
_MOST_STATEMENTS = 400
_START_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9]*)")
_BRACKET = re.compile(r"([<>])")
_DECLARATION = re.compile(r"<[!?][^>]{0,40}")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
Scope = Mapping[str, Schema]


class PageTemplate:
    """A page that passed. Raises ``BadInput("certificate.markup_unusable")`` naming every fault with its line."""

    def __init__(self, source: str) -> None:
        tree = _parsed(source)
        faults = [*_text_faults(source), *_Reader(source).faults(tree)]
        if faults:
            raise unusable(faults)
        self.letters = set(source)
        """Among them those that it prints."""
        self.words = tuple(one for one in _words(tree) if one.text.strip())
        _number_lines(tree)
        self._template = _compiled(tree)

    def filled(self, values: PageValues) -> str:
        """The page with all values marked. A value that is missing refuses it."""
        parts, length = [], 0
        try:
            for part in self._template.generate(dict(values.names)):
                length += len(part)
                if length > _LONGEST_PAGE:
                    raise unusable([MarkupFault(0, "", MarkupRule.TOO_LONG)])
                parts.append(part)
        except (UndefinedError, TypeError) as error:
            raise unusable([MarkupFault(0, str(error), MarkupRule.UNKNOWN_VALUE)]) from error
        return "".join(parts)


@lru_cache(maxsize=16)
def page_template(source: str) -> PageTemplate:
    """The template, read once."""
    return PageTemplate(source)


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, finalize=marked, auto_reload=False, cache_size=0
    )
    for registry in (environment.globals, environment.filters, environment.tests):
        registry.clear()
    return environment


_ENVIRONMENT = _environment()


def _parsed(source: str) -> nodes.Template:
    if len(source) > LONGEST_MARKUP:
        raise unusable([MarkupFault(0, "", MarkupRule.TOO_LONG)])
    try:
        return _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        raise unusable([MarkupFault(error.lineno, str(error.message), MarkupRule.NOT_A_TEMPLATE)]) from error
    except (RecursionError, ValueError, OverflowError) as error:
        # Thousands of brackets, or a number of thousands of digits.
        raise unusable([MarkupFault(0, "", MarkupRule.TOO_DEEP)]) from error


def _compiled(tree: nodes.Template) -> Template:
    code = _ENVIRONMENT.compile(tree)
    return Template.from_code(_ENVIRONMENT, code, {})


def _text_faults(source: str) -> Iterator[MarkupFault]:
    for line, text in enumerate(source.split("\n"), 1):
        for match in _DECLARATION.finditer(text):
            yield MarkupFault(line, match[0], MarkupRule.DECLARATION)
        if _PRIVATE.search(text):
            yield MarkupFault(line, "U+E000", MarkupRule.UNPRINTABLE)


class _Reader:
    """Walks through a parsed template, statement by statement."""

    def __init__(self, source: str) -> None:
        self._lines = source.split("\n")
        self._count = 0
        self._found: list[MarkupFault] = []

    def faults(self, tree: nodes.Template) -> list[MarkupFault]:
        """Everything in it that is not allowed."""
        self._body(tree.body, SCHEMA, None, 0)
        return self._found

    def _body(self, body: list[nodes.Node], scope: Scope, item: str | None, depth: int) -> None:
        """``item``: the name of the innermost list's item."""
        for node in body:
            self._count += 1
            if depth > _DEEPEST or self._count > _MOST_STATEMENTS:
                rule = MarkupRule.TOO_DEEP if depth > _DEEPEST else MarkupRule.TOO_MANY
                self._found = [MarkupFault(node.lineno or 0, "", rule)]
                return
            self._statement(node, scope, item, depth)

    def _statement(self, node: nodes.Node, scope: Scope, item: str | None, depth: int) -> None:
        if isinstance(node, nodes.Output):
            for child in node.nodes:
                self._printed(child, scope)
        elif isinstance(node, nodes.If):
            self._condition(node.test, scope, depth)
            self._body(node.body, scope, item, depth + 1)
            self._body([*node.elif_], scope, item, depth)
            self._body(node.else_, scope, item, depth + 1)
        elif isinstance(node, nodes.For):
            self._loop(node, scope, item, depth)
        else:
            self._fault(node, "", MarkupRule.STATEMENT)

    def _fault(self, node: nodes.Node, thing: str, rule: MarkupRule) -> None:
        """An expression without a name is shown by its line."""
        line = node.lineno or 0
        shown = thing or self._lines[line - 1].strip() if line else thing
        self._found.append(MarkupFault(line, shown[:60], rule))

    def _printed(self, node: nodes.Node, scope: Scope) -> None:
        if isinstance(node, nodes.TemplateData):
            return
        kind = self._named(node, scope)
        if kind is not None and kind not in (Kind.TEXT, Kind.MEASURE):
            self._fault(node, _path(node) or "", MarkupRule.NOT_TO_PRINT)

    def _named(self, node: nodes.Node, scope: Scope) -> Schema | None:
        """What the name stands for; ``None`` after a fault."""
        path = _path(node)
        if path is None:
            self._fault(node, "", MarkupRule.EXPRESSION)
            return None
        kind: Schema = scope
        for name in path.split("."):
            if not isinstance(kind, Mapping) or name not in kind:
                self._fault(node, path, MarkupRule.UNKNOWN_VALUE)
                return None
            kind = kind[name]
        return kind

    def _condition(self, node: nodes.Node, scope: Scope, depth: int) -> None:
        if depth > _DEEPEST:
            self._fault(node, "", MarkupRule.TOO_DEEP)
        elif isinstance(node, nodes.And | nodes.Or):
            self._condition(node.left, scope, depth + 1)
            self._condition(node.right, scope, depth + 1)
        elif isinstance(node, nodes.Not):
            self._condition(node.node, scope, depth + 1)
        elif isinstance(node, nodes.Compare):
            self._comparison(node, scope)
        else:
            self._named(node, scope)

    def _comparison(self, node: nodes.Compare, scope: Scope) -> None:
        """Two words are compared, e.g. ``fact.kind == "completed"``."""
        kind = self._named(node.expr, scope)
        words = [one.expr for one in node.ops if one.op in ("eq", "ne")]
        is_word = len(words) == len(node.ops) == 1 and isinstance(words[0], nodes.Const) and type(words[0].value) is str
        if kind is not None and (kind is not Kind.MEASURE or not is_word):
            self._fault(node, _path(node.expr) or "", MarkupRule.EXPRESSION)

    def _loop(self, node: nodes.For, scope: Scope, item: str | None, depth: int) -> None:
        """A list inside a list must be the item's own, so that a page grows with what it says and never faster."""
        if not isinstance(node.target, nodes.Name) or node.test is not None or node.recursive:
            self._fault(node, "", MarkupRule.STATEMENT)
            return
        kind, path = self._named(node.iter, scope), _path(node.iter) or ""
        if kind is None:
            return
        if not isinstance(kind, Each):
            self._fault(node, path, MarkupRule.NOT_A_LIST)
        elif item is not None and path.split(".")[0] != item:
            self._fault(node, path, MarkupRule.NESTED_LIST)
        elif node.target.name in SCHEMA or node.target.name == "loop":
            self._fault(node, node.target.name, MarkupRule.STATEMENT)
        else:
            self._body(node.body, {**scope, node.target.name: kind.item, "loop": LOOP}, node.target.name, depth + 1)
            self._body(node.else_, scope, item, depth + 1)


def _path(node: nodes.Node) -> str | None:
    """A dotted name, ``None`` for any other expression."""
    names: list[str] = []
    while isinstance(node, nodes.Getattr) and len(names) < _DEEPEST:
        names.append(node.attr)
        node = node.node
    if not isinstance(node, nodes.Name):
        return None
    return ".".join(reversed((*names, node.name)))


def _words(tree: nodes.Template) -> Iterator[OwnWords]:
    """The page's own words in every branch, up to the next value each."""
    line, text, is_in_tag = 0, "", False
    for node in (child for output in tree.find_all(nodes.Output) for child in output.nodes):
        if isinstance(node, nodes.TemplateData):
            outside, is_in_tag = _outside_tags(node.data, is_in_tag)
            line, text = line or node.lineno, text + outside
        elif not is_in_tag:
            yield OwnWords(line, unescape(text))
            line, text = 0, ""
    yield OwnWords(line, unescape(text))


def _outside_tags(data: str, is_in_tag: bool) -> tuple[str, bool]:
    """A stretch of a page without its tags, which may begin in one and end in another; whether it ends in one."""
    words = ""
    for piece in _BRACKET.split(data):
        if piece in ("<", ">"):
            is_in_tag, words = piece == "<", words + " "
        elif not is_in_tag:
            words += piece
    return words, is_in_tag


def _number_lines(tree: nodes.Template) -> None:
    """Every start tag is told the line it stands on, so that what is found on the page can be found in the template."""
    for node in tree.find_all(nodes.TemplateData):
        first = node.lineno

        def numbered(match: re.Match[str], first: int = first, data: str = node.data) -> str:
            line = first + data.count("\n", 0, match.start())
            return f'{match[0]} {LINE_ATTRIBUTE}="{line}"'

        node.data = _START_TAG.sub(numbered, node.data)
