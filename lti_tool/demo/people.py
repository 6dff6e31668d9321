"""The people of the demo course. All invented."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CourseRole(StrEnum):
    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """``number`` is the id that an LMS with small integer ids would send; ``lang`` is the language of the name."""

    key: str
    number: int
    given: str
    family: str
    full: str
    role: CourseRole
    about: str
    lang: str = "en"
    shares_name: bool = True

    @property
    def is_staff(self) -> bool:
        return self.role is not CourseRole.LEARNER

    @property
    def direction(self) -> str:
        return "rtl" if self.lang in {"ar", "he", "fa"} else "ltr"

    @property
    def username(self) -> str:
        return self.key

    @property
    def email(self) -> str:
        return f"{self.key}@demo-lms.example"

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in (self.given, self.family) if part) or "?"


PEOPLE: tuple[Person, ...] = (
    Person("instructor", 2, "Helen", "Okafor", "Helen Okafor", CourseRole.INSTRUCTOR, "Course instructor"),
    Person("admin", 3, "Marta", "Lindqvist", "Marta Lindqvist", CourseRole.ADMIN, "Accreditation administrator"),
    Person("physician-md", 5, "Ana", "Rivera", "Ana Rivera", CourseRole.LEARNER, "Physician, MD, family medicine"),
    Person("physician-do", 6, "Samuel", "Brandt", "Samuel Brandt", CourseRole.LEARNER, "Physician, DO, emergency care"),
    Person(
        "physician-long",
        7,
        "Maria Aurelia Constantina Philippa",
        "von Hohenstein-Wolfenbüttel y Fernández de la Cruz",
        "Maria Aurelia Constantina Philippa von Hohenstein-Wolfenbüttel y Fernández de la Cruz",
        CourseRole.LEARNER,
        "Physician, MD, a very long name",
    ),
    Person(
        "physician-arabic", 8, "ليلى", "الحسيني", "ليلى الحسيني", CourseRole.LEARNER, "Physician, MD, Arabic name", "ar"
    ),
    Person("pharmacist", 9, "伟", "王", "王伟", CourseRole.LEARNER, "Pharmacist, Chinese name", "zh-Hans"),
    Person("nurse", 10, "Joy", "Mensah", "Joy Mensah", CourseRole.LEARNER, "Registered nurse"),
    Person(
        "no-name", 11, "", "", "Private person", CourseRole.LEARNER, "Physician who shares no name", shares_name=False
    ),
)
"""The nobody-shared person's ``full`` is what the LMS itself shows; it never leaves the LMS."""

BY_KEY: dict[str, Person] = {person.key: person for person in PEOPLE}
LEARNERS: tuple[Person, ...] = tuple(person for person in PEOPLE if not person.is_staff)
