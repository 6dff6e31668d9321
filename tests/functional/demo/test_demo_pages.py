"""The face: what each person sees, the gate, the settings, and who may do what."""

from __future__ import annotations

from pathlib import Path

import pytest

from lti_tool.demo.config import LmsConfig, ToolAddresses, is_loopback
from lti_tool.demo.people import PEOPLE
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.server import running_lms, serve_lms

from .conftest import Browser, RelyingParty, StartLms, http

PAGES = ("/", "/course", "/course/pages/welcome", "/course/placements/3", "/grades", "/settings", "/log", "/nowhere")


@pytest.mark.parametrize("path", [*PAGES, "/settings/register", "/course/storage-frame", "/course/placements/3/open"])
def test_every_page_says_that_it_is_a_demo_and_asks_nobody_else(lms: DemoLms, path: str) -> None:
    answer = Browser(lms, "physician-md").get(path)
    assert "This is a demo" in answer.text and 'lang="en"' in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "X-Demo" not in str(answer.headers)


def test_everybody_can_be_picked_and_names_carry_their_language(lms: DemoLms) -> None:
    page = Browser(lms).get("/").text
    assert all(f'value="{person.key}"' in page for person in PEOPLE)
    assert '<bdi class="name" lang="ar" dir="rtl">ليلى الحسيني</bdi>' in page and 'lang="zh-Hans"' in page


def test_strangers_are_sent_to_pick_a_person(lms: DemoLms) -> None:
    answer = Browser(lms).get("/course", allow_redirects=False)
    assert answer.status_code == 302 and answer.headers["Location"] == "/"
    assert Browser(lms, "nobody-known").get("/grades", allow_redirects=False).status_code == 302


def test_the_native_page_opens_with_the_acknowledgement(lms: DemoLms, rp: RelyingParty) -> None:
    ana = Browser(lms, "physician-md")
    assert ana.get("/course/pages/reading").status_code == 403
    assert "Not available unless" in ana.get("/course").text
    assert Browser(lms, "instructor").get("/course/pages/reading").status_code == 200
    rp.score(lms.line_items()[0], scoreGiven=1, scoreMaximum=1)
    assert ana.get("/course/pages/reading").status_code == 200
    assert Browser(lms, "nurse").get("/course/pages/reading").status_code == 403


def test_the_rule_can_be_moved_to_another_column(lms: DemoLms, rp: RelyingParty) -> None:
    ana = Browser(lms, "physician-md")
    rp.score(lms.line_items()[0], scoreGiven=1, scoreMaximum=1)
    ana.post("/settings/gate", line_item=str(lms.line_items()[1].id))
    assert ana.get("/course/pages/reading").status_code == 403


def test_grades_are_ones_own_except_for_staff(lms: DemoLms, rp: RelyingParty) -> None:
    rp.score(lms.line_items()[1], "nurse", scoreGiven=7, comment="<i>seven</i>")
    assert "70" in Browser(lms, "nurse").get("/grades").text
    other = Browser(lms, "physician-md").get("/grades").text
    assert "Joy Mensah" not in other and "seven" not in other
    staff = Browser(lms, "instructor").get("/grades").text
    assert "Joy Mensah" in staff and "&lt;i&gt;seven" in staff


def test_only_staff_add_and_remove(lms: DemoLms) -> None:
    nurse, helen = Browser(lms, "nurse"), Browser(lms, "instructor")
    assert nurse.get("/course/add").status_code == 403 and helen.get("/course/add").status_code == 200
    assert nurse.post("/course/placements/3/remove").status_code == 403 and len(lms.placements()) == 2
    helen.post("/course/placements/3/remove")
    assert len(lms.placements()) == 1 and len(lms.line_items()) == 1


def test_settings_switch_the_family_and_the_faults(lms: DemoLms) -> None:
    ana = Browser(lms, "physician-md")
    assert "behaves like Canvas" in ana.post("/settings/family", family="canvas").text
    assert lms.behaviour.name == "canvas" and "name" not in lms.mint_launch("nurse", 3, nonce="n").claims
    ana.post("/settings/family", family="x", shares_names="on")
    assert lms.behaviour.name == "canvas"
    ana.post("/settings/faults", kind="429", service="scores", times="always", seconds="3")
    assert lms.faults.active()[0].seconds == 3
    assert "Not switched on" in ana.post("/settings/faults", kind="x", service="scores").text
    ana.post("/settings/tamper", tampering="no-kid", skew="70")
    assert lms.id_token_shift == 70 and lms.waiting_tamperings[0].label == "No kid in the header"
    before = len(lms.jwks()["keys"])
    ana.post("/settings/keys", old="keep")
    assert len(lms.jwks()["keys"]) == before + 1
    ana.post("/settings/keys", old="drop")
    assert len(lms.jwks()["keys"]) == 1
    ana.post("/settings/clear")
    assert not lms.faults.active() and lms.id_token_shift == 0


def test_the_log_shows_what_the_tool_asked(lms: DemoLms, rp: RelyingParty) -> None:
    rp.score(lms.line_items()[1], scoreGiven="<script>")
    page = Browser(lms, "instructor").get("/log").text
    assert "scoreGiven is not a number" in page and "&lt;script&gt;" in page and "<script>" not in page


def test_messages_from_the_tool_are_shown_as_text(lms: DemoLms) -> None:
    page = Browser(lms, "nurse").get("/course?lti_errormsg=<b>No</b>&lti_msg=Saved").text
    assert "&lt;b&gt;No" in page and "Saved" in page


def test_another_sites_form_is_refused(lms: DemoLms) -> None:
    ana = Browser(lms, "physician-md")
    headers = {"Origin": "http://evil.invalid"}
    for path in ("/session", "/settings/clear"):
        assert ana.session.post(lms.issuer + path, headers=headers, timeout=5).status_code == 403


def test_only_loopback_names_are_answered(lms: DemoLms) -> None:
    assert http().get(lms.issuer, headers={"Host": "lms.example"}, timeout=5).status_code == 421


def test_it_binds_to_loopback_only(rp: RelyingParty) -> None:
    config = LmsConfig(tool=ToolAddresses.at(rp.base))
    with pytest.raises(ValueError, match="loopback"):
        serve_lms(config, "0.0.0.0", 0)
    with pytest.raises(ValueError, match="loopback"):
        LmsConfig(tool=None, base_url="http://lms.example")
    assert is_loopback("127.9.9.9") and is_loopback("::1") and not is_loopback("127.0.0.1.example")


def test_a_restart_keeps_the_course(start_lms: StartLms, rp: RelyingParty, tmp_path: Path) -> None:
    lms = start_lms(state=tmp_path)
    item = lms.line_items()[1]
    rp.score(item, timestamp="2026-03-01T12:00:00.250000+00:00")
    lms.set_behaviour("canvas")
    lms.rotate_keys()
    again = start_lms(state=tmp_path)
    assert again.placements() == lms.placements() and again.line_items() == lms.line_items()
    assert again.grade("physician-md", item) == lms.grade("physician-md", item)
    assert again.jwks() == lms.jwks() and again.behaviour.name == "canvas"
    assert again.scores_received() == lms.scores_received()
    assert (tmp_path / "demo-lms.json").stat().st_mode & 0o077 == 0


def test_a_registered_tool_survives_a_restart(rp: RelyingParty, tmp_path: Path, pems: tuple[str, str, str]) -> None:
    config = LmsConfig(tool=None, state=tmp_path, signing_pems=pems[1:])
    with running_lms(config) as lms:
        lms.connect(ToolAddresses.at(rp.base))
        tool = lms.tool
    with running_lms(config) as again:
        assert again.tool == tool and tool is not None


def test_another_editions_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo-lms.json").write_text('{"schema": 99}')
    with pytest.raises(ValueError, match="another edition"), running_lms(LmsConfig(tool=None, state=tmp_path)):
        pass


def test_a_taken_port_is_said_clearly(lms: DemoLms) -> None:
    port = int(lms.issuer.rpartition(":")[2])
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"):
        serve_lms(LmsConfig(tool=None), "127.0.0.1", port)
