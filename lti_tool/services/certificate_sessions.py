"""The sessions on a certificate: which were attended, and what each gave of each credit.

A page has room for so many words. What does not fit is told in short, and the verification page has all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from lti_tool.catalogue import phrase
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.series import ActivitySession
from lti_tool.domain.text import RichText
from lti_tool.services.certificate_text import PrintedOffer

Written = Callable[[date], str]
"""Puts a day into words."""

MOST_SMALL_PRINT = 2400
"""So many characters of statements and notes every design holds at a readable size, beside six credits."""


@dataclass(frozen=True, slots=True)
class SessionPrint:
    """``notes`` are printed. ``lines``, one for each session, stand on the verification page where they are not."""

    notes: tuple[RichText, ...] = ()
    lines: tuple[RichText, ...] = ()


@dataclass(frozen=True, slots=True)
class _Share:
    """What a session gave: of each credit that is awarded, in the order of the certificate."""

    session: ActivitySession
    credits: tuple[tuple[PrintedOffer, Decimal], ...]


def printed_sessions(lines: Sequence[PrintedOffer], written: Written, small_print: Iterable[RichText]) -> SessionPrint:
    """As much as has room beside ``small_print``, what else is printed small."""
    shares = _shares(lines)
    if not shares:
        return SessionPrint()
    room = MOST_SMALL_PRINT - sum(len(text.plain) for text in small_print)
    ends = _claimed(lines)
    texts = [_in_full(shares, written, is_plain=True)] if _is_plain(lines) else []
    texts = texts or [_in_full(shares, written, is_plain=False), _numbered(shares, written)]
    shortest = min(texts, key=lambda text: len(text.plain))
    note = _joined("Sessions attended: ", shortest, ".", *ends)
    if len(note.plain) <= room:
        return SessionPrint((note,))
    return SessionPrint((_joined(_in_short(shares, written), *ends),), tuple(_each(shares, written)))


def session_note(session: ActivitySession, written: Written) -> RichText:
    """On a certificate that is for one session alone."""
    return RichText.of(f"For the session {_named(session, written)}.")


def _joined(*parts: RichText | str) -> RichText:
    texts = (RichText.of(part) if isinstance(part, str) else part for part in parts)
    return RichText(tuple(run for text in texts for run in text.runs))


def _listed(parts: Sequence[RichText], sign: str) -> RichText:
    spaced = [part for each in parts for part in (sign, each)][1:]
    return _joined(*spaced)


def _given(one: PrintedOffer) -> dict[str, Decimal]:
    """What was attended of this credit, by session; nothing to whom no credit is awarded."""
    return {each.session.key: each.amount for each in one.sessions if each.is_counted and each.minutes and each.amount}


def _shares(lines: Sequence[PrintedOffer]) -> list[_Share]:
    counted = (each.session for one in lines for each in one.sessions if each.is_counted and each.minutes)
    sessions = {session.key: session for session in counted}
    given = [(one, _given(one)) for one in lines if one.is_awarded]
    return [
        _Share(one, tuple((offer, amounts[one.key]) for offer, amounts in given if one.key in amounts))
        for one in sorted(sessions.values(), key=lambda session: session.held_on)
    ]


def _is_plain(lines: Sequence[PrintedOffer]) -> bool:
    """Every credit is awarded, each session giving as much of one as of the other: the number alone says it."""
    amounts = [_given(one) for one in lines]
    return all(one.is_awarded for one in lines) and all(found == amounts[0] for found in amounts)


def _amount(one: PrintedOffer, amount: Decimal) -> RichText:
    return _joined(f"{printed_amount(amount)} ", phrase(one.credit, amount, one.offer.variant))


def _named(session: ActivitySession, written: Written) -> str:
    return f"{session.title}, {written(session.held_on)}"


def _credits(share: _Share, *, is_plain: bool) -> RichText:
    if is_plain:
        return RichText.of(printed_amount(share.credits[0][1]) if share.credits else "")
    return _listed([_amount(*each) for each in share.credits], "; ")


def _in_full(shares: Sequence[_Share], written: Written, *, is_plain: bool) -> RichText:
    found = []
    for share in shares:
        amounts = _credits(share, is_plain=is_plain)
        found.append(_joined(_named(share.session, written), *((" (", amounts, ")") if amounts.runs else ())))
    return _listed(found, "; ")


def _each(shares: Sequence[_Share], written: Written) -> Iterator[RichText]:
    for share in shares:
        amounts = _credits(share, is_plain=False)
        yield _joined(_named(share.session, written), *((": ", amounts) if amounts.runs else ()))


def _numbered(shares: Sequence[_Share], written: Written) -> RichText:
    """Each session with a number, then each amount with the sessions that gave it."""
    names = [RichText.of(f"({number}) {_named(one.session, written)}") for number, one in enumerate(shares, start=1)]
    numbers: dict[tuple[str, Decimal], list[int]] = {}
    offers = {offer.credit.code: offer for share in shares for offer, _ in share.credits}
    for number, share in enumerate(shares, start=1):
        for offer, amount in share.credits:
            numbers.setdefault((offer.credit.code, amount), []).append(number)
    order = {code: place for place, code in enumerate(offers)}
    found = sorted(numbers.items(), key=lambda item: (order[item[0][0]], item[1]))
    amounts = [
        _joined(_amount(offers[code], amount), f" for {'each of ' if len(those) > 1 else ''}{_spans(those)}")
        for (code, amount), those in found
    ]
    return _joined(_listed(names, "; "), *((". ", _listed(amounts, "; ")) if amounts else ()))


def _spans(numbers: Sequence[int]) -> str:
    """Numbers in order, e.g. ``(1) to (3), (5)``."""
    groups = [list(group) for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    runs = [[f"({number})" for _, number in group] for group in groups]
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def _in_short(shares: Sequence[_Share], written: Written) -> str:
    first, last = (written(shares[place].session.held_on) for place in (0, -1))
    days = f"from {first} to {last}" if first != last else f"on {first}"
    return f"Sessions attended: {len(shares)}, {days}. The verification page lists them with the credit of each."


def _claimed(lines: Sequence[PrintedOffer]) -> Iterator[RichText]:
    """Where sessions and award differ: less was claimed, the maximum was reached, or something else adds to it."""
    for one in lines:
        given = sum(_given(one).values(), Decimal(0))
        if not one.is_awarded or given in (0, one.amount):
            continue
        if given > one.amount:
            yield _joined(" Claimed of the ", _amount(one, given), f" of these sessions: {printed_amount(one.amount)}.")
        else:
            amount = printed_amount(given)
            yield _joined(" Of the ", _amount(one, one.amount), f" awarded, {amount} is for these sessions.")
