"""A plan as learners will see it: statements, every step, and a specimen certificate. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, g, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.activity import Activity, ContentItem, Step
from lti_tool.domain.assessment import Test, right_answer
from lti_tool.domain.disclosure import pass_mark_sentence
from lti_tool.domain.draw import draw_form
from lti_tool.domain.errors import Refused
from lti_tool.domain.response import form_of, is_case, items_of
from lti_tool.services.plan.preview import Preview, learner_page, preview, preview_certificate, preview_certificates
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.learner.claim import verification_link
from lti_tool.web.learner.frame import captions_of
from lti_tool.web.learner.information import HEADINGS
from lti_tool.web.learner.questions import ShownQuestion, Typed, question_revealed, question_to_answer
from lti_tool.web.markdown import markdown
from lti_tool.web.messages import STEP_NAMES
from lti_tool.web.office import blueprint
from lti_tool.web.office.plan_frame import plan_of, plan_page
from lti_tool.web.office.plan_words import BEHOLDER_WORDS

SEED = 1
"""Everybody who previews a drawn test sees the same draw."""


@office_route(blueprint, "/plans/<plan_id>/statements", None)
def plan_statements(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """The information page that every learner will acknowledge first."""
    found = plan_of(work, plan_id)
    activity = found.readiness.activity
    information = learner_page(work.db, work.officer, activity) if activity is not None else None
    return plan_page("office/plan/statements.html", work, found, information=information, headings=HEADINGS)


@office_route(blueprint, "/plans/<plan_id>/preview/<who>", None)
def plan_preview(work: OfficeWork, plan_id: str, who: str) -> ResponseReturnValue:
    """The first step of the path."""
    return _step_page(work, preview(work.db, work.officer, plan_id, who, work.now), Step.INFORMATION)


@office_route(blueprint, "/plans/<plan_id>/preview/<who>/<step>", None)
def plan_preview_step(work: OfficeWork, plan_id: str, who: str, step: str) -> ResponseReturnValue:
    """Any step of the path. Raises ``Refused("step_absent")`` for one that the activity does not have."""
    found = preview(work.db, work.officer, plan_id, who, work.now)
    wanted = next((one for one in found.activity.steps if one.value == step), None)
    if wanted is None:
        raise Refused("step_absent")
    return _step_page(work, found, wanted)


@office_route(blueprint, "/plans/<plan_id>/preview/<who>/specimen.pdf", None)
def plan_specimen(work: OfficeWork, plan_id: str, who: str) -> ResponseReturnValue:
    """A certificate of such a learner, marked as a specimen. `?certificate=2` is the second of several."""
    found = preview(work.db, work.officer, plan_id, who, work.now)
    place = request.args.get("certificate", 1, int) - 1
    made = preview_certificate(work.db, work.officer, found, place, verification_link, work.now)
    work.db.commit()
    response = Response(work.deps.printer.render(made.certificate, made.assets).pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="specimen.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _step_page(work: OfficeWork, found: Preview, step: Step) -> Response:
    plan_id, who = found.plan.id, found.beholder.value
    g.media_address = lambda name: url_for("office.plan_media", plan_id=plan_id, name=name)
    steps = found.activity.steps
    place = steps.index(step)

    def href(one: Step) -> str:
        return url_for("office.plan_preview_step", plan_id=plan_id, who=who, step=one.value)

    return plan_page(
        "office/plan/preview.html",
        work,
        found.plan,
        activity=found.activity,
        step=step.value,
        step_label=STEP_NAMES[step],
        who_label=BEHOLDER_WORDS[found.beholder],
        steps=[{"label": STEP_NAMES[one], "href": href(one), "is_current": one is step} for one in steps],
        following=href(steps[place + 1]) if place + 1 < len(steps) else None,
        claims=found.claims,
        information=found.page,
        headings=HEADINGS,
        pass_sentence=pass_mark_sentence(found.activity) if step is Step.POST_TEST else "",
        specimens=_specimens(work, found) if step is Step.CERTIFICATE else (),
        **_step_values(found.activity, step),
    )


def _specimens(work: OfficeWork, found: Preview) -> list[tuple[str, str]]:
    """Name and address of each certificate."""
    plan_id, who = found.plan.id, found.beholder.value
    names = preview_certificates(work.db, work.officer, found)
    return [
        (name, url_for("office.plan_specimen", plan_id=plan_id, who=who, certificate=number))
        for number, name in enumerate(names, start=1)
    ]


def _step_values(activity: Activity, step: Step) -> Mapping[str, Any]:
    match step:
        case Step.CONTENT:
            return {"items": [_item(item, activity) for item in items_of(activity)]}
        case Step.PRE_TEST:
            return {"questions": _questions(activity.pre_test)}
        case Step.POST_TEST:
            return {"questions": _questions(activity.post_test)}
        case Step.EVALUATION:
            items = activity.evaluation.items if activity.evaluation else ()
            options = {
                item.key: [{"value": entry.key, "label": entry.text} for entry in item.choices] for item in items
            }
            return {"evaluation_items": items, "options": options}
        case _:
            return {}


def _item(item: ContentItem, activity: Activity) -> dict[str, Any]:
    return {
        "title": item.title,
        "kind": item.kind.value,
        "citation": item.citation,
        "address": g.media_address(item.file) if item.file else item.url,
        "captions": captions_of(item, activity.language),
        "body": markdown(item.body, g.media_address) if item.body else None,
        "asked": _asked(item),
        "answered": _answered(item, activity.references),
    }


def _asked(item: ContentItem) -> ShownQuestion | None:
    """As learners meet it: without key and rationale."""
    question = item.question
    return question_to_answer(question, form_of(question), 0, 0, Typed({})) if question is not None else None


def _answered(item: ContentItem, citations: Mapping[str, str]) -> ShownQuestion | None:
    """As learners see a case once they have answered it right."""
    question = item.question
    if question is None or not is_case(item):
        return None
    answers = {question.key: right_answer(question)}
    return question_revealed(question, form_of(question), 0, 0, answers, citations)


def _questions(test: Test | None) -> list[Any]:
    """Without key and rationale: exactly what an open attempt shows."""
    if test is None:
        return []
    form = draw_form(test, SEED)
    return [
        question_to_answer(test.question(item.question), item, number, len(form), Typed({}))
        for number, item in enumerate(form, start=1)
    ]
