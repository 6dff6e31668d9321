"""A small, strict LTI 1.3 Advantage LMS for demonstrations and tests.

It shares no code with the tool's own protocol edge, so that a misreading of a specification on one side is not
cancelled out by the same misreading on the other. It listens on loopback only.
"""
