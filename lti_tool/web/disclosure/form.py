"""The disclosure form, whichever way somebody came to it: reading it, showing it, keeping it.

Everything works without JavaScript: rows are added, taken away and companies looked up by buttons of the same form,
which give the page again with all that was typed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from lti_tool.domain.errors import BadInput, Conflict
from lti_tool.domain.person import MOST_RELATIONSHIPS, NOTICE, Nature, ResearchRole
from lti_tool.services.company import find_companies
from lti_tool.services.disclosure_form import Asked, RelationshipRow, SentForm, asked, given_rows, submit_form
from lti_tool.web.access import PublicWork, csrf_token
from lti_tool.web.disclosure.words import NATURES, RESEARCH_ROLES, fault_words
from lti_tool.web.headers import unlisted
from lti_tool.web.page import page

MOST_OFFERED = 300
"""Names in the list that browsers complete from; all others are found by the button."""
FIELDS = ("company", "nature", "research_role", "has_ended", "detail")


@dataclass(frozen=True, slots=True)
class Entry:
    """Who discloses and where the form lives. ``secret_id``: what its form token is bound to."""

    person: Any
    """A row of ``person``."""
    secret_id: str
    form_url: str
    home_url: str
    sent_url: str
    """The same page, with thanks."""
    came_by: str
    layout: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """Companies that were looked up for one row."""

    row: int
    names: tuple[str, ...]


def _number(text: str, most: int) -> int:
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def read_rows() -> tuple[RelationshipRow, ...]:
    count = _number(request.form.get("rows", ""), MOST_RELATIONSHIPS + 1)
    sent = request.form
    return tuple(
        RelationshipRow(**{field: sent.get(f"{field}.{index}", "")[:500] for field in FIELDS}) for index in range(count)
    )


def _read(rows: tuple[RelationshipRow, ...]) -> SentForm:
    sent = request.form
    return SentForm(
        sent.get("discloses", ""),
        rows,
        sent.get("signed_name", "")[:500],
        sent.get("attestation") == "yes",
        sent.get("notice", ""),
        sent.get("submission", ""),
    )


def _blank(about: Asked) -> SentForm:
    """A new version, beginning with what was given last."""
    last = about.forms[0] if about.forms else None
    rows = given_rows(last)
    discloses = "" if last is None else "yes" if rows else "no"
    return SentForm(discloses, rows, last.form.signed_name if last else about.name, False, NOTICE.fingerprint, "")


def show_form(work: PublicWork, entry: Entry) -> Response:
    about = asked(work.db, entry.person, work.deps.settings.disclosure_months)
    return _form_page(work, entry, about, _blank(about))


def _form_page(
    work: PublicWork,
    entry: Entry,
    about: Asked,
    sent: SentForm,
    words: Mapping[str, str] | None = None,
    *,
    lookup: Lookup | None = None,
    status: int = 200,
    has_changed: bool = False,
) -> Response:
    """``has_changed``: another definition or window is in force than the one that was signed under."""
    return unlisted(
        page(
            "disclosure/form.html",
            status=status,
            layout=entry.layout,
            provider_name=about.provider_name,
            form_url=entry.form_url,
            form_token=csrf_token(entry.secret_id),
            about=about,
            notice=NOTICE,
            sent=sent,
            rows=sent.rows or (RelationshipRow(),),
            submission=sent.submission or secrets.token_hex(16),
            natures=[{"value": each.value, "label": NATURES[each]} for each in Nature],
            research_roles=[{"value": each.value, "label": RESEARCH_ROLES[each]} for each in ResearchRole],
            companies=find_companies(work.db, entry.person.provider_id, "", MOST_OFFERED),
            lookup=lookup,
            faults=words or {},
            summary=[{"field": field, "message": message} for field, message in (words or {}).items()],
            has_changed=has_changed,
        )
    )


def take_form(work: PublicWork, entry: Entry) -> ResponseReturnValue:
    """One press of a button: another row, a row less, a company looked up or picked, or the whole form sent."""
    action, _, rest = request.form.get("do", "send").partition(".")
    sent = _read(read_rows())
    if action in ("add", "remove", "find", "pick"):
        return _edited(work, entry, sent, action, rest)
    about = asked(work.db, entry.person, work.deps.settings.disclosure_months)
    try:
        submit_form(work.db, entry.person, sent, entry.came_by, str(get_locale() or "en"), work.now)
    except BadInput as error:
        return _form_page(work, entry, about, sent, fault_words(error.faults), status=422)
    except Conflict:
        again = replace(sent, notice=NOTICE.fingerprint, submission="", is_attested=False)
        return _form_page(work, entry, about, again, status=409, has_changed=True)
    return redirect(entry.sent_url, 303)


def _edited(work: PublicWork, entry: Entry, sent: SentForm, action: str, rest: str) -> Response:
    place, _, picked = rest.partition(":")
    index, rows, lookup = _number(place, MOST_RELATIONSHIPS), list(sent.rows), None
    if action == "add":
        rows = [*rows, RelationshipRow()][:MOST_RELATIONSHIPS]
    elif index < len(rows) and action == "remove":
        del rows[index]
    elif index < len(rows) and action == "pick":
        rows[index] = replace(rows[index], company=picked[:500])
    elif index < len(rows):
        found = find_companies(work.db, entry.person.provider_id, rows[index].company)
        lookup = Lookup(index, tuple(found))
    about = asked(work.db, entry.person, work.deps.settings.disclosure_months)
    return _form_page(work, entry, about, replace(sent, rows=tuple(rows)), lookup=lookup)


def show_given(work: PublicWork, entry: Entry) -> ResponseReturnValue:
    """What was given before, or the form for those who come for the first time."""
    about = asked(work.db, entry.person, work.deps.settings.disclosure_months)
    if not about.forms:
        return redirect(entry.form_url, 303)
    return unlisted(
        page(
            "disclosure/given.html",
            layout=entry.layout,
            provider_name=about.provider_name,
            form_url=entry.form_url,
            about=about,
            newest=about.forms[0],
            earlier=about.forms[1:],
            is_expired=work.now.date() > about.forms[0].valid_until,
            is_sent=request.args.get("sent") == "yes",
            natures=NATURES,
            research_roles=RESEARCH_ROLES,
        )
    )
