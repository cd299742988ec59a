"""What the heads read of a turn: vectors, words and style, the customer's turns before included."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.conversation import Marker
from empathy_score.model.normalise import normalise

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

DECAY = 0.5
"""Weight of each earlier customer turn against the next one."""

TURNS_BEFORE = 2
"""How many of the customer's turns before a turn enter by their vectors."""

VECTOR_SCALE = 6.0
"""Unit vectors are scaled by this, so that a head's weights are neither tiny nor huge."""

STYLE_SCALE = 0.5


def dense_width(width: int) -> int:
    """Give how many dense features vectors of `width` make."""
    return 3 * width


_STYLE: dict[str, re.Pattern[str]] = {
    "exclamations": re.compile(r"!"),
    "questions": re.compile(r"\?"),
    "links": re.compile(r"https?://|www\.", re.IGNORECASE),
    "handles": re.compile(r"(?<!\w)@\w"),
    "capitals": re.compile(r"\b[A-Z]{3,}\b"),
    "digits": re.compile(r"\d"),
    "newlines": re.compile(r"\n"),
    "ellipses": re.compile(r"\.\.+|…"),
    "i": re.compile(r"\b(?:i|i'm|i'll|i've|my)\b", re.IGNORECASE),
    "we": re.compile(r"\b(?:we|we're|we'll|we've|our|us)\b", re.IGNORECASE),
    "you": re.compile(r"\b(?:you|your|you're|yours)\b", re.IGNORECASE),
    "negations": re.compile(r"\b(?:not|no|never|cannot|nothing|none)\b|n't\b", re.IGNORECASE),
    "pieces": re.compile(r"(?<!\w)\d/\d(?!\w)|^\W*[a-z]"),
    "sad_faces": re.compile(r"[:;]-?[(\[]|😞|😡|😠|😢|😭|🙁|☹|😤|🤬|👎|💔|😔|😩|🙄"),
    "glad_faces": re.compile(r"[:;]-?[)\]D]|😀|😃|😄|😁|😊|🙂|😍|❤|💙|👍|🎉|🙏|😂|🤣|💕|🙌"),
    "placeholders": re.compile(r"[<\[{][\w #-]{2,24}[>\]}]"),
}
"""Counts of what words miss; each enters as ``log(1 + count)``."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One turn as the model reads it.

    Parameters
    ----------
    text : str
        Untouched.
    before : tuple of str
        The customer's turns before it, oldest first, untouched.
    markers : tuple of Marker
        Found in `text`; empty for a customer's turn.
    """

    text: str
    before: tuple[str, ...] = ()
    markers: tuple[Marker, ...] = ()


def plain_texts(readings: Sequence[Reading]) -> dict[str, str]:
    """Normalise every text of some readings, once."""
    needed = {reading.text for reading in readings}
    needed.update(text for reading in readings for text in reading.before)
    return {text: normalise(text) for text in sorted(needed)}


class TurnFeatures:
    """Turns of one role -> one sparse row each.

    A scikit-learn style transformer: `fit` learns the vocabularies and the scale of the style
    features, `transform` gives the rows. Its state is plain lists and arrays (`state`,
    `from_state`), so that a model folder needs no pickle.

    Parameters
    ----------
    marker_types : sequence of str
        Marker types whose counts are style features.
    max_words, max_characters, max_before : int
        Sizes of the vocabularies: words and pairs of words, character 2- to 5-grams, and words of
        the customer's turns before.
    min_count : int
        Documents that an entry must occur in.
    """

    def __init__(
        self,
        marker_types: Sequence[str] = (),
        max_words: int = 6000,
        max_characters: int = 6000,
        max_before: int = 1500,
        min_count: int = 4,
    ) -> None:
        self.marker_types = tuple(marker_types)
        self.max_words = max_words
        self.max_characters = max_characters
        self.max_before = max_before
        self.min_count = min_count

    def fit(self, readings: Sequence[Reading]) -> TurnFeatures:
        """Learn vocabularies and scales from `readings`."""
        own = [normalise(reading.text) for reading in readings]
        before = [normalise(" ".join(reading.before)) for reading in readings]
        sizes = {
            "words": self.max_words,
            "characters": self.max_characters,
            "before": self.max_before,
        }
        self.lexical_: dict[str, Any] = {}
        for name, texts in (("words", own), ("characters", own), ("before", before)):
            try:
                vectorizer = _vectorizer(name, max_features=sizes[name], min_df=self.min_count)
                self.lexical_[name] = vectorizer.fit(texts)
            except ValueError:  # no entry is common enough to be kept
                self.lexical_[name] = _vectorizer(name, vocabulary=["!"]).fit(texts)
        style = self._style(readings)
        self.style_mean_ = style.mean(axis=0)
        self.style_scale_ = np.where(style.std(axis=0) > 0, style.std(axis=0), 1.0)
        return self

    def transform(self, readings: Sequence[Reading], plain: Mapping[str, str]) -> csr_matrix:
        """Lay the lexical features of turns out as rows.

        Parameters
        ----------
        readings : sequence of Reading
        plain : mapping of str to str
            Each of the readings' texts, normalised (`plain_texts`).

        Returns
        -------
        csr_matrix of shape (n_readings, n_features)
            Style, words, characters, words of the turns before.
        """
        from scipy.sparse import csr_matrix, hstack

        own = [plain[reading.text] for reading in readings]
        before = [" ".join(plain[text] for text in reading.before) for reading in readings]
        style = (self._style(readings) - self.style_mean_) / self.style_scale_
        parts = [
            csr_matrix(np.clip(style, -4, 4) * STYLE_SCALE),
            _transformed(self.lexical_["words"], own),
            _transformed(self.lexical_["characters"], own),
            _transformed(self.lexical_["before"], before),
        ]
        return csr_matrix(hstack(parts))

    @property
    def n_features(self) -> int:
        """How many columns `transform` gives."""
        return len(self.style_mean_) + sum(len(v.vocabulary_) for v in self.lexical_.values())

    def is_sound(self) -> bool:
        """Tell whether there is a mean and a scale above 0 for each count of style."""
        shape = (_style_width(self.marker_types),)
        return self.style_mean_.shape == self.style_scale_.shape == shape and bool(
            (self.style_scale_ > 0).all()
        )

    def _style(self, readings: Sequence[Reading]) -> NDArray[np.float64]:
        rows = []
        known: dict[str, list[int]] = {}
        for reading in readings:
            last = reading.before[-1] if reading.before else ""
            counts = [reading.text.count(" ") + 1, last.count(" ") + 1, len(reading.before)]
            for text in (reading.text, last):
                if text not in known:
                    known[text] = [len(pattern.findall(text)) for pattern in _STYLE.values()]
                counts += known[text]
            types = [marker.type for marker in reading.markers]
            counts += [types.count(name) for name in self.marker_types]
            rows.append(counts)
        counted = np.array(rows, dtype=np.float64).reshape(-1, _style_width(self.marker_types))
        return np.log1p(counted)

    def state(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Give what was fitted as plain values and arrays."""
        plain = {
            "marker_types": list(self.marker_types),
            "vocabularies": {
                name: sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get)
                for name, vectorizer in self.lexical_.items()
            },
        }
        arrays = {f"idf.{name}": v.idf_.astype(np.float64) for name, v in self.lexical_.items()}
        arrays |= {"style.mean": self.style_mean_, "style.scale": self.style_scale_}
        return plain, arrays

    @classmethod
    def from_state(
        cls, plain: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
    ) -> TurnFeatures:
        """Restore what `state` gave."""
        features = cls(marker_types=plain["marker_types"])
        features.lexical_ = {}
        for name, vocabulary in plain["vocabularies"].items():
            vectorizer = _vectorizer(name, vocabulary=vocabulary)
            vectorizer.idf_ = arrays[f"idf.{name}"]
            features.lexical_[name] = vectorizer
        features.style_mean_ = arrays["style.mean"]
        features.style_scale_ = arrays["style.scale"]
        return features


def _style_width(marker_types: Sequence[str]) -> int:
    return 3 + 2 * len(_STYLE) + len(marker_types)


def _vectorizer(name: str, **settings: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    if name == "characters":
        return TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, **settings
        )
    pattern = r"(?u)\b\w+(?:'\w+)?\b|[!?]"
    return TfidfVectorizer(token_pattern=pattern, ngram_range=(1, 2), sublinear_tf=True, **settings)


def _transformed(vectorizer: Any, texts: Sequence[str]) -> csr_matrix:
    """Transform texts, each distinct one once."""
    places: dict[str, int] = {}
    rows = [places.setdefault(text, len(places)) for text in texts]
    distinct: csr_matrix = vectorizer.transform(list(places))
    return distinct[rows]


def dense_features(
    readings: Sequence[Reading],
    plain: Mapping[str, str],
    vectors: Mapping[str, NDArray[np.float32]],
    width: int,
) -> NDArray[np.float64]:
    """Lay what the encoder made of turns out as rows.

    Parameters
    ----------
    readings : sequence of Reading
    plain : mapping of str to str
        Each of the readings' texts, normalised.
    vectors : mapping of str to ndarray of shape (width,)
        Unit vector of each normalised text.
    width : int

    Returns
    -------
    ndarray of shape (n_readings, dense_width(width))
        Vector of the turn, decayed mean vector of the customer's turns before it, their product
        element by element: as `network.Network.margins` takes them.
    """
    own = np.array([vectors[plain[reading.text]] for reading in readings], dtype=np.float64)
    before = np.array(
        [_decayed([vectors[plain[text]] for text in r.before], width) for r in readings]
    )
    own, before = own.reshape(-1, width), before.reshape(-1, width)
    return np.hstack([own, before, VECTOR_SCALE * own * before]) * VECTOR_SCALE


def _decayed(vectors: Sequence[NDArray[np.float32]], width: int) -> NDArray[np.float64]:
    """Give the mean of vectors, the last one weighing most; zeros for none."""
    recent = vectors[-TURNS_BEFORE:]
    if not recent:
        return np.zeros(width)
    weights = DECAY ** np.arange(len(recent) - 1, -1, -1, dtype=np.float64)
    mean: NDArray[np.float64] = (weights / weights.sum()) @ np.array(recent, dtype=np.float64)
    return mean
