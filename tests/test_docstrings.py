"""Examples in docstrings run."""

import doctest

import pytest

import empathy_score
from empathy_score import scorer, spacy_component


@pytest.mark.parametrize("module", [empathy_score, scorer, spacy_component])
def test_examples(module, root, monkeypatch):
    monkeypatch.chdir(root)
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.attempted > 0
    assert result.failed == 0
