"""What vendors export is read by its content; an unknown shape says what it is nearest to."""

import json
import shutil

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
    assert table["topic"].tolist() == ["Wrong size, third time"] * 3
    assert table["agent_id"].tolist()[2] == 235
    call = read_transcripts(root / "data" / "exports" / "contact_lens.json").table
    assert call["channel"].unique().tolist() == ["phone"]
    assert call["conversation_id"].unique().tolist() == ["5f0c-brightwave-77"]


def test_an_unknown_shape_names_its_keys_and_the_nearest_form(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"Participants": [], "Channel": "VOICE", "Turns": [{"a": 1}]}))
    with pytest.raises(TranscriptError) as error:
        read_transcripts(path)
    assert "Participants, Channel, Turns" in str(error.value)
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
