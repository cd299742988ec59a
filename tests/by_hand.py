"""Scores written by hand: what insights read, without a model."""

import numpy as np
import pandas as pd

from empathy_score import DIMENSIONS, read_transcripts
from empathy_score.scores import Scores

TEXT_COLUMNS = ("road", "stage", "feeling", "opportunity")
NUMBERS = ("care", "teach", "empathy", "apology", "deflecting", "cognitive_control",
           "behavioural_control", "problem_solving", "recovery", "score", "valence")  # fmt: skip
GIVEN = ("conversation_id", "role", "text", "agent_id", "team", "company", "timestamp", "turn")


def written(rows, markers=None):
    """Make `Scores` of rows that hold their own scores; a number that is not given is 0."""
    table = pd.DataFrame(
        [{name: row[name] for name in GIVEN if name in row} for row in rows],
        columns=None if rows else GIVEN[:3],
    )
    columns = {}
    for name in TEXT_COLUMNS:
        columns[name] = np.array([row.get(name) for row in rows] + [None], dtype=object)[:-1]
    for name in NUMBERS:
        role = "customer" if name == "valence" else "agent"
        columns[name] = np.array(
            [row.get(name, 0.0) if row["role"] == role else np.nan for row in rows], dtype=float
        )
    for place, row in enumerate(rows):
        if row["role"] == "agent":
            columns["road"][place] = row.get("road", "none")
            columns["stage"][place] = row.get("stage", "delivery")
        else:
            columns["feeling"][place] = row.get("feeling", "neutral")
    replies = {i: () for i, row in enumerate(rows) if row["role"] == "agent"}
    return Scores(
        transcripts=read_transcripts(table),
        dimensions=tuple(d for d in DIMENSIONS if d.name in columns),
        columns=columns,
        markers=replies | (markers or {}),
        signature="by hand",
        notes=(),
        seconds=0.0,
    )


def talk(name, *turns, **shared):
    """Write a conversation of pairs: ``("c", text, scores)`` or ``("a", text, scores)``."""
    roles = {"c": "customer", "a": "agent"}
    return [
        {"conversation_id": name, "role": roles[role], "text": text, **shared, **scores}
        for role, text, scores in turns
    ]


def fuzz(rng, n):
    """Give words at random: text in which nothing recurs."""
    letters = np.array(list("abcdefghijklmnoprstuvwz"))
    return " ".join("".join(rng.choice(letters, rng.integers(3, 9))) for _ in range(n))
