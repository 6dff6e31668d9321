"""Reading a form: whatever is sent, values that fit or faults by field, never an error."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.errors import BadInput
from lti_tool.domain.fields import FieldKind, FieldRule, offering, read_fields

RULES = tuple(FieldRule(kind.value, kind, longest=40, choices=("a", "b")) for kind in FieldKind)
SENT = st.dictionaries(st.sampled_from([*FieldKind, "other"]), st.lists(st.text(max_size=60), max_size=3))


@given(SENT)
def test_any_form_gives_values_or_faults(sent: dict[str, list[str]]) -> None:
    try:
        found = read_fields(RULES, sent)
    except BadInput as error:
        found, faults = {}, error.faults
    else:
        faults = {}
    assert {*found, *faults} <= {rule.name for rule in RULES} and bool(found) != bool(faults)
    if faults:
        return
    assert set(found) == {rule.name for rule in RULES}
    assert found["choice"] in ("", "a", "b") and set(found["choices"]) <= {"a", "b"}
    assert len(found["line"]) <= 40 and "\n" not in found["line"]
    assert not any(unicodedata.category(one) in {"Cc", "Cs"} for one in found["line"])


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (FieldKind.LINE, "  a\t b\r\nc ", "a  b c"),
        (FieldKind.TEXT, " a \r\n\r\n b ", "a\n\nb"),
        (FieldKind.DAY, "2026-03-31", date(2026, 3, 31)),
        (FieldKind.DAY, "", None),
        (FieldKind.ZONE, "Europe/Berlin", "Europe/Berlin"),
        (FieldKind.LANGUAGES, "en, es-US en", ("en", "es-US")),
    ],
)
def test_what_is_read(kind: FieldKind, typed: str, value: object) -> None:
    assert read_fields([FieldRule("x", kind)], {"x": [typed]}) == {"x": value}


@pytest.mark.parametrize(
    ("kind", "typed", "fault"),
    [
        (FieldKind.LINE, "", "missing"),
        (FieldKind.LINE, "x" * 256, "too_long"),
        (FieldKind.LINE, "a\x00b", "unprintable"),
        (FieldKind.TEXT, "a\u202eb", "unprintable"),
        (FieldKind.DAY, "2026-2-3", "not_a_day"),
        (FieldKind.DAY, "٢٠٢٦-٠٣-٣١", "not_a_day"),
        (FieldKind.DAY, "0999-01-01", "not_a_day"),
        (FieldKind.CHOICE, "c", "unknown_choice"),
        (FieldKind.CHOICES, "c", "unknown_choice"),
        (FieldKind.ZONE, "/etc/localtime", "unknown_zone"),
        (FieldKind.ZONE, "../UTC", "unknown_zone"),
        (FieldKind.LANGUAGES, "e", "unknown_language"),
    ],
)
def test_what_is_refused(kind: FieldKind, typed: str, fault: str) -> None:
    rule = FieldRule("x", kind, is_required=True, choices=("a",))
    with pytest.raises(BadInput) as caught:
        read_fields([rule], {"x": [typed]})
    assert caught.value.faults == {"x": fault}


def test_choices_of_the_moment() -> None:
    (rule,) = offering([FieldRule("x", FieldKind.CHOICE)], x=["p"], y=["q"])
    assert rule.choices == ("p",)
