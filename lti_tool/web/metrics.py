"""Metrics for Prometheus: the outbox first, then platforms, mail and keys."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from lti_tool.domain.errors import NotFound
from lti_tool.services.measure import Measures, measure
from lti_tool.web.access import PublicWork, public_route

blueprint = Blueprint("metrics", __name__)


class _Measured(Collector):
    """What was counted for one request."""

    def __init__(self, found: Measures) -> None:
        self.found = found

    def collect(self) -> Iterator[Metric]:
        yield from _outbox(self.found)
        yield from _platforms(self.found)
        yield from _whole(self.found)


def _outbox(found: Measures) -> Iterator[Metric]:
    labels = ("platform", "issuer")
    depth = GaugeMetricFamily("cme_outbox_depth", "Grades by state", labels=(*labels, "state"))
    age = GaugeMetricFamily("cme_outbox_oldest_age_seconds", "Age of the oldest grade not delivered", labels=labels)
    for one in found.platforms:
        for state in ("waiting", "sending", "parked"):
            depth.add_metric((one.id, one.issuer, state), getattr(one, state))
        age.add_metric((one.id, one.issuer), one.oldest_age)
    yield from (depth, age)


def _platforms(found: Measures) -> Iterator[Metric]:
    labels = ("platform", "issuer")
    launch = GaugeMetricFamily("cme_launch_age_seconds", "Since the last good launch", labels=labels)
    refusal = GaugeMetricFamily("cme_refusal_age_seconds", "Since the last refused launch", labels=labels)
    for one in found.platforms:
        for family, value in ((launch, one.launch_age), (refusal, one.refusal_age)):
            if value is not None:
                family.add_metric((one.id, one.issuer), value)
    yield from (launch, refusal)
    yield GaugeMetricFamily("cme_platforms_unapproved", "Platforms that wait for approval", found.unapproved)


def _whole(found: Measures) -> Iterator[Metric]:
    mail = GaugeMetricFamily("cme_mail_depth", "Messages by state", labels=("state",))
    mail.add_metric(("waiting",), found.mail_waiting)
    mail.add_metric(("failed",), found.mail_failed)
    yield mail
    yield GaugeMetricFamily("cme_mail_oldest_age_seconds", "Age of the oldest message not sent", found.mail_oldest_age)
    yield GaugeMetricFamily("cme_sessions", "Browsers that are signed in", found.sessions)
    yield CounterMetricFamily("cme_certificates", "Certificates issued", found.certificates)
    yield CounterMetricFamily("cme_awards", "Awards of credit", found.awards)
    if found.signing_key_age is not None:
        yield GaugeMetricFamily("cme_signing_key_age_seconds", "Age of the signing key", found.signing_key_age)


@public_route(blueprint, "/metrics")
def metrics(work: PublicWork) -> ResponseReturnValue:
    """For monitoring, with the bearer token of ``CME_METRICS_TOKEN``; without that setting there is no such page."""
    token = work.deps.settings.metrics_token.get_secret_value()
    given = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise NotFound("page_unknown")
    registry = CollectorRegistry()
    registry.register(_Measured(measure(work.db, work.now)))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
