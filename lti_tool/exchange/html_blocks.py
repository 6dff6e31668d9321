"""Paragraphs, lists, tables and sections of other programs' HTML as blocks of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lti_tool.domain.fault import said
from lti_tool.exchange.html import (
    BLOCKS,
    GAP,
    HEADINGS,
    LISTS,
    STRUCTURES,
    Source,
    element_in,
    inline,
    one_spaced,
    text_in,
)
from lti_tool.exchange.markup import escaped, line_start, words_of
from lti_tool.exchange.xml import Element, name_of

BODY = "body"
SECTION = re.compile(r"\bcme-(vignette|image|stem|references|objective)\b")


def _paragraph(text: str) -> str:
    lines = [one_spaced(line).strip() for line in text.split(GAP)]
    return "\\\n".join(line_start(line) for line in lines if line)


def _quoted(blocks: list[str]) -> str:
    return "\n".join(f"> {line}".rstrip() for line in "\n\n".join(blocks).split("\n"))


def _items(element: Element, source: Source) -> str:
    is_numbered = name_of(element) == "ol"
    start = element.get("start") or "1"
    first = int(start) if re.fullmatch(r"[0-9]{1,6}", start) else 1
    lines = []
    for number, item in enumerate((child for child in element if name_of(child) == "li"), first):
        mark = f"{number}. " if is_numbered else "- "
        blocks = list(_blocks(item, source)) or [""]
        body = ("\n" if _is_tight(blocks) else "\n\n").join(blocks)
        lines.append(re.sub(r"\n(?=.)", "\n" + " " * len(mark), mark + body))
    strangers = {name_of(child) for child in element} - {"li", ""}
    if strangers:
        source.fault(
            said("<{strangers}> between the items of a list", strangers=min(strangers)[:20]), "put it into an item"
        )
    return "\n".join(lines)


def _is_tight(blocks: list[str]) -> bool:
    """An item of one line, perhaps with a list below it."""
    return all(re.match(r"- |\d+\. ", block) for block in blocks[1:])


def _table(element: Element, source: Source) -> str:
    rows = [row for row in element.iter() if name_of(row) == "tr"]
    table = [[_cell(cell, source) for cell in row if name_of(cell) in ("td", "th")] for row in rows]
    if any(cell.get("colspan", "1") != "1" or cell.get("rowspan", "1") != "1" for row in rows for cell in row):
        source.fault("a table whose cells span others is not taken", "write it with plain rows and columns")
    width = max((len(row) for row in table), default=0)
    if not any(cell for row in table for cell in row):
        return ""
    lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in table]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _cell(cell: Element, source: Source) -> str:
    return one_spaced(inline(cell, source).replace(GAP, " ")).strip()


def _fenced(element: Element) -> str:
    text = "".join(element.itertext()).strip("\n").replace(GAP, "")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _structure(element: Element, source: Source) -> str:
    name = name_of(element)
    if name in LISTS:
        return _items(element, source)
    if name == "table":
        return _table(element, source)
    if name == "blockquote":
        return _quoted(list(_blocks(element, source)))
    if name == "pre":
        return _fenced(element)
    if name == "hr":
        return "---"
    words = one_spaced(inline(element, source).replace(GAP, " ")).strip()
    return f"{HEADINGS[name]} {words}" if words else ""


def _blocks(element: Element, source: Source) -> Iterator[str]:
    """Paragraphs and what else stands between them, in order."""
    run = text_in(element.text, is_plain=False)
    for child in element:
        name = name_of(child)
        if name in STRUCTURES or name in BLOCKS:
            yield from filter(None, [_paragraph(run)])
            inner = [_structure(child, source)] if name in STRUCTURES else _blocks(child, source)
            yield from filter(None, inner)
            run = ""
        else:
            run += element_in(child, source, is_plain=False)
        run += text_in(child.tail, is_plain=False)
    yield from filter(None, [_paragraph(run)])


def _bare(element: Element) -> str:
    return "".join("".join(element.itertext()).split())


def blocks(element: Element, source: Source) -> tuple[str, ...]:
    """An element's content as blocks of Markdown."""
    found = tuple(_blocks(element, source))
    if _differs("\n\n".join(found), element):
        source.remark("emphasis is left out: Markdown would show other words")
        return tuple(filter(None, (line_start(escaped(one_spaced(text).strip())) for text in _plain_blocks(element))))
    return found


def _differs(text: str, element: Element) -> bool:
    has_more = any(name_of(inner) in {"img", "object", "style", "sub", "sup", "q"} for inner in element.iter())
    return not has_more and words_of(text) != _bare(element)


def _plain_blocks(element: Element) -> list[str]:
    return "".join(_plain_pieces(element)).split(GAP)


def _plain_pieces(element: Element) -> Iterator[str]:
    gap = GAP if name_of(element) in BLOCKS | STRUCTURES | {"li", "tr", "br"} else ""
    if name_of(element):
        yield gap + (element.text or "")
        for child in element:
            yield from _plain_pieces(child)
            yield child.tail or ""
        yield gap


def sections(element: Element, source: Source) -> dict[str, tuple[str, ...]]:
    """Blocks by the section that our own files mark (``cme-…``); what is not marked stands in ``BODY``."""
    found: dict[str, tuple[str, ...]] = {}
    for child in [child for child in element if _section(child)]:
        found[_section(child)] = blocks(child, source)
        tail = child.tail
        previous = child.getprevious()
        element.remove(child)
        if tail and tail.strip():
            holder = previous if previous is not None else element
            attribute = "tail" if previous is not None else "text"
            setattr(holder, attribute, (getattr(holder, attribute) or "") + tail)
    return {**found, BODY: blocks(element, source)}


def _section(element: Element) -> str:
    match = SECTION.search(element.get("class") or "") if name_of(element) else None
    return match.group(1) if match else ""
