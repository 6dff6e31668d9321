"""Who sits at the browser: the LMS's own session cookie."""

from __future__ import annotations

from flask import session

from lti_tool.demo.people import BY_KEY, Person

COOKIE = "demo_lms_session"
"""Cookies do not know ports: a name of its own keeps it apart from the tool's on the same host."""


def current_person() -> Person | None:
    return BY_KEY.get(session.get("person", ""))


def sign_in(person: Person) -> None:
    session.clear()
    session["person"] = person.key


def sign_out() -> None:
    session.clear()
