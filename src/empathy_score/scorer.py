"""`Scorer`: conversations in, `Scores` out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from empathy_score.conversation import Conversation, Marker, Role, Turn
from empathy_score.headline import NEEDED, doubt, doubt_limit, need, opportunity
from empathy_score.headline import score as headline
from empathy_score.markers import MarkerMatcher, MarkerType
from empathy_score.markers.stock import with_fewer_idle, without_stock
from empathy_score.model.features import Reading
from empathy_score.model.memory import RememberingEncoder
from empathy_score.model.tagging import join_markers
from empathy_score.readings import RoleReadings, looks_foreign, read_turns
from empathy_score.scores import Scores
from empathy_score.transcripts import Note, Transcripts, read_transcripts
from empathy_score.transcripts.formats import clean_text
from empathy_score.version import __version__

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from empathy_score.insight.canned import Recurrence
    from empathy_score.model.model import Model, Predictions, ScoredRole
    from empathy_score.transcripts.redacting import Redact

DECIMALS = 6
"""Scores are rounded to this many: more than they mean, less than arithmetic noise."""

REMEMBERED = 50_000
"""Distinct texts, read last, whose vectors a scorer remembers: about 100 MB."""

STREAMED_TURNS = 4096
"""Turns of a stream that are scored together, about."""

Progress = Callable[[int, int], None]
"""Called with the number of distinct texts read so far, and of all."""


class Scorer:
    """Scores conversations with one model.

    Parameters
    ----------
    model : str, Path or Model, default "default"
        The model that ships with the package, a model folder, or a model in memory.
    markers : sequence of MarkerType, optional
        What to mark, such as `MARKER_TYPES` and your own; the model's by default. Scores do not
        depend on it: the model reads the markers that it was fitted with.
    review_rate : float, default 0.1
        Share of replies, 0 to 1, that `needs_review` points out, on replies such as the model was
        calibrated on: those whose main road is least certain.
    batch_size : int, default 8192
        Turns whose features are held in memory at a time. Scores do not depend on it.
    dtype : {"float32", "bfloat16"}, optional
        Arithmetic of the encoder. By default bfloat16 where it is fast (a processor with AMX or
        AVX512-BF16, a CUDA device that has it), float32 elsewhere; a model in memory keeps its own.
        Scores in the one differ a little from those in the other, and `signature` names it; within
        one, they do not depend on batch, order or company, since every matrix product has the same
        shape.
    device : str, optional
        Such as ``"cpu"`` or ``"cuda"``; by default a CUDA device where there is one.

    Examples
    --------
    >>> from empathy_score import Scorer
    >>> Scorer().score_text("So sorry, we charged you twice. I have refunded it.")["road"]
    'care'
    """

    def __init__(
        self,
        model: str | Path | Model = "default",
        *,
        markers: Sequence[MarkerType] | None = None,
        review_rate: float = 0.1,
        batch_size: int = 8192,
        dtype: str | None = None,
        device: str | None = None,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be 1 or more, came {batch_size}")
        if not 0 <= review_rate <= 1:
            raise ValueError(f"review_rate must be from 0 to 1, came {review_rate}")
        if isinstance(model, str | Path):
            from empathy_score.model.folder import load_model

            model = load_model(model, dtype=dtype, device=device)
        elif dtype is not None or device is not None:
            model = model.using(dtype=dtype, device=device)
        self.model = model
        self.review_rate = review_rate
        self.batch_size = batch_size
        self._encoder = RememberingEncoder(model.encoder, REMEMBERED)
        precision = {name: join.patterns for name, join in model.joins.items()}
        self.matcher = MarkerMatcher(model.markers, precision)
        shown = model.markers if markers is None else tuple(markers)
        self.shown = MarkerMatcher(shown, precision) if shown != model.markers else self.matcher
        known = set(model.markers) & set(shown)
        self.joins = {kind.name: model.joins[kind.name] for kind in shown
                      if kind in known and kind.name in model.joins}  # fmt: skip

    def __repr__(self) -> str:
        return f"Scorer({self.signature!r})"

    @property
    def signature(self) -> str:
        """Name all that a score depends on: package, model, encoder, arithmetic."""
        return (
            f"empathy-score:{__version__}|{self.model.signature}|dtype:{self.model.arithmetic}"
            f"|review:{self.review_rate:g}"
        )

    @property
    def column_types(self) -> dict[str, type]:
        """Name and type of each column of scores, in order: `str`, `int`, `float` or `bool`."""
        types = {name: kind for d in self.model.dimensions for name, kind in d.types.items()}
        if self._sums_up:
            types |= {"opportunity": str, "score": float}
        if self.model.doubt:
            types["needs_review"] = bool
        return types | {"canned": float}

    @property
    def _sums_up(self) -> bool:
        return {(d.name, d.kind, d.levels) for d in self.model.dimensions} >= NEEDED

    def score(
        self,
        table: Any,
        progress: Progress | None = None,
        *,
        columns: Mapping[str, str] | None = None,
        roles: Mapping[str, Role] | None = None,
        recurrence: Recurrence | None = None,
        redact: Redact | None = None,
    ) -> Scores:
        """Score every turn of a table or of some conversations.

        Parameters
        ----------
        table : Transcripts, iterable of Conversation, or any table that `read_transcripts` takes
        progress : callable, optional
            Called with the number of distinct texts read so far, and of all.
        columns, roles : mapping, optional
            As in `read_transcripts`, for a table.
        recurrence : Recurrence, optional
            What recurs over the corpus that the table is a part of, for the column `canned`; what
            recurs in the table itself by default.
        redact : callable, optional
            As in `read_transcripts`; what it gives is what is scored, stored and shown, and what
            spans refer to.

        Returns
        -------
        Scores
            A row for each turn; NaN where a turn cannot be judged.

        Raises
        ------
        TranscriptError
            Where the table cannot be read.
        """
        begun = time.perf_counter()
        transcripts = _transcripts(table, columns, roles)
        if redact is not None:
            transcripts = transcripts.redacted(redact)
        readings, wordless = read_turns(transcripts, self.matcher)
        predictions = self.model.predict(
            {role: found.readings for role, found in readings.items()},
            batch_size=self.batch_size,
            progress=progress,
            encoder=self._encoder,
        )
        notes = list(transcripts.notes)
        foreign = sum(looks_foreign(r.text) for found in readings.values() for r in found.readings)
        if foreign:
            notes.append(Note("turns do not look English: their scores mean little", foreign))
        if wordless:
            notes.append(Note("turns without a word (emoji, signs) passed unscored", wordless))
        return Scores(
            transcripts=transcripts,
            dimensions=self.model.dimensions,
            columns=self._columns(readings, predictions.probabilities, len(transcripts.table))
            | {"canned": _canned(transcripts, readings["agent"], recurrence)},
            markers=self._markers(readings["agent"], predictions),
            signature=self.signature,
            notes=tuple(notes),
            seconds=time.perf_counter() - begun,
        )

    def stream(
        self,
        conversations: Iterable[Conversation],
        *,
        turns: int = STREAMED_TURNS,
        recurrence: Recurrence | None = None,
    ) -> Iterator[Scores]:
        """Score conversations as they come, flat in memory.

        Parameters
        ----------
        conversations : iterable of Conversation
            May be a generator, without end.
        turns : int, default 4096
            How many are read before they are scored, about: no conversation is cut. Scores do not
            depend on it.
        recurrence : Recurrence, optional
            What recurs over the whole corpus, for the column `canned`, which is NaN without it: no
            one can tell of a stream what will recur.

        Yields
        ------
        Scores
            Of some whole conversations, in the order in which they came.
        """
        from empathy_score.insight.canned import NOTHING

        known = NOTHING if recurrence is None else recurrence
        held: list[Conversation] = []
        count = 0
        for conversation in conversations:
            held.append(conversation)
            count += len(conversation.turns)
            if count >= turns:
                yield self.score(held, recurrence=known)
                held, count = [], 0
        if held:
            yield self.score(held, recurrence=known)

    def score_text(self, reply: str, customer: str | None = None) -> dict[str, Any]:
        """Score one reply; many are read faster together, by `score`.

        Parameters
        ----------
        reply : str
            The agent's words.
        customer : str, optional
            What the customer said before.

        Returns
        -------
        dict
            Column to value, as in `Scores.turns`; `markers` is a list of dicts.
        """
        asked = (Turn("customer", clean_text(customer)),) if clean_text(customer) else ()
        turns = (*asked, Turn("agent", clean_text(reply)))
        scores = self.score([Conversation("reply", turns)])
        row = len(asked)
        markers = [asdict(marker) for marker in scores.markers.get(row, ())]
        return {**scores.reply(row), "markers": markers}

    def _columns(
        self,
        readings: Mapping[ScoredRole, RoleReadings],
        p: Mapping[str, NDArray[np.float64]],
        n_rows: int,
    ) -> dict[str, NDArray[Any]]:
        """Lay each dimension's values out over all rows; NaN or None elsewhere."""
        columns: dict[str, NDArray[Any]] = {}
        for dimension in self.model.dimensions:
            rows = readings[dimension.role].rows
            for name, values in dimension.values(p[dimension.name]).items():
                columns[name] = _spread(values, rows, n_rows)
        agent = readings["agent"]
        for name, values in self._headline(agent, p).items():
            columns[name] = _spread(values, agent.rows, n_rows)
        return columns

    def _headline(
        self, agent: RoleReadings, p: Mapping[str, NDArray[np.float64]]
    ) -> dict[str, NDArray[Any]]:
        """Sum replies up, as far as the model's dimensions allow."""
        values: dict[str, NDArray[Any]] = {}
        if self._sums_up:
            called = need(p["feeling"], agent.answered)
            values["opportunity"] = opportunity(called, p)
            values["score"] = self._points(agent.readings, called, p)
        if self.model.doubt:
            limit = doubt_limit(self.model.doubt, self.review_rate)
            values["needs_review"] = (doubt(p["road"]) > limit).astype(object)
        return values

    def _points(
        self,
        replies: Sequence[Reading],
        called: NDArray[np.float64],
        p: Mapping[str, NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        """Give each reply the score of what is left without stock sentences.

        What the idle ones take away counts, what they add does not: it is the lowest score of those
        with all of them and with ever fewer (`with_fewer_idle`). So one more before a reply raises
        no score.
        """
        stockless, fewer = cache(without_stock), cache(with_fewer_idle)
        plain = list(replies)
        cut = self._parts(replies, ((n, stockless(r.text)) for n, r in enumerate(replies)))
        for place, part in cut:
            plain[place] = part
        less = self._parts(
            replies,
            (
                (place, rest)
                for place, part in enumerate(plain)
                for rest in fewer(part.text, part.before, part.markers)
            ),
        )
        points = headline(called, p, [reading.text for reading in replies])
        if parts := [*cut, *less]:
            read = self.model.predict(
                {"agent": [part for _, part in parts]},
                batch_size=self.batch_size,
                encoder=self._encoder,
            )
            places, texts = zip(*((place, part.text) for place, part in parts), strict=True)
            found = headline(called[[*places]], read.probabilities, texts)
            points[[place for place, _ in cut]] = found[: len(cut)]
            for (place, _), own in zip(less, found[len(cut) :], strict=True):
                points[place] = np.minimum(points[place], own)
        return points

    def _parts(
        self, replies: Sequence[Reading], texts: Iterable[tuple[int, str]]
    ) -> list[tuple[int, Reading]]:
        """Give what is read of replies of which less is left, with their places."""
        left = [(place, text) for place, text in texts if text != replies[place].text]
        markers = self.matcher.find_all(text for _, text in left)
        return [
            (place, Reading(text, replies[place].before, own))
            for (place, text), own in zip(left, markers, strict=True)
        ]

    def _markers(self, readings: RoleReadings, found: Predictions) -> dict[int, tuple[Marker, ...]]:
        texts = [reading.text for reading in readings.readings]
        matched = [reading.markers for reading in readings.readings]
        if self.shown is not self.matcher:
            matched = self.shown.find_all(texts)
        joined: dict[str, tuple[Marker, ...]] = {}
        for text, markers in zip(texts, matched, strict=True):
            if text not in joined:
                joined[text] = join_markers(text, markers, found.spans.get(text, ()), self.joins)
        return {row: joined[text] for row, text in zip(readings.rows, texts, strict=True)}


def _canned(
    transcripts: Transcripts, agent: RoleReadings, recurrence: Recurrence | None
) -> NDArray[np.float64]:
    """Give how much of each reply's wording recurs over the corpus."""
    from empathy_score.insight.canned import canned, canned_by

    table = transcripts.table
    companies = table["company"].iloc[agent.rows].tolist() if "company" in table else None
    texts = [reading.text for reading in agent.readings]
    if recurrence is not None:
        return _spread(canned_by(recurrence, texts, companies).share, agent.rows, len(table))
    numbers = {
        turn.row: number
        for number, conversation in enumerate(transcripts)
        for turn in conversation.turns
    }
    share = canned(texts, [numbers[row] for row in agent.rows], companies).share
    return _spread(share, agent.rows, len(table))


def _spread(values: NDArray[Any], rows: Sequence[int], n_rows: int) -> NDArray[Any]:
    """Lay values out over all rows of a table; None or NaN in the others."""
    if values.dtype == object:
        column = np.full(n_rows, None, dtype=object)
        column[rows] = values
        return column
    column = np.full(n_rows, np.nan)
    column[rows] = np.round(values.astype(np.float64), DECIMALS)
    return column


def score(
    table: Any,
    *,
    model: str | Path | Model = "default",
    columns: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
    redact: Redact | None = None,
    review_rate: float = 0.1,
    progress: Progress | None = None,
) -> Scores:
    """Score a table of transcripts.

    Parameters
    ----------
    table : DataFrame, datasets.Dataset, path, ``"-"``, list of dict, Transcripts
        See `read_transcripts` for what it may look like.
    model : str, Path or Model, default "default"
        The model that ships with the package, or a model folder.
    columns : mapping of str to str, optional
        Canonical column name to the table's own, where it is not recognised by itself.
    roles : mapping of str to {"agent", "customer", "other"}, optional
        Further role values.
    redact : callable, optional
        Takes a text and gives what may be kept of it, such as `empathy_score.redact`.
    review_rate : float, default 0.1
        Share of replies that `needs_review` points out; see `Scorer`.
    progress : callable, optional
        Called with the number of distinct texts read so far, and of all.

    Returns
    -------
    Scores

    Raises
    ------
    TranscriptError
        Where the table cannot be read.
    ModelError
        Where the model cannot be loaded.
    """
    return Scorer(model, review_rate=review_rate).score(
        table, progress, columns=columns, roles=roles, redact=redact
    )


def _transcripts(
    table: Any, columns: Mapping[str, str] | None, roles: Mapping[str, Role] | None
) -> Transcripts:
    if isinstance(table, Transcripts):
        return table
    is_frame = hasattr(table, "columns") or hasattr(table, "to_pandas")
    if (
        isinstance(table, Iterable)
        and not is_frame
        and not isinstance(table, str | bytes | Mapping)
    ):
        table = list(table)
        if all(isinstance(item, Conversation) for item in table):
            return Transcripts.of(table)
    return read_transcripts(table, columns=columns, roles=roles)
