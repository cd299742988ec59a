"""Words for a time to come -> seconds from now: "within 24 hours", "by Friday noon"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np

_NUMBERS = {
    "a": 1, "an": 1, "the": 1, "next": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "few": 3, "a few": 3,
    "couple of": 2, "a couple of": 2, "half an": 1,
}  # fmt: skip
_COUNT = rf"(\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_UNIT = r"((?:working|business|week)\s*)?(minute|min|hour|hr|day|week|month)s?\b"
_SPAN = re.compile(
    rf"\b(?:within|in|inside|takes?|under|up to|at most|less than|no more than|over)\s+(?:the\s+)?"
    rf"(?:next\s+)?(?:about\s+|around\s+|up to\s+)?{_COUNT}"
    rf"(?:\s*(?:-|–|to|or)\s*{_COUNT})?\s*{_UNIT}",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"\b(\d{{1,3}})\s*(?:-|–|to)\s*(\d{{1,3}})\s*{_UNIT}", re.IGNORECASE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = re.compile(rf"\b(?:(?:by|on|before|this|next|until)\s+)*({'|'.join(_DAYS)})\b", re.I)
_CLOCK = re.compile(
    r"\b(?:by|before|at)\s+(?:(\d{1,2})(?:[:.](\d\d))?\s*(am|pm)?|(noon|midday|lunch))\b", re.I
)
_VAGUE = re.compile(r"\b(?:shortly|soon|asap|right away|straight away|immediately|now)\b", re.I)
_TODAY = re.compile(
    r"\b(?:today|tonight|this (?:morning|afternoon|evening)|(?:the )?end of (?:the )?day|eod)\b",
    re.IGNORECASE,
)
_TOMORROW = re.compile(r"\btomorrow\b", re.IGNORECASE)
_WEEK = re.compile(r"\b(?:(this)|(next)|(?:the )?end of (?:the )?)\s*week\b", re.IGNORECASE)
FIRST, LAST = 1e8, 4.1e9
"""Seconds since 1970 that are taken for a date: years 1973 to 2099."""

EARLIEST = 8
"""Hour below which a time without am or pm is after noon."""

_SECONDS = {"min": 60.0, "h": 3600.0, "day": 86400.0, "week": 7 * 86400.0, "month": 31 * 86400.0}


def due_in(words: str, said_at: float = float("nan")) -> tuple[str, float]:
    """Read by when something is to happen.

    Parameters
    ----------
    words : str
    said_at : float, optional
        Seconds since 1970, UTC.

    Returns
    -------
    when : str
        The words that say it, empty without any.
    seconds : float
        From `said_at` to the latest time that they allow; NaN where they do not say.
    """
    match = _SPAN.search(words) or _RANGE.search(words)
    if match is not None:
        low, high, working, unit = match.groups()
        count = _count(high) or _count(low) or 1
        return match.group(), _length(count, unit.lower(), bool(working), said_at)
    now = _calendar(said_at)
    midnight = None if now is None else now.replace(hour=0, minute=0, second=0, microsecond=0)
    found, days = None, 0
    if match := _TODAY.search(words):
        found, days = match, 1
    elif match := _TOMORROW.search(words):
        found, days = match, 2
    elif match := _DAY.search(words):
        ahead = (_DAYS.index(match[1].lower()) - now.weekday()) % 7 if now else 0
        found, days = match, (ahead or 7) + 1
    elif match := _WEEK.search(words):
        ahead = 7 - now.weekday() if now else 0
        found, days = match, ahead + (7 if match[2] else 0)
    clock = _CLOCK.search(words)
    if found is None and clock is None:
        vague = _VAGUE.search(words)
        return (vague.group() if vague else ""), float("nan")
    when = (found or clock).group()  # type: ignore[union-attr]
    if now is None or midnight is None:
        return when, float("nan")
    if clock is not None and (found is None or clock.group() != when):
        hour = int(clock[1] or 12) % 24
        if clock[3]:
            hour = hour % 12 + (12 if clock[3].lower() == "pm" else 0)
        elif hour < EARLIEST:
            hour += 12
        due = midnight + timedelta(days=max(days - 1, 0), hours=hour, minutes=int(clock[2] or 0))
        due += timedelta(days=1) if due <= now else timedelta()
        when = clock.group() if found is None else f"{found.group()} {clock.group()}"
        return when, (due - now).total_seconds()
    return when, (midnight + timedelta(days=days) - now).total_seconds()


def _calendar(said_at: float) -> datetime | None:
    """Give the date of an instant; None for seconds into a call, and for what no clock shows."""
    return datetime.fromtimestamp(said_at, UTC) if FIRST <= said_at < LAST else None


def _count(word: str | None) -> int:
    if word is None:
        return 0
    return int(word) if word.isdigit() else _NUMBERS.get(word.lower(), 1)


def _length(count: int, unit: str, working: bool, said_at: float) -> float:
    now = _calendar(said_at)
    if unit.startswith("day") and working:
        if now is not None:
            day = np.datetime64(now.date())
            last = np.busday_offset(day, count, roll="backward")
            return float((last - day).astype(int)) * 86400
        return (count + 2 * -(-count // 5)) * 86400.0
    return count * next(size for name, size in _SECONDS.items() if unit.startswith(name))
