"""Time `train --finetune` on 3,000 labelled pairs and three ordered targets, beside TF-IDF.

    python scripts/benchmark_pairs.py [--folds 5]

The shape of a public benchmark of empathy in replies: 3,000 pairs, three targets of three levels.
The pairs, 3,750 with those held out, are of `data/authored.jsonl`; the targets are road grades
under names of their own; training begins with the public encoder, which has seen none of them.
Folds never part a conversation. The baseline is logistic regression over words and character
n-grams of reply and customer, the better of two penalties.
"""

from __future__ import annotations

import argparse
import random
import time

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline, make_union

from empathy_score.training import evaluate, train
from empathy_score.training.sources import read_items
from train_default import ROOT

PAIRS = 3750
"""Of which each fold trains on 3,000."""
TARGETS = {"warmth": 1, "guidance": 2, "wall": 3}
"""Name of a target, and its place among the road grades."""


def pairs() -> pd.DataFrame:
    """Lay the pairs out, one row an exchange."""
    items = [i for i in read_items(ROOT / "data" / "authored.jsonl") if i["context"]]
    rows = [
        {
            "conversation_id": item["id"],
            "group": item["context"][0][1],
            "customer_text": item["context"][-1][1],
            "agent_text": item["reply"],
            **{name: item["labels"]["roads"][place] for name, place in TARGETS.items()},
        }
        for item in random.Random(0).sample(items, PAIRS)
    ]
    return pd.DataFrame(rows)


def baseline(seen: pd.DataFrame, held: pd.DataFrame, name: str) -> float:
    """Give the macro-F1 of TF-IDF with logistic regression."""
    texts = [part["agent_text"] + " [SEP] " + part["customer_text"] for part in (seen, held)]
    found = []
    for penalty in (1.0, 10.0):
        model = make_pipeline(
            make_union(
                TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
                TfidfVectorizer(
                    analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True
                ),
            ),
            LogisticRegression(C=penalty, max_iter=1000),
        ).fit(texts[0], seen[name])
        found.append(f1_score(held[name], model.predict(texts[1]), average="macro"))
    return float(max(found))


def main() -> None:
    """Run the folds and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=1, help="how many of five folds to run")
    given = parser.parse_args()
    table = pairs()
    splits = list(GroupKFold(5, shuffle=True, random_state=0).split(table, groups=table["group"]))
    rows = []
    for seen, held in splits[: given.folds]:
        begun = time.perf_counter()
        model = train(
            table.iloc[seen].reset_index(drop=True), targets=dict.fromkeys(TARGETS, "ordinal"),
            base="all-MiniLM-L6-v2", finetune=True, say=print,
        )  # fmt: skip
        minutes = (time.perf_counter() - begun) / 60
        ours = evaluate(table.iloc[held].reset_index(drop=True), model, draws=2).figures["macro_f1"]
        theirs = {name: baseline(table.iloc[seen], table.iloc[held], name) for name in TARGETS}
        rows.append((minutes, ours, theirs))
        print(f"fold of {len(seen)} pairs: {minutes:.1f} minutes", flush=True)
    print("| target | TF-IDF, logistic regression | train --finetune |\n|---|---|---|")
    for name in TARGETS:
        print(f"| {name} | {np.mean([r[2][name] for r in rows]):.3f} "
              f"| {np.mean([r[1][name] for r in rows]):.3f} |")  # fmt: skip
    gain = np.mean([r[1].mean() - np.mean(list(r[2].values())) for r in rows])
    print(f"macro-F1 {gain:+.3f}; {np.mean([r[0] for r in rows]):.1f} minutes a fold")


if __name__ == "__main__":
    main()
