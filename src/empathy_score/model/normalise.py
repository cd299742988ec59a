"""Text as the model reads it: links, handles, addresses and signatures folded into words.

The untouched text is what offsets refer to; nothing here is ever shown to a user.
"""

from __future__ import annotations

import re
import unicodedata

_OPEN, _CLOSE = r"[<\[{]{1,3}\s?", r"\s?[>\]}]{1,3}"

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), word)
    for pattern, word in (
        (rf"(?:https?://|www\.)[^\s<>\"')\]]+|{_OPEN}(?:url|link){_CLOSE}", " link "),
        (r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}", " email address "),
        (rf"{_OPEN}e-?mail(?: address)?{_CLOSE}", " email address "),
        (r"(?<!\w)@\w{1,40}", " "),
        (rf"{_OPEN}(?:[a-z]{{4,8}}[ _])?name{_CLOSE}", " "),
        (rf"{_OPEN}[\w #-]{{2,24}}{_CLOSE}", " number "),
        (r"(?<![\w-])\+?\(?\d[\d ().-]{7,20}\d(?!\w)", " phone number "),
        (r"(?<![\w-])#?(?=[\w-]{0,30}\d{5})[\w-]{6,40}", " number "),
    )
)
"""Pattern and replacement, in the order in which they are applied; every repetition is bounded."""

_MARK = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0e31-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f]"
)
_MARKS = re.compile(f"({_MARK}{{4}}){_MARK}+")
"""More than four combining marks in a row; normal forms take quadratic time over long runs."""

_SIGNATURE = re.compile(
    r"\s(?:[\^*~∞/]\s?[A-Za-z]{1,12}|[-–—]\s?(?:[A-Z][a-z]{0,11}|[A-Z]{2,3}))\s?"
    r"(?=(?:link\s?)?(?:\(?\d/\d\)?)?\s?$)"
)
"""An agent's initials or first name at the end: ``^AB``, ``-Mia``, ``/LO``."""


def normalise(text: str) -> str:
    """Fold what carries no meaning for a score into a few plain words.

    Parameters
    ----------
    text : str
        A turn, untouched.

    Returns
    -------
    str
        The text without handles and agents' signatures, links, addresses and long numbers
        replaced by words, white space and typographic quotes made plain.
    """
    text = unicodedata.normalize("NFKC", _MARKS.sub(r"\1", text))
    text = text.replace("’", "'").replace("‘", "'")
    for pattern, word in _RULES:
        text = pattern.sub(word, text)
    text = " ".join(text.split())
    return text[:-60] + _SIGNATURE.sub("", text[-60:])
