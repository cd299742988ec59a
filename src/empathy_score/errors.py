"""What can go wrong, as a small tree: catch `EmpathyScoreError` for all of it."""

from __future__ import annotations


class EmpathyScoreError(Exception):
    """Base of every error that the library raises on purpose."""


class TranscriptError(EmpathyScoreError, ValueError):
    """A transcript table cannot be read.

    The message names the source, the row or column, what was expected, what came and what to do.
    """

    def __init__(self, source: str, problem: str, *, expected: str, came: str, do: str) -> None:
        self.source = source
        self.problem = problem
        self.expected = expected
        self.came = came
        self.do = do
        super().__init__(f"{source}: {problem}; expected {expected}, came {came}. {do}")


class ModelError(EmpathyScoreError):
    """A model folder is missing, incomplete, altered, or holds something that is not allowed."""


class LabelError(EmpathyScoreError, ValueError):
    """A labelled table holds a label outside its dimension's levels."""


class PatternError(EmpathyScoreError, ValueError):
    """A marker pattern cannot be read."""


class MissingExtraError(EmpathyScoreError):
    """A capability needs packages that are not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f'{what} needs more packages; run: pip install "empathy-score[{extra}]"')


class InterruptedRunError(EmpathyScoreError):
    """A run over files was stopped by its user; what is finished is kept in a folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        super().__init__(f"stopped; what is finished is in {folder}; go on with --resume")
