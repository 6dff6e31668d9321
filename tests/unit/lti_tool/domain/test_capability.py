"""What staff may do, and where."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.capability import BY_ROLE, COURSE_LEVEL, Capability, Grant, Powers, course_capabilities
from lti_tool.domain.launch import Role

CAPABILITIES = st.sampled_from(Capability)
GRANTS = st.frozensets(st.builds(Grant, CAPABILITIES, st.sampled_from(["", "a", "b"])))
COURSE = st.frozensets(st.sampled_from(sorted(COURSE_LEVEL)))
ACTIVITIES = st.sampled_from(["a", "b", "c"])


@given(st.frozensets(st.sampled_from(Role)), st.dictionaries(st.sampled_from(Role), st.frozensets(CAPABILITIES)))
def test_no_role_ever_brings_more_than_the_course_level(
    roles: frozenset[Role], by_role: dict[Role, frozenset[Capability]]
) -> None:
    assert course_capabilities(roles, by_role) <= COURSE_LEVEL


def test_learners_and_mentors_bring_nothing() -> None:
    assert course_capabilities(frozenset({Role.LEARNER, Role.MENTOR})) == frozenset()
    assert set(BY_ROLE) == set(Role)


@given(
    GRANTS, st.frozensets(st.sampled_from(sorted(COURSE_LEVEL))), st.frozensets(ACTIVITIES), CAPABILITIES, ACTIVITIES
)
def test_over_an_activity_means_somewhere(
    grants: frozenset[Grant],
    course: frozenset[Capability],
    activities: frozenset[str],
    capability: Capability,
    activity: str,
) -> None:
    powers = Powers(grants, course, activities)
    if powers.may_everywhere(capability):
        assert powers.may(capability, activity)
    if powers.may(capability, activity):
        assert powers.may(capability)


def test_an_activitys_grant_reaches_no_other() -> None:
    powers = Powers(frozenset({Grant(Capability.APPROVE, "a")}), frozenset({Capability.PLAN}), frozenset({"c"}))
    assert powers.may(Capability.APPROVE, "a") and not powers.may(Capability.APPROVE, "b")
    assert not powers.may_everywhere(Capability.APPROVE)
    assert powers.may(Capability.PLAN, "c") and not powers.may(Capability.PLAN, "a")
