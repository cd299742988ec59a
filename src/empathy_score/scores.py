"""`Scores`: what a `Scorer` found, as tables of turns, conversations and groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from empathy_score.conversation import Conversation, Marker
from empathy_score.dimensions import ROADS, Dimension
from empathy_score.markers.types import MARKER_TYPES, marker_groups
from empathy_score.rendering import Shown, marked_html
from empathy_score.transcripts import Note, Transcripts, free_name

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

SUMS = ("opportunity", "score", "needs_review")
"""Columns of agent turns that sum up what the dimensions say."""


@dataclass(frozen=True, repr=False, eq=False)
class Scores:
    """Scores of every turn of a table.

    Parameters
    ----------
    transcripts : Transcripts
        The conversations, and the table that they were read from.
    dimensions : tuple of Dimension
        What was scored.
    columns : mapping of str to ndarray of shape (n_turns,)
        Scores by column; NaN or None where a column does not concern a turn.
    markers : mapping of int to tuple of Marker
        Markers by row; a row that is missing was not scored as a reply.
    signature : str
        Package, model, encoder and arithmetic that gave the scores.
    notes : tuple of Note
        What was skipped or repaired, and why.
    seconds : float
        What scoring took, reading and loading left out.
    """

    transcripts: Transcripts
    dimensions: tuple[Dimension, ...]
    columns: Mapping[str, NDArray[Any]]
    markers: Mapping[int, tuple[Marker, ...]]
    signature: str
    notes: tuple[Note, ...]
    seconds: float

    @property
    def table(self) -> pd.DataFrame:
        """The turns as they came, in input order, columns under their canonical names."""
        return self.transcripts.table

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
        taken = {*self.table.columns, *added}
        renames = {name: free_name(name, taken) for name in self.table.columns if name in added}
        return self.table.rename(columns=renames).assign(**added)

    def reply(self, row: int) -> dict[str, Any]:
        """Give the scores of one agent turn as plain values, by column.

        Parameters
        ----------
        row : int
            Its row in `table`.
        """
        names = [name for d in self.dimensions if d.role == "agent" for name in d.columns]
        names += [name for name in SUMS if name in self.columns]
        values = {name: self.columns[name][row] for name in names}
        return {n: v.item() if isinstance(v, np.generic) else v for n, v in values.items()}

    def conversations(self) -> pd.DataFrame:
        """Give one row a conversation, in order of first appearance.

        Returns
        -------
        DataFrame
            `conversation_id`; `company` and `channel` where the table has them; `n_turns`;
            `n_agent_turns`; `road`, `share_<road>`, `opportunities`, `given`, `missed`, mean of
            each signal and of `score` (as in `by`);
            `valence_start`, `valence_end` (-2 to 2, the customer's first and last judged turn) and
            `valence_shift`, their difference; `recovered`, whether something failed and the
            customer came back to 0 or above (missing where nothing failed, or they said no more);
            `promises`, how many the replies make (`empathy_score.insight` has each of them);
            `score_low` and `score_high`, the mean score's 95 % interval over its replies (NaN for
            fewer than two); `signature`.
        """
        import pandas as pd

        key, order = self._conversation_of_each_row()
        said = self.table.iloc[order]
        kept = [n for n in ("conversation_id", "company", "channel") if n in self.table]
        frame = said[kept].groupby(key.iloc[order]).first()
        frame["n_turns"] = key.value_counts()
        frame = frame.join(self._summary(key))
        if "valence" in self.columns:
            valence = pd.Series(self.columns["valence"], index=self.table.index).iloc[order]
            felt = valence.dropna().groupby(key)
            frame["valence_start"] = felt.first()
            frame["valence_end"] = felt.last()
            frame["valence_shift"] = frame["valence_end"] - frame["valence_start"]
        frame = frame.join(self._insights())
        return frame.reset_index(drop=True).assign(signature=self.signature)

    def by(self, column: str) -> pd.DataFrame:
        """Sum the agents' turns up by a column, such as ``"agent_id"``.

        Parameters
        ----------
        column : str
            Of the input table: ``"agent_id"``, ``"company"``, ``"channel"`` or any other.

        Returns
        -------
        DataFrame
            Index: the column's values. `n_conversations`; `n_agent_turns`; `road`, the one of the
            four that most replies are on (`none` where no reply is on a road; of two as frequent,
            the more probable one); `share_<road>`, the share of replies on each; `opportunities`,
            how often empathy was called for, `given` and `missed`; the mean of every ordered or
            binary signal in its own range, and of `score`; `signature`.

        Raises
        ------
        KeyError
            Where the table has no such column.
        """
        if column not in self.table:
            listed = ", ".join(map(str, self.table.columns))
            raise KeyError(f"no column {column!r} to group by; the table has: {listed}")
        replies = sorted(self.markers)
        key = self.table[column].iloc[replies].dropna()
        frame = self._summary(key)
        conversation, _ = self._conversation_of_each_row()
        frame.insert(0, "n_conversations", conversation.loc[key.index].groupby(key).nunique())
        frame = frame.sort_index(key=lambda index: index.astype(str))
        return frame.assign(signature=self.signature)

    def show(self, conversation_id: str) -> Shown:
        """Show one conversation with its markers in the words and its scores beside.

        Parameters
        ----------
        conversation_id : str

        Returns
        -------
        Shown
            Displays itself in a notebook; prints as plain text elsewhere.

        Raises
        ------
        KeyError
            Where there is no such conversation.
        """
        for conversation in self.transcripts:
            if conversation.id == str(conversation_id):
                return self._shown(conversation)
        raise KeyError(f"no conversation {conversation_id!r} in these scores")

    def report(self, path: str | Path, *, title: str = "Support conversations") -> None:
        """Write one self-contained page; see `empathy_score.report.write_report`.

        Parameters
        ----------
        path : path
            HTML file.
        title : str
        """
        from empathy_score.report import write_report

        write_report(self, path, title=title)

    def _shown(self, conversation: Conversation) -> Shown:
        groups = marker_groups(MARKER_TYPES)
        blocks, lines = [], []
        for turn in conversation.turns:
            row = turn.row if turn.row is not None else -1
            words = marked_html(turn.text, self.markers.get(row, ()), groups)
            said = self._in_words(row, turn.role)
            side = "margin-left:15%" if turn.role == "agent" else "margin-right:15%"
            blocks.append(
                f'<div style="{side};margin-bottom:.6em"><small><b>{escape(turn.role)}</b> '
                f'{escape(said)}</small><div style="white-space:pre-wrap" dir="auto">{words}</div>'
                "</div>"
            )
            lines.append(f"{turn.role}: {turn.text}" + (f"\n    {said}" if said else ""))
        return Shown("".join(blocks), "\n".join(lines))

    def _in_words(self, row: int, role: str) -> str:
        names = ("feeling", "valence") if role == "customer" else (
            "road", "empathy", "apology", "opportunity", "score")  # fmt: skip
        found = {n: self.columns[n][row] for n in names if n in self.columns and row >= 0}
        known = {n: v for n, v in found.items() if v is not None and v == v}
        return ", ".join(
            f"{n} {v:.1f}" if isinstance(v, float) else f"{n} {v}" for n, v in known.items()
        )

    def summary(self) -> dict[str, Any]:
        """Say in a few numbers what was scored and what was not.

        Returns
        -------
        dict
            `turns`, `replies`, `customer_turns`, `conversations`, `roads` (replies on each; empty
            where the model has no roads), `replies_per_second`, `notes`, `signature`.
        """
        replies = len(self.markers)
        road = self.columns.get("road")
        feeling = self.columns.get("feeling", np.array([], dtype=object))
        return {
            "turns": len(self.table),
            "replies": replies,
            "customer_turns": sum(value is not None for value in feeling),
            "conversations": len(self.transcripts),
            "roads": {} if road is None else {n: int((road == n).sum()) for n in ROADS},
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

    def _insights(self) -> pd.DataFrame:
        """Give what conversations show beyond means, as far as the model allows."""
        import pandas as pd

        from empathy_score.insight import arc, find_promises
        from empathy_score.insight.statistics import mean_interval

        numbers = range(len(self.transcripts))
        found = pd.DataFrame(index=pd.RangeIndex(len(numbers)))
        if set(arc.NEEDS) <= set(self.columns):
            found["recovered"] = arc.arcs(self)["recovered"].reindex(numbers)
        counts, ends = [], []
        for conversation in self.transcripts:
            said = [t for t in conversation.turns if t.role == "agent" and t.row in self.markers]
            counts.append(sum(len(find_promises(turn.text)) for turn in said))
            if "score" in self.columns:
                rows = [turn.row for turn in said if turn.row is not None]
                ends.append(mean_interval(self.columns["score"][rows], rows)[1:])
        found["promises"] = counts
        if ends:
            between = np.clip(np.array(ends), 0, 100)
            found["score_low"], found["score_high"] = between.T
        return found

    def _conversation_of_each_row(self) -> tuple[pd.Series, list[int]]:
        """Give each row the number of its conversation, and the rows as they were said."""
        import pandas as pd

        number = np.zeros(len(self.table), dtype=np.int64)
        order: list[int] = []
        for place, conversation in enumerate(self.transcripts):
            rows = [turn.row for turn in conversation.turns if turn.row is not None]
            number[rows] = place
            order += rows
        return pd.Series(number, index=self.table.index, name="conversation"), order

    def _summary(self, key: pd.Series) -> pd.DataFrame:
        """Average the agents' signals within each value of `key`, a part of the table's rows."""
        import pandas as pd

        scores = pd.DataFrame(dict(self.columns), index=self.table.index).loc[key.index]
        replies = pd.Series(False, index=self.table.index)
        replies.iloc[sorted(self.markers)] = True
        grouped = scores.groupby(key)
        frame = replies.loc[key.index].groupby(key).sum().to_frame("n_agent_turns")
        if "road" in scores:
            on_a_road = [name for name in ROADS if name != "none"]
            means = grouped[[f"p_{name}" for name in on_a_road]].mean().fillna(-1.0)
            counts = pd.DataFrame({n: scores["road"].eq(n).groupby(key).sum() for n in ROADS})
            ranks = counts[on_a_road].to_numpy() + means.to_numpy()  # probability breaks ties
            best = np.array(on_a_road, dtype=object)[ranks.argmax(axis=1)]
            replied = frame["n_agent_turns"] > 0
            frame["road"] = np.where(counts[on_a_road].sum(axis=1) > 0, best, "none")
            frame.loc[~replied, "road"] = None
            shares = counts.div(frame["n_agent_turns"].where(replied), axis=0)
            frame = frame.join(shares.add_prefix("share_"))
        if "opportunity" in scores:
            said = pd.DataFrame({n: scores["opportunity"].eq(n) for n in ("given", "missed")})
            counts = said.groupby(key).sum()
            frame["opportunities"] = counts.sum(axis=1)
            frame = frame.join(counts)
        kinds = ("ordinal", "binary")
        signals = [d.name for d in self.dimensions if d.role == "agent" and d.kind in kinds]
        return frame.join(grouped[[*signals, *(["score"] if "score" in scores else [])]].mean())
