"""Recordings on pages: captions wherever they lie, and what the page may load for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lti_tool.domain.activity import Content, ContentItem, ContentKind
from tests.functional.pages import Page
from tests.functional.staff_world import BASE, Person, World, make_world
from tests.functional.test_content_cases import begun, looked, taught
from tests.functional.test_plan_pages import imported

VIDEO_HOST = "https://video.example.org"
FILM = ContentItem(
    "film", ContentKind.VIDEO, "A film", url=f"{VIDEO_HOST}/film.wav", captions=f"{VIDEO_HOST}/film.vtt", minutes=1
)
TALK = replace(FILM, key="talk", kind=ContentKind.AUDIO, title="A talk", captions="https://Text.example.org:8443/a.vtt")
KEPT = replace(TALK, key="kept", title="Kept here", captions="kept.vtt")
ODD = replace(FILM, key="odd", title="Odd", captions="https://x;script-src*/a.vtt")
READ = ContentItem("page", ContentKind.PAGE, "A page", body="Read.")
OURS = {"connect-src": "'self'", "media-src": "'self' https:"}


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    made = make_world(migrated_sqlite_url)
    made.place(taught(content=Content((FILM, TALK, KEPT, ODD, READ))))
    yield made
    made.close()


def allowed(person: Person, item: str) -> dict[str, str]:
    """What the page's policy says of fetching and playing."""
    header = person.get(f"/content/{item}").headers["Content-Security-Policy"]
    parts = dict(part.split(" ", 1) for part in header.split("; "))
    assert len(parts) == header.count(";") + 1
    return {name: parts[name] for name in OURS}


def links(page: Page) -> list[str]:
    return [href for words, href in page.links if words.startswith("Open the captions")]


def test_captions_of_another_host_are_fetched_from_that_host_alone(world: World) -> None:
    person = begun(world)
    assert allowed(person, "film") == {
        "connect-src": f"'self' {VIDEO_HOST}",
        "media-src": "'self' https: blob:",
    }
    assert allowed(person, "talk")["connect-src"] == "'self' https://text.example.org:8443"
    assert allowed(person, "page") == allowed(person, "kept") == OURS


def test_no_host_of_captions_says_what_else_the_page_may_load(world: World) -> None:
    person = begun(world)
    assert allowed(person, "odd") == OURS
    assert links(looked(person, "odd")) == [ODD.captions]


def test_captions_are_linked_beside_the_player(world: World) -> None:
    person = begun(world)
    film, kept = looked(person, "film"), looked(person, "kept")
    assert f'<track kind="captions" data-src="{FILM.captions}" srclang="en"' in film.html
    assert "<noscript>The player cannot show the captions.</noscript>" in film.html
    assert links(film) == [FILM.captions] and "captions.mjs" in film.html and "data-cue" not in film.html
    path = person.path("/media/kept.vtt")
    assert links(kept) == [f"{BASE}{path}"]
    assert f'<track kind="captions" src="{path}"' in kept.html and "data-cue" in kept.html
    assert "captions.mjs" not in looked(person, "page").html


def test_planners_see_the_captions_in_the_preview(world: World) -> None:
    planner = imported(world)
    where = f"content.items.{planner.add('content', 'content.items:video')}"
    fields = {"title": "A film", "url": FILM.url, "captions": FILM.captions, "minutes": "5"}
    planner.save("content", {f"{where}.{name}": value for name, value in fields.items()})
    page = planner.get("/preview/nurse/content")
    assert links(page) == [FILM.captions] and "captions.mjs" in page.html
    policy = planner.person.get(planner.path("/preview/nurse/content")).headers["Content-Security-Policy"]
    assert f"connect-src 'self' {VIDEO_HOST};" in policy
    assert VIDEO_HOST not in planner.person.get(planner.path("/preview/nurse/claim")).headers["Content-Security-Policy"]
