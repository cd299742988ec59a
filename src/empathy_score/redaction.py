"""E-mail addresses and telephone, card and account numbers in a text -> a word in their place.

Names, postal addresses and numbers that are spelled out stay. So do short numbers: of orders,
prices, dates, times. Every pattern takes time in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_GAP = "[ \u00a0\u202f\u2010-\u2013-]"
"""One space or hyphen, between the groups of a number."""

_PHONE_GAP = "[ .()/\u00a0\u202f\u2010-\u2013-]"

_START = r"(?<![\w+])(?<!\d[-/.,:])"
"""A number begins here, and not in the middle of a date, a time or another number."""

_NO_DATE = r"(?!\d{4}[-/.]\d\d?[-/.]\d\d?(?!\d)|\d\d?[-/.]\d\d?[-/.](?:19|20)\d\d(?!\d))"

_END = r"(?!\w|[.,:]\d)"

_EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]++@[\w-]++(?:\.[\w-]++)++")

_IBAN = re.compile(
    r"(?<!\w)[a-z]{2}\d\d(?: ?[a-z\d]{4}){2,7}(?: ?[a-z\d]{1,3})?(?!\w)", re.I | re.A
)

_CARD = re.compile(
    rf"(?<!\d)(?:\d{{4}}({_GAP}?)\d{{4}}\1\d{{4}}\1\d{{4}}|\d{{4}}({_GAP})\d{{6}}\2\d{{4,5}}"
    r"|\d{13,19})(?!\d)"
)

_NAMED = re.compile(
    r"(\b(?:account|acct|a/c|sort code|routing number)\b[^\d\n$£€.!?]{0,24})"
    rf"{_NO_DATE}(\d(?:{_GAP}?\d){{5,}}){_END}",
    re.I,
)
"""A number that is said to be an account's, with the words before it."""

_PHONE = re.compile(
    rf"{_START}(?:\+?1[ .-]?)?\(?[2-9]\d\d\)?[ .-]?\d{{3}}[ .-]?\d{{4}}{_END}"  # North American
    rf"|(?<![\w+])(?:\+|00)[1-9](?:{_PHONE_GAP}{{0,3}}\d){{6,11}}\d{_END}"  # international
    rf"|{_START}{_NO_DATE}\(?0\d(?:{_PHONE_GAP}{{0,2}}\d){{6,8}}\d{_END}"  # national
)

_LONG = re.compile(rf"{_START}{_NO_DATE}\d(?:{_GAP}?\d){{8,}}{_END}")

_YEARS = re.compile(rf"(?:19|20)\d\d(?:{_GAP}(?:19|20)\d\d)+")


def redact(text: str) -> str:
    """Put a word in the place of each e-mail address, telephone, card and account number.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        With ``[email]``; ``[card]`` for 13 to 19 digits whose check digit is right; ``[phone]``;
        and ``[account]`` for an IBAN whose check digits are right, for six digits and more after a
        word such as *account*, and for any other nine digits and more.

    Examples
    --------
    >>> redact("Mail jo@example.com or ring 020 7946 0958 about order 48213.")
    'Mail [email] or ring [phone] about order 48213.'
    """
    for pattern, replace in _RULES:
        text = pattern.sub(replace, text)
    return text


def _iban(found: re.Match[str]) -> str:
    """Replace the IBAN that a stretch begins with; words of four letters look like its groups."""
    stretch = found[0]
    ends = [len(stretch), *(gap.start() for gap in re.finditer(" ", stretch))]
    for end in sorted(ends, reverse=True):
        if _is_iban(stretch[:end].replace(" ", "")):
            return f"[account]{stretch[end:]}"
    return stretch


def _is_iban(text: str) -> bool:
    """Check length and check digits (ISO 13616)."""
    number = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    return 15 <= len(text) <= 34 and int(number) % 97 == 1


def _card(found: re.Match[str]) -> str:
    return "[card]" if _is_card(found[0]) else found[0]


def _is_card(text: str) -> bool:
    """Check the last digit (Luhn, ISO/IEC 7812)."""
    digits = [int(character) for character in reversed(text) if character.isdecimal()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _named(found: re.Match[str]) -> str:
    return found[0] if _YEARS.fullmatch(found[2]) else f"{found[1]}[account]"


def _long(found: re.Match[str]) -> str:
    return found[0] if _YEARS.fullmatch(found[0]) else "[account]"


_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_EMAIL, "[email]"),
    (_IBAN, _iban),
    (_CARD, _card),
    (_NAMED, _named),
    (_PHONE, "[phone]"),
    (_LONG, _long),
)
"""Pattern and replacement, in the order in which they are applied."""
