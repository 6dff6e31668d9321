"""Role sets of an older release, recorded as data.

Release 9.14 of the LTI consumer (Open edX Teak) sent institution and system roles only; 11.x added course roles.
Both run in the field, so a launch can be told to carry the older set.
"""

from __future__ import annotations

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"

RECORDED = {
    "9.14": {
        "student": ["institution/person#Student"],
        "instructor": ["institution/person#Instructor"],
        "staff": ["system/person#Administrator", "institution/person#Instructor"],
    }
}


def role_name(release: str, role: str) -> str:
    """The key under which the consumer finds the recorded set of ``role`` in ``release``."""
    if role not in RECORDED[release]:
        raise KeyError(f"release {release} knows no role {role}")
    return f"{release}:{role}"


def add_recorded_role_sets() -> None:
    """Teach the consumer's role table the recorded sets, under names of their own."""
    from lti_consumer.lti_1p3.constants import LTI_1P3_ROLE_MAP

    for release, sets in RECORDED.items():
        for role, names in sets.items():
            LTI_1P3_ROLE_MAP[role_name(release, role)] = [LIS + name for name in names]
