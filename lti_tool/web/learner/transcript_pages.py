"""A transcript in words: its states, and its pages as a document to print."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import format_date, get_locale, lazy_gettext
from flask_babel import gettext as _

from lti_tool.domain.credit import printed_amount
from lti_tool.domain.dossier import Block, Dossier, DossierSection, Grid, Paragraph
from lti_tool.domain.text import RichText
from lti_tool.domain.transcript import Transcript, TranscriptLine, VerifyLink, yearly_totals
from lti_tool.web.learner.owed_words import owed_row

STATUS_WORDS = {
    "awarded": lazy_gettext("recorded"),
    "participated": lazy_gettext("participation"),
    "expired": lazy_gettext("expired"),
    "revoked": lazy_gettext("taken back"),
}


def transcript_dossier(transcript: Transcript, link: VerifyLink) -> Dossier:
    """The pages in the reader's language. Every certificate stands there with the address that verifies it."""
    day = format_date(transcript.made_at, "long")
    facts = ((_("Provider"), transcript.provider_name), (_("Made on"), day))
    sections = (
        DossierSection(_("Totals by year"), tuple(_totals(transcript))),
        DossierSection(_("Credit by activity"), tuple(_lines(transcript, link))),
        DossierSection(_("Still to be claimed"), tuple(_owed(transcript))),
    )
    return Dossier(
        transcript.name,
        transcript.provider_name,
        str(get_locale() or "en").replace("_", "-"),
        transcript.made_at.date(),
        facts,
        sections,
        kicker=_("Transcript of credit"),
        subject=_("transcript of credit"),
        has_contents=False,
    )


def _text(words: str) -> Paragraph:
    return Paragraph(RichText.of(words))


def _totals(transcript: Transcript) -> Iterator[Block]:
    rows = [
        (str(year), name, printed_amount(amount))
        for year, sums in yearly_totals(transcript.lines).items()
        for name, amount in sums.items()
    ]
    yield _text(_("Credits of different bodies are never added up."))
    if not rows:
        yield _text(_("No credit yet."))
        return
    yield Grid((_("Year"), _("Credit"), _("Amount")), tuple(rows), (15, 65, 20))


def _lines(transcript: Transcript, link: VerifyLink) -> Iterator[Block]:
    if not transcript.lines:
        yield _text(_("Nothing has been recorded yet."))
        return
    headings = (_("Date"), _("Activity"), _("Credit"), _("Amount"), _("Status"), _("Certificate"))
    yield Grid(headings, tuple(_row(line, link) for line in transcript.lines), (13, 22, 19, 9, 12, 25))


def _row(line: TranscriptLine, link: VerifyLink) -> tuple[str, ...]:
    amount = printed_amount(line.amount) if line.is_awarded else ""
    paper = "\n".join(f"{one.number}\n{link(one.code)}" for one in line.certificates)
    day, status = format_date(line.earned_on, "medium"), str(STATUS_WORDS[line.status])
    return day, line.activity_title, line.credit_name, amount, status, paper


def _owed(transcript: Transcript) -> Iterator[Block]:
    if not transcript.owed:
        yield _text(_("Nothing: of the activities that you began, all has been claimed that still could be."))
        return
    rows = [
        (row.activity, "\n".join(row.credits), row.until, "\n".join(row.what)) for row in map(owed_row, transcript.owed)
    ]
    headings = (_("Activity"), _("Credit"), _("Until"), _("What is owed"))
    yield Grid(headings, tuple(rows), (24, 26, 15, 35))
