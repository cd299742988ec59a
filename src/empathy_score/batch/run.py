"""Score files of any size: read once, score in chunks of whole conversations, write in order."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from empathy_score.batch.merging import keep, merged_conversations, merged_turns
from empathy_score.batch.staging import Staged, stage
from empathy_score.batch.work import Work
from empathy_score.conversation import Role
from empathy_score.errors import InterruptedRunError
from empathy_score.model.model import Model
from empathy_score.scorer import Scorer
from empathy_score.transcripts.formats import Note
from empathy_score.transcripts.reading import arrange
from empathy_score.transcripts.redacting import Redact
from empathy_score.writing import check_outputs

Step = Callable[[str, int, int], None]
"""Called with what is being done, how many turns of it are, and of how many (0: not known)."""


def score_files(
    sources: Sequence[str | Path],
    output: str | Path,
    *,
    conversations: str | Path | None = None,
    model: str | Path | Model = "default",
    columns: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
    redact: Redact | None = None,
    review_rate: float = 0.1,
    dtype: str | None = None,
    device: str | None = None,
    resume: bool = False,
    workers: int = 1,
    spill: str | Path | None = None,
    progress: Step | None = None,
) -> dict[str, Any]:
    """Score transcript files as one corpus, whatever their size.

    Parameters
    ----------
    sources : sequence of path
        Files of one form, read as one table in this order; a conversation's turns may lie anywhere
        in them. Tables are read piece by piece, other exports a file at a time.
    output : path
        One row a turn, in the order of the input: the bytes that scoring in memory gives, but for
        Parquet, which has the same table.
    conversations : path, optional
        One row a conversation as well.
    model : str, path or Model, default "default"
        As in `Scorer`; several workers need its name or folder.
    columns, roles : mapping, optional
    redact : callable, optional
        As in `read_transcripts`; nothing reaches the disk before it.
    review_rate : float, default 0.1
    dtype, device : str, optional
        As in `Scorer`.
    resume : bool, default False
        Go on from what an interrupted run of the same call has left.
    workers : int, default 1
        Processes that score; each holds the model.
    spill : path, optional
        Folder for what does not fit into memory, about three times the input; the output's own by
        default. It is removed in the end.
    progress : callable, optional

    Returns
    -------
    dict
        As `Scores.summary` gives it.

    Raises
    ------
    TranscriptError
        Where the input cannot be read or the output not be written.
    InterruptedRunError
        On Ctrl-C, or where a worker was killed; what is finished is kept.
    """
    if workers > 1 and not isinstance(model, str | Path):
        raise ValueError("several workers need a model's name or folder, not one in memory")
    paths = [Path(source) for source in sources]
    outputs = [str(path) for path in (output, conversations) if path is not None]
    for path in paths:
        check_outputs(str(path), outputs)
    said = progress or _silent
    make = partial(Scorer, model, review_rate=review_rate, dtype=dtype, device=device)
    scorer = make()
    run = {
        "inputs": [_state(path) for path in paths],
        "columns": dict(columns or {}),
        "roles": dict(roles or {}),
        "redact": redact and f"{redact.__module__}.{redact.__qualname__}",
        "signature": scorer.signature,
    }
    folder = Path(spill or Path(output).parent) / f".{Path(output).name}.empathy-score"
    try:
        with Work(folder, run, resume=resume) as work:
            staged = stage(
                work, paths, columns=columns or {}, roles=roles or {}, redact=redact,
                progress=lambda n: said("reading", n, 0),
            )  # fmt: skip
            _score(work, staged, scorer, make, workers, said)
            said("writing", 0, staged.n_turns)
            done = [json.loads((work / _done(n)).read_text()) for n in range(len(staged))]
            merged_turns(work, done[0]["columns"], staged.codec).write(str(output))
            if conversations is not None:
                merged_conversations(work, staged.codec).write(str(conversations))
    except (KeyboardInterrupt, BrokenProcessPool) as stop:
        raise InterruptedRunError(str(folder)) from stop
    return _summary(done, staged, scorer.signature)


def _silent(step: str, done: int, total: int) -> None:
    pass


def _state(path: Path) -> list[Any]:
    """Name a file and all that tells whether it is still the same."""
    state = path.stat()
    return [str(path.resolve()), state.st_size, state.st_mtime_ns]


def _done(number: int) -> str:
    return f"done-{number:06d}.json"


def _score(
    work: Work,
    staged: Staged,
    scorer: Scorer,
    make: Callable[[], Scorer],
    workers: int,
    said: Step,
) -> None:
    """Score the chunks that are not done yet."""
    todo = [number for number in range(len(staged)) if not work.has(_done(number))]
    finished = staged.n_turns - staged.turns_of(todo)
    said("scoring", finished, staged.n_turns)
    numbers = (
        _in_processes(work, staged, todo, make, workers)
        if workers > 1 and len(todo) > 1
        else (_score_chunk(work, staged, scorer, number) for number in todo)
    )
    for number in numbers:
        finished += staged.turns_of([number])
        said("scoring", finished, staged.n_turns)


def _score_chunk(work: Work, staged: Staged, scorer: Scorer, number: int) -> int:
    table, rows = staged.chunk(work, number)
    transcripts = arrange(table, [], staged.roles, staged.order)
    scores = scorer.score(transcripts, recurrence=staged.recurrence)
    keep(work, number, scores, rows, staged.codec)
    return number


def _in_processes(
    work: Work, staged: Staged, todo: list[int], make: Callable[[], Scorer], workers: int
) -> Iterator[int]:
    """Score chunks in processes of their own; give the number of each that is done."""
    with ProcessPoolExecutor(
        workers,
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(work.path, staged, make, workers),
    ) as pool:
        left = iter(todo)
        running = {pool.submit(_score_in_process, n) for n in islice(left, workers)}
        try:
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {pool.submit(_score_in_process, n) for n in islice(left, len(finished))}
                yield from (future.result() for future in finished)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_process: dict[str, Any] = {}


def _begin(folder: Path, staged: Staged, make: Callable[[], Scorer], workers: int) -> None:
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process says when to stop
    torch.set_num_threads(max((os.cpu_count() or 1) // workers, 1))
    _process.update(work=Work.join(folder), staged=staged, scorer=make())


def _score_in_process(number: int) -> int:
    return _score_chunk(_process["work"], _process["staged"], _process["scorer"], number)


def _summary(done: list[dict[str, Any]], staged: Staged, signature: str) -> dict[str, Any]:
    """Sum the chunks' summaries up."""
    counts: Counter[str] = Counter()
    roads: Counter[str] = Counter()
    notes: dict[str, int] = {}
    for one in done:
        counts.update({n: one[n] for n in ("turns", "replies", "customer_turns", "conversations")})
        roads.update(one["roads"])
    for note in (*staged.notes, *(Note(*note) for one in done for note in one["notes"])):
        notes[note.what] = notes.get(note.what, 0) + note.rows
    seconds = sum(one["seconds"] for one in done)
    return {
        **counts,
        "roads": dict(roads),
        "replies_per_second": counts["replies"] / seconds if seconds else float("nan"),
        "notes": list(notes.items()),
        "signature": signature,
    }
