"""The small language that marker patterns are written in, and its translation for spaCy.

A pattern is a line of words parted by spaces, each matching one token in any case and spelling of
a contraction (``not`` matches *n't*, ``will`` matches *'ll*):

========================  ============================================================
``sorry``                 that word
``sorry|apologise``       either word
``apologi*``              any word that begins so
``*ing``                  any word that ends so
``very?``                 the word or nothing
``@we``                   any word of the set of that name in `SETS`
``@we?``                  the same, or nothing
``~3``                    up to three tokens of any kind, within a clause
``!if``                   one token that is not this word, within a clause
``#``                     a number, a time or a date, in digits or in words
``^``                     at the start: only where a clause or a command begins
``...``                   at the end: everything up to the end of the clause
========================  ============================================================

A pattern needs at least one word or set that must be there: not only gaps, options and numbers.
"""

from __future__ import annotations

import re

from empathy_score.errors import PatternError

TokenPattern = list[dict[str, object]]
"""One pattern as spaCy's `Matcher` takes it."""

CLAUSE_END = (".", "!", "?", ";", ":", "…", "...", "\n", "\n\n", "!!", "??", "?!")

COMMAND_LEAD = frozenset((
    *CLAUSE_END, ",", "-", "–", "—", "(", ")", ">", "*", "•", "please", "pls", "plz", "kindly",
    "just", "then", "and", "or", "but", "so", "first", "next", "now", "simply", "also", "maybe",
    "otherwise", "instead",
))  # fmt: skip
"""What may stand before a clause or a command (``^``); names before a comma are covered by it."""

_NUMBER = (
    r"(?:\d[\d.,:/]*(?:st|nd|rd|th|h|am|pm|min|mins|hrs|hr|d)?|one|two|three|four|five|six|seven|eight"
    r"|nine|ten|eleven|twelve|fourteen|fifteen|twenty|thirty|forty|fifty|sixty)"
)

SETS: dict[str, tuple[str, ...]] = {
    "we": ("i", "we", "me", "us"),
    "i": ("i", "we"),
    "be": ("am", "are", "is", "was", "were", "be", "been", "being", "'s", "’s", "s", "m", "re"),
    "have": ("have", "has", "had", "'ve", "’ve", "'s", "ve"),
    "will": ("will", "shall", "ll", "'ll", "’ll", "would", "'d", "’d", "can", "could"),
    "your": ("your", "ur", "you", "u"),
    "you": ("you", "u", "ya", "yourself"),
    "our": ("our", "my"),
    "this": ("this", "that", "it", "these", "those"),
    "a": ("a", "an", "the", "any", "some", "this", "that", "your", "our", "my"),
    "very": (
        "so", "very", "really", "truly", "terribly", "deeply", "extremely", "sincerely",
        "genuinely", "awfully", "incredibly", "most", "just", "also", "again", "fully",
        "completely", "totally", "absolutely", "definitely", "certainly", "always", "still", "how",
    ),
    "feeling": (
        "frustrat*", "annoy*", "stress*", "upset*", "worr*", "anxi*", "disappoint*", "concern*",
        "confus*", "scar*", "pain", "painful", "anger", "angry", "sad", "unhappy", "hard",
        "difficult", "tough", "awful", "terrible", "horrible", "inconvenien*", "unsettling",
        "exhaust*", "nerve", "overwhelm*", "embarrass*", "maddening", "infuriat*", "irritat*",
        "unpleasant", "disheartening", "upsetting", "alarming", "hassle", "nightmare", "rough",
        "unfair", "lonely", "tiring", "miserable", "aggravating", "devastat*", "heartbreak*",
    ),
    "unit": (
        "seconds", "minute", "minutes", "min", "mins", "hour", "hours", "hr", "hrs", "h", "day",
        "days", "week", "weeks", "month", "months",
    ),
    "weekday": (
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ),
    "month": (
        "january", "february", "march", "april", "june", "july", "august", "september", "october",
        "november", "december",
    ),
    "joy": (
        "glad", "happy", "delighted", "thrilled", "pleased", "excited", "stoked", "overjoyed",
        "love", "chuffed", "tickled",
    ),
}  # fmt: skip
"""Named sets of words; an entry may end in ``*``."""

_WORD = re.compile(r"^(?P<no>!)?(?P<body>[^\s?!]+)(?P<optional>\?)?$")


def compile_pattern(line: str) -> TokenPattern:
    """Translate one line of the pattern language for spaCy's `Matcher`.

    Parameters
    ----------
    line : str
        Such as ``"@i @be @very? sorry"``.

    Returns
    -------
    list of dict
        A `Matcher` pattern over the ``NORM`` attribute; a trailing ``...`` is left to
        `extends`.

    Raises
    ------
    PatternError
        Where a word or set cannot be read.
    """
    tokens: TokenPattern = []
    for word in line.strip().removeprefix("^").removesuffix("...").split():
        if gap := re.fullmatch(r"~([1-9])", word):
            inside: dict[str, object] = {"NORM": {"NOT_IN": list(CLAUSE_END)}, "OP": "?"}
            tokens += [dict(inside) for _ in range(int(gap[1]))]
            continue
        parsed = _WORD.match(word)
        if parsed is None:
            raise PatternError(f"cannot read {word!r} in the marker pattern {line!r}")
        words = _expand(parsed["body"], line)
        token: dict[str, object]
        if parsed["no"]:
            token = {"NORM": {"NOT_IN": [*words, *CLAUSE_END]}}
        elif any("*" in w or w == "#" for w in words):
            stems = "|".join(
                _NUMBER if w == "#" else re.escape(w).replace(r"\*", r"\w*") for w in words
            )
            token = {"NORM": {"REGEX": f"^(?:{stems})$"}}
        else:
            token = {"NORM": {"IN": words}}
        if parsed["optional"]:
            token["OP"] = "?"
        tokens.append(token)
    if not any(token.get("OP") != "?" and words_of(token) for token in tokens):
        raise PatternError(f"the marker pattern {line!r} has no word that must be there")
    return tokens


def words_of(token: dict[str, object]) -> tuple[str, ...]:
    """Give the words that a compiled token asks for, stems with ``*``; none for gaps, numbers."""
    norm = token["NORM"]
    if not isinstance(norm, dict) or "NOT_IN" in norm:
        return ()
    if "IN" in norm:
        return tuple(norm["IN"])
    if _NUMBER in norm["REGEX"]:
        return ()
    stems = norm["REGEX"].removeprefix("^(?:").removesuffix(")$").split("|")
    words = tuple(re.sub(r"\\(.)", r"\1", stem.replace(r"\w*", "*")) for stem in stems)
    return () if any(word.startswith("*") for word in words) else words


def begins(line: str) -> bool:
    """Tell whether a pattern holds only where a clause or a command begins."""
    return line.lstrip().startswith("^")


def extends(line: str) -> bool:
    """Tell whether a pattern's span runs on to the end of the clause."""
    return line.rstrip().endswith("...")


def _expand(body: str, line: str) -> list[str]:
    words: list[str] = []
    for word in body.split("|"):
        if word.startswith("@"):
            if word[1:] not in SETS:
                raise PatternError(
                    f"no set {word!r} for the marker pattern {line!r}; there are: "
                    + ", ".join(f"@{name}" for name in SETS)
                )
            words += SETS[word[1:]]
        else:
            words.append(word.lower())
    return words
