"""Courses, people and grades of the campus."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Course(models.Model):
    """A course run, by its key (``course-v1:org+number+run``)."""

    key = models.CharField(max_length=255, primary_key=True)
    org = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    member_limit = models.IntegerField(null=True)
    """Above this many members the roster is refused, as a large LMS does."""
    lti_passports: tuple[str, ...] = ()

    @property
    def display_name_with_default(self) -> str:
        return self.name

    @property
    def display_org_with_default(self) -> str:
        return self.org


class Block(models.Model):
    """The settings of one LTI component, by usage key."""

    usage_key = models.CharField(max_length=255, primary_key=True)
    course = models.ForeignKey(Course, on_delete=models.CASCADE)
    fields = models.JSONField(default=dict)


class Profile(models.Model):
    """The full name, which an LMS keeps apart from the account."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    name = models.CharField(max_length=255)


class ExternalId(models.Model):
    """The stable id by which tools know a person."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    external_user_id = models.UUIDField(default=uuid.uuid4, unique=True)


class Member(models.Model):
    """A person in a course: enrolled, with a course role, or both."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    role = models.CharField(max_length=32, default="student")
    is_enrolled = models.BooleanField(default=True)

    class Meta:
        unique_together = (("course", "user"),)


class PublishedGrade(models.Model):
    """One grade event as it would reach the gradebook; the newest is the grade."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    block = models.ForeignKey(Block, on_delete=models.CASCADE)
    value = models.FloatField(null=True)
    max_value = models.FloatField(null=True)
