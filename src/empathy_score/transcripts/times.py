"""A column of times, in any common form -> seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def numbers(column: pd.Series) -> NDArray[np.float64]:
    """Read a column as numbers; NaN where a cell is none."""
    import numpy as np
    import pandas as pd

    found: NDArray[np.float64] = pd.to_numeric(column, errors="coerce").to_numpy(
        dtype=np.float64, na_value=float("nan")
    )
    return found


_DATES = ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d %b %Y", "%b %d, %Y")
_WHOLE = ("%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


def instants(column: pd.Series) -> NDArray[np.float64]:
    """Read epoch numbers, ISO 8601 or one other common form of date for all rows, as seconds.

    Epoch numbers too large for seconds are milli-, micro- or nanoseconds. All NaN where two forms
    fit every row and differ: 03/04/2026 may be March or April.
    """
    import numpy as np
    import pandas as pd

    def seconds(form: str, column: pd.Series) -> NDArray[np.float64]:
        stamps = pd.to_datetime(column, errors="coerce", utc=True, format=form)
        stamps = stamps.where(stamps.dt.year.between(1700, 2200))  # others do not fit
        since = stamps - pd.Timestamp(0, tz="UTC")
        return np.asarray(since.dt.total_seconds(), dtype=np.float64)

    if pd.api.types.is_datetime64_any_dtype(column):
        return seconds("ISO8601", column)
    given = int(column.notna().sum())
    epochs = numbers(column)
    if np.isfinite(epochs).sum() == given:
        return epochs / _unit(epochs)
    column = column.astype(str).where(column.notna(), None)
    best = seconds("ISO8601", column)
    if np.isfinite(best).sum() < given:
        forms = [date + time for date in _DATES for time in _TIMES]
        first = column.dropna().head(20)  # few forms fit these, and only those are tried on all
        fitting = [f for f in (*forms, *_WHOLE) if np.isfinite(seconds(f, first)).all()]
        read = [seconds(form, column) for form in fitting]
        whole = [places for places in read if np.isfinite(places).sum() == given]
        if any(not np.array_equal(whole[0], places, equal_nan=True) for places in whole[1:]):
            return np.full(len(column), np.nan)
        best = whole[0] if whole else best
    return best


def _unit(epochs: NDArray[np.float64]) -> float:
    """Give how many of the units that epoch numbers are in make a second."""
    import numpy as np

    typical = float(np.nanmedian(np.abs(epochs))) if np.isfinite(epochs).any() else 0.0
    return next((unit for unit in (1e9, 1e6, 1e3) if typical / unit > 1e8), 1.0)
