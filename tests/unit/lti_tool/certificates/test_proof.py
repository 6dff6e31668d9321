"""A provider's own style sheet changes the look, never what is said."""

from __future__ import annotations

import socket
from collections.abc import Callable
from hashlib import sha256

import pytest

from lti_tool.certificates import printer as printer_module
from lti_tool.certificates.proof import proof_read
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.design import Design
from lti_tool.domain.errors import BadInput
from tests.unit.lti_tool.certificates.designs import DESIGNS, named
from tests.unit.lti_tool.certificates.test_designs import SIX
from tests.unit.lti_tool.certificates.test_render import JOINT, LONG_NAME, LONG_TITLE, NAMES, opened

Make = Callable[..., Certificate]


def printed(css: str, renderer: CertificateRenderer, make: Make, name: str = "Elena M. Vasquez") -> bytes:
    style = sha256(css.encode()).hexdigest()
    values = make(name, template="modern-v1", design=Design("modern-v1", style=style), statements=(JOINT,))
    return renderer.render(values, {style: css.encode()}).pdf


def refusal(css: str, renderer: CertificateRenderer, make: Make) -> BadInput:
    with pytest.raises(BadInput) as refused:
        printed(css, renderer, make)
    return refused.value


@pytest.mark.parametrize(
    "css",
    [
        "h1 { color: #ffd; letter-spacing: 0.1em }",
        ".name { color: #5a0f3c } /* ours */",
        ".award { top: 40pt } .facts { border: 0 }",
        "not css at all {{ }} {% raw %}",
    ],
)
def test_a_style_sheet_changes_the_look(css: str, renderer: CertificateRenderer, make: Make) -> None:
    pdf = printed(css, renderer, make)
    assert len(opened(renderer.render(make())).pages) == 1
    assert printed(css, renderer, make) == pdf


@pytest.mark.parametrize(
    ("css", "field"),
    [
        (".sentence { display: none }", "sentence"),
        (".sentence { visibility: hidden }", "sentence"),
        (".statements { opacity: 0 }", "statements"),
        (".name { color: transparent }", "learner_name"),
        (".name { color: rgba(0, 0, 0, 0.1) }", "learner_name"),
        (".number { font-size: 1pt }", "number"),
        (".number { font-size: 0 }", "number"),
        (".verify { left: 2000pt }", "verify_url"),
        (".numbers { top: -300pt; bottom: auto }", "number"),
        (".address { transform: scale(0) }", "verify_url"),
        (".statements { height: 0; overflow: hidden }", "statements"),
        (".credits .kind { text-transform: uppercase }", "credits"),
        (".sentence em { font-style: normal }", "sentence"),
        ("em { font-style: normal }", "credits"),
        (".provider { text-indent: -900pt }", "provider_name"),
        ('h1::after { content: "with distinction" }', "content"),
        (".state::before { content: attr(class) }", "content"),
        ("@page { size: 20in 20in }", "page"),
        ("@page { @top-center { content: 'AMA PRA Category 1 Credit' } }", "content"),
        (".statements { position: absolute; clip: rect(0, 1pt, 1pt, 0) }", "statements"),
        (".name { color: #fffff0 }", "faint"),
        (".name { color: #777; background: #888 }", "faint"),
        (".ground { z-index: 5; background: #fff }", "covered"),
        (".sentence { line-height: 0.3 }", "covered"),
        (".sentence { letter-spacing: -0.5em }", "distorted"),
        (".qr img { width: 20pt; height: 20pt }", "distorted"),
    ],
)
def test_what_must_be_said_can_not_be_hidden(css: str, field: str, renderer: CertificateRenderer, make: Make) -> None:
    refused = refusal(css, renderer, make)
    assert refused.code == "certificate.hides_text"
    assert field in refused.faults


@pytest.mark.parametrize(
    "css",
    [
        "body { background: url(file:///etc/passwd) }",
        "h1 { background: url(http://127.0.0.1/x.png) }",
        "li, p { list-style-image: url(data:image/png;base64,AAAA); display: list-item }",
        "h1::before { content: url(https://example.org/x.png) }",
    ],
)
def test_nothing_outside_can_be_reached(css: str, renderer: CertificateRenderer, make: Make) -> None:
    assert refusal(css, renderer, make).code == "certificate.address_refused"


@pytest.mark.parametrize(
    "css",
    [
        "@import url(https://example.org/x.css);",
        "@import 'file:///etc/passwd';",
        "@font-face { font-family: x; src: url(https://example.org/x.woff) }",
    ],
)
def test_what_would_load_more_is_as_if_it_were_not_there(
    css: str, renderer: CertificateRenderer, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("a style sheet reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert printed(css, renderer, make) == printed("/* nothing */", renderer, make)


@pytest.mark.parametrize("css", [".award { display: flex }", "* { columns: 999 }", "* { margin: 1e30pt }"])
def test_a_layout_that_would_not_end_is_not_begun(css: str, renderer: CertificateRenderer, make: Make) -> None:
    assert refusal(css, renderer, make).code == "certificate.style_unusable"


def test_a_missing_or_changed_style_sheet_refuses_the_print(renderer: CertificateRenderer, make: Make) -> None:
    style = sha256(b"h1 { color: red }").hexdigest()
    values = make(template="modern-v1", design=Design("modern-v1", style=style))
    for assets in ({}, {style: b"h1 { color: blue }"}):
        with pytest.raises(BadInput) as refused:
            renderer.render(values, assets)
        assert refused.value.code == "certificate.style_missing"


@pytest.mark.parametrize("design", DESIGNS, ids=named)
def test_every_shipped_design_passes_the_proof(
    design: Design, whole: CertificateRenderer, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With long texts, many credits and every script: what is asked of others holds for ours.

    Each template is tried with every script, a quarter of them on each paper and way of holding it."""
    read: list[str] = []

    def fits_and_reads(document: object) -> bool:
        fits = original(document)
        if fits:
            proof_read(document, values)
            read.append(values.learner_name)
        return fits

    original = printer_module._fits
    monkeypatch.setattr(printer_module, "_fits", fits_and_reads)
    quarter = DESIGNS.index(design) % 4
    names = [LONG_NAME, *(name for name, _ in list(NAMES.values())[quarter::4])]
    for name in names:
        values = make(
            name, template=design.template, design=design, credits=SIX, activity_title=LONG_TITLE, statements=(JOINT,)
        )
        whole.render(values)
    assert read == names
