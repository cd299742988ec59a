"""`Scores` -> the turns as they were said: the table that every insight reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from empathy_score.errors import ModelError
from empathy_score.transcripts.times import instants

if TYPE_CHECKING:
    import pandas as pd

    from empathy_score.scores import Scores

Found = TypeVar("Found")


def once(work: Callable[[Scores], Found]) -> Callable[[Scores], Found]:
    """Work something out once for each `Scores`, and keep it as long as these are kept.

    What comes out is shared by all who ask: they must not change it.
    """
    known: WeakKeyDictionary[Scores, Found] = WeakKeyDictionary()

    @wraps(work)
    def kept(scores: Scores) -> Found:
        if scores not in known:
            known[scores] = work(scores)
        return known[scores]

    return kept


def spoken(scores: Scores, needs: Iterable[str] = ()) -> pd.DataFrame:
    """Lay agents' and customers' turns out in the order in which they were said.

    Parameters
    ----------
    scores : Scores
    needs : iterable of str
        Columns of scores that must be there.

    Returns
    -------
    DataFrame
        One row a turn of an agent or a customer that has words. Index: its row in `scores.table`.
        `conversation` (a number, from 0, in order of first appearance), `conversation_id`,
        `place` (among the conversation's turns), `role`, `text`, `time` (seconds; NaN where there
        is no readable timestamp), every score, and the table's other columns. Shared: not to be
        changed in place.

    Raises
    ------
    ModelError
        Where the model that scored has not what `needs` names.
    """
    lacking = [name for name in needs if name not in scores.columns]
    if lacking:
        raise ModelError(
            f"this needs {', '.join(lacking)}, which the model of these scores does not give; "
            "score with the default model, or label and train these dimensions too."
        )
    return _laid_out(scores)


@once
def _laid_out(scores: Scores) -> pd.DataFrame:
    import pandas as pd

    rows, numbers, names, places, roles, texts = [], [], [], [], [], []
    for number, conversation in enumerate(scores.transcripts):
        for place, turn in enumerate(conversation.turns):
            if turn.role == "other" or turn.row is None or not turn.text.strip():
                continue
            rows.append(turn.row)
            numbers.append(number)
            names.append(conversation.id)
            places.append(place)
            roles.append(turn.role)
            texts.append(turn.text)
    at = np.array(rows, dtype=np.int64)
    frame = pd.DataFrame(
        {"conversation": numbers, "conversation_id": names, "place": places, "role": roles,
         "text": texts},
        index=at,
    )  # fmt: skip
    times = np.full(len(scores.table), np.nan)
    if "timestamp" in scores.table and len(scores.table):
        times = instants(scores.table["timestamp"])
    frame["time"] = times[at]
    added = {name: column[at] for name, column in scores.columns.items()}
    frame = frame.assign(**added)
    others = scores.table[[n for n in scores.table.columns if n not in frame]]
    others = others.reset_index(drop=True).loc[at]
    for name in others:  # one kind of missing value is enough for all that reads these
        if others[name].isna().any():
            others[name] = others[name].astype(object).where(others[name].notna(), None)
    return frame.join(others)


def by_conversation(
    turns: pd.DataFrame, *columns: str
) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    """Go through `spoken` turns conversation by conversation, as plain values.

    Parameters
    ----------
    turns : DataFrame
    *columns : str

    Yields
    ------
    number : int
        Of the conversation.
    rows : list of tuple
        For each of its turns its row and the columns' values.
    """
    every = zip(turns["conversation"], turns.index, *(turns[n] for n in columns), strict=True)
    for number, own in groupby(every, key=itemgetter(0)):
        yield number, [values[1:] for values in own]


def replies(turns: pd.DataFrame) -> pd.DataFrame:
    """Give the agents' turns among `spoken` ones."""
    return turns[turns["role"] == "agent"]
