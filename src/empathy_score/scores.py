"""`Scores`: what a `Scorer` found, as tables of turns, conversations and groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from empathy_score.conversation import Marker
from empathy_score.dimensions import DIMENSIONS, Dimension
from empathy_score.transcripts import Note

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

ROADS: tuple[str, ...] = tuple(
    str(level) for d in DIMENSIONS if d.name == "road" for level in d.levels
)


@dataclass(frozen=True, repr=False)
class Scores:
    """Scores of every turn of a table.

    Parameters
    ----------
    table : DataFrame
        The turns as they came, columns under their canonical names.
    dimensions : tuple of Dimension
        What was scored.
    columns : mapping of str to ndarray of shape (n_turns,)
        Scores by column; NaN or None where a column does not concern a turn.
    markers : mapping of int to tuple of Marker
        Markers by row; a row that is missing was not scored as a reply.
    order : tuple of int
        Rows in the order in which the turns were said, conversation by conversation.
    signature : str
        Package, model, encoder and arithmetic that gave the scores.
    notes : tuple of Note
        What was skipped or repaired, and why.
    seconds : float
        What scoring took, reading and loading left out.
    """

    table: pd.DataFrame
    dimensions: tuple[Dimension, ...]
    columns: Mapping[str, NDArray[Any]]
    markers: Mapping[int, tuple[Marker, ...]]
    order: tuple[int, ...]
    signature: str
    notes: tuple[Note, ...]
    seconds: float

    def turns(self) -> pd.DataFrame:
        """Give one row a turn, in input order.

        Returns
        -------
        DataFrame
            The input's columns, then the scores' (see the README for each), `markers` (a list of
            dicts with `type`, `start`, `end`, `text`, `score`; None where the turn is no reply)
            and `signature`. An input column that has a score's name is kept as
            ``<name>_original``.
        """
        import pandas as pd

        markers: list[list[dict[str, Any]] | None] = [None] * len(self.table)
        for row, found in self.markers.items():
            markers[row] = [asdict(marker) for marker in found]
        added: dict[str, Any] = dict(self.columns) | {
            "markers": pd.Series(markers, index=self.table.index, dtype=object),
            "signature": self.signature,
        }
        renames = {name: f"{name}_original" for name in self.table.columns if name in added}
        return self.table.rename(columns=renames).assign(**added)

    def conversations(self) -> pd.DataFrame:
        """Give one row a conversation, in order of first appearance.

        Returns
        -------
        DataFrame
            `conversation_id`; `company` and `channel` where the table has them; `n_turns`;
            `n_agent_turns`; `road`, `share_<road>`, mean of each signal (as in `by`);
            `valence_start`, `valence_end` (-2 to 2, the customer's first and last judged turn) and
            `valence_shift`, their difference.
        """
        import pandas as pd

        turns = self._scored().iloc[list(self.order)]
        key = turns["conversation_id"]
        grouped = turns.groupby(key, sort=False, dropna=False)
        shared = [name for name in ("company", "channel") if name in turns]
        frame = grouped[shared].first() if shared else pd.DataFrame(index=grouped.size().index)
        frame["n_turns"] = grouped.size()
        frame = frame.join(self._summary(turns, key))
        felt = turns[turns["valence"].notna()] if "valence" in turns else turns.iloc[:0]
        if "valence" in turns:
            valence = felt.groupby(felt["conversation_id"], sort=False)["valence"]
            frame["valence_start"] = valence.first()
            frame["valence_end"] = valence.last()
            frame["valence_shift"] = frame["valence_end"] - frame["valence_start"]
        return frame.rename_axis("conversation_id").reset_index()

    def by(self, column: str) -> pd.DataFrame:
        """Sum the agents' turns up by a column, such as ``"agent_id"``.

        Parameters
        ----------
        column : str
            Of the input table: ``"agent_id"``, ``"company"``, ``"channel"`` or any other.

        Returns
        -------
        DataFrame
            Index: the column's values. `n_conversations`; `n_agent_turns`; `road`, the one with
            the highest mean probability among the four (`none` where no reply is on a road);
            `share_<road>`, the share of replies on each; the mean of every ordered or binary
            signal in its own range.

        Raises
        ------
        KeyError
            Where the table has no such column.
        """
        turns = self._scored()
        if column not in self.table:
            listed = ", ".join(map(str, self.table.columns))
            raise KeyError(f"no column {column!r} to group by; the table has: {listed}")
        replies = turns[turns["road"].notna() & turns[column].notna()]
        frame = self._summary(replies, replies[column])
        grouped = replies.groupby(replies[column], sort=True)
        frame.insert(0, "n_conversations", grouped["conversation_id"].nunique())
        return frame.sort_index()

    def summary(self) -> dict[str, Any]:
        """Say in a few numbers what was scored and what was not.

        Returns
        -------
        dict
            `turns`, `replies`, `customer_turns`, `conversations`, `roads` (replies on each),
            `replies_per_second`, `notes`, `signature`.
        """
        road = self.columns["road"]
        replies = len(self.markers)
        feeling = self.columns.get("feeling", np.array([], dtype=object))
        return {
            "turns": len(self.table),
            "replies": replies,
            "customer_turns": sum(value is not None for value in feeling),
            "conversations": int(self.table["conversation_id"].nunique(dropna=False)),
            "roads": {name: int((road == name).sum()) for name in ROADS},
            "replies_per_second": replies / self.seconds if self.seconds else float("nan"),
            "notes": [(note.what, note.rows) for note in self.notes],
            "signature": self.signature,
        }

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        s = self.summary()
        roads = ", ".join(f"{name} {count}" for name, count in s["roads"].items())
        return (
            f"Scores({s['turns']} turns, {s['replies']} replies in {s['conversations']} "
            f"conversations: {roads})\n"
            "  .turns()  .conversations()  .by('agent_id')  .signature"
        )

    def _repr_html_(self) -> str:
        s = self.summary()
        total = max(s["replies"], 1)
        cells = "".join(
            f"<tr><td>{escape(name)}</td><td>{count}</td><td>{count / total:.0%}</td></tr>"
            for name, count in s["roads"].items()
        )
        notes = "".join(f"<li>{rows or ''} {escape(what)}</li>" for what, rows in s["notes"])
        return (
            f"<p><b>{s['replies']} replies</b> in {s['conversations']} conversations "
            f"({s['turns']} turns)</p><table><thead><tr><th>road</th><th>replies</th>"
            f"<th>share</th></tr></thead><tbody>{cells}</tbody></table>"
            + (f"<ul>{notes}</ul>" if notes else "")
            + "<p><code>.turns()</code> <code>.conversations()</code> "
            f"<code>.by('agent_id')</code><br><small>{escape(s['signature'])}</small></p>"
        )

    def _scored(self) -> pd.DataFrame:
        """Give the grouping columns beside the scores, in input order."""
        kept = self.table[[n for n in self.table.columns if n not in self.columns]]
        return kept.assign(**self.columns)

    def _summary(self, turns: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
        """Average the agents' signals within each value of `key`."""
        grouped = turns.groupby(key, sort=False, dropna=False)
        frame = grouped["road"].count().to_frame("n_agent_turns")
        on_a_road = [name for name in ROADS if name != "none"]
        means = grouped[[f"p_{name}" for name in on_a_road]].mean()
        shares = {
            name: turns["road"].eq(name).groupby(key, sort=False, dropna=False).sum()
            / frame["n_agent_turns"].where(frame["n_agent_turns"] > 0)
            for name in ROADS
        }
        best = means.fillna(-1.0).to_numpy().argmax(axis=1)
        walked = 1 - shares["none"]
        frame["road"] = np.where(walked > 0, np.array(on_a_road)[best], "none")
        frame.loc[frame["n_agent_turns"] == 0, "road"] = None
        for name, share in shares.items():
            frame[f"share_{name}"] = share
        signals = [d.name for d in self.dimensions if d.role == "agent" and d.kind != "nominal"]
        return frame.join(grouped[signals].mean())
