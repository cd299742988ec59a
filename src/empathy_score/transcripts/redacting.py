"""A table of turns -> the same table without what should be neither stored nor shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

from empathy_score.transcripts.columns import ALIASES
from empathy_score.transcripts.formats import clean_text, whole_characters

if TYPE_CHECKING:
    import pandas as pd

Redact = Callable[[str], str]
"""Takes a text and gives what may be kept of it."""


def is_redacted(name: str) -> bool:
    """Tell whether a canonical column is redacted: the text is, and what passes through."""
    return name == "text" or name not in ALIASES


def redacted_table(table: pd.DataFrame, redact: Redact) -> pd.DataFrame:
    """Redact the texts of a table of canonical columns, and what passes through beside them.

    What conversations are told apart, ordered and grouped by stays: `conversation_id`, `role`,
    `turn`, `timestamp`, `agent_id`, `company`, `channel`. `redact` is asked once for each distinct
    text of the table. A whole number whose digits it would change is left out.
    """
    known = {"": ""}

    def once(text: str) -> str:
        if text not in known:
            known[text] = whole_characters(redact(text))
        return known[text]

    table = table.copy(deep=False)
    for place, name in enumerate(table.columns):
        if is_redacted(name):
            table.isetitem(place, _column(table.iloc[:, place], once).array)
    return table


def _column(column: pd.Series, redact: Redact) -> pd.Series:
    import pandas as pd
    from pandas.api import types

    if types.is_datetime64_any_dtype(column) or types.is_timedelta64_dtype(column):
        return column
    if not types.is_numeric_dtype(column):
        cells = [_cell(value, redact) for value in column]
        return pd.Series(cells, index=column.index, dtype=object)
    hidden = pd.Series([_tells(value, redact) for value in column], column.index, dtype=bool)
    if not hidden.any():
        return column
    whole = types.is_integer_dtype(column)  # which has room for missing cells as Int64 alone
    roomy: pd.Series = column.convert_dtypes() if whole else column
    return roomy.mask(hidden)


def _cell(value: Any, redact: Redact) -> Any:
    """Redact a cell, at any depth."""
    if isinstance(value, str | bytes):
        return redact(clean_text(value))
    if isinstance(value, Mapping):
        return {_cell(k, redact): _cell(v, redact) for k, v in value.items()}
    if isinstance(value, tuple):  # such as a key and its value, in a map that Arrow gives
        return tuple(_cell(item, redact) for item in value)
    if isinstance(value, list) or getattr(value, "ndim", False):
        return [_cell(item, redact) for item in value]
    return None if _tells(value, redact) else value


def _tells(value: Any, redact: Redact) -> bool:
    """Tell whether a whole number is one that must not be shown."""
    if not isinstance(value, Real) or value % 1 != 0:
        return False
    digits = f"{value:.0f}"
    return redact(digits) != digits
