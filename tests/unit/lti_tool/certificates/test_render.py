"""The printed document, read back with a PDF library that did not write it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
import pytest

from lti_tool.certificates.render import CertificateRenderer, RenderedCertificate
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.text import RichText

Make = Callable[..., Certificate]
LONG_NAME = "Maria Fernanda del Carmen Guadalupe Hernández-Villanueva y Rodríguez de la Fuente Montenegro"
LONG_TITLE = (
    "Advances in the Multidisciplinary Management of Heart Failure with Preserved Ejection Fraction in Older Adults "
    "with Type 2 Diabetes, Chronic Kidney Disease and Obesity: Evidence, Guidelines, Cases, Shared Decisions"
)
JOINT = RichText.of(
    "In support of improving patient care, Northlake Academy of Medicine is jointly accredited by the Accreditation "
    "Council for Continuing Medical Education (ACCME), the Accreditation Council for Pharmacy Education (ACPE), and "
    "the American Nurses Credentialing Center (ANCC), to provide continuing education for the healthcare team."
)
NAMES = {
    "latin": ("Elena M. Vasquez", "EB-Garamond"),
    "western": ("Zoë Åström-Ñúñez", "EB-Garamond"),
    "central european": ("Łukasz Wiśniewski Őry", "EB-Garamond"),
    "turkish": ("İpek Şahin Ağaoğlu", "EB-Garamond"),
    "vietnamese": ("Nguyễn Thị Thuỳ Trang", "EB-Garamond"),
    "combining marks": ("Ọlá Ẹ̀kọ́", "EB-Garamond"),
    "cyrillic": ("Олександр Ковальчук", "EB-Garamond"),
    "kazakh": ("Қанат Ңұрлан", "Noto-Serif"),
    "greek": ("Αικατερίνη Παπαδοπούλου", "EB-Garamond"),
    "arabic": ("محمد عبد الرحمن الأنصاري", "Noto-Naskh-Arabic"),
    "hebrew": ("ד״ר יעל בן־דוד", "Noto-Serif-Hebrew"),
    "devanagari": ("प्रिया शर्मा", "Noto-Serif-Devanagari"),
    "thai": ("สมชาย ใจดี", "Noto-Serif-Thai"),
    "armenian": ("Արմեն Սարգսյան", "Noto-Serif-Armenian"),
    "georgian": ("ნინო ბერიძე", "Noto-Serif-Georgian"),
    "chinese": ("王小明", "Noto-Serif-CJK-SC"),
    "rare han": ("𠮷田", "Noto-Serif-CJK-SC"),
    "japanese": ("山田 たろう", "Noto-Serif-CJK-SC"),
    "korean": ("김민수", "Noto-Serif-CJK-SC"),
    "mixed": ("Dr. 欧阳娜 (Nana)", "Noto-Serif-CJK-SC"),
}


def opened(rendered: RenderedCertificate) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(rendered.pdf))


def unicode_map(font: Any) -> dict[int, str]:
    """The characters a reader gets for each glyph (ISO 32000-1, 9.10.3)."""
    cmap = font.ToUnicode.read_bytes().decode("ascii")
    pairs = re.findall(r"<([0-9a-fA-F]+)> <([0-9a-fA-F]*)>", cmap.partition("endcodespacerange")[2])
    return {int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}


def fonts_of(pdf: pikepdf.Pdf) -> dict[str, Any]:
    return dict(pdf.pages[0].Resources.Font.items())


def font_names(pdf: pikepdf.Pdf) -> set[str]:
    return {str(font.BaseFont).partition("+")[2] for font in fonts_of(pdf).values()}


def texts_by_mark(pdf: pikepdf.Pdf) -> dict[int, str]:
    """Text of each marked-content sequence, by its id."""
    maps = {name: unicode_map(font) for name, font in fonts_of(pdf).items()}
    found: dict[int, str] = {}
    mark, current = -1, {}
    instructions: list[Any] = list(pikepdf.parse_content_stream(pdf.pages[0]))
    for operands, operator in instructions:
        if str(operator) == "BDC":
            mark = int(operands[1].MCID)
        elif str(operator) == "EMC":
            mark = -1
        elif str(operator) == "Tf":
            current = maps[str(operands[0])]
        elif str(operator) == "TJ":
            codes = b"".join(bytes(item) for item in operands[0] if isinstance(item, pikepdf.String))
            glyphs = (int.from_bytes(codes[i : i + 2], "big") for i in range(0, len(codes), 2))
            found[mark] = found.get(mark, "") + "".join(current[glyph] for glyph in glyphs)
    return found


def elements(node: Any) -> Iterator[Any]:
    """Structure elements in reading order."""
    yield node
    for kid in node.K if isinstance(node.K, pikepdf.Array) else [node.K]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from elements(kid)


def structure(pdf: pikepdf.Pdf) -> list[Any]:
    return list(elements(pdf.Root.StructTreeRoot.K[0]))


def read_aloud(pdf: pikepdf.Pdf) -> str:
    """The text in the order of the structure tree, as assistive technology reads it."""
    marks = texts_by_mark(pdf)
    parts: list[str] = []
    for element in structure(pdf):
        kids = element.K if isinstance(element.K, pikepdf.Array) else [element.K]
        parts.extend(marks.get(int(kid), "") for kid in kids if isinstance(kid, int))
    return " ".join(parts)


@pytest.mark.parametrize("script", NAMES)
def test_a_name_in_every_script_is_printed_with_a_shipped_font(
    script: str, renderer: CertificateRenderer, make: Make
) -> None:
    name, font = NAMES[script]
    pdf = opened(renderer.render(make(name)))
    assert len(pdf.pages) == 1
    assert font in font_names(pdf)
    spoken = read_aloud(pdf)
    for character in set(name) - {" ", "\u0301", "\u0300"}:
        assert character in spoken, f"{character!r} cannot be copied from the document"


@pytest.mark.parametrize("script", NAMES)
def test_every_font_is_ours_and_embedded(script: str, renderer: CertificateRenderer, make: Make) -> None:
    pdf = opened(renderer.render(make(NAMES[script][0])))
    ours = {"EB-Garamond", "EB-Garamond-Italic", "Noto-Serif", "Noto-Serif-Italic"} | {
        font for _, font in NAMES.values()
    }
    assert font_names(pdf) <= ours
    for font in fonts_of(pdf).values():
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
        assert 0 not in unicode_map(font), "an empty box stands for a missing character"


def test_the_document_is_tagged_titled_and_marked_accessible(renderer: CertificateRenderer, make: Make) -> None:
    pdf = opened(renderer.render(make()))
    assert str(pdf.Root.Lang) == "en"
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata["dc:title"] == "Certificate of Credit: Recognizing Sepsis Early"
    assert "/OutputIntents" in pdf.Root


def test_the_structure_has_one_title_headings_and_an_explained_qr_code(
    renderer: CertificateRenderer, make: Make
) -> None:
    pdf = opened(renderer.render(make()))
    found = structure(pdf)
    kinds = [str(element.S) for element in found]
    assert kinds.count("/H1") == 1
    assert kinds.index("/H1") < kinds.index("/H2")
    figures = [element for element in found if element.S == "/Figure"]
    assert [str(figure.Alt) for figure in figures] == [
        "QR code: opens the verification page https://cme.northlake.example/verify/0M3kq7vT9xZLr2Wc8yNbQa"
    ]


def test_everything_required_is_read_in_order(renderer: CertificateRenderer, make: Make) -> None:
    spoken = read_aloud(opened(renderer.render(make(location="Northlake, Illinois"))))
    words = [
        "Northlake Academy of Medicine", "Certificate of Credit", "Elena M. Vasquez", "MD", "certifies that", "1.25",
        "awarded", "Recognizing Sepsis Early", "Enduring material", "Northlake, Illinois", "November 20, 2026",
        "December 1, 2025", "November 30, 2028", "designates this enduring material", "Margaret O’Connell, MD", "Chair",
        "NAM-2026-7F3K-92QX", "November 24, 2026",
    ]  # fmt: skip
    position = 0
    for word in words:
        assert word in spoken[position:], f"{word!r} is missing or out of order"
        position = spoken.index(word, position)


def test_the_phrase_stands_in_italics_with_an_upright_sign(renderer: CertificateRenderer, make: Make) -> None:
    pdf = opened(renderer.render(make()))
    italic = next(font for font in fonts_of(pdf).values() if str(font.BaseFont).endswith("-Italic"))
    upright = next(font for font in fonts_of(pdf).values() if str(font.BaseFont).endswith("Garamond"))
    assert set("AMAPRACategory1Credit(s)") <= set("".join(unicode_map(italic).values()))
    assert "™" not in unicode_map(italic).values()
    assert "™" in unicode_map(upright).values()


def test_a_foreign_name_carries_its_language(renderer: CertificateRenderer, make: Make) -> None:
    pdf = opened(renderer.render(make("山田 直樹", learner_language="ja")))
    assert [str(element.Lang) for element in structure(pdf) if "/Lang" in element] == ["ja", "ja"]


def test_han_characters_take_the_forms_of_the_learners_language(renderer: CertificateRenderer, make: Make) -> None:
    def glyphs(language: str) -> set[int]:
        pdf = opened(renderer.render(make("直骨", learner_language=language)))
        font = next(font for font in fonts_of(pdf).values() if "CJK" in str(font.BaseFont))
        return set(unicode_map(font))

    assert glyphs("zh-Hans") == glyphs("")
    assert glyphs("ja") != glyphs("zh-Hans")
    assert glyphs("zh-Hant") != glyphs("zh-Hans")
