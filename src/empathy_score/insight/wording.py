"""Words in which customers leave, thank or speak of their years: one pattern a line.

Patterns are regular expressions over lower-case text with straight apostrophes, bound by words.
"""

from __future__ import annotations

import re

_TIES = r"(?:account|subscription|contract|membership|policy|service|plan|insurance|broadband)"
_ME = (
    r"(?:i(?:'m| am|'ll| will| want to| have to)|we(?:'re| are|'ll| will)|going to|gonna|about to)"
)

LEAVING = (
    rf"{_ME} (?:\w+ )?cancel(?:ling|ing)?(?: (?:my|our|this|it|everything)\b)?",
    rf"(?:please|just) cancel (?:my|our) (?:\w+ )?{_TIES}",
    rf"(?:cancelled|canceled|cancelling|canceling) (?:my|our) (?:\w+ )?{_TIES}",
    r"cancel me",
    r"(?:want|get me) out of (?:my|this|our) (?:contract|plan)",
    r"clos(?:e|ed|ing) (?:my|our) account",
    r"please close (?:mine|it|my)",
    r"never (?:\w+ ){0,2}(?:use|using|buy|buying|shop|shopping|fly|flying|order|ordering|stay|"
    r"staying|book|booking|come|coming|go|going|eat|eating|deal|dealing|trust|trusting) "
    r"(?:\w+ ){0,5}again",
    r"never again",
    r"(?:i'm|i am|i'll be|we're|we are|we'll be) (?:now |so )?leaving(?: (?:you|for)\b|\s*[.!]|$)",
    rf"{_ME} (?:\w+ )?switch(?:ing)? (?:to|over|provider|bank|supplier)",
    r"(?:chang|switch)(?:e|ed|ing) (?:provider|bank|supplier|carrier|airline)s?",
    r"(?:go|going|gone) elsewhere",
    r"tak(?:e|ing) (?:my|our) (?:business|money|custom) (?:elsewhere|somewhere else)",
    r"done with (?:you|this company)",
    r"last time (?:i|we) (?:'ll |will |ever )?(?:use|order|shop|fly|book|buy|stay)",
    r"you(?:'ve| have)? (?:just )?lost (?:me|us|a (?:\w+ )?customer|my (?:business|custom))",
    rf"{_ME} (?:go|going|sign up|signing up) with \w+",
    r"(?:ordered|bought|signed up|opened an account) (?:it |one )?(?:from another|with another|"
    r"from someone else|with someone else|at a competitor|there)",
    r"(?:i|we) won't (?:be )?(?:buying|using|coming|ordering|flying|shopping|returning|renewing|"
    r"renew|come back|buy|order|fly|shop)",
    r"not (?:be )?(?:renewing|coming back|using you again)",
    r"uninstall(?:ed|ing)",
)  # fmt: skip

NOT_LEAVING = (
    r"(?:don't|do not|didn't|did not|without|how do i|how can i|can i|can we|could you|"
    r"accidentally|by mistake) (?:\w+ ){0,4}(?:cancel|clos|switch|leav|chang)\w*",
    r"cancel\w* (?:the|that|this|an?|my|our) (?:\w+ )?(?:order|booking|appointment|card|item|trip|"
    r"reservation|flight)",
    r"cancel\w* the (?:old|other|wrong|second)",
)  # fmt: skip
"""What looks like leaving, and asks, denies or is about one order."""

THANKS = (
    r"thanks?(?: you| so much| a million| again)?",
    r"cheers",
    r"appreciate (?:it|that|your|you helping|the help)",
    r"much appreciated",
    r"you(?:'re| are) (?:a star|a legend|the best|amazing)",
    r"life ?saver",
    r"grateful",
)

NOT_THANKS = (
    r"thanks? (?:you )?for nothing",
    r"no,? thanks?(?: you)?",
    r"would appreciate (?:it|that)",
    r"thanks a lot for (?:nothing|ruining|the delay|wasting)",
)

LOYAL = (
    r"(?:customer|member|client|with you|been with|using you|shopp\w+ with|bank\w* with) "
    r"(?:\w+ ){0,3}(?:for|since|over|of) (?:\w+ ){0,3}(?:years?|decades?|(?:19|20)\d\d)",
    r"\w+ years? (?:i've|i have|we've|we have) been (?:with|a customer|a member|using)",
    r"\w+[- ]years? (?:with you|as a (?:customer|member)|of (?:loyalty|custom))",
    r"loyal(?:ty)? (?:\w+ )?(?:customer|member|client)",
    r"long[- ](?:time|standing) (?:customer|member|client)",
    r"(?:i|we) always (?:buy|use|shop|fly|stay) (?:with|at|from)? ?you",
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w)(?:{pattern})(?!\w)" for pattern in patterns))


_LEAVING, _NOT_LEAVING = _any(LEAVING), _any(NOT_LEAVING)
_THANKS, _NOT_THANKS = _any(THANKS), _any(NOT_THANKS)
_LOYAL = _any(LOYAL)


def says_they_leave(text: str) -> bool:
    """Tell whether a customer's words say that they leave the company."""
    words = _plain(text)
    return bool(_LEAVING.search(words)) and not _NOT_LEAVING.search(words)


def says_thanks(text: str) -> bool:
    """Tell whether a customer's words thank."""
    words = _plain(text)
    return bool(_THANKS.search(words)) and not _NOT_THANKS.search(words)


def says_they_are_loyal(text: str) -> bool:
    """Tell whether a customer's words speak of their years with the company."""
    return bool(_LOYAL.search(_plain(text)))


def _plain(text: str) -> str:
    return text.lower().replace("’", "'")
