"""Lists of people that staff send: reading them from the form, empty ones to fill in, and words for their faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from flask import Response, request
from flask_babel import lazy_gettext

from lti_tool.domain.roll import MAX_BYTES, Form, ReadList, RollFault, Row
from lti_tool.services.award_list import read_list

TEMPLATE_TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
ROLL_FAULTS = {
    "too_large": lazy_gettext("The file is too large."),
    "not_utf8": lazy_gettext("The file is not text in UTF-8. Save it as “CSV UTF-8”."),
    "not_text": lazy_gettext("The file is not text. Save it as “CSV UTF-8”."),
    "not_a_workbook": lazy_gettext("The workbook is damaged, protected, or none. Save it again as .xlsx."),
    "not_csv": lazy_gettext("The file is not a table: check the quotation marks."),
    "empty": lazy_gettext("There are no rows below the heading."),
    "too_many_rows": lazy_gettext("There are too many rows: split the list."),
    "row_unusable": lazy_gettext("The row has more cells than the heading, or a cell that is too long."),
    "unknown_column": lazy_gettext("There is no such column."),
    "doubled_column": lazy_gettext("The column is there twice."),
    "missing_column": lazy_gettext("The column is missing."),
    "missing": lazy_gettext("The cell is empty."),
    "two_names": lazy_gettext("Name the person by learner or by e-mail, not by both."),
    "two_amounts": lazy_gettext("Give an amount or a rule, not both: the rule works the amount out."),
    "doubled_row": lazy_gettext("The same person and credit stand in another row already."),
    "learner_unknown": lazy_gettext("No learner of this provider has this key."),
    "email_wrong": lazy_gettext("This is not an e-mail address."),
    "too_long": lazy_gettext("The reason is too long."),
    "not_offered": lazy_gettext("The activity does not offer this credit."),
    "award_waiting": lazy_gettext(
        "An award for this address was entered before, with another amount, or was declined."
    ),
    "award_above_attended": lazy_gettext(
        "This is more than the recorded attendance gives. Record that first, or say under beyond why it is right."
    ),
    "award_live": lazy_gettext("This learner has this credit already, claimed or with another amount."),
    "profile_unconfirmed": lazy_gettext("This learner has not confirmed name and degree. Name them by e-mail instead."),
    "credit_not_for_learner": lazy_gettext("This credit is not for this learner’s degree or country."),
}


def sent_list(form: Form[Row]) -> tuple[ReadList[Row], str]:
    """The list as a file or, on the second page, as the text that was checked."""
    file = request.files.get("file")
    data = file.read(MAX_BYTES + 1) if file and file.filename else request.form.get("text", "").encode()
    return read_list(data, form)


def fault_lines(faults: Sequence[RollFault], words: Callable[[RollFault], str]) -> list[dict[str, object]]:
    """For the page: where each fault stands, what stands there, and what is wrong with it."""
    return [{"line": one.line, "column": one.column, "value": one.value, "message": words(one)} for one in faults]


def list_file(pieces: Iterator[bytes], name: str, form: str) -> Response:
    """An empty list to fill in: ``form`` is ``csv`` or ``xlsx``."""
    answer = Response(pieces, mimetype=TEMPLATE_TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer
