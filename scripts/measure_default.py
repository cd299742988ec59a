"""Print the default model's figures, and what training without each source gives.

    python scripts/measure_default.py --shared ../shared/data --leave-one-out --card

The development set never trains and is met here only; `data/authored_later.jsonl` was written after
the model was trained. With --leave-one-out, a model is trained as the default one is, on a sample
of all sources but one, and measured on that one: companies and channels that it never saw. With
--card, the figures are written into the model card, whose leave-one-out table stays without it.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from empathy_score import Scorer
from empathy_score.dimensions import DIMENSIONS, ROADS
from empathy_score.evaluation import Evaluation
from empathy_score.evaluation.card import counts_table, figures_table, markers_table
from empathy_score.evaluation.metrics import expected_calibration_error
from empathy_score.headline import CALLING, NEEDED, doubt, doubt_limit
from empathy_score.headline import score as headline
from empathy_score.markers.stock import stock_sentences
from empathy_score.training import evaluate, labelled_table
from empathy_score.training.evaluating import opportunity_kappa
from empathy_score.training.labels import level_index
from empathy_score.training.sources import read_items
from train_default import ROOT, SETTINGS, source_of, train_on, training_items

ROAD = DIMENSIONS[0]

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"

ANNOTATORS = {
    "road": 0.88, "empathy": 0.91, "apology": 0.98, "care": 0.90, "teach": 0.94, "go_away": 0.85,
    "learn": 0.89, "emotion": 0.84, "trust": 0.66, "cognitive_control": 0.86,
    "behavioural_control": 0.72, "stage": 0.87, "feeling": 0.80, "valence": 0.95,
}  # fmt: skip
"""Kappa between annotators, as the shared data's own card gives it."""

PLAYED = ("star", "taskmaster4_coffee", "abcd_samples")
"""Sources of role-played chats: left out together, since they sound alike."""

LEFT_OUT_HEAD = "**Leave one source out**"
LEFT_OUT = {"replies": 1000, "epochs": 2.0}
"""How many replies and passes each leave-one-out model is trained with."""

STOCK = (
    "We are so sorry to hear that and we truly understand your frustration. ",
    "Thank you so much for reaching out, we really value you as a customer. ",
    "I completely understand how you feel and I am sorry for the inconvenience. ",
    "We're always here for you and your happiness means the world to us. ",
    "I know how frustrating this can be. ",
    "Your satisfaction is our top priority. ",
)
"""Warm sentences that fit any complaint; none is in `data/stock_sentences.jsonl`.

The last one stands in one written reply; the others in no reply that trains.
"""


OTHERS_EVERY = 3
"""Which of the stock sentences that are not known as such are tried on agents."""

DRAWS = 1000
"""Draws of labels from a model's own probabilities."""

ROUNDING = 1e-4
"""Change of a mean score that is arithmetic, not meaning."""


def dev_table(evaluation: Evaluation) -> str:
    """Lay the figures out beside the annotators' kappa."""
    lines = [
        "| dimension | n | kappa | annotators | share | macro-F1 | ECE |",
        "|---|---|---|---|---|---|---|",
    ]
    shares = []
    for name, row in evaluation.figures.iterrows():
        ceiling = ANNOTATORS.get(str(name))
        share = row["kappa"] / ceiling if ceiling else float("nan")
        shares.append(share)
        between = f"{ceiling:.2f} | {share:.2f}" if ceiling else "– | –"
        lines.append(
            f"| {name} | {row['n']} | {row['kappa']:.2f} ({row['kappa_low']:.2f} to "
            f"{row['kappa_high']:.2f}) | {between} | {row['macro_f1']:.2f} | {row['ece']:.3f} |"
        )
    mean = evaluation.figures["kappa"].mean()
    lines.append(f"| *mean* | | {mean:.2f} | | {np.nanmean(shares):.2f} | | |")
    return "\n".join(lines)


def review_lines(scorer: Scorer, items: list[dict[str, Any]]) -> str:
    """Say how much more often the road is wrong where a person is asked to look."""
    scores = scorer.score(labelled_table(items)).turns()
    replies = scores[scores["road_original"].notna()]
    chances = replies[[f"p_{n}" for n in ("learn", "care", "teach", "go_away", "none")]]
    doubts = doubt(chances.to_numpy(float))
    wrong = (replies["road"] != replies["road_original"]).to_numpy()
    lines = ["| rate asked for | replies marked | wrong among them | wrong among the others |",
             "|---|---|---|---|"]  # fmt: skip
    for rate in (0.1, 0.2, 0.3):
        marked = doubts > doubt_limit(scorer.model.doubt, rate)
        lines.append(
            f"| {rate:.0%} | {marked.mean():.0%} | {wrong[marked].mean():.0%} "
            f"| {wrong[~marked].mean():.0%} |"
        )
    return "\n".join(lines)


def stock_line(scorer: Scorer, items: list[dict[str, Any]]) -> str:
    """Say what a stock sentence before every reply does to the mean score."""

    def mean(before: str) -> float:
        warmed = [{**item, "reply": before + item["reply"]} for item in items]
        turns = scorer.score(labelled_table(warmed).drop(columns="spans")).turns()
        return float(turns.loc[turns["road_original"].notna(), "score"].mean())

    plain = mean("")
    shown = ", ".join(f"{mean(sentence) - plain:+.1f}" for sentence in STOCK)
    return f"Mean score {plain:.1f}; with a stock warm sentence before every reply: {shown}."


def score_line(scorer: Scorer, items: list[dict[str, Any]]) -> str:
    """Say how `score` ranks replies beside the same formula on their labels."""
    turns = scorer.score(labelled_table(items)).turns()
    replies = turns[turns["road_original"].notna()]
    labels = {
        d.name: np.eye(len(d.levels))[level_index(replies[f"{d.name}_original"], d)]
        for d in DIMENSIONS
        if d.name in {name for name, _, _ in NEEDED} and d.role == "agent"
    }
    called = np.array([float(item["labels"]["customer"] in CALLING) for item in items])
    wanted = pd.Series(headline(called, labels, replies["text"].tolist()), index=replies.index)
    known = replies["score"].notna() & wanted.notna()
    rank = wanted[known].corr(replies["score"][known].astype(float), method="spearman")
    return (
        f"`score` beside the same formula on the labels: rank correlation {rank:.2f} on "
        f"{known.sum()} replies; the others have none, since no more than two words of them are "
        "neither stock nor idle."
    )


def agents_line(scorer: Scorer) -> str:
    """Say what a stock sentence before every reply does to each agent of the sample.

    One that is known as stock is not read, so it changes no score; that is tried with one of each
    writer's.
    """
    sample = pd.read_csv(ROOT / "data" / "sample_transcripts.csv", keep_default_na=False)
    ours = sample["role"] == "agent"

    def means(before: str) -> pd.Series:
        warmed = sample.copy()
        warmed.loc[ours, "text"] = before + warmed.loc[ours, "text"]
        turns = scorer.score(warmed).turns()
        return turns.loc[ours].groupby("agent_id")["score"].mean()

    plain = means("")
    later: dict[str, list[str]] = {}
    for item in read_items(ROOT / "data" / "stock_sentences_later.jsonl"):
        later.setdefault(item["writer"], []).append(item["text"])
    lines = [
        "| writer | known as stock | means that rise with the others | largest change "
        "| mean change |\n|---|---|---|---|---|"
    ]
    for writer, texts in later.items():
        known = [text for text in texts if stock_sentences(text) == [(0, len(text))]]
        if (abs(means(f"{known[0]} ") - plain) > ROUNDING).any():
            raise AssertionError(f"a known stock sentence changes a score: {known[0]}")
        others = [text for text in texts if text not in known][::OTHERS_EVERY]
        changes = np.array([means(f"{text} ") - plain for text in others])
        lines.append(
            f"| {writer} | {len(known)} of {len(texts)} | {(changes > ROUNDING).sum()} of "
            f"{changes.size} | {changes.max():+.1f} | {changes.mean():+.2f} |"
        )
    return (
        f"A stock sentence before every reply of each of the sample's {len(plain)} agents. Writers "
        "did not see the word lists; the fifth was told to fool a model. The rules for idle "
        "sentences were made with a look at what the first five wrote. "
        "Sentences that are known as stock change nothing; with every "
        f"{OTHERS_EVERY}rd of the others:\n\n" + "\n".join(lines)
    )


def chance_line(scorer: Scorer, items: list[dict[str, Any]]) -> str:
    """Say what ECE a model has on as many replies whose probabilities are exactly right."""
    turns = scorer.score(labelled_table(items)).turns()
    replies = turns[turns["road_original"].notna()]
    chances = replies[[f"p_{name}" for name in ROADS]].to_numpy(float)
    draw = np.random.default_rng(0)
    drawn = [
        expected_calibration_error(ROAD, chances, (draw.random((len(chances), 1))
                                                   > chances.cumsum(axis=1)[:, :-1]).sum(axis=1))
        for _ in range(DRAWS)
    ]  # fmt: skip
    low, middle, high = np.quantile(drawn, [0.025, 0.5, 0.975])
    return (
        f"ECE of the road where these probabilities were exactly right, on {len(chances)} replies "
        f"by chance alone: {middle:.3f} ({low:.3f} to {high:.3f})."
    )


def sample_line(scorer: Scorer) -> str:
    """Say how the mix of roads that it reads in the sample differs from the labels."""
    labels = pd.read_csv(ROOT / "data" / "sample_labels.csv", keep_default_na=False)
    labelled = labels["road"].value_counts(normalize=True)
    turns = scorer.score(ROOT / "data" / "sample_transcripts.csv").turns()
    read = turns["road"].dropna().value_counts(normalize=True)
    shown = ", ".join(f"{name} {read.get(name, 0):.0%} ({labelled[name]:.0%})" for name in ROADS)
    return (
        f"Roads read in the sample's {len(labels)} replies, with the labels' in brackets: {shown}."
    )


def leave_one_out(items: list[dict[str, Any]]) -> str:
    """Train without each source and measure on it."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        source = source_of(item)
        groups.setdefault("role-played chats" if source in PLAYED else source, []).append(item)
    settings = replace(SETTINGS, epochs=LEFT_OUT["epochs"], min_steps=0)
    columns: dict[str, pd.Series] = {}
    for name, own in groups.items():
        rest = [item for other, part in groups.items() if other != name for item in part]
        draw = random.Random(0)
        model = train_on(draw.sample(rest, min(len(rest), int(LEFT_OUT["replies"]))),
                         settings=settings)  # fmt: skip
        measured = draw.sample(own, min(len(own), 600))
        figures = evaluate(labelled_table(measured), model, draws=2).figures
        columns[f"{name} ({len(measured)})"] = figures["kappa"]
        print(f"{name}: road {figures['kappa']['road']:.2f}", flush=True)
    table = pd.DataFrame(columns)
    lines = ["| left out | " + " | ".join(table.columns) + " |", "|---" * (len(columns) + 1) + "|"]
    rows: Iterable[tuple[Any, pd.Series]] = [*table.iterrows(), ("*mean*", table.mean())]
    lines += [f"| {name} | " + " | ".join(f"{v:.2f}" for v in row) + " |" for name, row in rows]
    return "\n".join(lines)


def render(given: argparse.Namespace) -> str:
    """Measure and lay all of it out as Markdown."""
    scorer = Scorer(given.model)
    items = read_items(given.shared / "dev.jsonl")
    found = evaluate(labelled_table(items), scorer.model)
    counts = found.opportunity
    later = read_items(ROOT / "data" / "authored_later.jsonl")
    parts = [
        f"Model `{scorer.model.name}@{scorer.model.digest}`. Kappa is quadratic where levels are "
        "ordered; brackets hold 95 % bootstrap intervals. Annotators: language models of one kind, "
        "which agree more than people do.",
        dev_table(found),
        chance_line(scorer, items),
        "**Markers**, spans that overlap:",
        markers_table(found.markers),
        f"**Opportunity**, kappa {opportunity_kappa(counts):.2f} (rows: labels, columns: scores):",
        counts_table(counts),
        "**Needs review**:",
        review_lines(scorer, items),
        score_line(scorer, items),
        stock_line(scorer, items),
        agents_line(scorer),
        sample_line(scorer),
        f"**Written replies that it never saw** ({len(later):,}: tweets, reviews, chats; easier "
        "than real ones):",
        figures_table(evaluate(labelled_table(later), scorer.model).figures),
    ]
    if given.leave_one_out:
        parts += [
            f"{LEFT_OUT_HEAD}: kappa on up to 600 replies of a source, by a model trained "
            f"with {LEFT_OUT['epochs']:g} passes over {LEFT_OUT['replies']} replies of the others "
            "(the default has more of both):",
            leave_one_out(training_items(given.shared)),
        ]
    return "\n\n".join(parts)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of dev.jsonl")
    parser.add_argument("--model", default="default")
    parser.add_argument("--leave-one-out", action="store_true", help="takes about half an hour")
    parser.add_argument("--card", action="store_true", help="write into the model card")
    given = parser.parse_args()
    text = render(given)
    print(text)
    if given.card:
        card = ROOT / "models" / "default" / "README.md"
        before, _, rest = card.read_text(encoding="utf-8").partition(BEGIN)
        old, _, after = rest.partition(END)
        if not given.leave_one_out and LEFT_OUT_HEAD in old:  # trained apart from this model
            text += "\n\n" + LEFT_OUT_HEAD + old.partition(LEFT_OUT_HEAD)[2].rstrip()
        card.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
