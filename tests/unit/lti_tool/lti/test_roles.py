"""Role names: only the course's own grant anything."""

from __future__ import annotations

import pytest

from lti_tool.domain.launch import LmsFamily, Role
from lti_tool.lti.roles import roles_of

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
INSTITUTION = LIS + "institution/person#"
SYSTEM = LIS + "system/person#"


@pytest.mark.parametrize(
    ("values", "roles"),
    [
        ([LIS + "membership#Learner"], {Role.LEARNER}),
        ([LIS + "membership#Instructor"], {Role.INSTRUCTOR}),
        ([LIS + "membership#ContentDeveloper"], {Role.CONTENT_DEVELOPER}),
        ([LIS + "membership#Administrator"], {Role.ADMINISTRATOR}),
        ([LIS + "membership#Mentor"], {Role.MENTOR}),
        ([LIS + "membership#Member", LIS + "membership#Officer"], set()),
        ([LIS + "membership/Instructor#TeachingAssistant"], {Role.TEACHING_ASSISTANT}),
        ([LIS + "membership/instructor#TeachingAssistant"], {Role.TEACHING_ASSISTANT}),
        ([LIS + "membership/Instructor#Grader"], {Role.TEACHING_ASSISTANT}),
        ([LIS + "membership/Instructor#Lecturer"], {Role.INSTRUCTOR}),
        ([LIS + "membership/Learner#GuestLearner"], {Role.LEARNER}),
        ([LIS + "membership/Learner#Instructor"], {Role.LEARNER}),
        ([LIS + "membership/Unknown#Instructor"], set()),
        (["Instructor"], {Role.INSTRUCTOR}),
        (["learner", "Mentor"], {Role.LEARNER, Role.MENTOR}),
        ([INSTITUTION + "Administrator", INSTITUTION + "Instructor", LIS + "membership#Learner"], {Role.LEARNER}),
        ([INSTITUTION + "Instructor", SYSTEM + "Administrator", SYSTEM + "SysAdmin"], set()),
        (["http://evil.example/vocab/lis/v2/membership#Instructor"], set()),
        ([LIS + "membership#Instructor#Learner", LIS + "membership#"], set()),
        (["", "urn:unknown", "Instructors"], set()),
        ([], set()),
    ],
)
def test_course_roles(values: list[str], roles: set[Role]) -> None:
    assert roles_of(values) == roles


@pytest.mark.parametrize(
    ("values", "roles"),
    [
        ([INSTITUTION + "Instructor"], {Role.INSTRUCTOR}),
        ([INSTITUTION + "Student"], {Role.LEARNER}),
        ([INSTITUTION + "Administrator"], set()),
        ([INSTITUTION + "Instructor", LIS + "membership#Learner"], {Role.LEARNER}),
        ([INSTITUTION + "Instructor", LIS + "membership#None"], set()),
        ([SYSTEM + "Administrator"], set()),
    ],
)
def test_old_open_edx_sent_institution_roles_only(values: list[str], roles: set[Role]) -> None:
    assert roles_of(values, LmsFamily.OPEN_EDX) == roles


def test_no_other_lms_gains_anything_by_institution_roles() -> None:
    for family in set(LmsFamily) - {LmsFamily.OPEN_EDX}:
        assert roles_of([INSTITUTION + "Instructor", INSTITUTION + "Student"], family) == frozenset()
