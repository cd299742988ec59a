"""Text that a spreadsheet would take for a formula, made harmless and restored.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@``, and what a customer wrote
may begin so (https://owasp.org/www-community/attacks/CSV_Injection). In the CSV and TSV files that
we write, such a text has an apostrophe before it, and so has a text that begins with apostrophes
before such a sign. Taking one apostrophe off a text of that form therefore gives every text back.
A text that is a number as a whole stays as it is: a spreadsheet only reads it.
"""

from __future__ import annotations

import re

_RISKY = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet could run."""
    return f"'{text}" if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def restored(text: str) -> str:
    """Give the text of which `harmless` made `text`."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text
