"""How the provider's certificates look: choosing, trying out, and the pictures that go with it."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import Degree
from lti_tool.domain.design import Design, Orientation, Paper
from lti_tool.domain.division import Division
from lti_tool.domain.errors import BadInput
from lti_tool.domain.page_markup import MARKUP_UNUSABLE
from lti_tool.services.certificate_division import current_division
from lti_tool.services.design import (
    check_design,
    choose_design,
    current_design,
    picture_bytes,
    store_picture,
    store_style_sheet,
    stored_pictures,
    style_sheet,
)
from lti_tool.services.design_preview import (
    PreviewActivity,
    PreviewPaper,
    preview,
    preview_activities,
    preview_papers,
)
from lti_tool.services.design_trial import check_prints
from lti_tool.services.page_markup import page_markup, store_page_markup
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.headers import allow_framing
from lti_tool.web.learner.claim import verification_link
from lti_tool.web.learner.claim_words import DEGREES
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.page_words import PAGE_RULES, PAGE_VALUES, found_on_page

MAX_VALUE = 100
PAPER_WORDS = {Paper.LETTER: lazy_gettext("US Letter"), Paper.A4: lazy_gettext("A4")}
ORIENTATION_WORDS = {
    Orientation.LANDSCAPE: lazy_gettext("Landscape"),
    Orientation.PORTRAIT: lazy_gettext("Portrait"),
}
DIVISION_WORDS = {
    Division.TOGETHER: lazy_gettext("One certificate for all credit types together"),
    Division.BY_TYPE: lazy_gettext("One certificate for each credit type"),
    Division.BY_SESSION: lazy_gettext("One certificate for each credit type and session"),
}
MOST_PREVIEWS = 6
"""Shown at once; of a meeting with many sessions each looks like the one before."""
FAULT_WORDS = {
    "division_unknown": lazy_gettext("Choose how claims are divided"),
    "template_unknown": lazy_gettext("Choose one of the designs"),
    "colour_wrong": lazy_gettext("Write the colour as # and six digits or letters, such as #1b2a49"),
    "contrast_low": lazy_gettext("This colour is too light to be read on white paper"),
    "picture_unknown": lazy_gettext("Choose one of the pictures below"),
    "picture_unusable": lazy_gettext("Choose a PNG or JPEG of at least 40 pixels a side, up to 1 MB and 4 megapixels"),
    "style_unknown": lazy_gettext("This style sheet is not kept here"),
    "style_too_long": lazy_gettext("Write at most 20,000 characters"),
    "certificate.address_refused": lazy_gettext("A style sheet may not name files or addresses"),
    "certificate.style_unusable": lazy_gettext(
        "A style sheet may hold no backslashes, no flexible boxes, grids, columns and tables, and no huge numbers"
    ),
    "certificate.hides_text": lazy_gettext(
        "With this style sheet something that must be said is hidden, tiny, off the page or not in italics"
    ),
    "markup_unknown": lazy_gettext("This page is not kept here"),
    "markup_too_long": lazy_gettext("Write at most 40,000 characters"),
    "markup_untried": lazy_gettext("There is no activity with credit to try this page with; import one first"),
    "certificate.markup_missing": lazy_gettext("This page is not kept here"),
    MARKUP_UNUSABLE: lazy_gettext("This page cannot be used: what is wrong is listed with the page, by line"),
    "pictures_full": lazy_gettext("No more pictures can be kept"),
    "certificate.too_long": lazy_gettext("The texts of an activity do not fit on one page in this design"),
    "certificate.unprintable": lazy_gettext("A text of an activity cannot be printed"),
}


def _asked(current: Design) -> Design:
    """The design that the form or the address describes; what it leaves out is as it is now."""
    values = request.form if request.method == "POST" else request.args

    def value(name: str) -> str:
        return values.get(name, str(getattr(current, name))).strip().lower()[:MAX_VALUE]

    try:
        paper, orientation = Paper(value("paper")), Orientation(value("orientation"))
    except ValueError as error:
        raise BadInput("design_unusable", faults={"paper": "template_unknown"}) from error
    names = ("template", "ink", "accent", "logo", "seal", "signature", "style", "markup")
    return Design(paper=paper, orientation=orientation, **{name: value(name) for name in names})


@office_route(blueprint, "/certificates/design", Capability.MANAGE_CERTIFICATES)
def certificate_design(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(Capability.MANAGE_CERTIFICATES)
    return design_page(work, _asked(current_design(work.db, work.officer.provider_id)))


@office_route(blueprint, "/certificates/design", Capability.MANAGE_CERTIFICATES, ("POST",))
def certificate_design_choose(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(Capability.MANAGE_CERTIFICATES)
    design = _asked(current_design(work.db, work.officer.provider_id))
    if request.form.get("do") == "begin":
        return _begun(work, design)
    try:
        design = _with_own_texts(work, design)
        if request.form.get("do") == "preview":
            return _looked_at(work, design)
        check_prints(work.db, work.officer, design, work.deps.printer, verification_link, work.now)
        choose_design(work.db, work.officer, design, work.deps.printer, work.now)
    except BadInput as error:
        return design_page(work, design, status=422, error=error)
    return redirect(url_for("office.certificate_design"), 303)


def _with_own_texts(work: OfficeWork, design: Design) -> Design:
    """The design with the style sheet and the page that the form holds; both are kept."""
    style = store_style_sheet(work.db, work.officer, request.form.get("css", ""), work.now)
    return replace(design, style=style, markup=store_page_markup(work.db, work.officer, _written(), work.now))


def _written() -> str:
    """The page as it stands in the form; an empty one is none."""
    return request.form.get("source", "")


def _begun(work: OfficeWork, design: Design) -> Response:
    """The page of the chosen design stands in the form, to be written on; nothing is kept yet."""
    try:
        source = work.deps.printer.starting_markup(design.template)
    except BadInput:
        error = BadInput("design_unusable", faults={"template": "template_unknown"})
        return design_page(work, design, status=422, error=error)
    return design_page(work, design, source=source)


def _looked_at(work: OfficeWork, design: Design) -> Response:
    try:
        check_design(work.db, work.officer.provider_id, design, work.deps.printer)
        if design.markup:
            _try_page(work, design)
    except BadInput as error:
        return design_page(work, design, status=422, error=error)
    return design_page(work, design)


def _try_page(work: OfficeWork, design: Design) -> None:
    """Print what is about to be shown, so that faults stand beside the page and not in its preview."""
    degree, activity = _previewed(preview_activities(work.db, work.officer))
    if activity is None:
        return
    division = current_division(work.db, work.officer.provider_id)
    papers = preview_papers(work.db, work.officer, activity.activity_id, degree, division)
    for wanted in papers[:MOST_PREVIEWS]:
        asked = (design, activity.activity_id, degree, wanted)
        preview(work.db, work.officer, *asked, work.deps.printer, verification_link, work.now)


def design_page(
    work: OfficeWork,
    design: Design,
    *,
    status: int = 200,
    error: BadInput | None = None,
    source: str | None = None,
    division: Division | None = None,
) -> Response:
    """``division``: as it is tried out, else as it is; ``source``: the page that stands in the form, else the kept
    one."""
    chosen = current_division(work.db, work.officer.provider_id)
    faults = error.faults or {"picture": error.code} if error else {}
    activities = preview_activities(work.db, work.officer)
    degree, activity = _previewed(activities)
    shown = chosen if division is None else division
    papers = preview_papers(work.db, work.officer, activity.activity_id, degree, shown) if activity else ()
    return office_page(
        "office/certificate_design.html",
        work,
        status=status,
        design=design,
        css=request.form.get("css") or style_sheet(work.db, work.officer.provider_id, design.style),
        source=_shown_source(work, design) if source is None else source,
        found=found_on_page(error),
        page_values=PAGE_VALUES,
        page_rules=PAGE_RULES,
        is_current=design == current_design(work.db, work.officer.provider_id),
        templates=work.deps.printer.templates(),
        paper_words=PAPER_WORDS,
        orientation_words=ORIENTATION_WORDS,
        pictures=stored_pictures(work.db, work.officer.provider_id),
        faults=[
            {"field": name, "message": FAULT_WORDS.get(code, _("This cannot be used"))} for name, code in faults.items()
        ],
        activities=activities,
        activity=activity,
        degree=degree,
        degrees=DEGREES,
        division=shown,
        division_words=DIVISION_WORDS,
        is_tried=shown is not chosen,
        papers=papers[:MOST_PREVIEWS],
        further=len(papers[MOST_PREVIEWS:]),
    )


def _shown_source(work: OfficeWork, design: Design) -> str:
    return _written() or page_markup(work.db, work.officer.provider_id, design.markup)


def _previewed(activities: tuple[PreviewActivity, ...]) -> tuple[Degree, PreviewActivity | None]:
    """Whose certificate of which activity is shown: as asked for, else a physician's of the first."""
    degrees = {degree.value: degree for degree in Degree}
    degree = degrees.get(request.values.get("degree", ""), Degree.MD)
    wanted = request.values.get("activity", "")
    found = next((one for one in activities if one.activity_id == wanted), activities[0] if activities else None)
    return degree, found


@office_route(blueprint, "/certificates/design/preview.pdf", Capability.MANAGE_CERTIFICATES)
def certificate_preview(work: OfficeWork) -> ResponseReturnValue:
    """Shown inside the page of the design, and nowhere else."""
    work.officer.require_everywhere(Capability.MANAGE_CERTIFICATES)
    design = _asked(current_design(work.db, work.officer.provider_id))
    degree, _activity = _previewed(())
    activity_id, credit_type, session_key = (
        request.args.get(name, "")[:64] for name in ("activity", "credit", "session")
    )
    wanted, printer = PreviewPaper("", credit_type, session_key), work.deps.printer
    pdf = preview(work.db, work.officer, design, activity_id, degree, wanted, printer, verification_link, work.now)
    allow_framing(work.deps.edge.origin)
    return Response(pdf, mimetype="application/pdf")


@office_route(blueprint, "/certificates/pictures", Capability.MANAGE_CERTIFICATES, ("POST",))
def certificate_picture_add(work: OfficeWork) -> ResponseReturnValue:
    upload = request.files.get("picture")
    data = upload.stream.read() if upload is not None else b""
    try:
        store_picture(work.db, work.officer, data, work.deps.read_picture, work.now)
    except BadInput as error:
        return design_page(work, current_design(work.db, work.officer.provider_id), status=422, error=error)
    return redirect(url_for("office.certificate_design", _anchor="pictures"), 303)


@office_route(blueprint, "/certificates/pictures/<sha256>.png", Capability.MANAGE_CERTIFICATES)
def certificate_picture(work: OfficeWork, sha256: str) -> ResponseReturnValue:
    return Response(picture_bytes(work.db, work.officer.provider_id, sha256), mimetype="image/png")
