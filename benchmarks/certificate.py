"""What certificates cost: one, unsigned and signed, against plain WeasyPrint and a bare ReportLab page.

``python -m benchmarks.certificate`` prints CPU time per certificate (so that a busy machine does not
matter), the ratios, a cold start in a fresh process, and the memory after many renders. Thousands: ``benchmarks.bulk``.

*ReportLab* is a page with a frame and the same words, set in one embedded TrueType font, without tags, metadata, QR
code or any measuring: less than a certificate, as a floor.

*Plain* is what WeasyPrint's documentation shows: ``HTML(string=..., base_url=...).write_pdf()`` with a fresh
font configuration, the same style sheet and the same shipped fonts in ``@font-face`` rules each time.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from time import perf_counter, process_time

from jinja2 import Environment

from lti_tool.certificates.badge import BadgeSigner
from lti_tool.certificates.faces import FOLDER, Face, Faces
from lti_tool.certificates.fit import Ruler, measured
from lti_tool.certificates.issuer_key import make_issuer_key
from lti_tool.certificates.page import QR_ADDRESS, view
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.certificates.seal import PdfSeal
from lti_tool.certificates.template import Template
from lti_tool.domain.badge import Issuer, badge_types, credential
from lti_tool.domain.certificate import Certificate, PrintedCredit
from lti_tool.domain.design import Design
from lti_tool.domain.text import RichText

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ISSUER = Issuer("https://cme.northlake.example/issuers/0a1b2c3d", "Northlake Academy of Medicine")
REPORTLAB = "ReportLab, bare page"
PAIRS = (
    ("ours", REPORTLAB),
    ("ours, sealed", REPORTLAB),
    ("ours", "plain"),
    ("ours, sealed", "plain"),
    ("ours", "plain, needed fonts only"),
    ("ours, Han name", "plain, Han name"),
)
PHRASE = "*AMA PRA Category 1 Credit(s)*™"


def sample(number: int, name: str = "") -> Certificate:
    """A physician's certificate; every number gives another learner, number and address."""
    provider, activity, name = (
        "Northlake Academy of Medicine",
        "Recognizing Sepsis Early",
        name or f"Elena {number} Vasquez",
    )
    sentence = (
        "The {provider} certifies that {name}, MD has participated in the enduring material titled {activity} "
        "on November 20, 2026 and is awarded 1.25 " + PHRASE + "."
    )
    designation = (
        "The {provider} designates this enduring material for a maximum of 1.25 "
        + PHRASE
        + ". Physicians should claim "
        "only the credit commensurate with the extent of their participation in the activity."
    )
    accreditation = (
        "The {provider} is accredited by the Accreditation Council for Continuing Medical Education (ACCME) to provide "
        "continuing medical education for physicians."
    )
    return Certificate(
        number=f"NAM-2026-{number:06d}",
        verify_url=f"https://cme.northlake.example/verify/0M3kq7vT9xZLr2Wc{number:06d}",
        language="en",
        title="Certificate of Credit",
        learner_name=name,
        degree="MD",
        sentence=RichText.parse(sentence, provider=provider, name=name, activity=activity),
        activity_title=activity,
        learning_format="Enduring material",
        location="",
        provider_name=provider,
        provider_contact="cme@northlake.example",
        completed_on=date(2026, 11, 20),
        issued_on=date(2026, 11, 24),
        released_on=date(2025, 12, 1),
        expires_on=date(2028, 11, 30),
        credits=(PrintedCredit("ama-pra-1", RichText.parse(PHRASE), Decimal("1.25"), True),),
        statements=tuple(RichText.parse(text, provider=provider) for text in (accreditation, designation)),
        notes=(),
        signatory_name="Margaret O’Connell, MD, FACP",
        signatory_title="Chair, Office of Continuing Medical Education",
    )


class Bare:
    """A page by ReportLab: the same words at fixed places."""

    def __init__(self) -> None:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont

        pdfmetrics.registerFont(TTFont("Text", str(FOLDER / "NotoSerif-Regular.ttf")))

    def render(self, certificate: Certificate) -> bytes:
        """One page."""
        from reportlab.lib.pagesizes import landscape, letter
        from reportlab.pdfgen.canvas import Canvas

        buffer = BytesIO()
        canvas = Canvas(buffer, pagesize=landscape(letter), invariant=True)
        canvas.rect(24, 24, 744, 564)
        texts = (text.plain for text in (certificate.sentence, *certificate.statements))
        for number, text in enumerate((certificate.provider_name, certificate.title, certificate.learner_name, *texts)):
            canvas.setFont("Text", (16, 30, 36, 12, 8, 8)[number])
            for row, line in enumerate(wrap(text, 110)):
                canvas.drawCentredString(396, 520 - 70 * number - 14 * row, line)
        canvas.save()
        return buffer.getvalue()


class Signed:
    """Ours, with a badge inside and a signature on it."""

    def __init__(self, ours: CertificateRenderer) -> None:
        self._ours, self._seal, self._badges = ours, PdfSeal(), BadgeSigner()
        self._key = make_issuer_key("Northlake Academy of Medicine", NOW)

    def render(self, certificate: Certificate) -> bytes:
        """One sealed certificate."""
        kinds = badge_types(certificate)
        badges = {kind: self._badges.sign(credential(certificate, kind, ISSUER, NOW), self._key) for kind in kinds}
        return self._seal.sign(self._ours.render(certificate, {}, badges).pdf, self._key, NOW)


def designed(certificate: Certificate, template: str = "classic-v2") -> Certificate:
    """The sample as it is issued today."""
    number = f"2026-0A1B2C3D-{certificate.number[-6:]}"
    return replace(certificate, number=number, template=template, design=Design(template))


class Plain:
    """WeasyPrint as its documentation shows it, on the same template with the given faces."""

    def __init__(self, faces: tuple[Face, ...], folder: Path) -> None:
        self._template = Template.named("classic-v1")
        self._ruler = Ruler(Faces.shipped())
        self._folder = folder
        rules = "".join(map(_font_face, faces))
        (folder / "style.css").write_text(rules + self._template.read("style.css"), encoding="utf-8")
        source = self._template.read("template.html")
        self._markup = Environment(autoescape=True).from_string(source)

    def render(self, certificate: Certificate) -> bytes:
        """One certificate."""
        import segno
        from weasyprint import HTML
        from weasyprint.text.fonts import FontConfiguration

        segno.make_qr(certificate.verify_url, error="m").save(str(self._folder / "qr.svg"), border=4)
        page = self._markup.render(view(certificate, self._template, measured(certificate, self._ruler)))
        page = page.replace(QR_ADDRESS, "qr.svg").replace("</head>", '<link rel="stylesheet" href="style.css"/></head>')
        html = HTML(string=page, base_url=f"{self._folder.as_uri()}/")
        pdf: bytes = html.write_pdf(pdf_variant="pdf/a-3a", font_config=FontConfiguration())
        return pdf


def _font_face(face: Face) -> str:
    style = "italic" if face.is_italic else "normal"
    return f'@font-face {{ font-family: "{face.family}"; font-style: {style}; src: url({face.path.as_uri()}) }}\n'


def seconds(render: Callable[[int], object], number: int) -> tuple[float, float]:
    """CPU seconds of this process and wall seconds of one call."""
    start, wall = process_time(), perf_counter()
    render(number)
    return process_time() - start, perf_counter() - wall


def peak_megabytes() -> float:
    """The largest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cold_start() -> float:
    """Wall seconds from starting Python to the first certificate in hand."""
    start = perf_counter()
    subprocess.run([sys.executable, "-m", "benchmarks.certificate", "--once"], check=True, capture_output=True)
    return perf_counter() - start


def compare(rounds: int) -> None:
    """Alternate the contenders, so that all see the same machine, and print medians and ratios."""
    faces = Faces.shipped()
    ours = CertificateRenderer()
    signed, bare = Signed(ours), Bare()
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        every = Plain(faces.all, Path(first))
        needed = Plain(faces.attached(frozenset()), Path(second))
        contenders: dict[str, Callable[[int], object]] = {
            REPORTLAB: lambda number: bare.render(sample(number)),
            "ours": lambda number: ours.render(designed(sample(number))),
            "ours, sealed": lambda number: signed.render(designed(sample(number))),
            "plain": lambda number: every.render(sample(number)),
            "plain, needed fonts only": lambda number: needed.render(sample(number)),
            "ours, Han name": lambda number: ours.render(replace(designed(sample(number)), learner_name="王小明")),
            "plain, Han name": lambda number: every.render(replace(sample(number), learner_name="王小明")),
        }
        for render in contenders.values():
            render(0)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
        for number in range(1, rounds + 1):
            for name, render in contenders.items():
                taken[name].append(seconds(render, number))
    report({name: (median(values, 0), median(values, 1)) for name, values in taken.items()})


def median(values: list[tuple[float, float]], which: int) -> float:
    """Median of the CPU (0) or wall (1) seconds."""
    return statistics.median(value[which] for value in values)


def report(medians: dict[str, tuple[float, float]]) -> None:
    """One line per contender, then the ratios."""
    for name, (cpu, wall) in medians.items():
        print(f"{name:28} {cpu * 1000:7.1f} ms CPU {wall * 1000:7.1f} ms wall")
    for ours, plain in PAIRS:
        cpu, wall = (medians[plain][which] / medians[ours][which] for which in (0, 1))
        if cpu >= 1:
            print(f"{ours} takes 1/{cpu:.1f} of the CPU and 1/{wall:.1f} of the time of {plain}")
        else:
            print(f"{ours} takes {1 / cpu:.1f} times the CPU and {1 / wall:.1f} times the time of {plain}")


def memory(renders: int) -> None:
    """Peak resident size after a few and after many certificates."""
    ours = CertificateRenderer()
    for number in range(20):
        ours.render(designed(sample(number)))
    before = peak_megabytes()
    for number in range(renders):
        ours.render(designed(sample(number)))
    print(f"peak RSS {before:.0f} MB after 20 certificates, {peak_megabytes():.0f} MB after {renders} more")


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="render one certificate and stop")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--renders", type=int, default=200, help="certificates for the memory measurement")
    arguments = parser.parse_args()
    if arguments.once:
        CertificateRenderer().render(designed(sample(1)))
        return
    print(f"cold start to first certificate, fresh process: {cold_start():.2f} s")
    memory(arguments.renders)
    compare(arguments.rounds)


if __name__ == "__main__":
    main()
