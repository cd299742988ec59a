"""A corpus of words with planted truth: `insight/planted.txt`, read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

PHRASES = (
    "Your satisfaction is our number one priority here",
    "Please do not hesitate to contact us again",
    "We apologise for any inconvenience this may have caused",
    "Thank you for your patience and understanding in this matter",
    "Is there anything else I can help you with today",
    "Our terms and conditions can be found on the website",
    "Your case reference has been noted on the system",
    "We are currently experiencing higher volumes than usual",
    "As a valued customer your feedback matters to us",
    "Kindly quote your order number in all correspondence",
    "Opening hours are nine to five from Monday to Friday",
    "We look forward to serving you again very soon",
)
ROLES = {"c": "customer", "a": "agent"}
GAP = pd.Timedelta(minutes=10)


def planted_turns() -> pd.DataFrame:
    """Give the turns, with what is planted in each conversation and reply beside them."""
    text = (Path(__file__).parent / "insight" / "planted.txt").read_text(encoding="utf-8")
    rows: list[dict[str, object]] = []
    for number, block in enumerate(text.split("\n\n")[1:]):
        head, *lines = block.strip().split("\n")
        agent, day, kind = head.split()
        time = pd.Timestamp(f"{day}T09:00", tz="UTC")
        for line in lines:
            mark, said = line.split(" ", 1)
            first, _, rest = said.partition(" ")
            wait = first.removesuffix("h")
            if wait.isdigit() and wait != first:
                time, said = time + pd.Timedelta(hours=int(wait)), rest
            else:
                time += GAP
            rows.append({
                "conversation_id": f"p{number:02d}", "role": ROLES[mark[0]],
                "text": said.format(*PHRASES), "timestamp": time.isoformat(), "agent_id": agent,
                "company": "Harbour", "planted": kind,
                "empathy_planted": {"+": "given", "-": "missed"}.get(mark[1:]),
            })  # fmt: skip
    return pd.DataFrame(rows)
