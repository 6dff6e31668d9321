"""A browser and small web sites to show single pages of the design system with."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Browser, Page, sync_playwright

WEB = Path(__file__).parents[2] / "lti_tool" / "web"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; media-src data:; "
    "connect-src 'self'; frame-src http://127.0.0.1:*; form-action 'self'"
)
TYPES = {".css": "text/css", ".mjs": "text/javascript", ".svg": "image/svg+xml"}
Answer = tuple[int, dict[str, str], str]


class Site:
    """A web site on a port of its own: set pages, script answers to posts, read what was posted."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.answers: list[Answer] = []
        self.posts: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                file = WEB / path.lstrip("/")
                if path.startswith("/static/") and file.is_file():
                    self.reply(200, {"Content-Type": TYPES[file.suffix]}, file.read_bytes())
                elif path in site.pages:
                    self.reply(200, {"Content-Type": "text/html; charset=utf-8"}, site.pages[path].encode())
                else:
                    self.reply(404, {}, b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                fields = parse_qs(body, keep_blank_values=True)
                site.posts.append((self.path, {name: values[-1] for name, values in fields.items()}))
                status, headers, text = site.answers.pop(0) if site.answers else (200, {}, "{}")
                self.reply(status, {"Content-Type": "application/json", **headers}, text.encode())

            def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in {"Content-Security-Policy": POLICY, **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing: the test speaks for itself."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with closing(Site()) as tool:
        yield tool


@pytest.fixture
def platform() -> Iterator[Site]:
    with closing(Site()) as lms:
        yield lms


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """A page whose console stays silent: any script fault or blocked resource fails the test."""
    context = browser.new_context(**options)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda line: faults.extend([line.text] if "Content Security Policy" in line.text else []))
    page.goto(address)
    try:
        yield page
    finally:
        context.close()
    assert not faults


def environment() -> Environment:
    env = Environment(loader=FileSystemLoader(WEB / "templates"), autoescape=True, extensions=["jinja2.ext.i18n"])
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(url_for=lambda _, filename: f"/static/{filename}", page_href=lambda page: f"?page={page}")
    return env


def gallery(**variables: str) -> str:
    template = environment().get_template("components/gallery.html")
    names = {"activity_title": "Atrial fibrillation", "provider_name": "Example Institute", "new_window_url": "/again"}
    return template.render(**names, support_text="Write to the provider.", **variables)


def standalone(body: str) -> str:
    """A page on the public layout with this body in its main block."""
    source = f'{{% extends "layout/public.html" %}}{{% block main %}}{body}{{% endblock %}}'
    return environment().from_string(source).render(provider_name="Example Institute")


def bare(body: str, *modules: str, root: str = "") -> str:
    scripts = "".join(f'<script type="module" src="/static/js/{name}.mjs"></script>' for name in modules)
    return f'<!doctype html><html lang="en" {root}><meta charset="utf-8"><title>Test</title>{body}{scripts}</html>'


def until(is_so: Callable[[], bool], page: Page, patience: int = 8000) -> None:
    for _ in range(patience // 25):
        if is_so():
            return
        page.wait_for_timeout(25)
    pytest.fail("did not happen in time")
