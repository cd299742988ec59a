"""Text as the model reads it: links, handles, addresses and signatures folded into words.

The untouched text is what offsets refer to; nothing here is ever shown to a user.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

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


_COMPOSED = re.compile(f"[^{_MARK[1:-1]}]{_MARK}+|[^\\x00-\\x7f]")
"""What a compatible composed form may change: a character with its marks, or one beyond ASCII."""

_TAIL = 60
"""Characters at the end in which a signature is looked for."""

Replace = Callable[[re.Match[str]], str]


def _steps() -> Iterator[tuple[re.Pattern[str], Replace]]:
    """Give what is replaced by what, in order."""
    yield _MARKS, lambda found: found[1]
    yield _COMPOSED, lambda found: unicodedata.normalize("NFKC", found[0])
    yield re.compile("[’‘]"), lambda _: "'"
    for pattern, word in _RULES:
        yield pattern, lambda _, word=word: word  # type: ignore[misc]
    yield re.compile(r"\s+"), lambda _: " "
    yield re.compile(r"^ | $"), lambda _: ""


_STEPS = tuple(_steps())


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
    for pattern, replace in _STEPS:
        text = pattern.sub(replace, text)
    return text[:-_TAIL] + _SIGNATURE.sub("", text[-_TAIL:])


def normalise_aligned(text: str) -> tuple[str, NDArray[np.int64]]:
    """Normalise a text and say where each character of the result comes from.

    Parameters
    ----------
    text : str
        A turn, untouched.

    Returns
    -------
    plain : str
        What `normalise` gives.
    origins : ndarray of shape (len(plain), 2)
        Half-open span in `text` that each character of `plain` stands for.
    """
    places = np.arange(len(text))
    origins = np.column_stack([places, places + 1])
    for pattern, replace in _STEPS:
        text, origins = _substitute(pattern, replace, text, origins)
    tail, ends = _substitute(_SIGNATURE, lambda _: "", text[-_TAIL:], origins[-_TAIL:])
    return text[:-_TAIL] + tail, np.vstack([origins[:-_TAIL], ends])


def _substitute(
    pattern: re.Pattern[str], replace: Replace, text: str, origins: NDArray[np.int64]
) -> tuple[str, NDArray[np.int64]]:
    texts: list[str] = []
    spans: list[NDArray[np.int64]] = []
    last = 0
    for found in pattern.finditer(text):
        start, end = found.span()
        new = replace(found)
        texts += [text[last:start], new]
        whole = np.array([[origins[start, 0], origins[end - 1, 1]]])
        spans += [origins[last:start], np.repeat(whole, len(new), axis=0)]
        last = end
    if not texts:
        return text, origins
    return "".join([*texts, text[last:]]), np.vstack([*spans, origins[last:]])
