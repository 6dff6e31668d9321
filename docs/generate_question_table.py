"""Write ``docs/reference/question-table.md`` from the list of columns that the reader uses; a test compares."""

from __future__ import annotations

from reference_page import document, table, write

from lti_tool.domain.question import MAX_ENTRIES
from lti_tool.exchange.columns import COLUMNS

HEAD = """# Question tables

A CSV file or the first sheet of a workbook. The first row names the columns, in any order; those that are not needed
may be missing. One row is one question. See [how to import questions](../how-to/import-questions.md)."""
EXAMPLE = """```csv
key,kind,stem,choice_1,choice_2,choice_3,correct,rationale,level,tags
afib-first,single,What comes first?,Cardioversion,Digoxin,Observation,1,Unstable: shock first.,competence,rhythm
```"""


def _name(name: str, is_numbered: bool) -> str:
    return f"`{name}_1` … `{name}_{MAX_ENTRIES}`" if is_numbered else f"`{name}`"


def page() -> str:
    """The whole page."""
    rows = [(_name(column.name, column.is_numbered), column.kinds, column.about) for column in COLUMNS]
    return document(
        HEAD, table(("Column", "Kinds", "What stands in it"), rows), EXAMPLE, generator="generate_question_table.py"
    )


if __name__ == "__main__":
    write("question-table.md", page())
