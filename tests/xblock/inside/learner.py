"""Drives a block through the workbench's addresses, as the page's script does."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from django.test import Client

from tests.xblock.site.runtime import EVENTS

USAGE = re.compile(r"""data-usage=["']([^"']+)["']""")
RIGHT, WRONG = "right", "wrong"


def plain(html: str) -> str:
    """The words of a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


class Learner:
    """One person before one block of a scenario. ``html`` is the page that was shown last."""

    def __init__(self, scenario: str, name: str, place: int = 0) -> None:
        self.scenario, self.name, self.place = scenario, name, place
        self.client = Client(raise_request_exception=True)
        self.html = ""
        self.usage = ""
        self.look()

    def look(self) -> str:
        """The page without the workbench's own frame, which shows the source of a scenario."""
        response = self.client.get(f"/view/{self.scenario}/", {"student": self.name})
        assert response.status_code == 200
        self.html = response.content.decode()
        found = [usage for usage in dict.fromkeys(USAGE.findall(self.html)) if ".cme_step." in usage]
        self.usage = found[self.place]
        return self.html

    def post(self, handler: str, data: dict[str, Any]) -> Any:
        address = f"/handler/{self.usage}/{handler}/?student={self.name}"
        response = self.client.post(address, data=json.dumps(data), content_type="application/json")
        assert response.status_code == 200, response.content[:500]
        return response.json()

    def get(self, handler: str, suffix: str = "") -> Any:
        return self.client.get(f"/handler/{self.usage}/{handler}/{suffix}?student={self.name}")

    def act(self, action: str, step: str = "", *, is_quiet: bool = False, **fields: Any) -> Any:
        lists = {key: [value] if isinstance(value, str) else list(value) for key, value in fields.items()}
        answer = self.post("act", {"action": action, "step": step, "fields": lists, "is_quiet": is_quiet})
        self.html = answer.get("html", self.html)
        return answer

    @property
    def words(self) -> str:
        return plain(self.html)

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.html)
        assert found, f"no field {name} in {self.words[:400]}"
        return found.group(1)

    # ---- steps -----------------------------------------------------------------------------------------------------

    def acknowledge(self) -> None:
        self.act("show", "information")
        self.act("acknowledge", "information", acknowledged="yes", fingerprint=self.hidden("fingerprint"))

    def sheet(self, answers: dict[str, Any]) -> dict[str, Any]:
        marks = {name: self.hidden(name) for name in ("attempt", "revision", "tab")}
        return {**marks, **answers}

    def take(self, step: str, answers: dict[str, Any], *, action: str = "submit_anyway") -> None:
        self.act("start", step)
        self.act(action, step, **self.sheet(answers))

    def study(self, keys: list[str]) -> None:
        for key in keys:
            self.act("open_item", "content", item=key)
            asked = re.search(r'type="radio" id="[^"]*" name="([^"]*)" value="([^"]*)"', self.html)
            if asked:
                self.act("answer_item", "content", item=key, **{asked.group(1): asked.group(2)})
            self.act("read_item", "content", item=key)
        self.act("finish_content", "content")

    def facts(self) -> Any:
        """The block's state of this learner."""
        from workbench.runtime import WorkbenchRuntime

        from xblock_cme.facts import read_facts

        return read_facts(WorkbenchRuntime(self.name).get_block(self.usage).facts)

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [data for user, event, data in EVENTS if user == self.name and event == kind]
