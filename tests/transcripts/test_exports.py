"""What vendors export is read by its content; an unknown shape says what it is nearest to."""

import json
import shutil
from contextlib import suppress

import pytest

from empathy_score import TranscriptError, read_transcripts

SAMPLES = {
    "contact_lens.json": (["agent", "customer", "agent", "customer"], "bounced rent"),
    "zendesk_ticket.json": (["customer", "other", "agent"], "bin was labelled wrong & nobody"),
    "intercom_conversation.json": (["customer", "other", "other", "agent"], "tap Back up"),
    "genesys_transcript.json": (["agent", "customer", "agent"], "meter company"),
    "insights_entries.json": (["customer", "agent"], "tree on the line"),
    "insights_conversation.json": (["customer", "other", "agent"], "sorry about your father"),
    "chat_messages.jsonl": (["other", "customer", "agent", "customer", "agent"], "only cancel"),
    "twilio_messages.json": (["customer", "agent", "other"], "by the window"),
    "call.vtt": (["agent", "customer", "agent"], "within the hour"),
    "chat.txt": (["customer", "agent", "customer", "customer", "agent"], "You would have to ask"),
    "convokit_corpus": (["customer", "agent"], "Crew hours ran out"),
}


def roles(transcripts):
    return [turn.role for conversation in transcripts for turn in conversation.turns]


@pytest.mark.parametrize("name", SAMPLES)
def test_samples(root, name):
    wanted, words = SAMPLES[name]
    read = read_transcripts(root / "data" / "exports" / name)
    assert roles(read) == wanted
    agents = [t.text for c in read for t in c.turns if t.role == "agent"]
    assert any(words in text for text in agents)
    assert not any("<p>" in text or "&amp;" in text for text in agents)
    assert all(conversation.id for conversation in read)


@pytest.mark.parametrize("name", [n for n in SAMPLES if "." in n])
def test_the_content_decides_not_the_name(root, name, tmp_path):
    copy = tmp_path / "export.dat"
    shutil.copy(root / "data" / "exports" / name, copy)
    assert roles(read_transcripts(copy)) == SAMPLES[name][0]


def test_slack_users_need_their_roles_named(root):
    path = root / "data" / "exports" / "slack_channel.json"
    with pytest.raises(TranscriptError, match="U0CUST"):
        read_transcripts(path)
    read = read_transcripts(path, roles={"U0CUST": "customer", "U0HELP": "agent"})
    assert roles(read) == ["customer", "agent", "other"]


def test_several_conversations_stay_apart(root):
    for name, count in (("chat.txt", 2), ("chat_messages.jsonl", 2)):
        assert len(read_transcripts(root / "data" / "exports" / name)) == count


def test_several_documents_in_a_list(root, tmp_path):
    one = json.loads((root / "data" / "exports" / "insights_entries.json").read_text())
    path = tmp_path / "all.json"
    path.write_text(json.dumps([one, one]))
    read = read_transcripts(path)
    assert len(read) == 2
    path.write_text(json.dumps([one, {"strange": 1}]))
    with pytest.raises(TranscriptError, match="document 2 has no known form"):
        read_transcripts(path)


def test_channels_and_agents_come_along(root):
    table = read_transcripts(root / "data" / "exports" / "zendesk_ticket.json").table
    assert table["subject"].tolist() == ["Wrong size, third time"] * 3
    assert table["agent_id"].tolist()[2] == 235
    call = read_transcripts(root / "data" / "exports" / "contact_lens.json").table
    assert call["channel"].unique().tolist() == ["phone"]
    assert call["conversation_id"].unique().tolist() == ["5f0c-brightwave-77"]


def test_an_unknown_shape_names_its_keys_and_the_nearest_form(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"Participants": [], "Channel": "VOICE", "Turns": [{"a": 1}]}))
    with pytest.raises(TranscriptError) as error:
        read_transcripts(path)
    assert "'Participants', 'Channel', 'Turns'" in str(error.value)
    assert "Nearest is Amazon Connect Contact Lens, whose Transcript it lacks" in str(error.value)


def test_an_export_without_turns_is_said(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"entries": []}))
    with pytest.raises(TranscriptError, match="holds no turn"):
        read_transcripts(path)


def test_a_folder_that_is_no_corpus(tmp_path):
    (tmp_path / "readme.txt").write_text("hello")
    with pytest.raises(TranscriptError, match=r"no ConvoKit corpus.*readme\.txt"):
        read_transcripts(tmp_path)


def test_tables_are_still_tables(tmp_path):
    rows = [{"conversation_id": "a", "role": "agent", "text": "hi", "meta": {"messages": [1]}}]
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    assert roles(read_transcripts(path)) == ["agent"]
    path.write_text(json.dumps(rows))
    assert roles(read_transcripts(path)) == ["agent"]
    path.write_text(json.dumps(rows[0], indent=1).replace("\n", " "))
    assert roles(read_transcripts(path)) == ["agent"]


def written_as(tmp_path, document, name="x.json"):
    path = tmp_path / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_zendesk_comments_alone(tmp_path):
    said = [{"author_id": 11, "body": "broken"}, {"author_id": 22, "body": "mended"}]
    assert roles(read_transcripts(written_as(tmp_path, {"comments": said}))) == [
        "customer", "agent",
    ]  # fmt: skip
    nested = {"ticket": {"id": 1, "requester": {"id": 22}}, "comments": said, "users": None}
    assert roles(read_transcripts(written_as(tmp_path, nested))) == ["agent", "customer"]


def test_twilio_asks_where_it_cannot_tell(tmp_path):
    said = [{"author": "jane@example.com", "body": "hi"}, {"author": "bob", "body": "hello"}]
    path = written_as(tmp_path, {"messages": said})
    with pytest.raises(TranscriptError, match="jane@example"):
        read_transcripts(path)
    named = {"jane@example.com": "customer", "bob": "agent"}
    assert roles(read_transcripts(path, roles=named)) == ["customer", "agent"]
    said[0]["attributes"] = {"role": "customer"}
    marked = written_as(tmp_path, {"messages": said})
    assert roles(read_transcripts(marked)) == ["customer", "agent"]
    sms = [{"direction": "inbound", "from": "+4479", "to": "+44", "body": "hi"},
           {"direction": "outbound-api", "from": "+44", "to": "+4479", "body": "yes"}]  # fmt: skip
    read = read_transcripts(written_as(tmp_path, {"messages": sms}))
    assert roles(read) == ["customer", "agent"]
    assert len(read) == 1


def test_labels_on_lines_of_their_own(tmp_path):
    text = (
        "Agent: hello\nCustomer:\nmy phone is broken\nAgent:sorry\nOrder number: 12\nCustomer: ok"
    )
    (talk,) = read_transcripts(written_as(tmp_path, text, "x.txt"))
    assert [turn.role for turn in talk.turns] == ["agent", "customer", "agent", "customer"]
    assert talk.turns[1].text == "my phone is broken"
    assert talk.turns[2].text == "sorry\nOrder number: 12"


@pytest.mark.parametrize(
    "document",
    [
        {"Participants": None, "Transcript": [{"ParticipantId": "AGENT", "Content": "hi"}]},
        {"conversationId": "c", "transcripts": [{"phrases": None}, {"phrases": []}]},
        {"comments": [{"author_id": 1, "body": "x"}], "users": None, "ticket": None},
        {"conversation_parts": {"conversation_parts": [None]}, "id": 1},
        {"messages": [{"role": "assistant", "tool_calls": []}, {"role": "user", "content": "x"}]},
    ],
)
def test_nulls_are_read_or_refused_with_a_reason(tmp_path, document):
    with suppress(TranscriptError):
        assert len(read_transcripts(written_as(tmp_path, document))) == 1


def test_rows_of_a_table_are_not_taken_for_an_export(tmp_path):
    row = {"conversation_id": "a", "role": "agent", "text": "hi", "ts": "1", "comments": []}
    assert roles(read_transcripts(written_as(tmp_path, [row]))) == ["agent"]
    lines = json.dumps(row) + "\n" + json.dumps(row)
    assert roles(read_transcripts(written_as(tmp_path, lines, "x.jsonl"))) == ["agent", "agent"]


def test_a_broken_corpus_says_which_line(tmp_path):
    (tmp_path / "utterances.jsonl").write_bytes(b'["bad"]\n')
    with pytest.raises(TranscriptError, match="line 1"):
        read_transcripts(tmp_path)
