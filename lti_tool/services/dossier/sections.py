"""Sections of a review file that follow from the activity alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lti_tool.domain.abstract import Abstract, providership
from lti_tool.domain.activity import Activity, Content, PersonInControl, Standard3Exception, SupportKind
from lti_tool.domain.assessment import Question, Test, choices_of
from lti_tool.domain.disclosure import (
    EXCEPTIONS,
    InformationPage,
    SectionKey,
    Statements,
    pass_mark_sentence,
    printed_date,
)
from lti_tool.domain.dossier import Block, Bullets, FactList, Grid, Heading, Missing, Paragraph
from lti_tool.domain.evaluation import Evaluation
from lti_tool.domain.response import is_case, items_of
from lti_tool.domain.text import RichText

HEADINGS = {
    SectionKey.ACCREDITATION: "Accreditation",
    SectionKey.DESIGNATION: "Credit designation",
    SectionKey.DESCRIPTION: "Description",
    SectionKey.AUDIENCE: "Target audience",
    SectionKey.OBJECTIVES: "Learning objectives",
    SectionKey.FORMAT: "Format and dates",
    SectionKey.COMPLETION: "How to complete the activity",
    SectionKey.DISCLOSURE: "Disclosure of financial relationships",
    SectionKey.PEOPLE: "People in control of content",
    SectionKey.MITIGATION: "Mitigation",
    SectionKey.SUPPORT: "Commercial support",
    SectionKey.EVOLVING: "New and evolving topics",
    SectionKey.CONTACT: "Contact",
}
"""Of the information page's parts, as a reviewer reads them."""


def text(words: str) -> Paragraph:
    return Paragraph(RichText.of(words))


def key_facts(activity: Activity) -> tuple[tuple[str, str], ...]:
    """What the accreditor's own form fills in by itself."""
    return (
        ("Activity title", activity.title),
        ("Provider", activity.provider.name),
        ("Providership", providership(activity)),
        *(
            [("Joint providers", "; ".join(activity.provider.joint_providers))]
            if activity.provider.joint_providers
            else []
        ),
        ("Activity type", activity.format.value),
        ("Designated", printed_date(activity.designated_on)),
        ("Released", printed_date(activity.released_on)),
        ("Content last reviewed", printed_date(activity.reviewed_on)),
        ("Expires", printed_date(activity.expires_on)),
        ("Commercial support received", "Yes" if activity.support else "No"),
    )


def abstract_blocks(abstract: Abstract) -> Iterator[Block]:
    for one in abstract.texts:
        if not one.text and abstract.faults.get(one.key) != "missing":
            continue
        yield Heading(f"{one.question} ({one.limit} words at most)")
        if one.text:
            yield text(one.text)
        else:
            yield Missing("Not yet written.")
        if one.is_too_long:
            yield Missing(f"{one.count} words: {one.count - one.limit} more than the form takes.")
    yield Heading("Desirable physician attributes")
    if abstract.attributes:
        yield Bullets(tuple(map(RichText.of, abstract.attributes)))
    else:
        yield Missing("None chosen yet.")


def _relationships(person: PersonInControl, exception: bool) -> str:
    found = [f"{one.company} ({one.nature}{', ended' if one.has_ended else ''})" for one in person.relationships]
    return "\n".join(found) or ("not collected" if exception else "no relevant financial relationships")


def people_blocks(activity: Activity) -> Iterator[Block]:
    exception = activity.standard3_exception is not Standard3Exception.NONE
    if exception:
        yield text(EXCEPTIONS[activity.standard3_exception])
    rows = tuple(
        (
            ", ".join(filter(None, (one.name, one.credentials))) + (f"\n{one.affiliation}" if one.affiliation else ""),
            ", ".join(role.value for role in one.roles),
            _relationships(one, exception),
        )
        for one in activity.people
    )
    columns = ("Name", "Role", "Ineligible company and nature of the relationship")
    yield Grid(columns, rows, (34, 20, 46)) if rows else Missing("Nobody is named.")


def mitigation_blocks(activity: Activity) -> Iterator[Block]:
    rows = tuple((one.name, one.mitigation or "not recorded") for one in activity.people if one.relationships)
    if rows:
        yield Grid(("Name", "How the relationships were mitigated"), rows, (32, 68))
    else:
        yield text("There was no relevant financial relationship to mitigate.")


def agenda_blocks(activity: Activity) -> Iterator[Block]:
    yield text(activity.description)
    yield FactList(
        (("Target audience", activity.audience), ("Estimated time", f"{activity.estimated_minutes} minutes"))
        + ((("Location", activity.location),) if activity.location else ())
    )
    yield Heading("Learning objectives")
    yield Grid(
        ("Objective", "Designed to change"), tuple((one.text, one.level.value) for one in activity.objectives), (74, 26)
    )
    yield Heading("Topics and content")
    yield from _content(activity.content)


def _content(content: Content | None) -> Iterator[Block]:
    if content is None or not content.items:
        yield text("The content lies in the course itself.")
        return
    rows = tuple(
        (
            str(number),
            item.title + (f"\n{item.citation}" if item.citation else ""),
            item.kind.value,
            f"{item.minutes} min" if item.minutes else "",
        )
        for number, item in enumerate(content.items, start=1)
    )
    yield Grid(("No.", "Topic", "Kind", "Planned"), rows, (8, 62, 15, 15))


def page_blocks(page: InformationPage) -> Iterator[Block]:
    """The information page, word for word."""
    for section in page.sections:
        yield Heading(HEADINGS[section.key])
        if section.is_list:
            yield Bullets(section.paragraphs)
        else:
            yield from map(Paragraph, section.paragraphs)


def statement_blocks(statements: Statements) -> Iterator[Block]:
    yield Heading("Accreditation statement")
    yield from map(Paragraph, statements.accreditation)
    yield Heading("Credit designation statement")
    if statements.designation:
        yield from map(Paragraph, statements.designation)
    else:
        yield text("The activity is not designated for credit.")


def support_blocks(activity: Activity) -> Iterator[Block]:
    if not activity.support:
        yield text("No commercial support was received for this activity.")
        return
    rows = tuple(
        (one.company, "in kind" if one.kind is SupportKind.IN_KIND else "monetary", one.description)
        for one in activity.support
    )
    yield Grid(("Company", "Kind", "Description"), rows, (40, 18, 42))


def instrument_blocks(activity: Activity) -> Iterator[Block]:
    sentence = pass_mark_sentence(activity)
    for label, test in (("Pre-test", activity.pre_test), ("Post-test", activity.post_test)):
        if test is not None:
            yield Heading(label)
            if test is activity.post_test and sentence:
                yield text(sentence)
            yield Grid(("No.", "Question", "Answers (right ones marked)"), tuple(_questions(test)), (8, 46, 46))
    yield from _formative(activity)
    if activity.evaluation is not None:
        yield Heading("Evaluation")
        yield Grid(("No.", "Item", "Answers"), tuple(_items(activity.evaluation)), (8, 54, 38))


def _formative(activity: Activity) -> Iterator[Block]:
    """Cases and polls of the content: answered while studying, never graded."""
    asked = [(item, item.question) for item in items_of(activity) if item.question is not None]
    cases = [(item, question) for item, question in asked if is_case(item)]
    polls = [(item, question) for item, question in asked if not is_case(item)]
    if cases:
        yield Heading("Cases in the content (formative, not graded)")
        rows = tuple(
            (item.title, _stem(question), "\n".join((*_answers(question), *_paragraphs(question.rationale))))
            for item, question in cases
        )
        yield Grid(("Case", "Question", "Answers (right ones marked) and rationale"), rows, (18, 36, 46))
    if polls:
        yield Heading("Polls in the content (not graded)")
        rows = tuple((item.title, _stem(question), "\n".join(_answers(question))) for item, question in polls)
        yield Grid(("Poll", "Question", "Choices"), rows, (18, 44, 38))


def _stem(question: Question) -> str:
    return "\n".join(filter(None, (*_paragraphs(question.vignette), *_paragraphs(question.stem))))


def _questions(test: Test) -> Iterator[tuple[str, str, str]]:
    for number, question in enumerate(test.questions, start=1):
        yield str(number), _stem(question), "\n".join(_answers(question))


def _paragraphs(markdown: str) -> Sequence[str]:
    """Lines that an author broke for the editor are joined; tables and lists keep theirs."""
    found = []
    for block in markdown.strip().split("\n\n"):
        is_prose = not block.lstrip().startswith(("|", "-", "*", "1."))
        found.append(" ".join(block.split()) if is_prose else block)
    return found


def _answers(question: Question) -> Sequence[str]:
    if question.number is not None:
        return [f"{question.number} {question.unit}".strip()]
    options = {one.key: one.text for one in question.options}
    if question.pairs:
        return [f"{one.text} – {options[question.pairs[one.key]]}" for one in question.entries]
    marks = dict.fromkeys(question.correct, "[x] ")
    return [f"{marks.get(one.key, '')}{one.text}" for one in choices_of(question)]


def _items(evaluation: Evaluation) -> Iterator[tuple[str, str, str]]:
    for number, item in enumerate(evaluation.items, start=1):
        choices = " / ".join(one.text for one in item.choices) or "free text"
        yield str(number), item.text, choices if item.is_required else f"{choices} (optional)"
