"""Codes of faults in questions as English sentences: what is wrong, and what to do about it."""

from __future__ import annotations

from lti_tool.domain.fault import Words, said
from lti_tool.domain.question import QuestionFault

WORDS: dict[str, tuple[str, str]] = {
    "key_wrong": ("the key does not fit", "write letters, digits, - and _ (at most 60), a letter or digit first"),
    "text_missing": ("the text is empty", "write it"),
    "text_too_long": ("{length} characters, at most {limit} are allowed", "shorten it"),
    "control_character": ("holds a control character", "retype the text without it"),
    "not_one_line": ("must be one line without blanks around it", "join the lines"),
    "blank_lines_around": ("begins or ends with an empty line", "remove it"),
    "too_few": ("{count} stand here, at least {least} are needed", "add what is missing"),
    "too_many": ("{count} stand here, at most {most} are allowed", "remove some"),
    "text_twice": ("the same text stands twice in this list", "change one of them"),
    "one_must_be_right": ("{count} choices are right, exactly one must be", "mark one, or make it a multiple response"),
    "none_is_right": ("no choice is right", "mark at least one"),
    "answer_missing": ("the right answer is missing", "add it"),
    "pair_missing": ("a prompt has no match", "give each prompt exactly one"),
    "choice_unknown": ("names a choice that does not exist", "correct the name"),
    "number_out_of_range": ("not a number of up to {digits} digits before and after the point", "round it"),
    "tolerance_negative": ("the tolerance is negative", "write 0 or more"),
    "file_name_wrong": ("the image's name does not fit", "use letters, digits, -, _ and a point"),
    "alt_missing": ("an image has no alternative text", "say what can be seen, without the answer [WCAG 2.2, 1.1.1]"),
    "image_unknown": ("the image {file!r} is not there", "add it, or remove its name"),
    "html_in_text": ("holds HTML, which is never read: {found!r}", "write Markdown; \\< shows a <"),
    "not_of_this_kind": ("does not belong to this kind of question", "leave it empty"),
}


def fault_words(fault: QuestionFault) -> tuple[Words, str]:
    """What is wrong, and the remedy."""
    what, remedy = WORDS[fault.code]
    return said(what, **fault.facts), remedy
