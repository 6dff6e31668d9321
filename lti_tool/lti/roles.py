"""LIS role names to what the course says a person is (LTI Core 1.3, A.2).

Only context roles grant anything. Canvas sends ``institution/person#Administrator`` and ``#Instructor`` along with
``membership#Learner``: such a person is a learner in this course.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from lti_tool.domain.launch import LmsFamily, Role

TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
_MEMBERSHIP = re.compile(
    r"https?://purl\.imsglobal\.org/vocab/lis/v2/membership(?:/(?P<principal>[A-Za-z]+))?#(?P<name>[A-Za-z]+)"
)
_INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
_PRINCIPAL = {
    "learner": Role.LEARNER,
    "instructor": Role.INSTRUCTOR,
    "contentdeveloper": Role.CONTENT_DEVELOPER,
    "administrator": Role.ADMINISTRATOR,
    "mentor": Role.MENTOR,
    "teachingassistant": Role.TEACHING_ASSISTANT,
}
_ASSISTANTS = frozenset(
    {
        "teachingassistant",
        "teachingassistantgroup",
        "teachingassistantoffering",
        "teachingassistantsection",
        "teachingassistantsectionassociation",
        "teachingassistanttemplate",
        "grader",
    }
)
_OLD_OPEN_EDX = {"Instructor": Role.INSTRUCTOR, "Student": Role.LEARNER, "Learner": Role.LEARNER}


def roles_of(values: Iterable[str], family: LmsFamily = LmsFamily.GENERIC) -> frozenset[Role]:
    """The course roles among ``values``: URIs, sub-role URIs (Canvas writes some in lower case) and short names.

    Open edX before 11.1.0 / 9.16 sent institution roles *only*; from that family, and only when there is no
    membership role at all, institution ``Instructor`` and ``Student`` stand in for them.
    """
    listed = tuple(values)
    found = frozenset(role for role in map(_course_role, listed) if role is not None)
    if found or family is not LmsFamily.OPEN_EDX or any(_MEMBERSHIP.fullmatch(value) for value in listed):
        return found
    names = (value.removeprefix(_INSTITUTION) for value in listed if value.startswith(_INSTITUTION))
    return frozenset(_OLD_OPEN_EDX[name] for name in names if name in _OLD_OPEN_EDX)


def _course_role(value: str) -> Role | None:
    match = _MEMBERSHIP.fullmatch(value)
    if match is None:
        return _PRINCIPAL.get(value.lower())
    principal, name = (match["principal"] or "").lower(), match["name"].lower()
    if not principal:
        return _PRINCIPAL.get(name)
    if principal == "instructor" and name in _ASSISTANTS:
        return Role.TEACHING_ASSISTANT
    return _PRINCIPAL.get(principal)
