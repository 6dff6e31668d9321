"""Words of the question bank: kinds, states, formats, and what is wrong with a field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext, lazy_gettext

from lti_tool.domain.activity import Level
from lti_tool.domain.assessment import QuestionKind
from lti_tool.domain.fault import Fault, Words, sentences
from lti_tool.domain.question import QuestionFault, QuestionStatus
from lti_tool.services.key_correction import Change
from lti_tool.services.question_file import QuestionFormat, Verdict
from lti_tool.web.messages import EXPLANATIONS

KIND_WORDS = {
    QuestionKind.SINGLE: lazy_gettext("Single choice"),
    QuestionKind.MULTIPLE: lazy_gettext("Multiple response"),
    QuestionKind.TRUE_FALSE: lazy_gettext("True or false"),
    QuestionKind.MATCHING: lazy_gettext("Matching"),
    QuestionKind.ORDERING: lazy_gettext("Ordering"),
    QuestionKind.NUMERIC: lazy_gettext("Number"),
}
STATUS_WORDS = {
    QuestionStatus.DRAFT: lazy_gettext("Draft"),
    QuestionStatus.APPROVED: lazy_gettext("Approved"),
    QuestionStatus.RETIRED: lazy_gettext("Retired"),
}
STATUS_TONES = {QuestionStatus.DRAFT: "neutral", QuestionStatus.APPROVED: "good", QuestionStatus.RETIRED: "warn"}
LEVEL_WORDS = {
    Level.KNOWLEDGE: lazy_gettext("Knowledge"),
    Level.COMPETENCE: lazy_gettext("Competence"),
    Level.PERFORMANCE: lazy_gettext("Performance"),
    Level.PATIENT_OUTCOMES: lazy_gettext("Patient outcomes"),
}
FORMAT_WORDS = {
    QuestionFormat.MOODLE_XML: "Moodle XML",
    QuestionFormat.GIFT: "GIFT",
    QuestionFormat.QTI_21: "QTI 2.1",
    QuestionFormat.QTI_22: "QTI 2.2",
    QuestionFormat.QTI_30: "QTI 3.0",
    QuestionFormat.CSV: "CSV",
    QuestionFormat.XLSX: "Excel (XLSX)",
}
VERDICT_WORDS = {
    Verdict.NEW: lazy_gettext("New"),
    Verdict.CHANGED: lazy_gettext("New version"),
    Verdict.SAME: lazy_gettext("Already here"),
}
CHANGE_WORDS = {
    Change.PASS_GAINED: lazy_gettext("Passes now"),
    Change.RAISED: lazy_gettext("More points"),
    Change.PASS_KEPT: lazy_gettext("Pass is kept"),
    Change.POINTS_KEPT: lazy_gettext("Points are kept"),
}
CHANGE_TONES = {
    Change.PASS_GAINED: "good",
    Change.RAISED: "info",
    Change.PASS_KEPT: "warn",
    Change.POINTS_KEPT: "neutral",
}
FAULT_WORDS: dict[str, Any] = {
    "key_wrong": lazy_gettext("The key takes letters, digits, - and _ (at most 60), a letter or digit first"),
    "text_missing": lazy_gettext("Fill this in"),
    "text_too_long": lazy_gettext("%(length)s characters are too many, at most %(limit)s are allowed"),
    "control_character": lazy_gettext("Retype this text: it holds a character that cannot be seen"),
    "not_one_line": lazy_gettext("Write this in one line"),
    "blank_lines_around": lazy_gettext("Remove the empty lines at the beginning and the end"),
    "too_few": lazy_gettext("At least %(least)s are needed; %(count)s are filled in"),
    "too_many": lazy_gettext("At most %(most)s are allowed; %(count)s are filled in"),
    "text_twice": lazy_gettext("The same text stands here twice"),
    "one_must_be_right": lazy_gettext("Mark exactly one choice as right"),
    "none_is_right": lazy_gettext("Mark at least one choice as right"),
    "answer_missing": lazy_gettext("Give the right answer"),
    "pair_missing": lazy_gettext("Give each prompt its match"),
    "choice_unknown": lazy_gettext("This belongs to a choice that is not filled in"),
    "number_out_of_range": lazy_gettext("Write a number of at most %(digits)s digits before and after the point"),
    "number_wrong": lazy_gettext("Write a number with digits and a point"),
    "tolerance_negative": lazy_gettext("Write 0 or more"),
    "file_name_wrong": lazy_gettext("This image cannot be used"),
    "alt_missing": lazy_gettext("Say what the image shows, without the answer"),
    "image_unknown": lazy_gettext("The bank has no image “%(file)s”: add it to the question or remove its name"),
    "html_in_text": lazy_gettext("HTML is never read (“%(found)s”): write Markdown, and \\< for a <"),
    "not_of_this_kind": lazy_gettext("This does not belong to this kind of question"),
    "picture_unsound": lazy_gettext("Choose a sound PNG, JPEG or GIF of up to 2 MB and 25 megapixels"),
    "key_taken": lazy_gettext("The bank has a question with this key already"),
    "reason_missing": lazy_gettext("Give the reason; it stands in the audit trail"),
    "file_missing": lazy_gettext("Choose a file"),
    "nothing_to_export": lazy_gettext("There is nothing to export: change the filters"),
    "export_too_large": lazy_gettext("Too many questions for one file: change the filters"),
}
EXPLANATIONS.update(
    {
        "bank_question_unknown": (
            lazy_gettext("There is no such question here"),
            lazy_gettext("Go back to the list of questions."),
        ),
        "picture_unknown": (
            lazy_gettext("There is no such image here"),
            lazy_gettext("Go back to the list of questions."),
        ),
        "import_unknown": (
            lazy_gettext("This file is no longer here"),
            lazy_gettext("A file waits for a day and is brought in once. Choose it again on the import page."),
        ),
        "import_faulty": (
            lazy_gettext("This file can no longer be read"),
            lazy_gettext("Choose it again on the import page to see why."),
        ),
        "question_changed": (
            lazy_gettext("Somebody else has revised this question meanwhile"),
            lazy_gettext("Nothing was overwritten. Open the question again and look at the newest version."),
        ),
        "key_taken": (
            lazy_gettext("The bank has a question with this key already"),
            lazy_gettext("Nothing was changed. Look at the import again: somebody was quicker."),
        ),
        "key_is_corrected": (
            lazy_gettext("Learners are scored by this key already"),
            lazy_gettext("There is nothing left to correct in this activity."),
        ),
        "question_retired": (
            lazy_gettext("This question is retired"),
            lazy_gettext("Take it up again in the question bank, or choose another one."),
        ),
    }
)


def fault_message(fault: QuestionFault) -> str:
    """One sentence for one field."""
    return str(FAULT_WORDS[fault.code]) % dict(fault.facts)


def options(words: dict[Any, Any]) -> list[dict[str, Any]]:
    """For ``select_field``."""
    return [{"value": one.value, "label": label} for one, label in words.items()]


def fault_rows(faults: Iterable[QuestionFault]) -> list[dict[str, str]]:
    """For ``error_summary``."""
    return [{"field": fault.field, "message": fault_message(fault)} for fault in faults]


def file_fault_words(fault: Fault) -> str:
    """A fault of a file in the reader's language, names and numbers as they stand in the file."""
    return sentences(_here(fault.what), _here(fault.remedy), fault.rule)


def _here(text: str) -> str:
    if isinstance(text, Words):
        return str(gettext(text.template)).format(**text.values)
    return str(gettext(text)) if text else ""
