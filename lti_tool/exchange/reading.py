"""What has been read so far from one file: questions, pictures, faults, and what will come in changed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from lti_tool.domain.fault import Findings, Place, said
from lti_tool.domain.question import BankQuestion, canonical
from lti_tool.domain.wire import write_value
from lti_tool.exchange.check import question_faults
from lti_tool.exchange.picture import MAX_IMAGE_BYTES, MAX_PIXELS, clean_picture
from lti_tool.exchange.words import fault_words

MAX_QUESTIONS = 5000
MAX_FAULTS = 500
"""More help nobody."""
MAX_PICTURES = 2000


@dataclass(slots=True)
class Reading:
    """``findings`` keep the file out; ``remarks`` are shown before it comes in."""

    findings: Findings
    remarks: Findings
    media: dict[str, bytes] = field(default_factory=dict)
    questions: list[BankQuestion] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """So many faults that the rest of the file is not looked at."""
        return len(self.findings.faults) >= MAX_FAULTS

    def fault(self, place: Place, where: str, what: str, remedy: str = "", rule: str = "") -> None:
        """Note what keeps the file out."""
        if len(self.findings.faults) < MAX_FAULTS - 1:
            self.findings.add_at(place, where[:80], what, remedy, rule)
        elif not self.is_full:
            self.findings.add_at(
                place,
                "",
                said("more than {most} faults; nothing behind is read", most=MAX_FAULTS),
                "begin with these",
            )

    def remark(self, place: Place, where: str, what: str, remedy: str = "") -> None:
        """Note what comes in other than it stood in the file."""
        if len(self.remarks.faults) < MAX_FAULTS:
            self.remarks.add_at(place, where[:80], what, remedy)

    def picture(self, place: Place, where: str, label: str, data: bytes | None) -> str:
        """Keep a picture; its name in the bank, or ``""`` after noting a fault."""
        if data is None:
            self.fault(
                place,
                where,
                said("the image {label!r} is not in the file", label=label[:80]),
                "add it, or remove its name",
            )
            return ""
        cleaned = clean_picture(data)
        if cleaned is None:
            what = said(
                "the image {label!r} is not a sound PNG, JPEG or GIF of up to {bytes} MB and {pixels} megapixels",
                label=label[:80],
                bytes=MAX_IMAGE_BYTES // 1_000_000,
                pixels=MAX_PIXELS // 1_000_000,
            )
            self.fault(place, where, what, "save it again as PNG or JPEG")
            return ""
        if len(self.media) >= MAX_PICTURES:
            self.fault(place, where, said("more than {most} images", most=MAX_PICTURES), "split the file")
            return ""
        self.media[cleaned[0]] = cleaned[1]
        return cleaned[0]

    def take(self, place: Place, bank: BankQuestion, where: str = "") -> None:
        """Add a question, or note what is wrong with it. One without a key is named by its content."""
        bank = canonical(bank)
        if not bank.key:
            bank = replace(bank, question=replace(bank.question, key=content_key(bank)))
        where = where or bank.key
        for fault in question_faults(bank, self.media):
            what, remedy = fault_words(fault)
            self.fault(place, f"{where}.{fault.field}", what, remedy)
        if bank.key in self.keys:
            what = said(
                "the question {key!r} stands twice, first in line {line}", key=bank.key, line=self.keys[bank.key]
            )
            self.fault(place, where, what, "remove one of them or give it another key")
        elif len(self.questions) == MAX_QUESTIONS:
            self.fault(place, where, said("more than {most} questions", most=MAX_QUESTIONS), "split the file")
        else:
            self.keys[bank.key] = place.line
            self.questions.append(bank)


def content_key(bank: BankQuestion) -> str:
    """A key that says nothing and is the same for the same question."""
    body = json.dumps(write_value(bank), sort_keys=True, ensure_ascii=True)
    return f"q-{sha256(body.encode()).hexdigest()[:16]}"


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Tags without blanks and doubles, in their order."""
    found: dict[str, str] = {}
    for word in words:
        text = " ".join(word.split())
        if text:
            found.setdefault(text.casefold(), text)
    return tuple(found.values())
