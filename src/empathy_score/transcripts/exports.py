"""What vendors and tools export -> rows of turns, chosen by content, not by the file's name.

To add a reader, write one function and one line in `READERS`. A reader takes a JSON document, or a
text, and gives one mapping a turn, or None where the document is not of its kind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from empathy_score.errors import TranscriptError
from empathy_score.transcripts.columns import ALIASES, LONG, ROLES, key, listed

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Reader:
    """One form of export.

    Parameters
    ----------
    name : str
        As shown in errors.
    keys : tuple of str
        Top-level keys that such a document has; for naming the nearest form.
    read : callable
        Document -> rows, or None.
    """

    name: str
    keys: tuple[str, ...]
    read: Callable[[Any], Rows | None]


def contact_lens(document: Any) -> Rows | None:
    """Read Amazon Connect Contact Lens output, of calls or chats."""
    said = _list(document, "Transcript")
    if said is None:
        return None
    roles = {
        p.get("ParticipantId"): p.get("ParticipantRole")
        for p in document.get("Participants") or []
        if isinstance(p, Mapping)
    }
    metadata = document.get("CustomerMetadata") or {}
    contact = metadata.get("ContactId") or document.get("ContactId") or document.get("JobName")
    channel = {"VOICE": "phone", "CHAT": "chat"}.get(str(document.get("Channel", "")).upper())
    rows = []
    for turn in said:
        who = turn.get("ParticipantId")
        role = turn.get("ParticipantRole") or roles.get(who) or who
        time = turn.get("AbsoluteTime")
        if time is None and turn.get("BeginOffsetMillis") is not None:
            time = turn["BeginOffsetMillis"] / 1000
        role = "bot" if "BOT" in str(role).upper() else role
        rows.append({"conversation_id": contact, "role": role, "text": turn.get("Content"),
                     "timestamp": time, "channel": channel})  # fmt: skip
    return rows


def zendesk(document: Any) -> Rows | None:
    """Read a Zendesk ticket with its comments; private comments become notes."""
    said = _list(document, "comments")
    if said is None or not all("author_id" in comment for comment in said):
        return None
    ticket = document.get("ticket") or document
    roles = {user.get("id"): user.get("role") for user in document.get("users") or []}
    requester = ticket.get("requester_id") or (ticket.get("requester") or {}).get("id")
    public = [comment["author_id"] for comment in said if comment.get("public", True)]
    if requester is None and "end-user" not in roles.values():
        requester = public[0] if public else None  # who opened the ticket asks
    rows = []
    for comment in said:
        author = comment["author_id"]
        asked = author == requester or roles.get(author) == "end-user"
        role = "customer" if asked else "agent"
        text = comment.get("plain_body") or comment.get("body") or ""
        rows.append({
            "conversation_id": ticket.get("id"),
            "role": role if comment.get("public", True) else "note",
            "text": text if comment.get("plain_body") else _plain(text),
            "timestamp": comment.get("created_at"),
            "agent_id": author if role == "agent" else None,
            "channel": _channel(comment),
            "subject": ticket.get("subject"),
        })  # fmt: skip
    return rows


def intercom(document: Any) -> Rows | None:
    """Read an Intercom conversation; notes and bots stay apart."""
    parts = document.get("conversation_parts") if isinstance(document, Mapping) else None
    if isinstance(parts, Mapping):
        parts = parts.get("conversation_parts")
    if not isinstance(parts, list):
        return None
    source = document.get("source") or {}
    first = {**source, "created_at": document.get("created_at"), "part_type": "comment"}
    roles = {"user": "customer", "lead": "customer", "contact": "customer", "admin": "agent",
             "team": "agent"}  # fmt: skip
    rows = []
    for part in ([first] if source.get("body") else []) + parts:
        if not part.get("body"):
            continue
        author = part.get("author") or {}
        role = roles.get(str(author.get("type")), "bot")
        rows.append({
            "conversation_id": document.get("id"),
            "role": "note" if str(part.get("part_type")).startswith("note") else role,
            "text": _plain(part["body"]), "timestamp": part.get("created_at"),
            "agent_id": author.get("id") if role == "agent" else None, "channel": "chat",
        })  # fmt: skip
    return rows


def genesys(document: Any) -> Rows | None:
    """Read a Genesys Cloud transcript."""
    transcripts = _list(document, "transcripts")
    if transcripts is None or not all("phrases" in one for one in transcripts):
        return None
    purposes = {"internal": "agent", "external": "customer", "agent": "agent", "user": "agent",
                "customer": "customer", "acd": "bot", "ivr": "bot", "bot": "bot"}  # fmt: skip
    return [
        {"conversation_id": document.get("conversationId"),
         "role": purposes.get(str(phrase.get("participantPurpose")).lower(),
                              phrase.get("participantPurpose")),
         "text": phrase.get("text") or phrase.get("decoratedText"),
         "timestamp": phrase.get("startTimeMs"),
         "channel": _genesys_channel(document)}
        for one in transcripts
        for phrase in one["phrases"] or []
    ]  # fmt: skip


def insights_entries(document: Any) -> Rows | None:
    """Read the JSON that Google's Conversational Insights takes in: a list of entries."""
    said = _list(document, "entries")
    if said is None or not all("role" in entry and "text" in entry for entry in said):
        return None
    return [
        {"conversation_id": document.get("conversation_id") or document.get("id"),
         "role": _google(entry["role"]), "text": entry["text"],
         "timestamp": entry.get("start_timestamp_usec"),
         "agent_id": entry.get("user_id") if _google(entry["role"]) == "agent" else None}
        for entry in said
    ]  # fmt: skip


def insights_conversation(document: Any) -> Rows | None:
    """Read a conversation that Google's Conversational Insights exports."""
    transcript = document.get("transcript") if isinstance(document, Mapping) else None
    said = _list(transcript, "transcriptSegments")
    if said is None:
        return None
    return [
        {"conversation_id": str(document.get("name", "")).rpartition("/")[2] or None,
         "role": _google((segment.get("segmentParticipant") or {}).get("role")),
         "text": segment.get("text"), "timestamp": segment.get("messageTime"),
         "agent_id": document.get("agentId"),
         "channel": {"PHONE_CALL": "phone", "CHAT": "chat"}.get(str(document.get("medium")))}
        for segment in said
    ]  # fmt: skip


def chat_messages(document: Any) -> Rows | None:
    """Read chat-format messages: user, assistant, system, tool."""
    said = _list(document, "messages")
    if said is None or not all("role" in m for m in said):
        return None
    roles = {"user": "customer", "assistant": "agent", "human": "customer", "tool": "system",
             "developer": "system", "function": "system"}  # fmt: skip
    name = document.get("conversation_id", document.get("id"))
    return [
        {"conversation_id": name, "role": roles.get(str(m["role"]), m["role"]),
         "text": _content(m.get("content")), "channel": "chat"}
        for m in said
    ]  # fmt: skip


def twilio(document: Any) -> Rows | None:
    """Read Twilio's message lists, of conversations or of SMS.

    Of a conversation, who writes from a phone number, or is marked as one in `attributes`, is
    customer, and the others agents; where nobody is, authors are roles, which `roles` names.
    """
    said = _list(document, "messages")
    if said is None or not all("body" in m and ("author" in m or "direction" in m) for m in said):
        return None
    rows = []
    told = any(_is_customer(m) for m in said)
    for m in said:
        author = str(m.get("author", m.get("from")))
        if "direction" in m:
            role = "customer" if str(m["direction"]).startswith("inbound") else "agent"
        elif author.lower() == "system":
            role = "system"
        else:
            role = "customer" if _is_customer(m) else "agent" if told else author
        name = m.get("conversation_sid") or m.get("channel_sid")
        if name is None and "direction" in m:
            name = m.get("from") if role == "customer" else m.get("to")
        rows.append({
            "conversation_id": name, "role": role, "text": m["body"], "turn": m.get("index"),
            "timestamp": m.get("date_created") or m.get("date_sent"),
            "agent_id": author if role == "agent" else None,
        })  # fmt: skip
    return rows


def slack(document: Any) -> Rows | None:
    """Read a Slack channel's export: a list of messages, threads apart.

    Slack does not say who is agent: users are roles, which `roles` names.
    """
    said = document.get("messages") if isinstance(document, Mapping) else document
    if not isinstance(said, list) or not said:
        return None
    if not all(isinstance(m, Mapping) and "ts" in m and "text" in m for m in said):
        return None
    if not any("user" in m or "bot_id" in m for m in said):
        return None
    return [
        {"conversation_id": m.get("thread_ts", m["ts"]),
         "role": "bot" if m.get("bot_id") or _housekeeping(m) else m.get("user"),
         "text": m["text"], "timestamp": m["ts"], "agent_id": m.get("user"), "channel": "chat"}
        for m in said
    ]  # fmt: skip


READERS: tuple[Reader, ...] = (
    Reader("Amazon Connect Contact Lens", ("Transcript", "Participants", "Channel"), contact_lens),
    Reader("Zendesk ticket with comments", ("ticket", "comments", "users"), zendesk),
    Reader("Intercom conversation", ("type", "id", "source", "conversation_parts"), intercom),
    Reader("Genesys Cloud transcript", ("conversationId", "transcripts"), genesys),
    Reader("Conversational Insights entries", ("entries",), insights_entries),
    Reader("Conversational Insights conversation", ("name", "transcript"), insights_conversation),
    Reader("chat-format messages", ("messages",), chat_messages),
    Reader("Twilio messages", ("messages", "meta"), twilio),
    Reader("Slack messages", ("messages",), slack),
)
"""Readers of JSON documents, in the order in which they are asked."""


def read_documents(documents: Iterable[Any], name: str) -> Rows | None:
    """Read JSON documents, each a conversation or several.

    Parameters
    ----------
    documents : iterable
    name : str
        Of the source; conversations without a name of their own are numbered.

    Returns
    -------
    list of dict or None
        One mapping a turn; None where the first document is of no known form.

    Raises
    ------
    TranscriptError
        Where a later document is of no known form.
    """
    rows: Rows = []
    for number, document in enumerate(documents, 1):
        found = _read(document, name, number)
        if found is None:
            if number == 1:
                return None
            raise unknown(document, name, number)
        for row in found:
            if row.get("conversation_id") is None:
                row["conversation_id"] = f"{number}"
            rows.append(row)
    return rows


def _read(document: Any, name: str, number: int) -> Rows | None:
    if _is_row(document):
        return None
    for reader in READERS:
        try:
            found = reader.read(document)
        except (TypeError, AttributeError, LookupError, ValueError, ArithmeticError) as error:
            raise TranscriptError(
                name,
                f"document {number} looks like {reader.name}, and cannot be read",
                expected="the shape in which it is exported",
                came=f"another ({type(error).__name__})",
                do="Export it again whole, or convert it to a table of turns.",
            ) from None  # the cause may quote what was said
        if found is not None:
            return found
    return None


def _is_row(document: Any) -> bool:
    """Tell a row of a table of turns from a document: it names its conversation, role and text."""
    one = document[0] if isinstance(document, list) and document else document
    names = {key(name) for name in one} if isinstance(one, Mapping) else set()
    return all(names & {column, *ALIASES[column]} - {"transcript"} for column in LONG)


def unknown(document: Any, name: str, number: int = 1) -> TranscriptError:
    """Say which keys a document has, and which form it is nearest to."""
    keys = list(map(str, document)) if isinstance(document, Mapping) else []
    near = max(READERS, key=lambda reader: _overlap(keys, reader.keys))
    came = f"an object with {listed(keys, 12)}" if keys else type(document).__name__
    lacking = [name for name in near.keys if name not in keys]
    return TranscriptError(
        name,
        f"document {number} has no known form",
        expected="a table of turns, or one of: " + "; ".join(r.name for r in READERS),
        came=came,
        do=f"Nearest is {near.name}, whose {', '.join(lacking) or 'turns'} it lacks.",
    )


_CUE = re.compile(r"^(?:\d+:)?\d\d:\d\d[.,]\d{3}\s+-->")
_VOICE = re.compile(r"<v(?:\.[\w.]+)?\s+([^<>]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_SPEAKER = re.compile(
    r"^\s*(?:\[?\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]m)?\]?\s*)?"  # a time before it
    r"([A-Za-z][\w .'-]{0,30}?)\s*:(?!//)\s*(.*)$",
    re.IGNORECASE,
)

_KNOWN = {value for values in ROLES.values() for value in values}


def webvtt(text: str) -> Rows | None:
    """Read WebVTT whose cues name their speaker, by a voice tag or ``Agent:``."""
    if not text.lstrip("\ufeff").startswith("WEBVTT"):
        return None
    rows: Rows = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines = block.strip().split("\n")
        cue = next((i for i, line in enumerate(lines) if _CUE.match(line)), None)
        if cue is None:
            continue
        start = lines[cue].split("-->")[0].strip().replace(",", ".")
        for line in lines[cue + 1 :]:
            voice, label = _VOICE.search(line), _SPEAKER.match(_TAG.sub("", line))
            words = _TAG.sub("", line).strip()
            if voice or label:
                who = voice[1].strip() if voice else label[1]  # type: ignore[index]
                words = words if voice else label[2]  # type: ignore[index]
                rows.append({"conversation_id": "1", "role": who, "text": words,
                             "timestamp": _clock(start), "channel": "phone"})  # fmt: skip
            elif rows:
                rows[-1]["text"] += f" {words}"
    return _joined(rows) if rows else None


def labelled_text(text: str) -> Rows | None:
    """Read plain text of ``Agent: ...`` and ``Customer: ...`` lines.

    A label may stand on a line of its own. Where two known roles are among the labels, other words
    before a colon are part of what is said. A line of ``---`` or ``===`` parts conversations.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    labels = [label[1] for line in lines if (label := _SPEAKER.match(line))]
    known = {label for label in labels if key(label) in _KNOWN}
    speakers = known if len({key(label) for label in known}) > 1 else set(labels)
    rows: Rows = []
    number = 1
    for line in lines:
        label = _SPEAKER.match(line)
        if re.fullmatch(r"\s*[-=_*]{3,}\s*", line):
            number += bool(rows)
        elif label and label[1] in speakers:
            rows.append({"conversation_id": str(number), "role": label[1], "text": label[2]})
        elif line.strip() and rows:
            rows[-1]["text"] = f"{rows[-1]['text']}\n{line.strip()}".strip()
        elif line.strip():
            return None
    return rows if len(rows) > 1 and 2 <= len({key(s) for s in speakers}) <= 6 else None


def convokit(folder: Path) -> Rows:
    """Read a ConvoKit corpus folder; a speaker's role is in the metadata of speaker or utterance.

    Raises
    ------
    TranscriptError
        Where the folder is no such corpus.
    """
    file = folder / "utterances.jsonl"
    if not file.is_file():
        raise TranscriptError(
            str(folder),
            "is a folder, and no ConvoKit corpus",
            expected="a file, or a folder with utterances.jsonl",
            came=", ".join(sorted(p.name for p in folder.iterdir())[:8]) or "an empty folder",
            do="Name the transcript file itself.",
        )
    speakers = _json_file(folder / "speakers.json") or _json_file(folder / "users.json")
    rows = []
    text = file.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        said = _json_object(line)
        if said is None:
            raise TranscriptError(
                str(file),
                f"line {number} is no JSON object",
                expected="one utterance a line",
                came="something else",
                do="Mend or remove that line.",
            )
        who = said.get("speaker", said.get("user"))
        own = _mapping(speakers.get(str(who)))
        meta = {**_mapping(own.get("meta", own)), **_mapping(said.get("meta"))}
        role = meta.get("role", meta.get("type"))
        if role is None and "is_agent" in meta:
            role = "agent" if meta["is_agent"] else "customer"
        rows.append({
            "conversation_id": said.get("conversation_id", said.get("root")),
            "role": who if role is None else role, "text": said.get("text"),
            "timestamp": said.get("timestamp"), "agent_id": who,
        })  # fmt: skip
    return rows


def _json_file(path: Path) -> dict[str, Any]:
    try:
        return _json_object(path.read_text(encoding="utf-8")) or {}
    except (OSError, ValueError):
        return {}


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(document: Any, name: str) -> list[Any] | None:
    found = document.get(name) if isinstance(document, Mapping) else None
    whole = isinstance(found, list) and all(isinstance(one, Mapping) for one in found)
    return found if whole else None


def _overlap(keys: list[str], wanted: tuple[str, ...]) -> float:
    lower = {name.lower() for name in keys}
    known = {name.lower() for name in wanted}
    return len(lower & known) / len(lower | known) if lower else 0.0


def _joined(rows: Rows) -> Rows:
    """Join cues in a row by the same speaker into one turn."""
    turns: Rows = []
    for row in rows:
        if turns and turns[-1]["role"] == row["role"]:
            turns[-1]["text"] += f" {row['text']}"
        else:
            turns.append(row)
    return turns


def _clock(stamp: str) -> float:
    seconds = 0.0
    for part in stamp.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _google(role: Any) -> Any:
    roles = {"HUMAN_AGENT": "agent", "AGENT": "agent", "AUTOMATED_AGENT": "bot",
             "END_USER": "customer", "CUSTOMER": "customer"}  # fmt: skip
    return roles.get(str(role).upper(), role)


def _genesys_channel(document: Mapping[str, Any]) -> str | None:
    kind = str(document.get("mediaType", "")).lower()
    return {"call": "phone", "voice": "phone", "chat": "chat", "message": "chat"}.get(kind)


def _is_customer(message: Mapping[str, Any]) -> bool:
    marks = message.get("attributes")
    marks = marks if isinstance(marks, str) else json.dumps(marks)
    number = re.match(r"(?:[a-z]+:)?\+?\d{6,}$", str(message.get("author", "")))
    return bool(number) or '"customer"' in marks


def _housekeeping(message: Mapping[str, Any]) -> bool:
    """Tell Slack's own notices from what people write."""
    kind = str(message.get("subtype") or "")
    return kind.startswith(("bot_", "channel_", "group_", "pinned_", "reminder_"))


def _channel(comment: Mapping[str, Any]) -> str | None:
    via = comment.get("via")
    found = via.get("channel") if isinstance(via, Mapping) else None
    return str(found) if found else None


def _content(content: Any) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    pieces = [p.get("text", "") if isinstance(p, Mapping) else str(p) for p in content]
    return "\n".join(str(piece) for piece in pieces if piece)


class _Words(HTMLParser):
    """Collects the words of HTML; a block's end is a line's end."""

    _BLOCKS = frozenset(("p", "div", "br", "li", "tr", "h1", "h2", "h3", "blockquote"))
    _SILENT = frozenset(("script", "style", "head", "title"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Begin a line with a block; ignore what is never shown."""
        del attrs
        self.silent += tag in self._SILENT
        if tag == "br":
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a line with a block."""
        self.silent -= tag in self._SILENT and self.silent > 0
        if tag in self._BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if not self.silent:
            self.pieces.append(data)


_LONE = re.compile("<(?!!--)(?![^<>]*>)")
"""A sign that begins no tag; the parser takes time in the square of many of these."""


def _plain(html: str) -> str:
    """Give the words of HTML; tags and comments that do not end are words."""
    text = str(html)
    ended = text.rfind("-->") + 1
    text = text[:ended] + text[ended:].replace("<!--", "&lt;!--")
    parser = _Words()
    parser.feed(_LONE.sub("&lt;", text))
    parser.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(parser.pieces)).strip()


def turns_of(rows: Rows) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give rows with their numbers, without columns that are empty in all of them."""
    used = {name for row in rows for name, value in row.items() if value is not None}
    for number, row in enumerate(rows, 1):
        yield number, {name: value for name, value in row.items() if name in used}
