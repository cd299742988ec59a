"""A column of times, in any common form -> seconds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from empathy_score.transcripts.formats import clean_text, is_missing

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def numbers(column: pd.Series) -> NDArray[np.float64]:
    """Read a column as numbers; NaN where a cell is none."""
    import numpy as np
    import pandas as pd

    if column.dtype == object:
        return np.array([_number(value) for value in column], dtype=np.float64)
    found: NDArray[np.float64] = pd.to_numeric(column, errors="coerce").to_numpy(
        dtype=np.float64, na_value=float("nan")
    )
    return found


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


_DATES = ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d %b %Y", "%b %d, %Y")
_WHOLE = ("%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


@dataclass(frozen=True)
class TimeReader:
    """Reads a column, or a part of one, as numbers; NaN where a cell does not fit.

    Parameters
    ----------
    form : str
        Of dates, as in `datetime.strptime`; ``"ISO8601"``; ``"number"``; or empty: nothing fits.
    unit : float
        What numbers are divided by.
    """

    form: str
    unit: float = 1.0

    def __call__(self, column: pd.Series) -> NDArray[np.float64]:
        """Give an array of shape (n_rows,)."""
        import numpy as np

        if self.form == "number":
            return numbers(column) / self.unit
        return _seconds(self.form, column) if self.form else np.full(len(column), np.nan)


NUMBERS = TimeReader("number")


def instants(column: pd.Series) -> NDArray[np.float64]:
    """Read epoch numbers, ISO 8601 or one other common form of date for all rows, as seconds.

    Epoch numbers too large for seconds are milli-, micro- or nanoseconds. All NaN where two forms
    fit every row and differ: 03/04/2026 may be March or April.
    """
    seen = TimeForm()
    seen.see(column)
    return seen.reader()(column)


class TimeForm:
    """Finds the form that the times of a column have, which may be seen in parts.

    Every cell must fit a form for it to be the column's, ISO 8601 apart, which is taken where
    nothing else fits.
    """

    def __init__(self) -> None:
        self._given = self._dated = self._numeric = self._iso = 0
        self._typical: list[float] = []
        self._fitting: list[str] | None = None
        self._fit: dict[str, int] = {}
        self._read: dict[str, bytes] = {}  # digests of what each form reads

    def see(self, column: pd.Series) -> None:
        """Look at a column, or at its next part."""
        import numpy as np
        import pandas as pd

        given = int(column.notna().sum())
        self._given += given
        if pd.api.types.is_datetime64_any_dtype(column):
            self._dated += int(np.isfinite(_seconds("ISO8601", column)).sum())
            return
        epochs = numbers(column)
        finite = int(np.isfinite(epochs).sum())
        self._numeric += finite
        if finite:
            self._typical.append(float(np.nanmedian(np.abs(epochs))))
        if finite < given:
            self._see_dates(column)
        elif given:
            self._fitting = self._fitting or []  # no form of date fits numbers alone

    def _see_dates(self, column: pd.Series) -> None:
        import numpy as np

        self._iso += int(np.isfinite(_seconds("ISO8601", column)).sum())
        if self._fitting is None:
            forms = [date + time for date in _DATES for time in _TIMES]
            first = column.dropna().head(20)  # few forms fit these, and only those are tried on all
            tried = (*forms, *_WHOLE)
            self._fitting = [f for f in tried if np.isfinite(_seconds(f, first)).all()]
        for form in self._fitting:
            found = _seconds(form, column)
            self._fit[form] = self._fit.get(form, 0) + int(np.isfinite(found).sum())
            self._note_reading(form, found.tobytes())

    def _note_reading(self, form: str, reading: bytes) -> None:
        self._read[form] = hashlib.sha256(self._read.get(form, b"") + reading).digest()

    def merge(self, other: TimeForm) -> None:
        """Take in what another has seen: further parts of the column."""
        self._given += other._given
        self._dated += other._dated
        self._numeric += other._numeric
        self._iso += other._iso
        self._typical += other._typical
        for form in self._fit | other._fit:
            self._fit[form] = self._fit.get(form, 0) + other._fit.get(form, 0)
            self._note_reading(form, other._read.get(form, b""))

    @property
    def n_read(self) -> int:
        """How many of the cells that were seen `reader` can read."""
        counts = {"": 0, "number": self._numeric, "ISO8601": self._iso + self._dated}
        form = self.reader().form
        return counts[form] if form in counts else self._fit[form]

    def reader(self) -> TimeReader:
        """Give what reads the column, in parts or whole; nothing where two forms fit and differ."""
        if self._dated or self._iso == self._given:
            return TimeReader("ISO8601")
        if self._numeric == self._given:
            return TimeReader("number", _unit(self._typical))
        whole = [form for form, fit in self._fit.items() if fit == self._given]
        if len({self._read[form] for form in whole}) > 1:
            return TimeReader("")
        return TimeReader(whole[0] if whole else "ISO8601")


def _seconds(form: str, column: pd.Series) -> NDArray[np.float64]:
    import numpy as np
    import pandas as pd

    if not pd.api.types.is_datetime64_any_dtype(column):
        said = [None if is_missing(value) else clean_text(value) for value in column]
        column = pd.Series(said, index=column.index, dtype=object)
    stamps = pd.to_datetime(column, errors="coerce", utc=True, format=form)
    stamps = stamps.where(stamps.dt.year.between(1700, 2200))  # others do not fit
    since = stamps - pd.Timestamp(0, tz="UTC")
    return np.asarray(since.dt.total_seconds(), dtype=np.float64)


def _unit(typical: list[float]) -> float:
    """Give how many of the units that epoch numbers are in make a second."""
    import numpy as np

    size = float(np.median(typical)) if typical else 0.0
    return next((unit for unit in (1e9, 1e6, 1e3) if size / unit > 1e8), 1.0)
