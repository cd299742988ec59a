"""Spark DataFrames: the columns and values of a local run, on as many machines as there are.

What a local run decides over its whole table is decided over the whole DataFrame: which column is
which, whom each role names, what orders the turns, which wording recurs. That takes two passes over
the input when `score` is called. The scores come when the result is used, anew each time: write it
once, and go on from what was written.

Spark keeps rows in no order. The turns of a conversation stand by `turn`, else by `timestamp`, as
locally. Where these leave turns without an order, or there is neither, turns stand as the input's
partitions give them: as in the file, where the DataFrame was read from one, and at random after a
join or another shuffle.

Rows travel as Arrow tables, past Spark's own conversion to pandas: pandas 2 and 3 both work, and
columns that pass through keep their types.
"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from empathy_score.conversation import Role
from empathy_score.insight.canned import NOTHING, Recurrence, fewest_conversations
from empathy_score.spark.layout import SOURCE, Layout, lay_out, mapped
from empathy_score.spark.tasks import (
    Batches,
    Counting,
    Reading,
    Scoring,
    Survey,
    Surveying,
    packed,
    scorer_of,
)
from empathy_score.transcripts import free_name
from empathy_score.transcripts.reading import BY_ROW, KnownRoles
from empathy_score.transcripts.redacting import Redact

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TURNS_PER_TASK = 20_000
"""Turns that a task scores, about: what is done again when a machine is lost."""


def score(
    dataframe: DataFrame,
    *,
    model: str | Path = "default",
    columns: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
    review_rate: float = 0.1,
    dtype: str | None = None,
    device: str | None = None,
    redact: Redact | None = None,
    partitions: int | None = None,
) -> DataFrame:
    """Score a Spark DataFrame of transcripts.

    Parameters
    ----------
    dataframe : pyspark.sql.DataFrame
        One row a turn or one row an exchange, as `read_transcripts` takes it. It is read three
        times and must be the same each time.
    model : str or Path, default "default"
        The model that ships with the package, or a model folder that every machine can read.
    columns, roles : mapping, optional
        As in `read_transcripts`.
    review_rate : float, default 0.1
    dtype, device : str, optional
        As in `Scorer`. Every machine takes what is chosen, for the driver by default: a score does
        not depend on which of them gives it.
    redact : callable, optional
        As in `read_transcripts`; it runs before rows are brought together.
    partitions : int, optional
        Tasks to score in; one for every `TURNS_PER_TASK` turns by default.

    Returns
    -------
    pyspark.sql.DataFrame
        The columns of `Scores.turns`, null where those are NaN; `markers` is an array of structs.
        Rows stand conversation by conversation. As Spark's names are the same in any case, an input
        column ``Score`` becomes ``Score_original``, too.

    Raises
    ------
    TranscriptError
        Where a required column is missing or a role is unknown.
    ModelError
        Where the model cannot be loaded.
    MissingExtraError
        Where pyspark is missing.

    Warns
    -----
    UserWarning
        Where nothing but their rows orders the turns of a conversation.
    """
    scorer = scorer_of(str(model), review_rate, dtype, device)
    layout = lay_out(dataframe, columns or {}, redact)
    reading = Reading(layout.read, KnownRoles(roles or {}, SOURCE), BY_ROW)
    survey = _surveyed(layout, reading)
    if survey.unordered:
        warnings.warn(
            "No turn or timestamp orders the turns: they stand as Spark gives the rows, which is "
            "how they were said only where no join or other shuffle came before.",
            stacklevel=2,
        )
    reading = replace(reading, order=survey.order)
    partitions = partitions or -(-survey.n_turns // TURNS_PER_TASK) or 1
    talks = layout.conversations(partitions, by_row=survey.loose)
    recurrence = _recurrence(talks, reading, survey)
    arithmetic = scorer.model.arithmetic
    loading = (str(model), review_rate, arithmetic.dtype, arithmetic.device)
    scoring = Scoring(reading, recurrence, loading, scorer.signature)
    scored = mapped(talks, scoring.run, layout.schema(scorer.column_types))
    added = [*scorer.column_types, "markers", "signature"]
    return scored.toDF(*_beside(layout.names, added), *added)


def _surveyed(layout: Layout, reading: Reading) -> Survey:
    """Decide what is decided over all rows.

    Raises
    ------
    TranscriptError
        Where a role is unknown.
    """
    survey = Survey(reading.roles, wide=layout.wide)
    for part in _gather(layout.conversations(), Surveying(reading, layout.wide).run):
        survey.merge(pickle.loads(part))  # noqa: S301 (our own tasks wrote it)
    survey.roles.check()
    return survey


def _recurrence(talks: DataFrame, reading: Reading, survey: Survey) -> Recurrence:
    """Count which runs of words recur over the whole DataFrame."""
    companies, sizes = survey.large_companies()
    if not len(companies):
        return NOTHING
    counting = Counting(reading, companies, fewest_conversations(sizes))
    counts = mapped(talks, counting.run, "run long, least long, n long").groupBy("run", "least")
    canned = counts.agg({"n": "sum"}).where("`sum(n)` >= least").select("run")
    found = b"".join(_gather(canned, packed))
    return Recurrence(np.sort(np.frombuffer(found, dtype=np.uint64)), companies)


def _gather(frame: DataFrame, function: Callable[[Batches], Batches]) -> list[bytes]:
    """Bring the cells of bytes that `function` makes of each partition to the driver."""
    return [bytes(cell) for (cell,) in mapped(frame, function, "cell binary").collect()]


def _beside(given: Sequence[str], added: Sequence[str]) -> list[str]:
    """Let input columns step aside that have a score's name, in any case."""
    ours = {name.lower() for name in added}
    taken = {*given, *added}
    return [free_name(name, taken) if name.lower() in ours else name for name in given]
