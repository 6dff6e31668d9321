"""Tables of the plugin app. Learners are known by the platform's user key; nothing of theirs is ever in a course."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class BlockFacts(models.Model):
    """What one learner did in one block, as in the block's state: read by the course's other blocks and by gates."""

    user_id = models.CharField(max_length=64)
    course_key = models.CharField(max_length=255)
    activity_key = models.CharField(max_length=64)
    usage_key = models.CharField(max_length=255)
    body = models.JSONField()
    updated_at = models.DateTimeField()

    class Meta:
        app_label = "xblock_cme"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user_id", "usage_key"], name="cme_block_facts_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["course_key", "activity_key", "user_id"], name="cme_block_facts_who")]


class AttemptReset(models.Model):
    """Staff set a learner's attempts at the post-test aside: those begun before ``at`` no longer count."""

    user_id = models.CharField(max_length=64)
    course_key = models.CharField(max_length=255)
    activity_key = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.CharField(max_length=64)

    class Meta:
        app_label = "xblock_cme"
        indexes: ClassVar = [models.Index(fields=["course_key", "activity_key", "user_id"], name="cme_reset_who")]


class ClaimDelivery(models.Model):
    """A claim on its way to the tool, and the tool's answer. ``key`` makes repeats harmless.

    ``owed`` names credit types of the claim that are not awarded before the learner has given what their body needs,
    which is never kept here: they are left out until then. ``OWED``: there is nothing else to send.
    """

    WAITING, AWARDED, REFUSED, OWED = "waiting", "awarded", "refused", "owed"

    user_id = models.CharField(max_length=64)
    course_key = models.CharField(max_length=255)
    activity_key = models.CharField(max_length=64)
    organisation = models.CharField(max_length=255)
    key = models.CharField(max_length=64, unique=True)
    message = models.JSONField()
    state = models.CharField(max_length=16)
    answer = models.JSONField(null=True)
    owed = models.JSONField(default=list)
    is_report_owed = models.BooleanField(default=False)
    """The learner wants the credit to be reported; what that needs has not arrived at the tool."""
    fault = models.CharField(max_length=500, default="")
    """Why the last try brought no answer."""
    tries = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        app_label = "xblock_cme"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user_id", "course_key", "activity_key"], name="cme_claim_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "next_at"], name="cme_claim_due")]


class EvaluationDelivery(models.Model):
    """Answers on their way to the tool. Random keys, no learner and no time: the order says nothing about who wrote."""

    key = models.CharField(max_length=64, primary_key=True)
    organisation = models.CharField(max_length=255)
    message = models.JSONField()
    fault = models.CharField(max_length=500, default="")

    class Meta:
        app_label = "xblock_cme"


class RetirementDelivery(models.Model):
    """A retired account of which the tool is to be told. The row goes when it was, and nothing of it is under way.

    ``subject`` is the platform's LTI id, the only name by which the tool knows the person.
    """

    key = models.CharField(max_length=64, primary_key=True)
    user_id = models.CharField(max_length=64)
    organisation = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    is_told = models.BooleanField(default=False)
    fault = models.CharField(max_length=500, default="")
    tries = models.IntegerField(default=0)
    next_at = models.DateTimeField()

    class Meta:
        app_label = "xblock_cme"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user_id", "organisation"], name="cme_retirement_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["next_at"], name="cme_retirement_due")]


class PeerAnswer(models.Model):
    """That somebody answered a case or poll like this. ``who`` is a digest: nobody is named, nobody counts twice."""

    organisation = models.CharField(max_length=255)
    activity_key = models.CharField(max_length=64)
    item = models.CharField(max_length=64)
    options_hash = models.CharField(max_length=64)
    """Of the question's kind and what it offers: only what is the same is counted together."""
    who = models.CharField(max_length=64)
    answer = models.TextField()
    """JSON."""

    class Meta:
        app_label = "xblock_cme"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["who", "item", "options_hash"], name="cme_peer_answer_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["options_hash", "activity_key", "item"], name="cme_peer_answer_of")]
