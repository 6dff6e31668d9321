"""Link headers and service addresses, as platforms really write them."""

from __future__ import annotations

import pytest

from lti_tool.lti.links import below, next_page, with_query
from lti_tool.lti.service import on_same_host


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ('<https://a.example/m?page=AbC>; rel="next"', "https://a.example/m?page=AbC"),
        ("<https://a.example/m?page=2>; rel=next", "https://a.example/m?page=2"),
        ("<https://a.example/m?page=2>; rel='next'", "https://a.example/m?page=2"),
        ('<https://a.example/m?page=2> ; rel="next"', "https://a.example/m?page=2"),
        ('<https://a.example/m?page=2>; title="x, y"; rel="next"', "https://a.example/m?page=2"),
        ('<https://a.example/m?p=2>;REL="Next"', "https://a.example/m?p=2"),
        (
            '<https://a.example/1>; rel="first", <https://a.example/2>; rel="next", <https://a.example/9>; rel="last"',
            "https://a.example/2",
        ),
        ('<https://a.example/d>; rel="differences",<https://a.example/2,3>;rel="next"', "https://a.example/2,3"),
        ('<https://a.example/2>; rel="next last"', "https://a.example/2"),
        ("<https://a.example/li?a=1&amp;b=2>; rel=“next”", "https://a.example/li?a=1&b=2"),
        ("<https://a.example/li?a=1&amp;b=2>; rel=“next”".encode().decode("latin-1"), "https://a.example/li?a=1&b=2"),
        ("<?page=2>; rel=next", "?page=2"),
        ('<https://a.example/2>; rel="prev"', None),
        ('<https://a.example/2>; title="rel=next"', None),
        ("<>; rel=next", None),
        ("", None),
        ("rubbish", None),
        ("<" * 5000, None),
    ],
)
def test_next_page(header: str, address: str | None) -> None:
    assert next_page(header) == address


def test_segments_go_into_the_path() -> None:
    assert below("https://a.example/2/lineitem?type_id=1", "scores") == "https://a.example/2/lineitem/scores?type_id=1"
    assert below("https://a.example/2/", "results") == "https://a.example/2/results"


def test_queries_are_joined() -> None:
    assert with_query("https://a.example/l?type_id=1", "tag=a") == "https://a.example/l?type_id=1&tag=a"
    assert with_query("https://a.example/l", "tag=a") == "https://a.example/l?tag=a"
    assert with_query("https://a.example/l?x=1", "") == "https://a.example/l?x=1"


@pytest.mark.parametrize(
    ("here", "link", "address"),
    [
        ("https://a.example/m", "http://a.example/m?p=2", "https://a.example/m?p=2"),
        ("https://a.example:8443/m", "http://A.example/m?p=2", "https://a.example:8443/m?p=2"),
        ("https://a.example/m", "?p=2", "https://a.example/m?p=2"),
    ],
)
def test_the_next_page_stays_on_its_host_and_on_https(here: str, link: str, address: str) -> None:
    assert on_same_host(here, link) == address
