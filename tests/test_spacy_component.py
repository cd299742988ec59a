import pytest
import spacy

from empathy_score.spacy_component import EmpathyScoreComponent

TEXTS = ["I'm so sorry, that was our mistake.", "👍", "Please restart it."]


@pytest.fixture(scope="module")
def nlp(scorer):
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("empathy_score")
    assert isinstance(pipe, EmpathyScoreComponent)
    pipe._scorer = scorer
    return nlp


def test_a_document_gets_scores_and_spans(nlp, scorer):
    doc = nlp(TEXTS[0])
    expected = scorer.score_text(TEXTS[0])
    assert doc._.empathy == {k: v for k, v in expected.items() if k != "markers"}
    spans = doc.spans["empathy_markers"]
    assert [(s.label_, s.text) for s in spans] == [
        (m["type"], m["text"]) for m in expected["markers"]
    ]
    assert spans.attrs["scores"] == [m["score"] for m in expected["markers"]]


@pytest.mark.parametrize("size", [1, 2, 10])
def test_pipe_in_batches_equals_one_by_one(nlp, size):
    piped = list(nlp.pipe(TEXTS, batch_size=size))
    assert [d.text for d in piped] == TEXTS
    assert [str(d._.empathy) for d in piped] == [str(nlp(t)._.empathy) for t in TEXTS]
    assert piped[1]._.empathy["road"] is None


def test_the_customers_words_come_in_by_extension(nlp, scorer):
    doc = nlp.make_doc(TEXTS[2])
    doc._.customer = "It's broken AGAIN, I'm so angry!!"
    (doc,) = nlp.pipe([doc])
    assert doc._.empathy["emotion"] == scorer.score_text(TEXTS[2], doc._.customer)["emotion"]


def test_the_customers_words_come_in_as_context(nlp, scorer):
    customer = "It's broken AGAIN, I'm so angry!!"
    ((doc, _),) = nlp.pipe([(TEXTS[2], {"customer": customer})], as_tuples=True)
    assert doc._.empathy["emotion"] == scorer.score_text(TEXTS[2], customer)["emotion"]


def test_the_pipe_goes_to_disk_and_back(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    assert spacy.load(tmp_path).pipe_names == ["empathy_score"]
