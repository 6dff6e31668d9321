"""The wizard: one page per section, saved by its button or as it is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.document import Clash, Document
from lti_tool.domain.errors import Conflict, NotFound
from lti_tool.domain.plan import FIELDS, PlanSection
from lti_tool.services.plan.bank import newer_questions
from lti_tool.services.plan.library import STANDARD, extended, objective_items, speaker_items, standard_items
from lti_tool.services.plan.people import left_out
from lti_tool.services.plan.powers import abilities
from lti_tool.services.plan.settings import signing_people
from lti_tool.services.plan.work import Edit, Plan, save_section
from lti_tool.services.working import workings
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.disclosure_words import ROLES, STATUSES
from lti_tool.web.office.plan_frame import plan_of, plan_page, value_words
from lti_tool.web.office.plan_words import LOCKED_WORDS
from lti_tool.web.office.planning.delivery import credit_options
from lti_tool.web.office.planning.reading import ACTION, Form, act, list_letters
from lti_tool.web.office.planning.sections import FORMS, SECTION_WORDS, path_words, read_section
from lti_tool.web.office.planning.showing import shown

ORDER = tuple(PlanSection)
NOT_CONTENT = frozenset({"csrf_token", "revision", "seen", ACTION, "clash"})
LARGEST = 2**31 - 1
SECTION = "/plans/<plan_id>/<section>"


def section_named(word: str) -> PlanSection:
    """Raises ``NotFound("section_unknown")``."""
    if word not in {section.value for section in PlanSection}:
        raise NotFound("section_unknown")
    return PlanSection(word)


def _number(name: str) -> int:
    text = request.form.get(name, "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= LARGEST else 0


def following_section(section: PlanSection) -> PlanSection | None:
    place = ORDER.index(section) + 1
    return ORDER[place] if place < len(ORDER) else None


def _with_choices(plan: Plan) -> Document:
    """The document, with what its controls choose from outside it."""
    return {**plan.document, "_credit_types": credit_options(plan.days.designation)}


@office_route(blueprint, "/plans/<plan_id>", None)
def plan(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Leads to the first section that needs something, or to the review."""
    found = plan_of(work, plan_id)
    errors = [one.section for one in found.readiness.errors]
    wanted = next((section for section in PlanSection if section in errors), None)
    if wanted is None or not found.is_open_for_changes:
        return redirect(url_for("office.plan_review", plan_id=plan_id), 303)
    return redirect(url_for("office.plan_section", plan_id=plan_id, section=wanted.value), 303)


@office_route(blueprint, SECTION, None)
def plan_section(work: OfficeWork, plan_id: str, section: str) -> ResponseReturnValue:
    """One section as a form; read only while the plan is not open for changes."""
    return section_page(work, plan_of(work, plan_id), section_named(section))


def section_page(work: OfficeWork, found: Plan, section: PlanSection, **values: Any) -> Response:
    is_editable = found.is_open_for_changes and Capability.PLAN in abilities(work.db, work.officer, found.id)
    return plan_page(
        "office/plan/section.html",
        work,
        found,
        section=section,
        section_label=SECTION_WORDS[section],
        shown=shown(FORMS[section], found.document, _with_choices(found)),
        is_editable=is_editable,
        locked_words=LOCKED_WORDS.get(found.state, _("You may look at this plan; others may change it.")),
        following=following_section(section),
        library=STANDARD,
        role_words=ROLES,
        statuses=STATUSES,
        left_out=left_out(found.stored, found.held),
        **_beside(work, found, section),
        **{"section_key": section.value, **values},
    )


def _beside(work: OfficeWork, found: Plan, section: PlanSection) -> dict[str, Any]:
    """What stands below the form of one section alone."""
    if not work.officer.may(Capability.PLAN):
        return {}
    if section is PlanSection.ASSESSMENT:
        return {"may_use_bank": True, "newer": newer_questions(work.db, work.officer, found.document)}
    if section is PlanSection.CREDIT:
        signing = signing_people(work.db, work.officer.provider_id)
        return {
            "kept": workings(work.db, work.officer, found.key),
            "signing": [{"value": one.id, "label": f"{one.values['name']}, {one.values['title']}"} for one in signing],
            "printed_amount": printed_amount,
        }
    return {}


def _edit(section: PlanSection, form: Form, *, is_strict: bool = False) -> Edit:
    paths = form.getlist("clash")
    choices = {path: form.get(f"choose.{number}", "") for number, path in enumerate(paths)}
    return Edit(section, read_section(section, form), _number("revision"), choices, _number("seen"), is_strict)


@office_route(blueprint, SECTION, None, ("POST",))
def save_plan_section(work: OfficeWork, plan_id: str, section: str) -> ResponseReturnValue:
    """The form's own buttons: save, go on, or add, move and remove items."""
    where, form = section_named(section), MultiDict(request.form)
    action = form.get(ACTION, "")
    looked_at = act(form, action, list_letters(FORMS[where]))
    try:
        save_section(work.db, work.officer, plan_id, _edit(where, form), work.now)
    except Conflict as conflict:
        if conflict.code != "plan_conflict":
            raise
        return _conflict_page(work, plan_id, where, form, conflict.facts)
    following = following_section(where)
    if action == "next" and following is not None:
        return redirect(url_for("office.plan_section", plan_id=plan_id, section=following.value), 303)
    anchor = f"f-{looked_at.replace('.', '-')}" if looked_at else None
    address = url_for(
        "office.plan_section", plan_id=plan_id, section=section, saved=None if looked_at else 1, _anchor=anchor
    )
    return redirect(address, 303)


@office_route(blueprint, f"{SECTION}/draft", None, ("POST",))
def autosave_plan(work: OfficeWork, plan_id: str, section: str) -> ResponseReturnValue:
    """What ``autosave.mjs`` sends. 200 {"revision"}; 409 somebody else has changed this section."""
    where = section_named(section)
    edit = _edit(where, MultiDict(request.form), is_strict=True)
    return jsonify(revision=save_section(work.db, work.officer, plan_id, edit, work.now))


def _conflict_page(
    work: OfficeWork, plan_id: str, section: PlanSection, form: Form, facts: Mapping[str, Any]
) -> Response:
    found = plan_of(work, plan_id)
    mine = {**found.document, **read_section(section, form)}
    clashes: tuple[Clash, ...] = facts["clashes"]
    kept = [(name, value) for name, value in form.items(multi=True) if not _is_own(name)]
    return plan_page(
        "office/plan/conflict.html",
        work,
        found,
        section=section,
        section_key=section.value,
        status=409,
        clashes=[
            {
                "path": clash.path,
                "words": path_words(clash.path, mine) or clash.path,
                "theirs": value_words(clash.theirs),
                "mine": value_words(clash.mine),
            }
            for clash in clashes
        ],
        posted=[*kept, ("revision", str(_number("revision")))],
        seen=facts["seen"],
    )


def _is_own(name: str) -> bool:
    return name in NOT_CONTENT or name.startswith("choose.")


@office_route(blueprint, "/plans/<plan_id>/evaluation/library", None, ("POST",))
def extend_evaluation(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Add standard items, and blocks made from objectives and speakers."""
    found = plan_of(work, plan_id)
    blocks = request.form.getlist("block")
    wanted = [
        *(objective_items(found.document) if "objectives" in blocks else ()),
        *(speaker_items(found.document) if "speakers" in blocks else ()),
        *standard_items(request.form.getlist("item")),
    ]
    fields = {name: found.document.get(name) for name in FIELDS[PlanSection.EVALUATION]}
    fields["evaluation"] = extended(found.document, wanted)
    save_section(work.db, work.officer, plan_id, Edit(PlanSection.EVALUATION, fields, found.revision, {}), work.now)
    return redirect(url_for("office.plan_section", plan_id=plan_id, section="evaluation", saved=1), 303)
