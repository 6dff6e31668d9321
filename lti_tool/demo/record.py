"""The course as the LMS keeps it: people, placements, grade columns and grades, under the behaviour in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from lti_tool.demo.addresses import Addresses, link_id, query_for, subject
from lti_tool.demo.behaviour import Behaviour
from lti_tool.demo.behaviours import BEHAVIOURS
from lti_tool.demo.config import ContentItem, LmsConfig, origin_of
from lti_tool.demo.course import MAIN, Course, LineItem, Placement, Result, ScoreReceived
from lti_tool.demo.deep_linking import placement_from
from lti_tool.demo.people import BY_KEY, PEOPLE, Person
from lti_tool.demo.store import State, Store, ToolRegistration

Clock = Callable[[], datetime]
FIRST_COPY = 101
"""Number of the first copied course."""


class CourseRecord:
    """What stands in the course. ``clock`` gives aware UTC times."""

    def __init__(self, config: LmsConfig, clock: Clock) -> None:
        self.config = config
        self.clock = clock
        self.store = Store(config.state)

    # -- who and where ---------------------------------------------------------------------------------------------

    @property
    def people(self) -> tuple[Person, ...]:
        return PEOPLE

    def person(self, key: str) -> Person:
        """Raises KeyError for nobody."""
        return BY_KEY[key]

    def person_by_subject(self, sub: str) -> Person | None:
        return next((person for person in PEOPLE if self.subject(person) == sub), None)

    def subject(self, person: Person) -> str:
        """The person's ``sub`` as the behaviour in force writes it."""
        return subject(person, self.behaviour.ids)

    @property
    def behaviour(self) -> Behaviour:
        with self.store.read() as state:
            return BEHAVIOURS[state.family]

    @property
    def tool(self) -> ToolRegistration | None:
        with self.store.read() as state:
            return state.tool

    @property
    def tool_origins(self) -> tuple[str, ...]:
        """Origins that launches go to, for CSP and postMessage."""
        tool = self.tool
        if tool is None:
            return ()
        return tuple(dict.fromkeys(origin_of(url) for url in (tool.login, tool.launch, *tool.redirect_uris)))

    @property
    def addresses(self) -> Addresses:
        tool = self.tool
        deployment = tool.deployment_ids[0] if tool else self.config.deployment_ids[0]
        return Addresses(self.config.base_url, query_for(self.behaviour, deployment))

    @property
    def issuer(self) -> str:
        return self.config.base_url

    @property
    def token_audience(self) -> str:
        return self.behaviour.token_audience or self.addresses.token

    def now(self) -> datetime:
        return self.clock()

    # -- courses ---------------------------------------------------------------------------------------------------

    def courses(self) -> tuple[Course, ...]:
        """The demo course and its copies, oldest first."""
        with self.store.read() as state:
            return (MAIN, *state.copies)

    def course(self, number: str) -> Course | None:
        return next((course for course in self.courses() if course.number == number), None)

    def copy_course(self, number: str = MAIN.number) -> Course:
        """A new course with the links and columns of this one, each with an id of its own; grades stay behind.

        Raises KeyError for an unknown course.
        """
        origin = {course.number: course for course in self.courses()}[number]
        with self.store.change() as state:
            made = Course(str(FIRST_COPY + len(state.copies)), f"{origin.label}-C", f"{origin.title} (copy)")
            state.copies.append(made)
            for placement in [one for one in state.placements if one.course == number]:
                copy = replace(placement, id=state.new_id(), course=made.number)
                items = [item for item in state.line_items if item.placement_id == placement.id]
                state.placements.append(copy)
                state.line_items += [
                    replace(item, id=state.new_id(), placement_id=copy.id, course=made.number) for item in items
                ]
        return made

    # -- course ----------------------------------------------------------------------------------------------------

    def placements(self) -> tuple[Placement, ...]:
        with self.store.read() as state:
            return tuple(state.placements)

    def placement(self, number: int) -> Placement | None:
        return next((placement for placement in self.placements() if placement.id == number), None)

    def placement_by_link(self, link: str) -> Placement | None:
        style = self.behaviour.ids
        return next((placement for placement in self.placements() if link_id(placement, style) == link), None)

    def add_placement(self, item: ContentItem) -> Placement:
        """Places a content item (``ltiResourceLink``) with its line item. Raises ValueError naming what is wrong."""
        with self.store.change() as state:
            placement, line_item = placement_from(item, state.new_id(), state.new_id())
            state.placements.append(placement)
            if line_item is not None and self.behaviour.creates_link_item:
                state.line_items.append(line_item)
        return placement

    def remove_placement(self, number: int) -> None:
        """Takes the link and its line items out of the course."""
        with self.store.change() as state:
            gone = {item.id for item in state.line_items if item.placement_id == number}
            state.placements = [placement for placement in state.placements if placement.id != number]
            state.line_items = [item for item in state.line_items if item.id not in gone]
            state.results = [result for result in state.results if result.line_item_id not in gone]

    def line_items(self, placement: Placement | None = None) -> tuple[LineItem, ...]:
        """All line items, or those bound to ``placement``."""
        with self.store.read() as state:
            rows = tuple(state.line_items)
        return tuple(row for row in rows if placement is None or row.placement_id == placement.id)

    def line_item(self, number: int) -> LineItem | None:
        return next((item for item in self.line_items() if item.id == number), None)

    def grade(self, person: Person | str, line_item: LineItem | int) -> Result | None:
        """What the gradebook holds for the person, None when nothing ever came."""
        key = person if isinstance(person, str) else person.key
        number = line_item if isinstance(line_item, int) else line_item.id
        with self.store.read() as state:
            return _find_result(state, number, key)

    def scores_received(self) -> tuple[ScoreReceived, ...]:
        """Every POST to a scores address, with its raw body and what was answered."""
        with self.store.read() as state:
            return tuple(state.scores)


def _find_result(state: State, line_item_id: int, person: str) -> Result | None:
    rows = (row for row in state.results if row.line_item_id == line_item_id and row.person == person)
    return next(rows, None)
