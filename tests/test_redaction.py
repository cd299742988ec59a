"""What is taken out, what stays, and that nothing else ever sees it."""

import time

import pandas as pd
import pytest

from empathy_score import Conversation, Transcripts, Turn, read_transcripts, redact, score

TAKEN = [
    ("Mail jo@example.com.", "Mail [email]."),
    ("'jo.smith+shop@mail.example.co.uk',", "'[email]',"),
    ("mailto:jo_1@example.org?subject=hi", "mailto:[email]?subject=hi"),
    ("card 4111 1111 1111 1111 exp 10/27 cvv 123", "card [card] exp 10/27 cvv 123"),
    ("4111-1111-1111-1111", "[card]"),
    ("4111\u00a01111\u00a01111\u00a01111", "[card]"),
    ("My Amex is 3782 822463 10005!", "My Amex is [card]!"),
    ("5500000000000004,378282246310005", "[card],[card]"),
    ("card 4111 1111 1111 1112", "card [account]"),  # the check digit is wrong
    ("４１１１１１１１１１１１１１１１", "[card]"),
    ("IBAN GB82 WEST 1234 5698 7654 32 PLEASE", "IBAN [account] PLEASE"),
    ("gb82west12345698765432 thanks a lot", "[account] thanks a lot"),
    ("BE68 5390 0754 7034 into that one", "[account] into that one"),
    (
        "account number 12345678, sort code 12-34-56",
        "account number [account], sort code [account]",
    ),
    ("acct #: 1234567", "acct #: [account]"),
    ("SSN 123-45-6789", "SSN [account]"),
    ("tracking 00340434161094042557", "tracking [account]"),
    ("since 2026-03-02 123456789 is", "since 2026-03-02 [account] is"),
    ("ring 020 7946 0958 2 times", "ring [phone] 2 times"),
    ("Tel: 020-7946-0958.", "Tel: [phone]."),
    ("+44 (0)20 7946 0958", "[phone]"),
    ("0044 20 7946 0958", "[phone]"),
    ("+49 151 12345678", "[phone]"),
    ("+1 (202) 555-0143 10 times", "[phone] 10 times"),
    ("(202) 555-0143 or 202.555.0144", "[phone] or [phone]"),
    ("call 1-800-356-9377", "call [phone]"),
    ("07700 900123", "[phone]"),
    ("06 12 34 56 78 ou 06.12.34.56.78", "[phone] ou [phone]"),
    ("030/1234567", "[phone]"),
]


@pytest.mark.parametrize(("text", "kept"), TAKEN)
def test_what_is_taken_out(text, kept):
    assert redact(text) == kept
    assert redact(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "order 48213, #BM-310044, 1234567 and 12345678",
        "1Z999AA10123456784",
        "in 1998, 2004 and 2010", "years 2019 2020 2021", "account in 2024 2025", "2024-2026",
        "£20.50 x 12 = £246.00", "$1,234,567.89", "123456789.50 dollars", "$1 000 000",
        "1.234.567.890", "account balance £123456",
        "10:30-11:45", "09.30 10.15 11.45", "2026-03-02 10:03:00", "2026-03-02T10:03:00Z",
        "02/03/2026 10:03", "at 10.30 on 01.02.2026", "12/03/2026-15/03/2026",
        "2026-03-02 2026-03-05", "My account since 2026-03-02 is",
        "IP 192.168.100.200", "v10.0.19045", "51.507351, -0.127758", "3.14159265358979",
        "room 101, 3 x 250 ml, 16-17 March, 9:00-17:00", "@jane_doe thanks", "a @ b",
        "card ending 4111", "GB is in Europe", "to22 this that then",
    ],
)  # fmt: skip
def test_what_stays(text):
    assert redact(text) == text


@pytest.mark.parametrize(
    "piece",
    ["a", "a@", "1 ", "1", "1-", "+1", "(0", "account ", "account 1", "ab12 ", "gb82 west ",
     "12345678 ", "12345678x ", ".", "2026-03-02 ", "a.", "1.1", "0(", "٣", "4111 "],
)  # fmt: skip
def test_time_in_proportion_to_the_text(piece):
    """A fraction of a second; time in proportion to the square would be minutes."""
    begun = time.process_time()
    redact(piece * (200_000 // len(piece)) + "x")
    assert time.process_time() - begun < 5


def plain(text):
    return text.replace("secret", "***")


ROWS = [
    {"conversation_id": "secret 1", "role": "agent", "text": "so sorry, secret is out",
     "agent_id": "secret agent", "note": "secret", "nested": {"a": ["secret", 5]}, "n": 5},
    {"conversation_id": "secret 1", "role": "customer", "text": None, "agent_id": None,
     "note": None, "nested": None, "n": 1.5},
]  # fmt: skip


@pytest.mark.parametrize("source", [ROWS, pd.DataFrame(ROWS)], ids=["rows", "frame"])
def test_texts_and_what_passes_through_are_redacted_and_what_groups_is_not(source):
    read = read_transcripts(source, redact=plain)
    assert read.conversations[0].turns[0].text == "so sorry, *** is out"
    first = read.table.iloc[0]
    assert first["text"] == "so sorry, *** is out"
    assert first["note"] == "***"
    assert first["nested"] == {"a": ["***", 5]}
    assert (first["conversation_id"], first["agent_id"]) == ("secret 1", "secret agent")
    assert pd.isna(read.table["text"].iloc[1])
    assert read.table["n"].tolist() == [5, 1.5]
    assert "secret" in ROWS[0]["text"]
    assert "secret" in read_transcripts(source).table["note"].iloc[0]


@pytest.mark.parametrize("dtype", ["int64", "Int64", "float64", object])
def test_numbers_that_must_not_be_shown_are_left_out_of_their_columns(dtype):
    frame = pd.DataFrame({"conversation_id": 1, "role": "agent", "text": [4111111111111111, 5]})
    frame["phone"] = pd.Series([447700900123, 12], dtype=dtype)
    frame["price"] = [12.5, 10**12 + 0.5]
    table = read_transcripts(frame, redact=redact).table
    assert table["text"].tolist() == ["[card]", "5"]
    assert table["phone"].isna().tolist() == [True, False]
    assert table["phone"].iloc[1] == 12
    assert table["price"].tolist() == frame["price"].tolist()


def test_each_text_is_asked_for_once():
    asked = []
    rows = [{"conversation_id": i, "role": "agent", "text": "hi"} for i in range(5)]
    read_transcripts(rows, redact=lambda text: asked.append(text) or text)
    assert asked == ["hi"]


def test_an_exchange_a_row():
    rows = [{"conversation_id": 1, "customer_text": "secret?", "agent_text": "secret!"}]
    read = read_transcripts(rows, redact=plain)
    assert read.table["text"].tolist() == ["***?", "***!"]
    assert "secret" not in read.table.to_json()


def test_conversations_made_in_code():
    made = Transcripts.of([Conversation("c", (Turn("agent", "secret"),))]).redacted(plain)
    assert made.conversations[0].turns[0].text == made.table["text"].iloc[0] == "***"


def test_scores_are_of_the_redacted_text_and_spans_refer_to_it(scorer):
    said = "Dear jo@example.com, I'm so sorry about card 4111 1111 1111 1111, I'll refund it today."
    rows = [{"conversation_id": 1, "role": "agent", "text": said}]
    given = Conversation("1", (Turn("agent", said),))
    wanted = scorer.score(read_transcripts([{**rows[0], "text": redact(said)}])).turns()
    for table in (rows, [given], read_transcripts(rows)):
        turns = scorer.score(table, redact=redact).turns()
        text = turns["text"].iloc[0]
        assert text == redact(said)
        assert turns["markers"].iloc[0] == wanted["markers"].iloc[0]
        assert turns["care"].iloc[0] == wanted["care"].iloc[0]
        for marker in turns["markers"].iloc[0]:
            assert text[marker["start"] : marker["end"]] == marker["text"]
    assert score(rows, model=scorer.model, redact=redact).table["text"].iloc[0] == redact(said)
