"""Certificates at their limits: long texts, specimens, repeats, threads and hostile values."""

from __future__ import annotations

import hashlib
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lti_tool.certificates.render import CertificateRenderer
from lti_tool.domain.certificate import Certificate, PrintedCredit
from lti_tool.domain.text import RichText
from tests.unit.lti_tool.certificates.test_render import (
    JOINT,
    LONG_NAME,
    LONG_TITLE,
    Make,
    opened,
    read_aloud,
    structure,
)


def extreme(make: Make) -> Certificate:
    credit = PrintedCredit(
        "ama", RichText.parse("Interprofessional Continuing Education (*IPCE*) credits"), Decimal("12.75"), True
    )
    return make(
        LONG_NAME,
        activity_title=LONG_TITLE,
        provider_name="Northlake Academy of Medicine and the Consortium of Teaching Hospitals of the Great Lakes, Inc.",
        location="Northlake Conference Center, Northlake, Illinois",
        degree="MD, PhD, FACP",
        credits=(credit,) * 6,
        statements=(JOINT,) * 5,
        notes=(RichText.of("This certificate documents participation only."),),
    )


def test_long_texts_still_fit_on_one_page(renderer: CertificateRenderer, make: Make) -> None:
    pdf = opened(renderer.render(extreme(make)))
    assert len(pdf.pages) == 1
    spoken = read_aloud(pdf)
    assert re.sub(r"\s", "", LONG_NAME) in re.sub(r"\s", "", spoken)
    assert re.sub(r"\s", "", LONG_TITLE) in re.sub(r"\s", "", spoken)
    assert spoken.count("12.75") == 6


def test_a_specimen_says_so_and_has_no_number(renderer: CertificateRenderer, make: Make) -> None:
    rendered = renderer.render(make(is_specimen=True))
    spoken = read_aloud(opened(rendered))
    assert "SPECIMEN" in spoken
    assert "NAM-2026" not in spoken
    assert "/verify/" not in spoken
    pdf = opened(rendered)
    assert "/Annots" not in pdf.pages[0]


def test_a_participant_is_never_told_that_credit_was_awarded(renderer: CertificateRenderer, make: Make) -> None:
    credit = PrintedCredit("ama-pra-1", RichText.of("credits"), Decimal("1.25"), is_awarded=False)
    sentence = RichText.of(
        "The Academy certifies that Ann Lee has participated. This activity was designated for 1.25."
    )
    spoken = read_aloud(opened(renderer.render(make(credits=(credit,), sentence=sentence))))
    assert "designated" in spoken
    assert "awarded" not in spoken


def test_the_same_values_give_the_same_bytes_whatever_came_before(renderer: CertificateRenderer, make: Make) -> None:
    first = renderer.render(make())
    for name in ("Zoë Łś", "王小明", "محمد", "Қанат"):
        renderer.render(make(name))
    assert renderer.render(make()) == first
    assert CertificateRenderer().render(make()) == first
    assert first.sha256 == hashlib.sha256(first.pdf).hexdigest()
    assert first.template == "classic-v1"


def test_another_process_gives_the_same_bytes(renderer: CertificateRenderer, make: Make) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from conftest import make_certificate as make\n"
        "from lti_tool.certificates.render import CertificateRenderer as R; r = R()\n"
        "r.render(make('김민수')); print(r.render(make('Zoë 王小明')).sha256)"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parent)]
    other = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    assert other == renderer.render(make("Zoë 王小明")).sha256


def test_another_number_is_another_file(renderer: CertificateRenderer, make: Make) -> None:
    one, two = (opened(renderer.render(make(number=number))) for number in ("A-1", "A-2"))
    assert bytes(one.trailer.ID[0]) != bytes(two.trailer.ID[0])


def test_threads_get_the_right_certificates(renderer: CertificateRenderer, make: Make) -> None:
    names = ["Ann Lee", "王小明", "Олена", "محمد"]
    expected = [renderer.render(make(name)).sha256 for name in names]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda name: renderer.render(make(name)).sha256, names * 2)) == expected * 2


HOSTILE = '<img src="http://127.0.0.1:9/x"/><script>1</script>&amp;{{ 7*7 }}</p><style>*{display:none}</style>'


def test_markup_in_values_is_printed_as_text(renderer: CertificateRenderer, make: Make) -> None:
    spoken = read_aloud(
        opened(renderer.render(make(HOSTILE, activity_title=HOSTILE, verify_url="https://x.example/\"'<b>")))
    )
    for part in ("<img", "<script>", "&amp;", "{{ 7*7 }}", "{display:none}"):
        assert spoken.replace(" ", "").count(part.replace(" ", "")) >= 2, part


def test_rendering_opens_no_connection(
    renderer: CertificateRenderer, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise AssertionError("a certificate reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert renderer.render(make(HOSTILE)).pdf.startswith(b"%PDF-1.7")


def test_an_untranslated_page_marks_its_labels_as_english(renderer: CertificateRenderer, make: Make) -> None:
    pdf = opened(renderer.render(make(language="de")))
    found = structure(pdf)
    assert {str(element.Lang) for element in found if element.S == "/H2"} == {"en"}
