"""Sending mail: the one door to a mail server."""
