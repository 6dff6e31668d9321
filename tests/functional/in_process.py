"""Requests to an https address that no server has: handed to the application, cookies and redirects as on a wire."""

from __future__ import annotations

from http.client import HTTPMessage
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import requests
from flask import Flask
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse
from werkzeug.test import EnvironBuilder, run_wsgi_app


class InProcess(HTTPAdapter):
    """Answers from ``app`` what would go to its public address."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.app = app

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        builder = EnvironBuilder(
            method=request.method or "GET",
            base_url=requests.compat.urljoin(str(request.url), "/"),
            path=requests.compat.urlsplit(str(request.url)).path,
            query_string=requests.compat.urlsplit(str(request.url)).query,
            headers=list(request.headers.items()),
            data=body,
        )
        chunks, status, headers = run_wsgi_app(self.app, builder.get_environ())
        message = HTTPMessage()
        for name, value in headers:
            message.add_header(name, value)
        raw = HTTPResponse(
            body=BytesIO(b"".join(chunks)),
            headers=HTTPHeaderDict(headers),
            status=int(status.split()[0]),
            preload_content=False,
            original_response=SimpleNamespace(msg=message, isclosed=lambda: True),  # type: ignore[arg-type]
        )
        return self.build_response(request, raw)
