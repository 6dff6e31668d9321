"""Taking activities in: versions, media, and that providers do not see each other's."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.domain.errors import NotFound
from lti_tool.services.activity import Imported, export_activity, import_activity, list_activities
from lti_tool.services.platform import provider_id_of
from tests.unit.lti_tool.domain.builders import activity
from tests.unit.lti_tool.services.arrivals import NOW, opened

MEDIA = {"strip.png": b"\x89PNG one", "paper.PDF": b"%PDF-1.7", "notes.xyz": b"?"}


def taken(
    sessions: Sessions,
    title: str = "Title",
    media: dict[str, bytes] | None = None,
    provider: str = "North",
    **changes: object,
) -> Imported:
    with transaction(sessions) as session:
        provider_id = provider_id_of(session, provider, NOW, is_created=True)
        return import_activity(session, provider_id, activity(title=title, **changes), media or {}, NOW)


def count(sessions: Sessions, table: type[models.Activity | models.ActivityVersion | models.Media]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_again_changes_nothing(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        first = taken(sessions, media=MEDIA)
        again = taken(sessions, media=dict(reversed(MEDIA.items())))
        assert (first.version, first.is_new, again.version, again.is_new) == (1, True, 1, False)
        assert first.activity_id == again.activity_id
        assert count(sessions, models.ActivityVersion) == 1 and count(sessions, models.Media) == 3


@pytest.mark.parametrize(
    ("title", "media"),
    [
        ("Other title", MEDIA),
        ("Title", MEDIA | {"strip.png": b"\x89PNG two"}),
        ("Title", {name: body for name, body in MEDIA.items() if name != "strip.png"}),
        ("Title", MEDIA | {"more.png": b"\x89PNG"}),
    ],
)
def test_any_change_is_a_new_version_and_the_old_one_stays(
    migrated_database_url: str, title: str, media: dict[str, bytes]
) -> None:
    with opened(migrated_database_url) as sessions:
        first, second = taken(sessions, media=MEDIA), taken(sessions, title, media)
        assert (second.version, second.is_new, second.activity_id) == (2, True, first.activity_id)
        assert count(sessions, models.ActivityVersion) == 2
        assert count(sessions, models.Media) == len(MEDIA) + len(media)


def test_going_back_to_an_earlier_text_is_a_version_of_its_own(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        assert [taken(sessions, title).version for title in ("A", "B", "A", "A")] == [1, 2, 3, 3]


def test_media_know_their_type(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        taken(sessions, media=MEDIA)
        with sessions() as session:
            found = {row.name: row.media_type for row in session.scalars(select(models.Media))}
    assert found == {
        "strip.png": "image/png",
        "paper.PDF": "application/pdf",
        "notes.xyz": "application/octet-stream",
    }


def test_export_gives_the_newest_version_back(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        taken(sessions, "Old", {"old.png": b"\x89PNG"})
        taken(sessions, "New", MEDIA)
        with sessions() as session:
            found, media = export_activity(session, provider_id_of(session, "North", NOW), "hypertension")
    assert found == activity(title="New") and media == MEDIA


def test_the_same_key_of_two_providers_are_two_activities(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        north, south = taken(sessions, "Of the north"), taken(sessions, "Of the south", provider="South")
        assert north.activity_id != south.activity_id and (north.version, south.version) == (1, 1)
        with transaction(sessions) as session:
            east = provider_id_of(session, "East", NOW, is_created=True)
        with sessions() as session:
            for provider, title in (("North", "Of the north"), ("South", "Of the south")):
                provider_id = provider_id_of(session, provider, NOW)
                assert [row.title for row in list_activities(session, provider_id)] == [title]
                assert export_activity(session, provider_id, "hypertension")[0].title == title
            assert list(list_activities(session, east)) == []
            with pytest.raises(NotFound) as caught:
                export_activity(session, east, "hypertension")
    assert caught.value.code == "activity_unknown"


def test_activities_are_listed_by_title_in_their_newest_version(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        taken(sessions, "Zoster", key="z")
        taken(sessions, "Asthma", key="a")
        taken(sessions, "Yaws", key="z")
        with sessions() as session:
            rows = list_activities(session, provider_id_of(session, "North", NOW))
    assert [(row.title, row.version, row.activity.title) for row in rows] == [
        ("Asthma", 1, "Asthma"),
        ("Yaws", 2, "Yaws"),
    ]


def test_two_imports_at_once_give_two_versions(migrated_database_url: str) -> None:
    ready, found = threading.Barrier(2), list[object]()
    with opened(migrated_database_url) as sessions:
        taken(sessions, "Before")

        def run(title: str) -> None:
            ready.wait(timeout=30)
            try:
                found.append(taken(sessions, title).version)
            except Exception as error:
                found.append(error)

        threads = [threading.Thread(target=run, args=(title,)) for title in ("One", "Two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert count(sessions, models.ActivityVersion) == 3
    assert sorted(found, key=str) == [2, 3]


def test_a_dates_change_alone_is_a_change(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        taken(sessions)
        later = activity().expires_on + timedelta(days=1)
        assert taken(sessions, expires_on=later).version == 2
