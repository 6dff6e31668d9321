"""Filling in the wizard as a person without scripts would: what stands in a form, changed and sent with one button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from lti_tool.db import models
from lti_tool.domain.document import Document, records
from lti_tool.domain.plan import FIELDS, PlanSection
from lti_tool.services.plan.work import note_revision
from tests.functional.office_world import OfficePerson
from tests.functional.pages import Form, Page
from tests.functional.question_bank import officer_of
from tests.functional.staff_world import World

Typed = str | Sequence[str] | None


def page_of(answer: TestResponse) -> Page:
    text = answer.get_data(as_text=True)
    response: Any = SimpleNamespace(text=text, url=answer.request.url, status_code=answer.status_code, headers={})
    return Page(response)


@dataclass
class Planner:
    """Somebody in the office at work on one plan."""

    person: OfficePerson
    plan_id: str

    def path(self, rule: str = "") -> str:
        return f"/plans/{self.plan_id}{rule}"

    def get(self, rule: str = "") -> Page:
        answer = self.person.get(self.path(rule))
        assert answer.status_code == 200, (rule, answer.status_code, answer.get_data(as_text=True)[:2000])
        return page_of(answer)

    def post(self, rule: str, **form: Any) -> TestResponse:
        return self.person.post(self.path(rule), **form)

    def form(self, section: str) -> Form:
        return self.get(f"/{section}").form("section")

    def send(self, section: str, changes: Mapping[str, Typed], do: str = "", form: Form | None = None) -> TestResponse:
        """The section's form as it is, with ``changes``, by a button (``do``; none: save)."""
        form = form or self.form(section)
        fields = MultiDict(form.filled(changes, button=None))
        fields.pop("do", None)
        if do:
            fields.add("do", do)
        return self.person.client.post(
            self.person.path(self.path(f"/{section}")),
            base_url="https://cme.example",
            data=fields,
            headers={"Accept": "text/html", "Origin": "https://cme.example"},
        )

    def save(self, section: str, changes: Mapping[str, Typed], do: str = "") -> None:
        answer = self.send(section, changes, do)
        assert answer.status_code == 303, (section, changes, page_of(answer).text[:2000])

    def add(self, section: str, what: str) -> str:
        """Press "Add"; gives the new item's name."""
        answer = self.send(section, {}, f"add:{what}")
        anchor = str(answer.headers["Location"]).partition("#f-")[2]
        assert anchor, answer.headers["Location"]
        return anchor.rpartition("-")[2]

    def fill(self, document: Document) -> None:
        """Build everything that the document holds, with the wizard's own buttons and fields."""
        keys = Keys()
        for section in PlanSection:
            for name in FIELDS[section]:
                self._grow(section.value, document.get(name), name, name, keys)
            form = self.form(section.value)
            pairs = [pair for name in FIELDS[section] for pair in keys.typed(name, name, document.get(name))]
            missing = {name for name, _ in pairs} - form.names - {name for name, value in pairs if name.endswith("key")}
            assert not {name for name in missing if not name.endswith((".key", ".kind"))}, missing
            wanted = {name: value for name, value in pairs if name in form.names}
            self.save(section.value, wanted)

    def _grow(self, section: str, value: Any, path: str, name: str, keys: Keys) -> None:
        """Add the items of every list below a field, so that there is a control for each value."""
        if isinstance(value, dict):
            for inner, item in value.items():
                self._grow(section, item, f"{path}.{inner}", f"{name}.{inner}", keys)
        elif records(value):
            for item in value:
                kind = f":{item['kind']}" if path in ("questions", "content.items", "evaluation.items") else ""
                key = keys.known[f"{path}[{item['key']}]"] = self.add(section, f"{name}{kind}")
                for inner, more in item.items():
                    self._grow(section, more, f"{path}[{item['key']}].{inner}", f"{name}.{key}.{inner}", keys)


NAMES_KEYS = {"objective": "objectives", "gap": "need.gaps", "references": "references", "questions": "questions"}
"""Fields whose values are keys of other lists."""


@dataclass
class Keys:
    """The document's keys, and those that the wizard gave instead."""

    known: dict[str, str] = field(default_factory=dict)
    """By the item's path in the document."""

    def _word(self, path: str, value: str) -> str:
        last = path.rpartition(".")[2]
        if path.rpartition(".")[0].endswith(".pairs"):
            return self.known[f"{path.partition('.pairs')[0]}.options[{value}]"]
        return self.known.get(f"{NAMES_KEYS[last]}[{value}]", value) if last in NAMES_KEYS else value

    def _named(self, path: str, key: str) -> str:
        last = path.rpartition(".")[2]
        holder = {"pairs": f"{path.partition('.pairs')[0]}.prompts", "draw_per_objective": "objectives"}.get(last, path)
        return self.known.get(f"{holder}[{key}]", key)

    def typed(self, path: str, name: str, value: Any) -> list[tuple[str, Any]]:
        """Names of controls and what is typed into them, for a value of the document."""
        if isinstance(value, bool):
            word = ("true" if value else "false") if path.endswith(".answer") else "yes" if value else None
            return [(name, word)]
        if isinstance(value, str):
            return [(name, self._word(path, value))]
        if isinstance(value, dict):
            inner = [(f"{path}.{key}", f"{name}.{self._named(path, key)}", item) for key, item in value.items()]
        elif records(value):
            places = [f"{path}[{one['key']}]" for one in value]
            inner = [(place, f"{name}.{self.known[place]}", one) for place, one in zip(places, value, strict=True)]
        elif isinstance(value, list):
            lines = "\n".join(value) if path.endswith("joint_providers") else [self._word(path, one) for one in value]
            return [(name, lines)]
        else:
            return []
        return [pair for where in inner for pair in self.typed(*where)]


def begin(person: OfficePerson, title: str = "High Blood Pressure") -> Planner:
    answer = person.post("/plans/new", title=title, format="enduring material")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return Planner(person, str(answer.headers["Location"]).rpartition("/")[2])


def write(world: World, planner: Planner, document: Document) -> None:
    """The whole document in one step: for tests that begin where the wizard ends."""
    who = officer_of(world, planner.person)
    with world.db() as db:
        row = db.get_one(models.ActivityPlan, planner.plan_id)
        note_revision(db, row, who, "saved", document, world.clock())


def sent(planner: Planner, action: str) -> dict[str, str]:
    """What the button of the review's page sends along."""
    fields = dict(planner.get("/review").form(action).fields)
    return {name: fields[name] for name in ("revision", "seen")}


def acts(planner: Planner, *names: str) -> None:
    for name in names:
        answer = planner.post(f"/acts/{name}", **sent(planner, f"/acts/{name}"))
        assert answer.status_code == 303, page_of(answer).text
