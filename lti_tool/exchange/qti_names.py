"""QTI's versions as one table, and their two ways of spelling: ``choiceInteraction`` and ``qti-choice-interaction``.

Sources: 1EdTech QTI 2.1 (2012), 2.2 (2015) and 3.0 (2022), ASI information model and packaging.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lti_tool.exchange.xml import Element, make, name_of

_XHTML = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "kbd",
        "li",
        "object",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
    ]
)
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_DASH = re.compile(r"-([a-z])")


@dataclass(frozen=True, slots=True)
class QtiVersion:
    namespace: str
    schema: str
    """What the manifest says of the package."""
    schema_version: str
    resource_type: str
    templates: str
    """Address below which the templates of response processing stand."""
    has_dashes: bool = False


_SPECIFICATION = "http://www.imsglobal.org"
QTI_21 = QtiVersion(
    f"{_SPECIFICATION}/xsd/imsqti_v2p1",
    "QTIv2.1 Package",
    "1.0.0",
    "imsqti_item_xmlv2p1",
    f"{_SPECIFICATION}/question/qti_v2p1/rptemplates",
)
QTI_22 = QtiVersion(
    f"{_SPECIFICATION}/xsd/imsqti_v2p2",
    "QTIv2.2 Package",
    "1.0.0",
    "imsqti_item_xmlv2p2",
    f"{_SPECIFICATION}/question/qti_v2p2/rptemplates",
)
QTI_30 = QtiVersion(
    f"{_SPECIFICATION}/xsd/imsqtiasi_v3p0",
    "QTI Package",
    "3.0.0",
    "imsqti_item_xmlv3p0",
    "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates",
    has_dashes=True,
)
VERSIONS = (QTI_21, QTI_22, QTI_30)
PACKAGES = {
    QTI_21: f"{_SPECIFICATION}/xsd/imscp_v1p1",
    QTI_22: f"{_SPECIFICATION}/xsd/imscp_v1p1",
    QTI_30: f"{_SPECIFICATION}/xsd/qti/qtiv3p0/imscp_v1p1",
}
LOM = f"{_SPECIFICATION}/xsd/imsmd_v1p2"


def camel(name: str) -> str:
    """``qti-choice-interaction`` and ``max-choices`` as ``choiceInteraction`` and ``maxChoices``."""
    return _DASH.sub(lambda found: found[1].upper(), name.removeprefix("qti-"))


def dashed(name: str) -> str:
    return _CAPITAL.sub(r"-\1", name).lower()


def _spelled(name: str, version: QtiVersion) -> str:
    is_own = name not in _XHTML
    return f"{{{version.namespace}}}{f'qti-{dashed(name)}' if version.has_dashes and is_own else name}"


def _attribute(name: str, version: QtiVersion) -> str:
    return dashed(name) if version.has_dashes and not name.startswith("{") else name


def spelled(element: Element, version: QtiVersion) -> Element:
    """A tree of plain names in the spelling and namespace of a version."""
    name = name_of(element)
    is_own = name not in _XHTML
    attributes = {_attribute(key, version) if is_own else key: value for key, value in element.attrib.items()}
    copy = make(_spelled(name, version), attributes)
    copy.text, copy.tail = element.text, element.tail
    for child in element:
        copy.append(spelled(child, version))
    return copy


def plain_names(element: Element) -> Element:
    """A tree of any version with plain names in both; comments are left out, lines are kept."""
    name = camel(name_of(element))
    copy = make(name, {camel(str(key).rpartition("}")[2]): str(value) for key, value in element.attrib.items()})
    copy.text, copy.sourceline = element.text, min(element.sourceline or 1, 65_000)
    for child in element:
        if name_of(child):
            inner = plain_names(child)
            inner.tail = child.tail
            copy.append(inner)
        elif child.tail:
            _add_text(copy, child.tail)
    return copy


def _add_text(element: Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
