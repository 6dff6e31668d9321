"""Gunicorn settings for production. Start: ``gunicorn --config config/gunicorn.conf.py lti_tool.wsgi:application``.

The tool's own settings are environment variables, see docs/reference/settings.md.
"""

from __future__ import annotations

import os

bind = os.environ.get("GUNICORN_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("GUNICORN_WORKERS", "2"))
threads = int(os.environ.get("GUNICORN_THREADS", "4"))
worker_class = "gthread"
# Each process opens its own database connections and its own printer: neither survives a fork.
preload_app = False
# Longer than the slowest thing a request does: fetching a platform's keys is cut off after 40 seconds.
timeout = 60
graceful_timeout = 30
# Longer than the proxy keeps an idle connection (config/nginx): it must not send a form into one that is just closing.
keepalive = 75
# Behind the reverse proxy of config/nginx; the tool itself counts hops by CME_TRUSTED_PROXIES.
forwarded_allow_ips = os.environ.get("GUNICORN_FORWARDED_ALLOW_IPS", "127.0.0.1")
# Paths hold session ids, which are worth nothing alone; the query of a first page holds a one-time code: no queries.
accesslog = "-"
access_log_format = "%(h)s %(m)s %(U)s %(s)s %(B)s %(M)sms"
errorlog = "-"
# Nothing is controlled at run time but by signals, and the service may not write to its home.
control_socket_disable = True
