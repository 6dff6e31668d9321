"""axe-core on a page in a browser: WCAG 2.2 A and AA and, unless told otherwise, good practice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
TAGS = (*WCAG, "best-practice")
Fault = tuple[str, list[str]]
LONGEST = 200


def faults(
    page: Page, tags: Sequence[str] = TAGS, rules: Sequence[str] = (), context: str | None = None, at_least: int = 1
) -> list[Fault]:
    """Each broken rule with the elements that break it. ``at_least`` so many rules must have had something to pass.

    ``rules``: those alone, instead of the ones with ``tags``; ``context``: a selector, for a part of the page.
    """
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(tags)}
    # Of what passes one element each is enough: to list them all takes three times as long as looking.
    # Style sheets are not fetched once more: of what runs nothing reads them (css-orientation-lock is experimental).
    options: dict[str, Any] = {"runOnly": only, "resultTypes": ["violations"], "preload": {"assets": ["media"]}}
    found = Axe().run(page, context=context, options=options).response
    assert len(found["passes"]) >= at_least, page.url
    return [(fault["id"], [node["html"][:LONGEST] for node in fault["nodes"]]) for fault in found["violations"]]
