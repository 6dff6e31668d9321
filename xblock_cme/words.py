"""The block's words for codes. A test holds them equal to the tool's, so that both faces say the same."""

from __future__ import annotations

from lti_tool.domain.activity import Step
from lti_tool.domain.credential import IdKind
from lti_tool.domain.credit import Degree
from lti_tool.domain.disclosure import SectionKey


def _(text: str) -> str:
    """Marks a text for extraction; it is translated when it is shown."""
    return text


STEP_NAMES = {
    Step.INFORMATION: _("Information and disclosure"),
    Step.PRE_TEST: _("Pre-test"),
    Step.CONTENT: _("Content"),
    Step.POST_TEST: _("Post-test"),
    Step.EVALUATION: _("Evaluation"),
    Step.CLAIM: _("Claim credit"),
    Step.CERTIFICATE: _("Certificate"),
}

BLOCKERS = {
    "needs_information": _("Read and acknowledge the information and disclosure"),
    "needs_pre-test": _("Take the pre-test"),
    "needs_content": _("Study the content"),
    "needs_post-test": _("Pass the post-test"),
    "needs_evaluation": _("Complete the evaluation"),
    "needs_claim": _("Claim your credit"),
    "not_released": _("This activity opens on %(date)s"),
    "not_designated": _("Credit is designated from %(date)s"),
    "expired": _("This activity expired on %(date)s; credit can no longer be earned"),
    "closed": _("The provider closed this activity on %(date)s; credit can no longer be earned"),
    "claims_not_open": _("Credit can be claimed from %(date)s"),
    "claims_closed": _("The deadline for claims was %(date)s"),
    "credit_ended": _("Your credit for this activity was taken back or has expired. The provider can tell you why"),
    "credited_elsewhere": _(
        "You have credit for the same education already: “%(title)s”. It is given for one of the two only"
    ),
    "nothing_to_claim": _("You have claimed everything that this activity offers you"),
    "not_attended": _("Attend a session. Staff record who was there; if you were, ask the provider to record it"),
    "attended_too_little": _("The sessions that you attended do not come to the least amount that can be claimed"),
    "content_unopened": _("Open “%(title)s”"),
    "content_unanswered": _("Answer “%(title)s”"),
    "content_minutes": _("Spend at least %(minutes)s min on the content"),
    "content_coverage": _("Watch or listen to more of “%(title)s”"),
    "attempts_used": _("No attempt is left (%(attempts)s allowed). Your instructor can tell you what to do next"),
    "cool_down": _("The next attempt opens at %(until)s"),
    "already_passed": _("You have passed; there is nothing more to do here"),
    "already_taken": _("You have taken the pre-test; it is taken once"),
    "pre_test_over": _("The pre-test is only open before the content has been studied"),
    "step_absent": _("This activity has no such step"),
}

HEADINGS = {
    SectionKey.ACCREDITATION: _("Accreditation"),
    SectionKey.DESIGNATION: _("Credit designation"),
    SectionKey.DESCRIPTION: _("About this activity"),
    SectionKey.AUDIENCE: _("Who it is for"),
    SectionKey.OBJECTIVES: _("What you will be able to do"),
    SectionKey.FORMAT: _("Format, time and dates"),
    SectionKey.COMPLETION: _("How to complete it"),
    SectionKey.DISCLOSURE: _("Disclosure of financial relationships"),
    SectionKey.PEOPLE: _("People in control of content"),
    SectionKey.MITIGATION: _("Mitigation"),
    SectionKey.SUPPORT: _("Commercial support"),
    SectionKey.EVOLVING: _("New and evolving topics"),
    SectionKey.CONTACT: _("Contact"),
}

DEGREES = {
    Degree.MD: _("MD – Doctor of Medicine"),
    Degree.DO: _("DO – Doctor of Osteopathic Medicine"),
    Degree.MBBS: _("MBBS, MBChB – Bachelor of Medicine and Surgery"),
    Degree.OTHER_PHYSICIAN: _("Physician with another degree equivalent to MD or DO"),
    Degree.PA: _("PA – Physician assistant or associate"),
    Degree.NP: _("NP – Nurse practitioner"),
    Degree.APRN: _("APRN – Advanced practice registered nurse (CRNA, CNS, CNM)"),
    Degree.RN: _("RN – Registered nurse"),
    Degree.LPN: _("LPN – Licensed practical or vocational nurse"),
    Degree.PHARMACIST: _("Pharmacist"),
    Degree.PHARMACY_TECHNICIAN: _("Pharmacy technician"),
    Degree.PSYCHOLOGIST: _("Psychologist"),
    Degree.SOCIAL_WORKER: _("Social worker"),
    Degree.DENTIST: _("Dentist"),
    Degree.DENTAL_TEAM: _("Dental hygienist, assistant or technician"),
    Degree.DIETITIAN: _("Dietitian"),
    Degree.DIETETIC_TECHNICIAN: _("Dietetic technician"),
    Degree.OPTOMETRIST: _("Optometrist"),
    Degree.PODIATRIST: _("Podiatrist"),
    Degree.ATHLETIC_TRAINER: _("Athletic trainer"),
    Degree.STUDENT: _("Student"),
    Degree.OTHER: _("Other profession"),
}

FAULTS = {
    ("printed_name", "missing"): _("Enter your name as it should be printed."),
    ("printed_name", "too_long"): _("Shorten your name to at most 120 characters."),
    ("printed_name", "unprintable"): _(
        "The certificate cannot show every character of this name. Type the name in letters, without symbols."
    ),
    ("degree", "missing"): _("Choose your degree or profession."),
    ("degree", "unknown"): _("Choose your degree or profession from the list."),
    ("equivalence", "missing"): _(
        "Tick the box to state that your degree is equivalent to an MD or DO, or choose another degree or profession."
    ),
    ("country", "missing"): _("Choose your country."),
    ("country", "unknown"): _("Choose your country from the list."),
    ("attestation", "missing"): _("Tick the box to confirm the statement."),
    ("profile", "changed"): _("Your details were changed in another window. Check them here, then claim again."),
    ("amount", "claim_missing"): _("Choose the amount that you claim."),
    ("amount", "claim_not_a_number"): _("Enter the amount as a number, such as 0.75."),
    ("amount", "claim_above_maximum"): _("Claim at most the amount that this activity was designated for."),
    ("amount", "claim_above_attended"): _("Claim at most what the sessions give that you attended."),
    ("amount", "claim_below_minimum"): _("Claim at least the smallest amount in the list."),
    ("amount", "claim_not_in_steps"): _("Claim in the steps of the list; amounts between them do not exist."),
    ("amount", "claim_excluded"): _("Only one of these credits can be claimed: leave the others."),
    ("amounts", "claim_nothing"): _("Choose an amount for at least one credit."),
    ("id", "missing"): _("This is needed for a credit that you claim. Enter it, or leave that credit."),
    ("id", "malformed"): _("This number has a character that no such number has, or too many. Check it."),
    ("id.npi", "malformed"): _(
        "An NPI has ten digits, and the last one proves the others: one of them is wrong. Check it, or leave it empty."
    ),
    ("id.licence", "malformed"): _(
        "Write country and state, a blank, and the number of the licence, as in US-CA 12345."
    ),
    ("id.birth-day", "malformed"): _("Write month and day in four digits, as in 0704 for July 4."),
    ("id.nabp-e-profile", "malformed"): _("This ID has 3 to 12 digits, nothing else. Check it in your e-Profile."),
    ("id.abim", "malformed"): _("This ID has 3 to 12 digits, nothing else. Check it at your board."),
    ("id.consent-pars", "missing"): _(
        "This credit is given only with permission to report it to your boards. Tick the box, or leave that credit."
    ),
    ("id.consent-cpe-monitor", "missing"): _(
        "This credit is given only with permission to report it to CPE Monitor. Tick the box, or leave that credit."
    ),
    ("id", "incomplete"): _("Your permission to report cannot be used without this."),
    ("reason", "missing"): _("Say in a few words why you are late."),
    ("reason", "too_long"): _("Shorten the reason."),
}


def fault_of(name: str, code: str) -> str:
    """What is wrong with a field of the claim; empty if there are no words for it."""
    return FAULTS.get((name, code)) or FAULTS.get((name.partition(".")[0], code), "")


_BOARD = _("The number that your board gave you.")
CREDENTIALS = {
    IdKind.LICENCE: (
        _("Licence number"),
        _("Country and state first, as in US-CA, then a blank and the number."),
    ),
    IdKind.NPI: (_("National Provider Identifier (NPI)"), _("Ten digits.")),
    IdKind.BIRTH_DAY: (
        _("Month and day of birth"),
        _("Four digits, MMDD: 0704 for July 4. The year is never asked."),
    ),
    IdKind.NABP: (_("NABP e-Profile ID"), _("Digits, from your e-Profile.")),
    IdKind.ABIM: (_("ABIM ID"), _BOARD),
    IdKind.ABP: (_("ABP ID"), _BOARD),
    IdKind.ABA: (_("ABA ID"), _BOARD),
    IdKind.ABS: (_("ABS ID"), _BOARD),
    IdKind.ABPATH: (_("ABPath ID"), _BOARD),
    IdKind.ABOHNS: (_("ABOHNS ID"), _BOARD),
    IdKind.ABOS: (_("ABOS ID"), _BOARD),
    IdKind.ABTS: (_("ABTS ID"), _BOARD),
    IdKind.NCCPA: (_("NCCPA ID"), ""),
    IdKind.AAFP: (_("AAFP member number"), ""),
    IdKind.AOA: (_("AOA number"), ""),
    IdKind.CDR: (_("CDR number"), ""),
    IdKind.AGD: (_("AGD number"), ""),
    IdKind.ROYAL_COLLEGE: (_("Royal College ID"), ""),
    IdKind.CONSENT_PARS: (
        _("The provider may report this credit, with the numbers above, to my boards through ACCME (PARS)."),
        "",
    ),
    IdKind.CONSENT_CPE_MONITOR: (
        _("The provider may report this credit, with the numbers above, to CPE Monitor."),
        "",
    ),
}
"""Label and hint of each identifier."""
PLACED_LICENCE = _("Licence number in %(place)s")
PERMISSION = _("your permission to report")

EVALUATION_FAULTS = {
    "too_long": _("This is too long. At most %(limit)s characters fit."),
    "required": _("Answer this question."),
    "required_text": _("Write something here."),
    "not_possible": _("This answer is not possible. Choose again."),
}

ANSWER_FAULTS = {
    "order_incomplete": _("Give every line a place of its own."),
    "answer_not_possible": _("This answer could not be read. Check it."),
    "unanswered": _("This question is not answered yet."),
}

EQUIVALENT = _("I hold a medical degree of another country that is equivalent to an MD or DO.")

REFUSALS = {
    "copy_missing": _(
        "Nothing has been set up here yet. Tell your instructor: the activity has to be chosen in Studio."
    ),
    "version_gone": _("The version of this activity that you began with is no longer here. Tell your instructor."),
    "wire_version": _("This was stored by another release of the software. Tell your instructor."),
    "attempt_unknown": _("This is not part of your activity. Reload the page."),
    "attempt_closed": _("This attempt has been submitted. Its answers count as they were then."),
    "question_unknown": _("This is not part of your activity. Reload the page."),
    "content_unknown": _("This is not part of your activity. Reload the page."),
    "view_unknown": _(
        "This recording was opened again, perhaps in another window: what is played here does not count any more."
    ),
    "report_wrong": _("The player sent something that cannot be read. Reload the page."),
    "text_changed": _("This page changed while you were reading. Nothing was recorded: read the new text below."),
    "content_locked": _("This part opens with your answer to what comes before it"),
    "content_unfinished": _("Not everything has been studied yet"),
    "step_locked": _("This step is not open yet"),
    "step_absent": _("This activity has no such step"),
    "attempt_refused": _("No further attempt can be started now"),
    "not_acknowledged": _("Tick the box to confirm that you have read this page."),
    "not_here": _("This step is done in another part of the course."),
    "not_signed_in": _("Sign in to take part: what you do has to be kept under your name."),
    "store_missing": _("The platform's CME plugin is not installed, so nothing can be recorded. Tell your help desk."),
    "begun_elsewhere": _(
        "You have begun another version of this activity through a link in your course. "
        "Finish it there: what you did in this page stays here."
    ),
    "facts_impossible": _(
        "What is recorded here does not fit the rules of the activity. "
        "Tell the provider: the contact is on the first page."
    ),
    "claim_out_of_time": _("This claim was sent too late, or with a wrong clock. Tell your help desk."),
    "tool_not_connected": _("Credit cannot be looked up here yet. Tell your help desk."),
    "tool_unreachable": _("Your credit cannot be looked up at the moment. Try again in a few minutes."),
    "identifiers_untaken": _(
        "The provider's service takes no numbers from this page yet. Claim this credit through a link in your course, "
        "or leave it here; tell your help desk."
    ),
    "claim_unknown": _("This is done already. Reload the page."),
    "activity_unknown": _("The provider no longer offers this activity here."),
    "viewing_as": _("This is a preview: nothing that is done here is kept."),
    "trial_claim": _("A test run records no credit and issues no certificate."),
}

COVERAGE = {
    "needed": _("At least %(needed)s %% of this recording must be played; %(percent)s %% are recorded so far."),
    "enough": _("%(percent)s %% of this recording are recorded as played; %(needed)s %% are asked for."),
    "plain": _("%(percent)s %% of this recording are recorded as played."),
    "missing": _("Not played yet: %(parts)s"),
    "fast": _("At most twice the speed counts: what was played faster is recorded once that much time has passed."),
    "lost": _("What you play cannot be recorded at the moment. Reload the page."),
}
"""Of a recording; the first as the tool says it."""

STATUSES = {
    "superseded": _("Replaced by a newer certificate"),
    "revoked": _("Withdrawn"),
}
"""Of a certificate that is not valid any more."""
NOT_VALID = _("Not valid any more")
"""Where the status is one of a later release."""

TRUE_FALSE = {"true": _("True"), "false": _("False")}
