"""What a provider's own certificate page may use, and what is wrong with one, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import LazyString, lazy_gettext

from lti_tool.domain.errors import BadInput
from lti_tool.domain.page_markup import MarkupFault, MarkupRule

PAGE_VALUES: dict[str, LazyString] = {
    "provider": lazy_gettext("The provider’s name"),
    "title": lazy_gettext("Certificate of Credit, or of Participation; belongs in the only h1, alone"),
    "presented_to": lazy_gettext("“presented to”, in the page’s language; may be left out"),
    "name": lazy_gettext("The learner’s name"),
    "degree": lazy_gettext("Degree or profession; may be empty"),
    "sentence": lazy_gettext("The certifying sentence of the credit’s body; alone in its paragraph"),
    "credits[].amount": lazy_gettext("Amount of a credit. Only blanks, and what is of the same credit, beside it"),
    "credits[].label": lazy_gettext("The body’s phrase for the credit, after the amount"),
    "credits[].details[]": lazy_gettext("What the amount is made of, after the phrase; often there is none"),
    "credits[].state": lazy_gettext("“awarded”, or “designated” for those who are not awarded the credit"),
    "credits[].width": lazy_gettext("Points for one credit where several stand abreast; for a style attribute"),
    "credit_rows[].credits[].amount": lazy_gettext("The same credits again, row by row: use one list or the other"),
    "credit_rows[].credits[].label": lazy_gettext("As above"),
    "credit_rows[].credits[].details[]": lazy_gettext("As above"),
    "credit_rows[].credits[].state": lazy_gettext("As above"),
    "credit_rows[].credits[].width": lazy_gettext("As above"),
    "facts[].kind": lazy_gettext("activity, format, location, completed, released or expires; for classes"),
    "facts[].label": lazy_gettext("What the fact is called, before it"),
    "facts[].value": lazy_gettext("The activity’s title, its format, its place, or a date"),
    "statements_heading": lazy_gettext("Heading for the statements; may be left out"),
    "statements[]": lazy_gettext("Accreditation and designation statements, each alone in its paragraph"),
    "notes[]": lazy_gettext("Small print that a body wants, each alone in its paragraph; there may be none"),
    "signatory.name": lazy_gettext("Who signs"),
    "signatory.title": lazy_gettext("In which office; may be empty"),
    "signatory.contact": lazy_gettext("The provider’s address; may be empty"),
    "number.label": lazy_gettext("“Certificate number”, before it"),
    "number.value": lazy_gettext("The certificate’s number"),
    "issued.label": lazy_gettext("“Issued”, before the date"),
    "issued.value": lazy_gettext("The day of issue"),
    "verify.label": lazy_gettext("“Verify this certificate”; may be left out"),
    "verify.address": lazy_gettext("The address of the verification page, as a link"),
    "verify.code": lazy_gettext("The QR code; alone in its paragraph, at least 51 points wide, on a light ground"),
    "logo": lazy_gettext("The chosen logo, if there is one"),
    "seal": lazy_gettext("The chosen seal, if there is one"),
    "signature": lazy_gettext("The signatory’s signature, if there is one"),
    "size.body": lazy_gettext("Points of the text: less on a full page; for a style attribute"),
    "size.record": lazy_gettext("Points of facts and statements"),
    "size.address": lazy_gettext("Points of the verification address"),
    "large.provider": lazy_gettext("Declarations that set a long name of the provider smaller; a style attribute"),
    "large.name": lazy_gettext("The same for the learner’s name"),
    "language": lazy_gettext("Language of the page, for a lang attribute"),
    "labels_language": lazy_gettext("Language of the labels, for a lang attribute"),
    "has_many_credits": lazy_gettext("Whether there are more than three credits; for conditions"),
    "has_location": lazy_gettext("Whether the activity has a place; for conditions"),
}
"""Every value and what it stands for; ``[]`` marks lists."""
PAGE_RULES = lazy_gettext(
    "Elements: div, p, h1, h2, span, em; attributes: class, style, lang, dir. Values: {{ name }}; lists: {% for credit "
    "in credits %} … {% endfor %}; conditions: {% if degree %} … {% else %} … {% endif %}. Each value stands there "
    "once, unless it may be left out."
)
_RULE_WORDS: dict[MarkupRule, LazyString] = {
    MarkupRule.TOO_LONG: lazy_gettext("The page is too long. A template has 40,000 characters at most."),
    MarkupRule.NOT_A_TEMPLATE: lazy_gettext("This cannot be read. Close every value, every if and every for."),
    MarkupRule.STATEMENT: lazy_gettext("Only values, if and for may stand here. Take this statement out."),
    MarkupRule.EXPRESSION: lazy_gettext("Only the name of a value may stand here, with and, or, not in conditions."),
    MarkupRule.UNKNOWN_VALUE: lazy_gettext("There is no such value. Use a name from the list."),
    MarkupRule.NOT_A_LIST: lazy_gettext(
        "This is no list. Lists are credits, credit_rows, facts, statements and notes."
    ),
    MarkupRule.NOT_TO_PRINT: lazy_gettext("This value cannot be printed as a text. Use it as the list says."),
    MarkupRule.NESTED_LIST: lazy_gettext("Inside a list only a list of its own items may be gone through."),
    MarkupRule.TOO_DEEP: lazy_gettext("Too much stands inside each other. Make it flatter."),
    MarkupRule.TOO_MANY: lazy_gettext("There are too many parts. Make the page simpler."),
    MarkupRule.NOT_WELL_FORMED: lazy_gettext("The tags do not fit together. Close every element, quote attributes."),
    MarkupRule.DECLARATION: lazy_gettext("Document types, entities and HTML comments are not allowed. Write {# … #}."),
    MarkupRule.ELEMENT: lazy_gettext("This element is not allowed. Use div, p, h1, h2, span and em."),
    MarkupRule.ATTRIBUTE: lazy_gettext("This attribute is not allowed. Use class, style, lang and dir."),
    MarkupRule.ATTRIBUTE_VALUE: lazy_gettext(
        "The attribute may hold no addresses, no quotes, and no functions but colours."
    ),
    MarkupRule.NESTING: lazy_gettext("This may not stand there: p, h1 and h2 stand in div, span and em in these."),
    MarkupRule.STRAY_TEXT: lazy_gettext("Text stands outside of a paragraph. Put it into p, h1 or h2."),
    MarkupRule.HEADINGS: lazy_gettext("There is one h1, before all h2, and the title stands in it alone."),
    MarkupRule.OWN_WORDS: lazy_gettext("Other words stand beside a value. Give them a paragraph of their own."),
    MarkupRule.UNPRINTABLE: lazy_gettext("No shipped font has this character. Take it out."),
    MarkupRule.CLAIMS_CREDIT: lazy_gettext(
        "Words of your own may not name credit, its bodies or an award: everybody would get them. Use the values."
    ),
    MarkupRule.LEFT_OUT: lazy_gettext("This must stand on the certificate and is missing. Print the value."),
    MarkupRule.TWICE: lazy_gettext("This stands there twice. Print it once."),
    MarkupRule.APART: lazy_gettext("What belongs together is torn apart or in another order. Keep it side by side."),
    MarkupRule.HIDDEN: lazy_gettext("This cannot be seen, is tiny, off the page, or not as it was written."),
    MarkupRule.COVERED: lazy_gettext("Something else stands over this. Move it, or make room."),
    MarkupRule.FAINT: lazy_gettext("There is too little contrast with the ground. Choose other colours."),
    MarkupRule.DISTORTED: lazy_gettext("This is set so that it cannot be read safely. Take the style away."),
    MarkupRule.GENERATED: lazy_gettext("A style sheet may add no words. Write them on the page."),
    MarkupRule.MINGLED: lazy_gettext("Two credits or facts stand within each other. Give each its own place."),
    MarkupRule.NOT_ITALIC: lazy_gettext("The body wants this phrase in italics. Do not change its font style."),
    MarkupRule.PAGE_SIZE: lazy_gettext("The page has another size than the paper. Leave @page as it is."),
}


def found_on_page(error: BadInput | None) -> Sequence[dict[str, Any]]:
    """Line, thing, and the rule with its remedy, for each fault of an own page."""
    found: Sequence[MarkupFault] = error.facts.get("found", ()) if error else ()
    return [{"line": one.line, "thing": one.thing, "words": _RULE_WORDS[one.rule]} for one in found]
