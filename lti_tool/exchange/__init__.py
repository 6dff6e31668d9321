"""Question files of other programs, and ours: Moodle XML, GIFT, QTI 2.1, 2.2 and 3.0, CSV and XLSX.

The room is a stranger to tables and pages: bytes come in, questions and faults go out, and back.
"""

from lti_tool.exchange.check import files_of, question_faults
from lti_tool.exchange.formats import (
    QuestionFormat,
    ReadQuestions,
    WrittenQuestions,
    differences,
    read_questions,
    write_questions,
)
from lti_tool.exchange.picture import clean_picture
from lti_tool.exchange.words import fault_words

__all__ = [
    "QuestionFormat",
    "ReadQuestions",
    "WrittenQuestions",
    "clean_picture",
    "differences",
    "fault_words",
    "files_of",
    "question_faults",
    "read_questions",
    "write_questions",
]
