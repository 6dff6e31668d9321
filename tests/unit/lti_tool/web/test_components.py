"""The component macros: what they render, that they escape what they are given, and that every name they use exists."""

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta

WEB = Path(__file__).parents[4] / "lti_tool" / "web"
HOSTILE = '<img src=x onerror="alert(1)">'
STEPS = [
    {"key": "information", "label": "Information", "state": "done", "href": "/information"},
    {"key": "post-test", "label": "Post-test", "state": "current", "href": "/post-test"},
    {"key": "claim", "label": "Claim", "state": "locked", "href": "/claim", "reason": "Pass the post-test first."},
]
CHOICES = [{"key": "a", "text": "First", "mark": "incorrect"}, {"key": "b", "text": "Second", "mark": "correct"}]


def environment() -> Environment:
    env = Environment(loader=FileSystemLoader(WEB / "templates"), autoescape=True, extensions=["jinja2.ext.i18n"])
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(url_for=lambda _, filename: f"/static/{filename}", page_href=lambda page: f"?page={page}")
    return env


def macro(template: str, name: str, *arguments: Any, **named: Any) -> str:
    module: Any = environment().get_template(f"components/{template}.html").module
    return str(getattr(module, name)(*arguments, **named))


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_step_bar_marks_one_current_step_per_list() -> None:
    html = macro("steps", "step_bar", STEPS)
    assert html.count('aria-current="step"') == 2  # the compact and the wide list; only one of them is ever shown
    assert "Step 2 of 3" in html


def test_a_locked_step_says_why_and_is_no_link() -> None:
    html = macro("steps", "step_bar", STEPS)
    assert 'href="/claim"' not in html
    assert "Pass the post-test first." in html


def test_without_a_current_step_the_bar_counts_what_is_done() -> None:
    assert "1 of 2 steps done" in macro("steps", "step_bar", [STEPS[0], STEPS[2]])


@pytest.mark.parametrize(
    ("template", "name", "arguments"),
    [
        ("actions", "button", (HOSTILE,)),
        ("feedback", "alert", ("info", HOSTILE, HOSTILE)),
        ("feedback", "flashes", ([("error", HOSTILE)],)),
        ("feedback", "error_summary", ([{"field": 'x"><b>', "message": HOSTILE}],)),
        ("fields", "text_field", ("name", HOSTILE, HOSTILE, HOSTILE, HOSTILE)),
        ("fields", "textarea_field", ("name", "Label", f"</textarea>{HOSTILE}")),
        ("fields", "select_field", ("name", HOSTILE, [{"value": HOSTILE, "label": HOSTILE}])),
        ("questions", "choice_group", ("q", HOSTILE, [{"key": HOSTILE, "text": HOSTILE}])),
        ("questions", "vignette", (HOSTILE, HOSTILE, {"src": HOSTILE, "alt": HOSTILE, "caption": HOSTILE})),
        ("questions", "free_text", ("q", HOSTILE, HOSTILE)),
        ("data", "definition_list", ([(HOSTILE, HOSTILE), (HOSTILE, [HOSTILE])],)),
        ("data", "data_table", (HOSTILE, [{"key": "k", "label": HOSTILE}], [{"k": HOSTILE}])),
        ("credit", "person_list", ([{"name": HOSTILE, "role": HOSTILE, "relationships": []}],)),
        ("credit", "statement_block", (HOSTILE, HOSTILE)),
        ("credit", "certificate_card", (HOSTILE, HOSTILE, HOSTILE, HOSTILE, {"text": HOSTILE, "kind": "good"})),
    ],
)
def test_outside_text_never_becomes_markup(template: str, name: str, arguments: tuple[Any, ...]) -> None:
    html = macro(template, name, *arguments)
    assert "<img src=x" not in html
    assert "<b>" not in html
    assert "&lt;" in html


def test_a_faulty_field_is_tied_to_its_hint_and_error() -> None:
    html = macro("fields", "text_field", "printed.name", "Name", hint="As printed", error="Enter a name")
    assert 'aria-describedby="f-printed-name-hint f-printed-name-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="f-printed-name-error"' in html


@pytest.mark.parametrize(
    ("template", "name", "arguments"),
    [
        ("fields", "text_field", ("q.1", "Label")),
        ("fields", "checkbox_field", ("q.1", "Label")),
        ("fields", "option_group", ("q.1", "Label", [{"value": 1, "label": "One"}])),
        ("questions", "choice_group", ("q.1", "Stem", CHOICES)),
        ("questions", "matching", ("q.1", "Stem", [{"key": "a", "text": "A"}], [{"value": 1, "label": "One"}])),
        ("questions", "ordering", ("q.1", "Stem", [{"key": "a", "text": "A", "position": None}])),
        ("questions", "numeric_answer", ("q.1", "Stem")),
        ("questions", "rating_scale", ("q.1", "Stem", [{"key": "s", "text": "S"}], [{"value": 1, "label": "One"}])),
        ("credit", "credit_stepper", ("q.1", "Label", 1.5)),
        ("credit", "attestation", ("q.1", "Sentence")),
    ],
)
def test_the_error_summary_leads_to_the_first_control(template: str, name: str, arguments: tuple[Any, ...]) -> None:
    summary = macro("feedback", "error_summary", [{"field": "q.1", "message": "Answer this"}])
    target = re.findall(r'href="#([^"]+)"', summary)[0]
    assert re.search(rf'<(input|select)[^>]* id="{target}"', macro(template, name, *arguments))


def test_no_faults_make_no_summary() -> None:
    assert macro("feedback", "error_summary", []) == ""


def test_a_single_answer_given_as_text_selects_one_choice_not_its_letters() -> None:
    choices = [{"key": key, "text": key} for key in ("a", "b", "ab")]
    html = macro("questions", "choice_group", "q", "Stem", choices, "ab")
    assert html.count("checked") == 1
    assert re.search(r'value="ab" checked', html)


def test_review_states_are_words_and_cannot_be_changed() -> None:
    html = macro("questions", "choice_group", "q", "Stem", CHOICES, ["a"], review=True, verdict="incorrect")
    assert "<input" not in html
    assert "First Your answer Not correct" in plain(html)
    assert "Second Correct answer" in plain(html)


def test_a_wrong_choice_nobody_made_is_not_marked() -> None:
    html = macro("questions", "choice_group", "q", "Stem", CHOICES, ["b"], review=True)
    assert "Not correct" not in html
    assert "icon--cross" not in html


def test_answering_shows_no_trace_of_the_key() -> None:
    html = macro("questions", "choice_group", "q", "Stem", CHOICES)
    assert not re.search(r"correct", html, re.IGNORECASE)


def test_an_ordering_keeps_the_places_given() -> None:
    items = [{"key": "x", "text": "X", "position": 2}, {"key": "y", "text": "Y", "position": None}]
    html = macro("questions", "ordering", "q", "Stem", items)
    assert re.findall(r'value="(\d)" selected', html) == ["2"]
    assert 'name="q.x"' in html


@pytest.mark.parametrize(
    ("maximum", "amounts"), [(0.25, ["0.25"]), (1, ["0.25", "0.50", "0.75", "1.00"]), (0.6, ["0.25", "0.50"])]
)
def test_credit_is_offered_in_quarter_hours_up_to_the_maximum(maximum: float, amounts: list[str]) -> None:
    html = macro("credit", "credit_stepper", "amount", "Credit", maximum)
    assert re.findall(r'<option value="([^"]+)"', html) == amounts
    assert "selected" not in html


def test_a_chosen_amount_of_credit_stays_chosen() -> None:
    assert '"0.75" selected' in macro("credit", "credit_stepper", "amount", "Credit", 1, value="0.75")


def test_many_amounts_of_credit_become_a_number_field() -> None:
    html = macro("credit", "credit_stepper", "amount", "Credit", 40)
    assert 'type="number"' in html
    assert 'max="40"' in html
    assert 'step="0.25"' in html


def test_a_person_without_relationships_is_said_to_have_none() -> None:
    html = macro("credit", "person_list", [{"name": "A. Person, MD", "role": None, "relationships": None}])
    assert "No relevant financial relationships to disclose" in html


@pytest.mark.parametrize(("value", "width"), [(54, "54.00%"), (0, "0.00%"), (140, "100.00%"), (-5, "0.00%")])
def test_bars_stay_within_their_ground(value: int, width: str) -> None:
    html = macro("data", "bar_pair", "Score", value, None)
    assert f'width="{width}"' in html
    assert "no data" in html


@pytest.mark.parametrize(("page", "links"), [(1, ["?page=2"]), (2, ["?page=1", "?page=3"]), (3, ["?page=2"])])
def test_the_pager_leads_only_to_pages_that_exist(page: int, links: list[str]) -> None:
    html = macro("data", "pager", page, 3, lambda number: f"?page={number}")
    assert re.findall(r'href="([^"]+)"', html) == links


def test_one_page_needs_no_pager() -> None:
    assert macro("data", "pager", 1, 1, str) == ""


@pytest.mark.parametrize("text_direction", ["ltr", "rtl"])
def test_the_gallery_is_free_of_what_the_content_policy_forbids(text_direction: str) -> None:
    html = environment().get_template("components/gallery.html").render(text_direction=text_direction, locale="pt_BR")
    assert f'lang="pt-BR" dir="{text_direction}"' in html
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]* src=)|javascript:", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


def test_every_id_on_the_gallery_is_unique_and_every_reference_lands() -> None:
    html = environment().get_template("components/gallery.html").render()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    references = re.findall(r'(?:aria-describedby|aria-labelledby|\sfor)="([^"]+)"', html)
    assert set(" ".join(references).split()) <= set(ids)


def test_a_page_posts_messages_only_where_a_platform_origin_is_known() -> None:
    template = environment().get_template("layout/frame.html")
    assert "frame.mjs" not in template.render()
    assert 'data-platform-origin="https://lms.example.org"' in template.render(
        platform_origin="https://lms.example.org"
    )


@pytest.mark.parametrize("layout", ["frame", "public"])
def test_layouts_have_a_main_landmark_and_a_way_to_it(layout: str) -> None:
    html = environment().get_template(f"layout/{layout}.html").render()
    assert '<a class="skip" href="#main">' in html
    assert html.count('<main id="main"') == 1
    assert "<aside" not in html
    assert "<footer" not in html


MACRO_FILES = [path for path in sorted((WEB / "templates" / "components").glob("*.html")) if path.stem != "gallery"]


@pytest.mark.parametrize("path", MACRO_FILES, ids=lambda path: path.stem)
def test_components_take_everything_as_arguments(path: Path) -> None:
    env = environment()
    env.undefined = StrictUndefined
    source = path.read_text()
    namespaces = set(re.findall(r"set (\w+) = namespace\(", source))
    assert meta.find_undeclared_variables(env.parse(source)) - namespaces <= {"_", "ngettext"}


def test_style_sheets_stay_small_logical_and_fit_for_frames() -> None:
    sheets = {path.name: path.read_text() for path in (WEB / "static" / "css").glob("*.css")}
    pages = {name: sheets[name] for name in ("learner.css", "staff.css", "plan.css")}
    assert all(len(css.encode()) < 2_000 for css in pages.values())
    assert len("".join(css for name, css in sheets.items() if name not in pages).encode()) < 30_000
    css = "\n".join(sheets.values())
    # Sticky is only what is of use where the page scrolls itself, and in no way where its frame grows with it.
    assert re.findall(r"position:\s*sticky", css) == ["position: sticky"]
    assert not re.search(r"position:\s*fixed|\d(?:d|s|l)?v(?:h|max|min)\b|@import|url\(", css)
    assert not re.search(r"(?:margin|padding|border)-(?:left|right|top|bottom)|float:\s*(?:left|right)", css)


def relative_luminance(colour: str) -> float:
    """WCAG 2.2, definition of relative luminance, for "#rrggbb"."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((relative_luminance(first), relative_luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_ON_GROUND = [
    *[(text, ground) for text in ("ink", "ink-soft", "accent") for ground in ("paper", "sunken", "accent-soft")],
    *[(tone, ground) for tone in ("good", "warn", "bad") for ground in ("paper", f"{tone}-soft")],
    *[("ink", f"{tone}-soft") for tone in ("good", "warn", "bad")],
    *[("on-accent", "accent"), ("on-accent", "accent-deep"), ("accent-deep", "accent-soft")],
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_stands_out_in_both_themes(theme: str, text: str, ground: str) -> None:
    light, dark = (WEB / "static" / "css" / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light))
    if theme == "dark":
        colours |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", dark))
    assert contrast(colours[text], colours[ground]) >= 4.5
    assert contrast(colours["line-strong"], colours["paper"]) >= 3
