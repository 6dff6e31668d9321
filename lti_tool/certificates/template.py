"""Template folders: a look with a version, never changed once it is released."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from lti_tool.domain.design import TemplateChoice
from lti_tool.domain.errors import BadInput

TEMPLATES = Path(__file__).parent / "templates"
_NAME = re.compile(r"[a-z]+(-[a-z0-9]+)*-v[0-9]+")


@dataclass(frozen=True)
class Template:
    """``template.html``, ``style.css`` and ``meta.json`` (labels by language), or what a shared folder has of them."""

    folder: Path

    @classmethod
    @cache
    def named(cls, name: str) -> Template:
        """The packaged template of that name and version, read once. Raises :class:`BadInput` if there is none."""
        folder = TEMPLATES / name
        if not _NAME.fullmatch(name) or not (folder / "meta.json").is_file():
            raise BadInput("certificate.template_unknown", f"there is no certificate template {name!r}")
        return cls(folder)

    def read(self, file: str) -> str:
        """One of the folder's files."""
        return (self.folder / file).read_text(encoding="utf-8")

    def _shared(self, file: str) -> str:
        return (TEMPLATES / str(self._own["shared"]) / file).read_text(encoding="utf-8")

    @cached_property
    def _own(self) -> dict[str, Any]:
        own: dict[str, Any] = json.loads(self.read("meta.json"))
        return own

    @property
    def has_designs(self) -> bool:
        """Whether paper, colours and pictures can be chosen; the first template came before that."""
        return "shared" in self._own

    @cached_property
    def meta(self) -> dict[str, Any]:
        """The parsed ``meta.json``, with the shared words."""
        return (json.loads(self._shared("words.json")) if self.has_designs else {}) | self._own

    @cached_property
    def markup(self) -> str:
        """The page as a Jinja template."""
        return self._shared("page.html") if self.has_designs else self.read("template.html")

    @cached_property
    def own_markup(self) -> str:
        """The same page as a provider may write it. Raises :class:`BadInput` for a template without designs."""
        if not self.has_designs:
            raise BadInput("certificate.template_unknown", f"{self.folder.name} has no page to begin with")
        return self._shared("own.html")

    @cached_property
    def style(self) -> str:
        """The style sheet; with designs, as a Jinja template over a look."""
        return self._shared("base.css") + self.read("style.css") if self.has_designs else self.read("style.css")

    @property
    def choice(self) -> TemplateChoice:
        """As it is offered to a provider."""
        own = self._own
        return TemplateChoice(self.folder.name, own["title"], own["description"], own["ink"], own["accent"])

    def words(self, language: str) -> tuple[str, dict[str, str]]:
        """The labels for ``language`` and the language they are in: English where there is no translation."""
        labels = self.meta["labels"]
        key = language.split("-")[0].lower()
        key = key if key in labels else "en"
        return key, labels[key]

    def written(self, day: date, language: str) -> str:
        """A date in words."""
        key, _ = self.words(language)
        month: str = self.meta["months"][key][day.month - 1]
        pattern: str = self.meta["dates"][key]
        return pattern.format(month=month, day=day.day, year=day.year)


def shipped_templates() -> tuple[Template, ...]:
    """Those that a provider may choose from, by name: the newest version of each."""
    newest: dict[str, Template] = {}
    for folder in sorted(TEMPLATES.iterdir(), key=_version):
        if _NAME.fullmatch(folder.name) and (folder / "style.css").is_file():
            newest[folder.name.rpartition("-v")[0]] = Template(folder)
    return tuple(newest[name] for name in sorted(newest) if newest[name].has_designs)


def _version(folder: Path) -> int:
    number = folder.name.rpartition("-v")[2]
    return int(number) if number.isdigit() else 0
