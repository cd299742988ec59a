"""Which column is which: the names and role values that transcripts use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from empathy_score.conversation import Role
from empathy_score.errors import TranscriptError

ALIASES: dict[str, tuple[str, ...]] = {
    "conversation_id": (
        "conv_id", "ticket_id", "call_id", "contact_id", "thread_id", "session_id", "dialogue_id",
        "dialog_id", "chat_id", "case_id", "conversation",
    ),
    "role": ("speaker", "author_type", "sender", "participant", "speaker_role", "sender_type"),
    "text": ("utterance", "message", "body", "content", "transcript"),
    "turn": ("turn_id", "index", "position"),
    "timestamp": ("created_at", "start_time", "datetime"),
    "agent_id": ("agent",),
    "company": ("brand",),
    "channel": (),
    "customer_text": ("customer_message", "customer_utterance"),
    "agent_text": ("agent_message", "agent_utterance", "agent_reply"),
}  # fmt: skip
"""Canonical column: other names it is recognised by, the first one present winning."""

LONG = ("conversation_id", "role", "text")
WIDE = ("conversation_id", "customer_text", "agent_text")

ROLES: dict[Role, tuple[str, ...]] = {
    "agent": (
        "agent", "rep", "representative", "advisor", "adviser", "support", "assistant", "operator",
        "csr", "associate", "staff", "employee", "helpdesk", "service", "company", "brand",
        "support_agent", "human_agent", "live_agent", "admin", "specialist", "care",
        "outbound", "outgoing",
    ),
    "customer": (
        "customer", "user", "client", "caller", "end_user", "enduser", "consumer", "guest",
        "member", "visitor", "requester", "contact", "buyer", "shopper", "patient", "subscriber",
        "reviewer", "inbound", "incoming", "cust",
    ),
    "other": (
        "other", "system", "bot", "note", "internal_note", "internal", "ivr", "automation",
        "chatbot", "ai", "ai_agent", "virtual_agent", "virtual_assistant", "workflow", "event",
        "supervisor",
        "unknown", "info", "custom_bot", "tool", "function", "developer", "trigger", "notification",
    ),
}  # fmt: skip
"""The three roles and the values that name them; compared in lower case."""

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")

_ROLE_OF: dict[str, Role] = {value: role for role, values in ROLES.items() for value in values}


def key(name: object) -> str:
    """Fold a column name or role value: lower case, words joined by ``_``."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", _INVISIBLE.sub("", str(name)))
    return re.sub(r"[\s\-._:]+", "_", words.lower()).strip("_")


def resolve_columns(
    present: Iterable[str], chosen: Mapping[str, str], *, source: str
) -> dict[str, str]:
    """Find which present column stands for which canonical one.

    Parameters
    ----------
    present : iterable of str
        Column names of the table.
    chosen : mapping of str to str
        Canonical name to the table's own name, as the user said it.
    source : str
        Name of the table, for the error.

    Returns
    -------
    dict of str to str
        The table's own name to the canonical one; columns that pass through are not in it.

    Raises
    ------
    TranscriptError
        Where a required column is missing or a chosen one does not exist.
    """
    names = list(present)
    there = listed(names)
    for canonical, own in chosen.items():
        if canonical not in ALIASES:
            raise TranscriptError(
                source,
                f"cannot map a column to {canonical!r}",
                expected=f"one of {', '.join(ALIASES)}",
                came=repr(canonical),
                do="Write the mapping as canonical=yours, such as conversation_id=case_no.",
            )
        if own not in names:
            raise TranscriptError(
                source,
                f"column {own!r}, named for {canonical!r}, is not there",
                expected=f"one of {there}",
                came=repr(own),
                do="Correct the name in the column mapping.",
            )
    taken = set(chosen.values())
    folded: dict[str, str] = {}
    for name in names:
        if name not in taken:
            folded.setdefault(key(name), name)
    found = {own: canonical for canonical, own in chosen.items()}
    for canonical, aliases in ALIASES.items():
        if canonical in chosen:
            continue
        own_name = next((folded[k] for k in (canonical, *aliases) if k in folded), None)
        if own_name is not None and own_name not in found:
            found[own_name] = canonical
    wide = is_wide(found.values()) and not {"role", "text"} & set(chosen)
    wanted, unread = (WIDE, LONG[1:]) if wide else (LONG, WIDE[1:])
    found = {own: name for own, name in found.items() if name not in unread}
    have = set(found.values())
    missing = [name for name in wanted if name not in have]
    if missing:
        first = missing[0]
        raise TranscriptError(
            source,
            f"required column {first!r} is missing",
            expected=f"{first!r} or one of {', '.join(ALIASES[first])}",
            came=there,
            do=f"Name it by hand: --columns {first}=YOUR_COLUMN (columns={{{first!r}: ...}}).",
        )
    twice = next((own for own in found if names.count(own) > 1), None)
    if twice is not None:
        raise TranscriptError(
            source,
            f"column {twice!r} stands twice",
            expected="one column of that name",
            came=there,
            do="Rename or drop one of them.",
        )
    return found


def listed(names: Iterable[str], most: int = 20) -> str:
    """List the names of columns for a message."""
    shown = [named(name) for name in names]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return (", ".join(shown[:most]) or "no columns") + more


def named(value: object) -> str:
    """Quote a name or a label in a message, unless it looks like something that a person said.

    A file without a header has customers' words where the names of columns should be, and a column
    taken for the role, or for labels, may hold texts.
    """
    text = str(value)
    return repr(value) if is_name(text) else f"a text of {len(text)} characters"


def is_name(value: str) -> bool:
    """Tell whether a value is short and plain enough to be the name of a column or a role."""
    return len(value) <= 32 and len(value.split()) <= 3 and value.isprintable()


def is_wide(have: Iterable[str]) -> bool:
    """Tell whether canonical columns `have` describe one row an exchange."""
    return {"customer_text", "agent_text"} <= set(have)


def resolve_role(value: object, extra: Mapping[str, Role]) -> Role | None:
    """Give the role that `value` names, or None where nobody knows it."""
    folded = key(value)
    return extra.get(folded) or _ROLE_OF.get(folded)
