"""Write ``docs/reference/http.md`` from the routes that the application declares.

Run ``python docs/generate_http.py`` after a change of routes; a test compares.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from reference_page import document, table, write

from lti_tool.app import create_app
from lti_tool.db.migrate import upgrade
from lti_tool.settings import Settings

OPENING = """\
Every address of the tool, which methods it takes, and who may call it. The column *Who* is what the code declares
beside each route and checks before the view runs:

- **public**: anybody. Sign-in addresses do their own checks (see [refusal codes](refusal-codes.md)).
- **learner**: a browser with the session's cookie; staff too.
- **staff**: the same, and the launch carried a staff role *in this course*.
- **platform**: a platform's server with an access token of the API; sees its own provider's activities and its own
  learners only. [The API](api.md) tells more.

Addresses below `/s/<session_id>/` belong to one session: one person, in one course, through one placement. The id in
the address is worth nothing without the cookie of the same session. Every POST below it needs the session's form
token and must come from the tool's own pages (`Sec-Fetch-Site` or `Origin`); otherwise it is refused with 403 and
nothing is changed.

Pages are never cached (`Cache-Control: no-store`) unless they say otherwise. A refusal is a page for people and one
line of text (`code reference`) for scripts."""

STATIC = """\
Files below `/static/` are the tool's own style sheets, scripts and icons. They hold nothing of anybody and may be
cached."""


PURPOSES = {
    "lti.login": "Login initiation: begins a sign-in and sends the browser on to the LMS.",
    "learner.home": "Leads to the step where the learner stands, or to the single step that the placement opens.",
    "learner.information": "Information and disclosure.",
    "learner.acknowledge_information": "Acknowledge exactly the text that was shown.",
    "learner.pre_test": "The pre-test: where one stands, or the open attempt.",
    "learner.post_test": "The post-test: where one stands, the open attempt, or results.",
    "learner.start_test": "Begin an attempt.",
    "learner.content": "What there is to study, and what is still missing.",
    "learner.finish_studying": "Say that the content has been studied.",
    "learner.content_item": "One item of the content.",
    "learner.evaluation": "The evaluation.",
    "learner.answer_evaluation": "Send the evaluation, once.",
    "learner.claim_details": "Name, degree and country as they will be printed, for the learner to confirm.",
    "learner.confirm_details": "Confirm them.",
    "learner.send_claim": "Claim, once.",
    "learner.claim": "What may be claimed, or what stands in the way.",
    "learner.certificate": "The learner's certificates.",
    "staff.deep_link": "The picker of Deep Linking: activities of the provider that owns the deployment.",
    "staff.deep_link_preview": "The links that would be made, before they are.",
    "staff.bind": "Choose what a link opens that names no activity.",
    "staff.bind_save": "Keep that choice.",
    "staff.deliveries": "The newest grade of every learner of the course, with the LMS's answer.",
    "staff.retry": "Try a grade again.",
    "staff.results": "Who is where in the activity.",
    "staff.export_csv": "The same as a table for spreadsheets, safe against formulas.",
    "staff.export_xlsx": "The same as a workbook.",
    "staff.learner": "The facts of one learner of the course, in order.",
    "staff.certificates": "Certificates issued to learners of the course.",
    "staff.outcomes": "Scores before and after, question by question.",
    "staff.evaluation": "What learners said; small cells hidden.",
    "staff.wipe_trial": "Forget one's own test run.",
    "api.token": "An access token for a signed client assertion.",
    "api.activities": "Activities that are approved for the calling platform.",
    "api.activity": "One of them, and its newest version.",
    "api.activity_version": "A version as a copy that needs the tool no more.",
    "api.activity_media": "A file of a version.",
    "api.claim": "Claim credit with the facts of what a learner did.",
    "api.evaluation": "Hand in an answered evaluation.",
    "api.openapi_document": "The API's own description, OpenAPI 3.1.",
    "verify.certificate": "What anybody who has a certificate's code may know of it.",
}
"""For views whose own docstring says nothing of what they are for."""


def application(folder: Path) -> Flask:
    """The real application on an empty database in ``folder``."""
    url = f"sqlite:///{folder / 'routes.db'}"
    upgrade(url)
    return create_app(Settings(base_url="https://cme.example.org", database_url=url, secret_key="0" * 64))


def _purpose(endpoint: str, doc: str | None) -> str:
    return PURPOSES.get(endpoint) or " ".join((doc or "").strip().split("\n\n")[0].split()).replace("``", "`")


def _address(rule: str) -> str:
    """The rule without the converters' details: ``<test>`` for ``<any('pre-test', …):test>``."""
    return re.sub(r"<[^<>]*:(\w+)>", r"<\1>", rule)


def rows(app: Flask) -> Iterator[tuple[str, str, str, str]]:
    """Address, methods, who, and the first paragraph of the view's docstring."""
    access = app.extensions["cme_access"]
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (_address(one.rule), one.endpoint)):
        if rule.endpoint == "static":
            continue
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        who = access[rule.endpoint].value
        purpose = _purpose(rule.endpoint, app.view_functions[rule.endpoint].__doc__)
        yield f"`{_address(rule.rule)}`", methods, who, purpose


def page() -> str:
    """The whole page."""
    with tempfile.TemporaryDirectory() as folder:
        listed = table(("Address", "Methods", "Who", "What"), rows(application(Path(folder))))
    return document("# Addresses", OPENING, listed, STATIC, generator="generate_http.py")


if __name__ == "__main__":
    write("http.md", page())
