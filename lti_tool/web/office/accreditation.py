"""The accreditation tracker: what is due, milestones, findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, lazy_gettext
from flask_babel import gettext as _

from lti_tool.domain.accreditation import DueKind, MilestoneKind, open_dues, reminders
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import CmeError, NotFound
from lti_tool.services.accreditation import (
    FINDINGS,
    MILESTONES,
    Noun,
    add_entry,
    all_dues,
    entries,
    entry,
    entry_rules,
    owner_names,
    retire_entry,
    save_entry,
)
from lti_tool.services.calendar_feed import feeds
from lti_tool.services.provider_settings import Kept, accreditations
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.provider import STATUS_WORDS
from lti_tool.web.office.record import Label, Record, based_on, record_page, saved, typed
from lti_tool.web.office.vault import CRITERION_WORDS

CONFIGURE = Capability.CONFIGURE
RECENT = timedelta(days=30)
"""How long a term or an activity that is over stays in the list of what is due."""
NOUNS = {"milestones": MILESTONES, "findings": FINDINGS}
DUE_WORDS: Mapping[str, object] = {
    MilestoneKind.INTENT: lazy_gettext("Confirmation of intent"),
    MilestoneKind.SELF_STUDY: lazy_gettext("Phase: self-study"),
    MilestoneKind.FILES: lazy_gettext("Phase: activity files"),
    MilestoneKind.REVIEW: lazy_gettext("Phase: review or interview"),
    MilestoneKind.DECISION: lazy_gettext("Phase: decision"),
    MilestoneKind.PROGRESS_REPORT: lazy_gettext("Progress report"),
    MilestoneKind.CLOSE_ACTIVITIES: lazy_gettext("Close activities in PARS"),
    MilestoneKind.ANNUAL_FEE: lazy_gettext("Annual fee"),
    MilestoneKind.ANNUAL_REPORT: lazy_gettext("Annual report"),
    MilestoneKind.LEARNER_DATA: lazy_gettext("Learner data to a board"),
    MilestoneKind.MOC_CUT_OFF: lazy_gettext("Cut-off for maintenance of certification"),
    MilestoneKind.APPROVAL_END: lazy_gettext("End of an approval or provider number"),
    MilestoneKind.STRUCTURE_CHANGE: lazy_gettext("Report a change of structure"),
    MilestoneKind.OTHER: lazy_gettext("Another day"),
    DueKind.TERM_END: lazy_gettext("End of the term"),
    DueKind.FINDING: lazy_gettext("Corrective action"),
    DueKind.DOCUMENT_REVIEW: lazy_gettext("Review of a document"),
    DueKind.ACTIVITY_EXPIRY: lazy_gettext("Expiry of an activity"),
    DueKind.CONTENT_REVIEW: lazy_gettext("Three-year content review"),
}
TITLES = {"milestones": lazy_gettext("Day in the calendar"), "findings": lazy_gettext("Finding")}


def _noun(word: str) -> Noun:
    if word not in NOUNS:
        raise NotFound("record_unknown")
    return NOUNS[word]


def _held(work: OfficeWork) -> Mapping[str, str]:
    found = accreditations(work.db, work.officer.provider_id)
    return {key: f"{held.body}, {format_date(held.term_from)} – {format_date(held.term_to)}" for key, held in found}


def _labels(work: OfficeWork) -> Mapping[str, Label]:
    return {
        "kind": Label(_("What"), None, DUE_WORDS, _("Choose")),
        "accreditation": Label(_("Accreditation"), None, _held(work), _("Choose")),
        "due_on": Label(_("Due on"), _("As the body tells you; nothing is assumed.")),
        "done_on": Label(_("Done on"), _("Ends the reminders.")),
        "resolved_on": Label(_("Resolved on"), _("Ends the reminders.")),
        "owner": Label(
            _("Owner"),
            _("Is reminded by mail."),
            owner_names(work.db, work.officer.provider_id),
            _("Who may configure"),
        ),
        "note": Label(_("Remark")),
        "criterion": Label(_("Criterion or standard"), None, CRITERION_WORDS, _("Choose")),
        "finding": Label(_("Finding"), _("In the words of the decision report.")),
        "action": Label(_("Corrective action")),
    }


@office_route(blueprint, "/accreditation", CONFIGURE)
def tracker(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    return tracker_page(work)


def tracker_page(work: OfficeWork, address: str = "") -> Response:
    provider_id, today = work.officer.provider_id, work.now.date()
    dues = open_dues(all_dues(work.db, provider_id), today - RECENT)
    return office_page(
        "office/accreditation.html",
        work,
        accreditations=accreditations(work.db, provider_id),
        dues=[(due, next((one for one in reminders(due) if one.on >= today), None)) for due in dues],
        milestones=entries(work.db, provider_id, MILESTONES),
        findings=entries(work.db, provider_id, FINDINGS),
        held=_held(work),
        names=owner_names(work.db, provider_id),
        due_words=DUE_WORDS,
        status_words=STATUS_WORDS,
        criterion_words=CRITERION_WORDS,
        feeds=feeds(work.db, work.officer),
        address=address,
        has_mail=work.deps.settings.has_mail,
        today=today,
    )


def _page(work: OfficeWork, word: str, kept: Kept | None, error: CmeError | None = None) -> Response:
    retire = url_for("office.entry_retire", noun=word, key=kept.id) if kept else ""
    record = Record(
        TITLES[word],
        entry_rules(work.db, work.officer.provider_id, _noun(word)),
        _labels(work),
        url_for("office.tracker"),
        kept.values if kept else {},
        kept.revision if kept else 0,
        kicker=_("Accreditation"),
        retire=(retire, _("Remove from the list")) if kept else None,
    )
    return record_page(work, record, error)


@office_route(blueprint, "/accreditation/<noun>/new", CONFIGURE)
def entry_new(work: OfficeWork, noun: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    _noun(noun)
    return _page(work, noun, None)


@office_route(blueprint, "/accreditation/<noun>/new", CONFIGURE, ("POST",))
def entry_add(work: OfficeWork, noun: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    kind = _noun(noun)
    return saved(
        work,
        lambda: add_entry(work.db, work.officer, kind, typed(), work.now),
        lambda error: _page(work, noun, None, error),
        url_for("office.tracker"),
    )


@office_route(blueprint, "/accreditation/<noun>/<key>", CONFIGURE)
def entry_edit(work: OfficeWork, noun: str, key: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    return _page(work, noun, entry(work.db, work.officer, _noun(noun), key))


@office_route(blueprint, "/accreditation/<noun>/<key>", CONFIGURE, ("POST",))
def entry_save(work: OfficeWork, noun: str, key: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    based, kind = based_on(), _noun(noun)
    return saved(
        work,
        lambda: save_entry(work.db, work.officer, kind, key, typed(), based, work.now),
        lambda error: _page(work, noun, entry(work.db, work.officer, kind, key), error),
        url_for("office.tracker"),
    )


@office_route(blueprint, "/accreditation/<noun>/<key>/retire", CONFIGURE, ("POST",))
def entry_retire(work: OfficeWork, noun: str, key: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    retire_entry(work.db, work.officer, _noun(noun), key, work.now)
    return redirect(url_for("office.tracker"), 303)
