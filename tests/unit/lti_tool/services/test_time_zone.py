from zoneinfo import available_timezones

from lti_tool.services.time_zone import time_zones


def test_every_zone_of_the_machine_is_known() -> None:
    assert time_zones() == available_timezones()
    assert "America/Chicago" in time_zones() and "America/Atlantis" not in time_zones()


def test_the_folder_is_walked_once() -> None:
    assert time_zones() is time_zones()
