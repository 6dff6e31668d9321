"""A Django site for the workbench with what it lacks: a user with an LTI id, staff, and kept grades and completions."""
