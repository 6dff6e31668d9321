"""Own pages for tests: the shipped one, and what can be done to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from lti_tool.certificates.render import CertificateRenderer, RenderedCertificate
from lti_tool.certificates.template import Template
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.design import Design
from lti_tool.domain.errors import BadInput
from lti_tool.domain.page_markup import MarkupFault

SHIPPED = Template.named("modern-v1").own_markup
Make = Callable[..., Certificate]


def without(value: str) -> str:
    """The shipped page without one of its values: a whole list, or the paragraph that holds it."""
    name = {"statements": "statement", "notes": "note", "facts": "fact"}.get(value, value)
    loop = re.compile(rf"{{% for {name} in .*?{{% endfor %}}", re.DOTALL)
    line = re.compile(rf"^.*{{{{ {re.escape(name)} }}}}.*$", re.MULTILINE)
    changed = loop.sub("", SHIPPED) if loop.search(SHIPPED) else line.sub("", SHIPPED)
    assert changed != SHIPPED
    return changed


def design_of(source: str, css: str = "", template: str = "modern-v1") -> tuple[Design, dict[str, bytes]]:
    """A design with that page, and what printing it needs."""
    kept = {sha256(text.encode()).hexdigest(): text.encode() for text in (source, css) if text}
    names = list(kept)
    return Design(template, markup=names[0], style=names[1] if css else ""), kept


def printed(
    source: str, renderer: CertificateRenderer, make: Make, css: str = "", template: str = "modern-v1", **changes: Any
) -> RenderedCertificate:
    design, kept = design_of(source, css, template)
    return renderer.render(make(template=template, design=design, **changes), kept)


def refused(source: str, renderer: CertificateRenderer, make: Make, css: str = "", **changes: Any) -> list[MarkupFault]:
    """What is wrong with a page; fails if it is printed."""
    with pytest.raises(BadInput) as error:
        printed(source, renderer, make, css, **changes)
    assert error.value.code == "certificate.markup_unusable", error.value
    found: tuple[MarkupFault, ...] = error.value.facts["found"]
    assert found
    return list(found)
