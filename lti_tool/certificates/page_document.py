"""The document around a page of a provider's own: what the file says of itself, and what marks a specimen."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any
from xml.etree import ElementTree as ET


def whole_document(root: ET.Element, head: Mapping[str, Any]) -> str:
    """All that stands below ``root``, inside a document. ``head``: the values that the shipped page has."""
    body = "".join(ET.tostring(child, encoding="unicode") for child in root)
    specimen = ""
    if head["is_specimen"]:
        spoken = head["labels_language"]
        is_other = spoken != head["language"].split("-")[0].lower()
        lang = f' lang="{escape(spoken)}"' if is_other else ""
        specimen = f'<p class="specimen"{lang}>{escape(head["labels"]["specimen"])}</p>'
    metas = {
        "author": head["provider_plain"],
        "description": head["description"],
        "dcterms.created": head["dated"],
        "dcterms.modified": head["dated"],
    }
    described = "".join(f'<meta name="{name}" content="{escape(content)}"/>' for name, content in metas.items())
    title = f"<title>{escape(head['document_title'])}</title>"
    return (
        f'<html lang="{escape(head["language"])}"><head>{title}{described}</head>'
        f'<body style="font-size: {head["sizes"].body}pt"><div class="ground"></div>{specimen}{body}</body></html>'
    )
