import numpy as np
import pytest
from scipy.sparse import csr_matrix

from empathy_score import Dimension
from empathy_score.evaluation import expected_calibration_error
from empathy_score.model.calibration import fit_calibration
from empathy_score.model.heads import fit_heads, n_margins, targets

ORDERED = Dimension("level", "agent", "ordinal", (0, 1, 2), "", "")
NAMED = Dimension("kind", "agent", "nominal", ("a", "b", "c"), "", "")
BINARY = Dimension("flag", "agent", "binary", (0, 1), "", "")


SEVERAL = Dimension("topics", "agent", "multilabel", ("a", "b", "c"), "", "")


def fit(X, labels, dimensions, C=1.0):
    return fit_heads(X, labels, dimensions, C=C, weights=np.ones(X.shape[0]))


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
    heads = fit(X, labels, (ORDERED, NAMED, BINARY))
    shapes = {name: m.shape for name, m in heads.margins(X).items()}
    assert shapes == {"level": (600, 2), "kind": (600, 3), "flag": (600, 1)}
    assert [n_margins(d) for d in (ORDERED, NAMED, BINARY)] == [2, 3, 1]


def test_calibrated_probabilities_mean_what_they_say(data):
    X, labels = data
    dimensions = (ORDERED, NAMED, BINARY)
    half = {name: index[:300] for name, index in labels.items()}
    heads = fit(X[:300], half, dimensions, C=1000.0)
    loud = {
        name: 5 * m[:, None] for name, m in heads.margins(X).items()
    }  # over-confident on purpose
    unseen = {name: m[300:450] for name, m in loud.items()}
    wanted = {n: i[300:450] for n, i in labels.items()}
    fitted = fit_calibration(unseen, wanted, dimensions, np.ones(150))
    for dimension in dimensions:
        p = fitted.probabilities(dimension, loud[dimension.name][450:])
        assert p.sum(axis=1) == pytest.approx(np.ones(150))
        assert (p >= 0).all()
        assert expected_calibration_error(dimension, p, labels[dimension.name][450:]) < 0.12


def test_a_level_without_a_label_stays_possible_and_unlikely(data):
    X, labels = data
    two = {"level": np.minimum(labels["level"], 1), "kind": labels["kind"] % 2}
    heads = fit(X, two, (ORDERED, NAMED))
    margins = {name: m[:, None] for name, m in heads.margins(X).items()}
    fitted = fit_calibration(margins, two, (ORDERED, NAMED), np.ones(600))
    for dimension in (ORDERED, NAMED):
        top = fitted.probabilities(dimension, margins[dimension.name])[:, 2]
        assert (top < 0.05).all()
        assert (top > 0).any()


def test_unlabelled_turns_do_not_count(data):
    X, labels = data
    hidden = labels["level"].copy()
    hidden[300:] = -1
    part = fit(X[:300], {"level": labels["level"][:300]}, (ORDERED,))
    whole = fit(X, {"level": hidden}, (ORDERED,))
    assert whole.coefficients == pytest.approx(part.coefficients)


def test_targets_of_every_kind():
    assert targets(ORDERED, np.array([0, 1, 2])).tolist() == [[0, 0], [1, 0], [1, 1]]
    assert targets(NAMED, np.array([0, 2])).tolist() == [[1, 0, 0], [0, 0, 1]]
    assert targets(BINARY, np.array([0, 1])).tolist() == [[0], [1]]
    assert targets(SEVERAL, np.array([0, 5])).tolist() == [[0, 0, 0], [1, 0, 1]]


def test_several_labels_are_apart(data):
    X, _ = data
    dense = X.toarray()
    index = ((dense[:, :3] > 0).astype(np.int64) << np.arange(3)).sum(axis=1)
    heads = fit(dense, {"topics": index}, (SEVERAL,))
    margins = {"topics": heads.margins(dense)["topics"][:, None]}
    fitted = fit_calibration(margins, {"topics": index}, (SEVERAL,), np.ones(600))
    p = fitted.probabilities(SEVERAL, margins["topics"])
    assert ((p > 0.5) == (dense[:, :3] > 0)).mean() > 0.95
    assert p.sum(axis=1).max() > 1.5


def test_dense_margins_do_not_depend_on_the_rows_beside(data):
    X, labels = data
    dense = X.toarray()
    heads = fit(dense, labels, (ORDERED,))
    together = heads.margins(dense)["level"]
    alone = np.vstack([heads.margins(dense[[i]])["level"] for i in range(len(dense))])
    assert (together == alone).all()


def test_a_prior_moves_little_with_few_labels_and_much_with_many(data):
    X, labels = data
    margins = {"flag": fit(X, labels, (BINARY,)).margins(X)["flag"][:, None]}
    prior = fit_calibration(margins, labels, (BINARY,), np.ones(600))
    flipped = {"flag": 1 - labels["flag"]}

    def moved(n):
        some = {"flag": margins["flag"][:n]}
        new = fit_calibration(
            some, {"flag": flipped["flag"][:n]}, (BINARY,), np.ones(n), prior, 100
        )
        before, after = (c.probabilities(BINARY, margins["flag"])[:, 1] for c in (prior, new))
        return np.abs(before - after).mean()

    assert moved(5) < 0.1 < moved(600)


@pytest.mark.parametrize("sparse", [True, False])
def test_a_few_labels_move_a_bases_judgement_and_do_not_forget_it(sparse):
    draw = np.random.default_rng(1)
    X = draw.normal(size=(3000, 60))
    truth = (X[:, :20].sum(axis=1) > 0).astype(np.int64)
    X = csr_matrix(X) if sparse else X
    base = fit(X[:2000], {"flag": truth[:2000]}, (BINARY,))
    few, held = slice(2000, 2012), slice(2012, 3000)

    def right(heads):
        said = heads.margins(X[held])["flag"][:, 0] > 0
        return (said == truth[held]).mean()

    def fitted(base, goal):
        ones = np.ones(12)
        return fit_heads(X[few], {"flag": goal}, (BINARY,), C=0.02, weights=ones, base=base)

    assert right(fitted(base, truth[few])) > 0.9 > 0.75 > right(fitted(None, truth[few]))


def test_many_labels_replace_a_bases_judgement(data):
    X, labels = data
    base = fit(X, {"flag": labels["flag"]}, (BINARY,))
    turned = 1 - labels["flag"]
    heads = fit_heads(X, {"flag": turned}, (BINARY,), C=1.0, weights=np.ones(600), base=base)
    said = heads.margins(X)["flag"][:, 0] > 0
    assert (said == turned).mean() > 0.85


def test_a_new_dimension_leans_on_those_that_a_base_has(data):
    X, labels = data
    base = fit(X, {"level": labels["level"]}, (ORDERED,))
    other = Dimension("mine", "agent", "binary", (0, 1), "", "")
    goal = (labels["level"][:40] > 0).astype(np.int64)
    heads = fit_heads(X[:40], {"mine": goal}, (other,), C=0.02, weights=np.ones(40), base=base)
    assert heads.coefficients.shape == (5, 1)  # folded: it reads the features alone
    said = heads.margins(X)["mine"][:, 0]
    assert np.corrcoef(said, base.margins(X)["level"][:, 0])[0, 1] > 0.9
