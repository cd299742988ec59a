"""Each scored construct, once: `DIMENSIONS` is the table that every other part reads.

To add a dimension, add one entry here and a label column of that name to the labelled table; one
of a company's own is a target of `empathy_score.training.train`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["nominal", "ordinal", "binary", "multilabel"]
Level = str | int


@dataclass(frozen=True)
class Dimension:
    """One construct that is scored on each turn of a role.

    Parameters
    ----------
    name : str
        Name of the label column and of the column in the table of scores.
    role : {"agent", "customer"}
        Whose turns carry it.
    kind : {"nominal", "ordinal", "binary", "multilabel"}
        `nominal`: the most probable level is given; `ordinal`: the expected level; `binary`: the
        probability of the second level; `multilabel`: the levels that are more probable than not.
    levels : tuple
        The values a label may take; in rising order where the dimension is ordinal.
    definition : str
        What is judged, in one line; the codebook says it in full.
    source : str
        Where the construct comes from.
    probabilities : bool, default False
        Whether a nominal or multilabel dimension also gives a column for each level.
    prefix : str, default "p_"
        What the names of those columns begin with, before the level.
    """

    name: str
    role: Literal["agent", "customer"]
    kind: Kind
    levels: tuple[Level, ...]
    definition: str
    source: str
    probabilities: bool = False
    prefix: str = "p_"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that this dimension adds to a table of scores."""
        if self.probabilities:
            return (self.name, *(f"{self.prefix}{level}" for level in self.levels))
        return (self.name,)

    @property
    def types(self) -> dict[str, type]:
        """Type of each of `columns`: `float`, but for the name of a level."""
        types: dict[str, type] = dict.fromkeys(self.columns, float)
        if self.kind in ("nominal", "multilabel"):
            whole = all(isinstance(level, int) for level in self.levels)
            types[self.name] = int if whole and self.kind == "nominal" else str
        return types

    def values(self, probabilities: NDArray[np.float64]) -> dict[str, NDArray[np.generic]]:
        """Turn probabilities of the levels into the dimension's columns.

        Parameters
        ----------
        probabilities : ndarray of shape (n_turns, n_levels)
            Calibrated; each row sums to 1, but for a multilabel dimension.

        Returns
        -------
        dict of str to ndarray of shape (n_turns,)
            One entry for each name in `columns`.
        """
        import numpy as np

        if self.kind in ("nominal", "multilabel"):
            levels = np.array(self.levels, dtype=object)
            best = np.empty(len(probabilities), dtype=object)
            if self.kind == "nominal":
                best[:] = levels[probabilities.argmax(axis=1)]
            else:
                best[:] = ["; ".join(levels[row > 0.5]) for row in probabilities]
            columns: dict[str, NDArray[np.generic]] = {self.name: best}
            if self.probabilities:
                columns |= {
                    f"{self.prefix}{lv}": probabilities[:, i] for i, lv in enumerate(self.levels)
                }
            return columns
        if self.kind == "binary":
            return {self.name: probabilities[:, 1]}
        return {self.name: probabilities @ np.array(self.levels, dtype=np.float64)}


GODIN = "Godin, Four roads we call customer service"
DASU_CHASE = "Dasu & Chase 2010, Designing the Soft Side of Customer Service"
BRITISH_AIRWAYS = "British Airways study of what customers expect"
LEWICKI = "Lewicki, Polin & Lount 2016; Trosborg 1995"
CLARK = "Clark, Murfett, Rogers & Ang 2013"
THREE_FACES = "The three faces of customer service (expectations, delivery, recovery)"
CARLZON = "Carlzon, Moments of Truth (Scandinavian Airlines)"


def _grade(name: str, definition: str) -> Dimension:
    return Dimension(name, "agent", "ordinal", (0, 1, 2), definition, GODIN)


def _signal(name: str, definition: str) -> Dimension:
    return Dimension(name, "agent", "ordinal", (-2, -1, 0, 1, 2), definition, DASU_CHASE)


def _expectation(name: str, definition: str) -> Dimension:
    return Dimension(name, "agent", "ordinal", (0, 1, 2), definition, BRITISH_AIRWAYS)


DIMENSIONS: tuple[Dimension, ...] = (
    Dimension(
        "road",
        "agent",
        "nominal",
        ("learn", "care", "teach", "go_away", "none"),
        "The road that best describes the reply as a whole.",
        GODIN,
        probabilities=True,
    ),
    _grade("learn", "Treats the customer as someone to learn from, and moves to change something."),
    _grade("care", "Attends to the person and the relationship."),
    _grade("teach", "Gives knowledge with which the customer can get further."),
    _grade("go_away", "Ends, deflects or wears down the contact without help."),
    Dimension(
        "empathy",
        "agent",
        "ordinal",
        (0, 1, 2, 3),
        "None, formulaic, specific to this customer, specific and acted upon.",
        CLARK,
    ),
    Dimension(
        "apology",
        "agent",
        "ordinal",
        (0, 1, 2),
        "None, formulaic or partial, full (names the failure and owns or repairs it).",
        LEWICKI,
    ),
    Dimension(
        "deflecting",
        "agent",
        "binary",
        (0, 1),
        "A non-apology: the fault is put on the customer's feeling, a condition or a policy.",
        LEWICKI,
    ),
    _signal("emotion", "Relieves or provokes what the customer feels."),
    _signal("trust", "Builds or costs trust: consistent, open, engaged, or evasive."),
    _signal("cognitive_control", "The customer knows what happens, why, when and what is next."),
    _signal("behavioural_control", "The customer has a choice or a say, or loses options."),
    _expectation("care_and_concern", "Treats the customer as an important person."),
    _expectation("problem_solving", "A competent step towards the solution."),
    _expectation("spontaneity", "Discretion beyond the procedure."),
    _expectation("recovery", "After a failure, goes out of the way to make it right."),
    Dimension(
        "stage",
        "agent",
        "nominal",
        ("expectation", "delivery", "recovery"),
        "The face of service: says what to expect, delivers, or deals with a failure.",
        THREE_FACES,
    ),
    Dimension(
        "feeling",
        "customer",
        "nominal",
        ("anger", "anxiety", "disappointment", "confusion", "joy", "gratitude", "neutral"),
        "The customer's dominant feeling.",
        CARLZON,
        probabilities=True,
    ),
    Dimension(
        "valence",
        "customer",
        "ordinal",
        (-2, -1, 0, 1, 2),
        "How good or bad the customer feels.",
        CARLZON,
    ),
)

ROADS: tuple[str, ...] = tuple(
    str(level) for d in DIMENSIONS if d.name == "road" for level in d.levels
)
"""The four roads, and ``"none"``."""
