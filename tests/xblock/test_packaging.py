"""``pip install …[xblock]`` brings nothing of the tool's, and its words are the tool's words."""

from __future__ import annotations

import re
import subprocess

import pytest
from flask import Flask
from flask_babel import Babel

from lti_tool.domain.learner import MAX_NAME
from lti_tool.services.learner import EQUIVALENT
from lti_tool.web.blocker_words import BLOCKERS
from lti_tool.web.learner.claim_words import CREDENTIALS, DEGREES, FAULTS
from lti_tool.web.learner.information import HEADINGS
from lti_tool.web.messages import STEP_NAMES
from tests.xblock.conftest import FURTHER, ROOT, clean_environment, xblock_python
from xblock_cme import words

TOOLS_OWN = {"flask", "sqlalchemy", "weasyprint", "pylti1p3", "alembic", "gunicorn", "pydantic", "werkzeug"}


CLOSURE = """
from importlib.metadata import requires
from packaging.requirements import Requirement

seen, waiting = set(), [Requirement("cme-tool[xblock]")]
while waiting:
    wanted = waiting.pop()
    key = (wanted.name.lower(), frozenset(wanted.extras))
    if key in seen:
        continue
    seen.add(key)
    for line in requires(wanted.name) or ():
        found = Requirement(line)
        extras = [{"extra": extra} for extra in wanted.extras] or [{"extra": ""}]
        if found.marker is None or any(found.marker.evaluate(extra) for extra in extras):
            waiting.append(found)
print(*sorted({name for name, _ in seen}))
"""


@pytest.mark.parametrize("venv", ["xblock-venv", *FURTHER])
def test_installing_the_block_brings_nothing_of_the_tools(venv: str) -> None:
    """Everything that ``pip install cme-tool[xblock]`` would bring, as the installed distributions declare it."""
    done = subprocess.run(
        [str(xblock_python(venv)), "-c", CLOSURE], cwd=ROOT, env=clean_environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    brought = set(done.stdout.split())
    assert {"xblock", "django", "pyjwt", "cryptography", "requests"} <= brought
    assert brought & TOOLS_OWN == set()


@pytest.mark.parametrize("venv", ["xblock-venv", *FURTHER])
def test_the_block_loads_nothing_of_the_tools(venv: str) -> None:
    """Every module of the block is loaded; then only the domain is there of the tool, and no library of it."""
    program = (
        "import os, sys, pkgutil, importlib, django;"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.xblock.site.settings';"
        "django.setup(); import xblock_cme;"
        "[importlib.import_module(m.name) for m in pkgutil.walk_packages(xblock_cme.__path__, 'xblock_cme.')];"
        "names = set(sys.modules); print(*sorted(names | {name.partition('.')[0] for name in names}))"
    )
    environment = clean_environment(CME_SITE="/nowhere")
    done = subprocess.run(
        [str(xblock_python(venv)), "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert loaded & TOOLS_OWN == set()
    ours = {name for name in loaded if name.startswith("lti_tool.") and not name.startswith("lti_tool.domain")}
    assert ours == set() and "xblock_cme" in loaded


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (words.STEP_NAMES, STEP_NAMES),
        (words.BLOCKERS, BLOCKERS),
        (words.HEADINGS, HEADINGS),
        (words.DEGREES, DEGREES),
        (words.FAULTS, FAULTS),
    ],
    ids=["steps", "blockers", "headings", "degrees", "faults"],
)
def test_the_block_says_what_the_tool_says(mine: dict[object, str], theirs: dict[object, object]) -> None:
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        assert mine == {key: str(text) for key, text in theirs.items()}


def test_identifiers_are_asked_in_the_tools_words() -> None:
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        assert {kind: (str(label), str(hint)) for kind, (label, hint) in CREDENTIALS.items()} == words.CREDENTIALS


def test_coverage_is_told_in_the_tools_words() -> None:
    page = (ROOT / "lti_tool/web/templates/learner/content_item.html").read_text("utf-8")
    assert f"_('{words.COVERAGE['needed']}'" in page


def test_the_equivalence_is_stated_in_the_same_words() -> None:
    assert words.EQUIVALENT == EQUIVALENT
    assert str(MAX_NAME) in words.FAULTS["printed_name", "too_long"]


SHARED = (
    "I have read the information and the disclosures above.",
    "Accreditation rules ask that you see the new text before you go on.",
    "They are stored without your name and without the time.",
    "Unanswered questions count as not correct.",
    "This credit is awarded to physicians only.",
    "a certificate that has been issued does not change any more.",
    "Only the fact that you answered is recorded, since the activity asks for it.",
    "Right answers and explanations appear here once you have passed",
    "What others chose",
    "others have answered.",
    "What the accreditors and boards need",
    "Only you, and the people at the provider who report credit, can read it.",
    "Each credit is claimed by itself; leave those that you do not need.",
    "It excludes the other credits that say so: claim one of them.",
    "I do not claim this credit",
    "all of it or nothing.",
    "This one answer is kept with you and not with the others",
)


@pytest.mark.parametrize("sentence", SHARED)
def test_pages_share_their_sentences(sentence: str) -> None:
    def holds(folder: str) -> bool:
        texts = (path.read_text("utf-8") for path in (ROOT / folder).rglob("*.html"))
        return any(sentence in re.sub(r"\s+", " ", text) for text in texts)

    assert holds("lti_tool/web/templates") and holds("xblock_cme/templates")


def test_the_texts_for_translators_are_up_to_date() -> None:
    from scripts.block_texts import TARGET, catalogue

    assert TARGET.read_bytes() == catalogue(), "run: python scripts/block_texts.py"
    assert b"This activity was designated for a maximum of %(amount)s." in TARGET.read_bytes()
