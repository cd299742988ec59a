"""The columns that sum a reply up: `opportunity`, `score` and `needs_review`.

Pure functions of the probabilities that a model gives. The one place for the formula of `score`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from empathy_score.dimensions import DIMENSIONS

Probabilities = Mapping[str, NDArray[np.float64]]
"""By dimension: shape (n_turns, n_levels)."""

OPPORTUNITIES = ("given", "missed", "not_needed")
_NEEDED = ("road", "care", "empathy", "emotion", "trust", "cognitive_control",
          "behavioural_control", "feeling")  # fmt: skip
NEEDED = frozenset((d.name, d.kind, d.levels) for d in DIMENSIONS if d.name in _NEEDED)
"""Dimensions that a model must have, as they are, for `opportunity` and `score`."""

CALLING = ("anger", "anxiety", "disappointment")
"""Feelings that call for empathy."""

FEELINGS = next(d.levels for d in DIMENSIONS if d.name == "feeling")

ROAD_VALUES = {"learn": 1.0, "care": 1.0, "teach": 0.75, "none": 0.4, "go_away": 0.0}
"""What a reply on each road is worth, 0 to 1."""

SHARES = {"road": 0.4, "etc": 0.35, "opportunity": 0.25}
"""Shares of the three parts of `score`; they sum to 1."""

BOILERPLATE = 0.1
"""What a formulaic warm phrase costs: it fits any complaint, and so answers none."""

SLIGHT = 3
"""Words below which a turn is too slight for a `score`."""

_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def need(feeling: NDArray[np.float64], answered: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Give the chance that empathy was called for, reply by reply.

    It was where the customer, in a turn that the reply answers, is angry, anxious or
    disappointed: how they feel, what failed them and what is at stake are read in one.

    Parameters
    ----------
    feeling : ndarray of shape (n_customer_turns, 7)
        Probabilities of the customer's feelings.
    answered : sequence of sequences of int
        For each reply the customer turns that it answers; of several the loudest counts.

    Returns
    -------
    ndarray of shape (n_replies,)
        0 to 1; 0 where the customer said nothing.
    """
    calling = feeling[:, [FEELINGS.index(name) for name in CALLING]].sum(axis=1)
    return np.array([max((calling[i] for i in turns), default=0.0) for turns in answered])


def opportunity(called: NDArray[np.float64], p: Probabilities) -> NDArray[np.object_]:
    """Say of each reply whether empathy was called for, and given.

    Parameters
    ----------
    called : ndarray of shape (n_replies,)
        From `need`.
    p : mapping of str to ndarray
        Probabilities of ``empathy`` and ``care``.

    Returns
    -------
    ndarray of str, shape (n_replies,)
        ``"not_needed"`` where it was more likely not called for; else ``"given"`` where some
        empathy, or substantive care, is more likely than not, or ``"missed"``. A stock phrase
        counts as given here; `score` does not read those that it knows.
    """
    shown = np.maximum(1 - p["empathy"][:, 0], p["care"][:, 2]) > 0.5
    said = np.where(shown, "given", "missed").astype(object)
    said[called <= 0.5] = "not_needed"
    return said


def score(
    called: NDArray[np.float64], p: Probabilities, texts: Sequence[str]
) -> NDArray[np.float64]:
    """Give the headline score of each reply, 0 to 100.

    ::

        score       = 100 * clip(.4 road + .35 etc + .25 opportunity - .1 boilerplate, 0, 1)
        road        = sum of p(road) * value: learn 1, care 1, teach .75, none .4, go_away 0; of
                      care, what exceeds the chance of substantive care (grade 2) counts as none
        etc         = clip(.5 + (emotion + trust + cognitive control + behavioural control) / 4)
                      of expected levels; of emotion, relief and insult only (a feeling that was
                      passed over is what opportunity counts)
        opportunity = 1 - called * (1 - substantive): called is the chance that empathy was called
                      for, substantive that it is specific (empathy 2 or 3) or care has grade 2
        boilerplate = chance that empathy is formulaic (1)

    Sentences of which every word fits any complaint are not read for it: a reply has the score of
    the rest of it, or of the last of them where there is no rest. Of sentences that do nothing and
    take up no word of the customer's, what they take away counts, and not what they add: one more
    before a reply raises no score (`empathy_score.markers.stock`). Those that are known as neither
    cost what `boilerplate` says; what the model reads into them all the same is in the model card.
    No part reads how many markers there are. A reply that nothing called
    for empathy loses nothing by having none. Source: roads, Godin; ETC, Dasu & Chase; "more is not
    better", Singh, Marinova & Singh 2018.

    Parameters
    ----------
    called : ndarray of shape (n_replies,)
        From `need`.
    p : mapping of str to ndarray
        Probabilities of the dimensions in `NEEDED`.
    texts : sequence of str
        The replies, as they were read for `p`.

    Returns
    -------
    ndarray of shape (n_replies,)
        NaN where a reply has fewer than `SLIGHT` words.
    """
    warm = p["care"][:, 2]
    learn, care, teach, go_away, none = p["road"].T
    owned = np.minimum(care, warm)
    v = ROAD_VALUES
    road = (
        learn * v["learn"] + owned * v["care"] + teach * v["teach"] + go_away * v["go_away"]
        + (none + care - owned) * v["none"]
    )  # fmt: skip
    levels = np.arange(-2.0, 3.0)
    felt = p["emotion"] @ np.array([-2.0, 0.0, 0.0, 1.0, 2.0])
    signals = felt + sum(
        p[name] @ levels for name in ("trust", "cognitive_control", "behavioural_control")
    )
    etc = np.clip(0.5 + signals / 4, 0, 1)
    substantive = np.maximum(p["empathy"][:, 2:].sum(axis=1), warm)
    answered = 1 - called * (1 - substantive)
    total = (
        SHARES["road"] * road + SHARES["etc"] * etc + SHARES["opportunity"] * answered
        - BOILERPLATE * p["empathy"][:, 1]
    )  # fmt: skip
    points: NDArray[np.float64] = 100 * np.clip(total, 0, 1)
    slight = np.array([len(_WORDS.findall(text)) < SLIGHT for text in texts], dtype=bool)
    points[slight] = np.nan
    return points


def doubt(road: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the chance that a reply's main road is another than the one given.

    Parameters
    ----------
    road : ndarray of shape (n_replies, 5)
        Calibrated probabilities.
    """
    chance: NDArray[np.float64] = 1 - road.max(axis=1)
    return chance


def doubt_limit(quantiles: Sequence[float], rate: float) -> float:
    """Give the doubt from which a reply should be looked at by a person.

    Parameters
    ----------
    quantiles : sequence of float
        Of `doubt` on the replies that calibration was fitted on, evenly spaced from 0 to 100 %.
    rate : float
        Share of such replies that should be looked at, 0 to 1.
    """
    if rate in (0, 1):
        return 1.0 if rate == 0 else -1.0  # none and all, also beyond what was seen
    at = np.linspace(0, 1, len(quantiles))
    return float(np.interp(1 - rate, at, quantiles))
