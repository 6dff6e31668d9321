"""Words of disclosure: natures, roles in research, and what is wrong with a form. For the form and the office alike."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext

from lti_tool.domain.person import Nature, ResearchRole

NATURES = {
    Nature.EMPLOYEE: lazy_gettext("Employee"),
    Nature.RESEARCHER: lazy_gettext("Researcher"),
    Nature.CONSULTANT: lazy_gettext("Consultant"),
    Nature.ADVISOR: lazy_gettext("Advisor"),
    Nature.SPEAKER: lazy_gettext("Speaker"),
    Nature.CONTRACTOR: lazy_gettext("Independent contractor, including contracted research"),
    Nature.ROYALTIES: lazy_gettext("Royalties or patent beneficiary"),
    Nature.EXECUTIVE: lazy_gettext("Executive role"),
    Nature.OWNERSHIP: lazy_gettext("Ownership interest"),
    Nature.STOCK_PRIVATE: lazy_gettext("Stock in a privately held company"),
    Nature.STOCK_PUBLIC: lazy_gettext("Stock in a publicly traded company (not a mutual or pension fund)"),
    Nature.STOCK_OPTIONS: lazy_gettext("Stock options"),
    Nature.OTHER: lazy_gettext("Something else"),
}
RESEARCH_ROLES = {
    ResearchRole.NONE: lazy_gettext("Not about research"),
    ResearchRole.PRINCIPAL_INVESTIGATOR: lazy_gettext("Principal investigator"),
    ResearchRole.NAMED_INVESTIGATOR: lazy_gettext("Named investigator"),
    ResearchRole.OTHER: lazy_gettext("Another part in the research"),
}
COMPANY_FAULTS = {
    "missing": lazy_gettext("Enter the company's name."),
    "too_long": lazy_gettext("Shorten the name to at most 120 characters."),
    "unprintable": lazy_gettext("Type the name in letters: it holds a character that cannot be shown."),
    "more_than_a_name": lazy_gettext(
        "Enter the company's name alone: no address, logo, product name or trademark sign."
    ),
}
FAULTS = {
    ("discloses", "missing"): lazy_gettext("Choose whether you have financial relationships to disclose."),
    ("discloses", "no_relationships"): lazy_gettext("Name at least one company, or choose that you have none."),
    ("discloses", "too_many"): lazy_gettext("One form takes at most 60 relationships. Ask the office to help you."),
    ("discloses", "contradicted"): lazy_gettext(
        "You chose that you have none, yet a company is named below. Empty its row or change your choice."
    ),
    ("signed_name", "missing"): lazy_gettext("Sign with your name."),
    ("signed_name", "too_long"): lazy_gettext("Shorten your name to at most 120 characters."),
    ("signed_name", "unprintable"): lazy_gettext("Type your name in letters, without symbols."),
    ("attestation", "missing"): lazy_gettext("Tick the box to confirm what you have given."),
    **{("company", code): words for code, words in COMPANY_FAULTS.items()},
    ("nature", "missing"): lazy_gettext("Choose what connects you with the company."),
    ("nature", "unknown"): lazy_gettext("Choose what connects you with the company from the list."),
    ("has_ended", "missing"): lazy_gettext("Choose whether the relationship has ended."),
    ("research_role", "missing"): lazy_gettext("Choose your part in the research."),
    ("research_role", "unknown"): lazy_gettext("Choose your part in the research from the list."),
    ("detail", "missing"): lazy_gettext("Describe the relationship in a few words."),
    ("detail", "too_long"): lazy_gettext("Shorten the description to at most 200 characters."),
    ("detail", "amount_given"): lazy_gettext("Leave out the amount: it is never asked."),
}
"""(field, code) to words. ``company.3`` counts as ``company``."""


def fault_words(faults: Mapping[str, str]) -> dict[str, str]:
    """Field to sentence."""
    return {field: str(FAULTS[field.partition(".")[0], code]) for field, code in faults.items()}
