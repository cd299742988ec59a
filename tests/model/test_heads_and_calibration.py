import numpy as np
import pytest
from scipy.sparse import csr_matrix

from empathy_score import Dimension
from empathy_score.evaluation import expected_calibration_error
from empathy_score.model.calibration import fit_calibration
from empathy_score.model.heads import fit_heads, n_margins

ORDERED = Dimension("level", "agent", "ordinal", (0, 1, 2), "", "")
NAMED = Dimension("kind", "agent", "nominal", ("a", "b", "c"), "", "")
BINARY = Dimension("flag", "agent", "binary", (0, 1), "", "")


@pytest.fixture(scope="module")
def data():
    draw = np.random.default_rng(0)
    X = draw.normal(size=(600, 5))
    noisy = X[:, 0] + draw.normal(size=600)
    labels = {
        "level": np.digitize(noisy, [0, 1]),
        "kind": np.argmax(X[:, :3] + draw.normal(size=(600, 3)), axis=1),
        "flag": (noisy > 1.5).astype(np.int64),
    }
    return csr_matrix(X), labels


def test_margins_have_one_column_a_threshold_or_a_level(data):
    X, labels = data
    heads = fit_heads(X, labels, (ORDERED, NAMED, BINARY))
    shapes = {name: m.shape for name, m in heads.margins(X).items()}
    assert shapes == {"level": (600, 2), "kind": (600, 3), "flag": (600, 1)}
    assert [n_margins(d) for d in (ORDERED, NAMED, BINARY)] == [2, 3, 1]


def test_calibrated_probabilities_mean_what_they_say(data):
    X, labels = data
    dimensions = (ORDERED, NAMED, BINARY)
    half = {name: index[:300] for name, index in labels.items()}
    heads = fit_heads(X[:300], half, dimensions, C=1000.0)
    loud = {name: 5 * m for name, m in heads.margins(X).items()}  # over-confident on purpose
    unseen = {name: m[300:450] for name, m in loud.items()}
    fitted = fit_calibration(unseen, {n: i[300:450] for n, i in labels.items()}, dimensions)
    for dimension in dimensions:
        p = fitted.probabilities(dimension, loud[dimension.name][450:])
        assert p.sum(axis=1) == pytest.approx(np.ones(150))
        assert (p >= 0).all()
        assert expected_calibration_error(p, labels[dimension.name][450:]) < 0.12


def test_a_level_without_a_label_stays_possible_and_unlikely(data):
    X, labels = data
    two = {"level": np.minimum(labels["level"], 1), "kind": labels["kind"] % 2}
    heads = fit_heads(X, two, (ORDERED, NAMED))
    margins = heads.margins(X)
    fitted = fit_calibration(margins, two, (ORDERED, NAMED))
    for dimension in (ORDERED, NAMED):
        top = fitted.probabilities(dimension, margins[dimension.name])[:, 2]
        assert (top < 0.05).all()
        assert (top > 0).any()


def test_unlabelled_turns_do_not_count(data):
    X, labels = data
    hidden = labels["level"].copy()
    hidden[300:] = -1
    part = fit_heads(X[:300], {"level": labels["level"][:300]}, (ORDERED,))
    whole = fit_heads(X, {"level": hidden}, (ORDERED,))
    assert whole.coefficients == pytest.approx(part.coefficients)
