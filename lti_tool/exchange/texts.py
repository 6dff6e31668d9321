"""Texts that hold several things in one: case, image and question; rationale, references and objective.

Other programs know one text for each. Ours mark the parts in HTML comments (Markdown) or by classes (XHTML), so that
they come apart again; in files of others the last paragraph before the answers is the question, what stands above it
the case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lti_tool.domain.assessment import Image
from lti_tool.domain.question import BankQuestion
from lti_tool.exchange.html import Source, plain, read_html
from lti_tool.exchange.html_blocks import BODY, blocks, sections
from lti_tool.exchange.markup import escaped, images_in, line_start
from lti_tool.exchange.xml import Element

MARK = re.compile(r"^<!-- cme:(vignette|image|stem|references|objective) -->$", re.MULTILINE)
_LONE_IMAGE = re.compile(r'!\[((?:[^\]\\]|\\.)*)\]\(<?([^)\s>]+)>?(?:\s+"((?:[^"\\]|\\.)*)")?\)')
_UNESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
HTML_LIKE = re.compile(r"<[a-zA-Z/!]|&#?\w+;")


@dataclass(frozen=True, slots=True)
class Told:
    """The parts of a question's text."""

    vignette: str = ""
    image: Image | None = None
    stem: str = ""


@dataclass(frozen=True, slots=True)
class Reasons:
    """The parts of the text that is shown with the key."""

    rationale: str = ""
    references: tuple[str, ...] = ()
    objective: str = ""


def _marked(name: str, text: str) -> str:
    return f"<!-- cme:{name} -->\n\n{text}" if text else ""


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def tell(bank: BankQuestion, address: Callable[[str], str] = str) -> str:
    """Case, image and question as one Markdown text with its parts marked where there is more than the question.

    ``address`` gives the name by which the file knows an image.
    """
    question, image = bank.question, bank.question.image
    picture = ""
    if image is not None:
        caption = f' "{_quotable(image.caption)}"' if image.caption else ""
        picture = f"![{escaped(image.alt)}]({address(image.file)}{caption})"
    above = [_marked("vignette", addressed(question.vignette, address)), _marked("image", picture)]
    stem = addressed(question.stem, address)
    return _joined([*above, _marked("stem", stem)] if any(above) or "\n\n" in stem else [stem])


def _quotable(text: str) -> str:
    return escaped(text).replace('"', '\\"')


def reasons(bank: BankQuestion, address: Callable[[str], str] = str) -> str:
    """Rationale, references and objective as one Markdown text."""
    listed = "\n".join(f"- {line_start(escaped(reference))}" for reference in bank.references)
    further = [_marked("references", listed), _marked("objective", line_start(escaped(bank.objective)))]
    return _joined([addressed(bank.question.rationale, address), *further])


def addressed(text: str, address: Callable[[str], str]) -> str:
    """Markdown with every image's name put as ``address`` gives it."""
    for source in sorted({source for source, _ in images_in(text)}, key=len, reverse=True):
        text = text.replace(f"]({source}", f"]({address(source)}")
    return text


def _split(text: str) -> dict[str, str]:
    pieces = MARK.split(text)
    marked = dict(zip(pieces[1::2], (piece.strip("\r\n") for piece in pieces[2::2]), strict=True))
    return {BODY: pieces[0].strip("\r\n"), **marked}


def _unescaped(text: str) -> str:
    return _UNESCAPE.sub(r"\1", text)


def _image(text: str, source: Source) -> Image | None:
    match = _LONE_IMAGE.fullmatch(text.strip())
    if match is None:
        if text.strip():
            source.fault("the image of the question cannot be read", "write ![what can be seen](file.png)")
        return None
    return Image(match[2], _unescaped(match[1]), _unescaped(match[3] or ""))


def _listed(text: str) -> tuple[str, ...]:
    lines = (re.sub(r"^(?:[-*+]|\d+[.)]) ", "", line) for line in text.split("\n"))
    return tuple(_unescaped(line).strip() for line in lines if line.strip())


def told_in_markdown(text: str, source: Source) -> Told:
    """Take apart what ``tell`` has joined; an unmarked text is a question with, perhaps, its case above."""
    parts = _split(with_pictures(text, source))
    if set(parts) == {BODY}:
        *above, stem = re.split(r"\n[ \t]*\n+", parts[BODY]) if parts[BODY] else [""]
        return Told("\n\n".join(above).strip("\r\n"), None, stem.strip("\r\n"))
    vignette = _joined([parts[BODY], parts.get("vignette", "")])
    return Told(vignette, _image(parts.get("image", ""), source), parts.get("stem", ""))


def reasons_in_markdown(text: str, source: Source) -> Reasons:
    """Take apart what ``reasons`` has joined."""
    parts = _split(with_pictures(text, source))
    return Reasons(parts[BODY], _listed(parts.get("references", "")), _unescaped(parts.get("objective", "")).strip())


def with_pictures(text: str, source: Source) -> str:
    """Every image taken in, and called by its name in the bank."""
    for name in sorted({name for name, _ in images_in(MARK.sub("", text))}, key=len, reverse=True):
        kept = source.picture(name)
        text = text.replace(f"]({name}", f"]({kept}") if kept else text
    return text


def _parts(element: Element, source: Source) -> Mapping[str, tuple[str, ...]]:
    return sections(element, source)


def told_in_html(element: Element, source: Source) -> Told:
    """The parts of a question's text in (X)HTML."""
    parts = dict(_parts(element, source))
    above, stem = list(parts[BODY]), list(parts.get("stem", ()))
    if not stem and above:
        stem = [above.pop()]
    vignette = "\n\n".join([*above, *parts.get("vignette", ())])
    first, *rest = parts.get("image", ()) or ("",)
    image = _image(first, source)
    if image is not None and rest:
        image = Image(image.file, image.alt, _unescaped(" ".join(rest)))
    return Told(vignette, image, "\n\n".join(stem))


def reasons_in_html(element: Element, source: Source) -> Reasons:
    """The parts of a rationale in (X)HTML."""
    parts = _parts(element, source)
    references = tuple(found for block in parts.get("references", ()) for found in _listed(block))
    return Reasons("\n\n".join(parts[BODY]), references, _unescaped(" ".join(parts.get("objective", ()))))


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a file in one of the notations that Moodle knows."""

    text: str
    notation: str
    """``html``, ``markdown``, ``plain_text`` or ``moodle_auto_format``."""

    def _tree(self, source: Source) -> Element | None:
        text = self.text
        if self.notation == "moodle_auto_format":
            text = re.sub(r"\r?\n", "<br>", text)
        return read_html(text, source)

    @property
    def _is_words(self) -> bool:
        is_auto = self.notation == "moodle_auto_format"
        return self.notation == "plain_text" or (is_auto and not HTML_LIKE.search(self.text))

    def _paragraphs(self) -> tuple[str, ...]:
        pieces = (" ".join(piece.split()) for piece in re.split(r"\n\s*\n", self.text.replace("\r\n", "\n")))
        return tuple(line_start(escaped(piece)) for piece in pieces if piece)

    def told(self, source: Source) -> Told:
        """As the text of a question."""
        if self.notation == "markdown":
            return told_in_markdown(self.text, source)
        if self._is_words:
            *above, stem = self._paragraphs() or ("",)
            return Told("\n\n".join(above), None, stem)
        return self._in_html(told_in_html, source) or Told()

    def reasons(self, source: Source) -> Reasons:
        """As the text that is shown with the key."""
        if self.notation == "markdown":
            return reasons_in_markdown(self.text, source)
        if self._is_words:
            return Reasons("\n\n".join(self._paragraphs()))
        return self._in_html(reasons_in_html, source) or Reasons()

    def markdown(self, source: Source) -> str:
        """As paragraphs."""
        if self.notation == "markdown":
            return with_pictures(self.text, source).strip("\r\n")
        if self._is_words:
            return "\n\n".join(self._paragraphs())
        return "\n\n".join(self._in_html(blocks, source) or ())

    def words(self, source: Source) -> str:
        """As bare words in one line."""
        if self.notation == "markdown":
            return self._stripped(source)
        if self._is_words:
            return " ".join(self.text.split())
        return str(self._in_html(plain, source) or "")

    def _stripped(self, source: Source) -> str:
        if re.search(r"[*_`\[<]", self.text):
            source.remark("Markdown in a choice is shown as it stands")
        return " ".join(_unescaped(self.text).split())

    def _in_html(self, reader: Callable[[Element, Source], Any], source: Source) -> Any:
        if not self.text.strip():
            return None
        root = self._tree(source)
        return None if root is None else reader(_unwrapped(root), source)


def _unwrapped(root: Element) -> Element:
    """The ``div`` that the parser was given; or all of the body, where the text closed it."""
    return root[0] if len(root) == 1 and not (root[0].tail or "").strip() else root
