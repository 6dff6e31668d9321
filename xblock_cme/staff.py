"""The staff's part of a step block: who stands where, and setting used attempts aside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.timezone import now as clock
from xblock.core import XBlock

from lti_tool.domain.assessment import TestKind
from lti_tool.domain.errors import CmeError, Forbidden
from lti_tool.domain.pathway import attempts_left, best_result
from xblock_cme import store
from xblock_cme.compat import Course, Person, course_of, language, person_of, user_names
from xblock_cme.copies import newest_copy
from xblock_cme.face import points_text
from xblock_cme.facts import LearnerFacts, since
from xblock_cme.progress import Progress, progress
from xblock_cme.render import direction_of, render

MOST_ROWS = 500


class StaffMixin:
    """Of a block with the learner's part beside it."""

    runtime: Any
    copies: Any

    def _staff_only(self) -> tuple[Person, Course]:
        person = person_of(self)
        if not person.is_staff:
            raise Forbidden("staff_only")
        return person, course_of(self)

    @XBlock.json_handler
    def staff_learners(self, data: Any, suffix: str = "") -> dict[str, Any]:
        """The table of learners of this activity in this course."""
        try:
            _person, course = self._staff_only()
            return {"html": self._staff_page(course)}
        except CmeError as error:
            return {"code": error.code, "html": ""}

    @XBlock.json_handler
    def staff_reset(self, data: Any, suffix: str = "") -> dict[str, Any]:
        """Set a learner's attempts at the post-test aside. What they were stays in the platform's records."""
        try:
            person, course = self._staff_only()
            key = newest_copy(self.copies).key
            wanted = str(data.get("user", "")) if isinstance(data, dict) else ""
            if wanted in store.learners(course.key, key):
                store.reset_attempts(store.Place(wanted, course.key, key), person.user_id, clock())
            return {"html": self._staff_page(course)}
        except CmeError as error:
            return {"code": error.code, "html": ""}

    def _staff_page(self, course: Course) -> str:
        key = newest_copy(self.copies).key
        found = store.learners(course.key, key)
        names = user_names(found)
        shown = sorted(found, key=lambda user: names[user].casefold())[:MOST_ROWS]
        rows = [
            {"user": user, "name": names[user], **self._row(store.Place(user, course.key, key), found[user])}
            for user in shown
        ]
        values = {"rows": rows, "count": len(found), "direction": direction_of(language())}
        return render("staff.html", values, self.runtime.service(self, "i18n"))

    def _row(self, place: store.Place, facts: list[LearnerFacts]) -> dict[str, Any]:
        reset = store.reset_at(place)
        kept = [since(each, reset) for each in facts]
        state = store.claim_state(place)
        now = clock()
        here: Progress = progress(
            self.copies, replace(kept[0], record=kept[0].record), kept[1:], store.claims_of(state, now), now
        )
        test = here.activity.post_test
        best = best_result(test, here.record.submitted(TestKind.POST))
        return {
            "done": here.standing.done_count,
            "total": len(here.standing.steps),
            "version": here.copy.version,
            "best": f"{points_text(best.points)} / {best.maximum}" if best else "",
            "has_passed": best is not None and best.has_passed,
            "attempts": len(here.record.submitted(TestKind.POST)),
            "left": attempts_left(test, here.record) if test else None,
            "claim": "waiting" if state and state.is_waiting else "recorded" if here.record.claims else "",
        }
