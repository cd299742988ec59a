"""Print the default model's figures on the development set.

    python scripts/measure_dev.py ../shared/data/dev.jsonl

The development set is turned into a transcript CSV, as a user would have it, read, and scored
with warnings as errors; its labels never meet the model. With --card, the figures are written
into a model card.
"""

from __future__ import annotations

import argparse
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from empathy_score import Scorer, read_transcripts
from empathy_score.evaluation import (
    DimensionFigures,
    SpanFigures,
    dimension_figures,
    spans_by_group,
)
from empathy_score.model.model import Model
from empathy_score.readings import read_turns
from empathy_score.training.labels import labelled_table, level_index
from empathy_score.training.sources import read_items

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


def measure(
    scorer: Scorer, items: list[dict[str, Any]]
) -> tuple[dict[str, DimensionFigures], dict[str, SpanFigures], dict[str, SpanFigures]]:
    """Score labelled replies and compare: by dimension, by marker type, by marker group."""
    frame = labelled_table(items)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "transcripts.csv"
        columns = ["conversation_id", "role", "text", "channel", "company"]
        frame[columns].to_csv(path, index=False)
        transcripts = read_transcripts(path)
    readings, _ = read_turns(transcripts, scorer.matcher)
    chances = scorer.model.probabilities({role: r.readings for role, r in readings.items()})
    figures = {
        d.name: dimension_figures(
            d, chances[d.name], level_index(frame[d.name], d)[readings[d.role].rows]
        )
        for d in scorer.model.dimensions
    }
    return figures, *spans_by_group(frame, scorer.matcher)


def render(
    figures: dict[str, DimensionFigures],
    types: dict[str, SpanFigures],
    groups: dict[str, SpanFigures],
) -> str:
    """Lay the figures out as Markdown."""
    lines = ["| dimension | n | kappa | macro-F1 | ECE |", "|---|---|---|---|---|"]
    lines += [
        f"| {name} | {f.n} | {f.kappa:.2f} | {f.macro_f1:.2f} | {f.ece:.3f} |"
        for name, f in figures.items()
    ]
    mean = np.nanmean([f.kappa for f in figures.values()])
    lines += [f"| *mean* | | {mean:.2f} | | |", ""]
    lines += ["| markers | labelled | precision | recall | overlap F1 |", "|---|---|---|---|---|"]
    for name, s in [*sorted(groups.items()), *sorted(types.items())]:
        shown = f"**{name}**" if name in groups else name
        lines.append(f"| {shown} | {s.wanted} | {s.precision:.2f} | {s.recall:.2f} | {s.f1:.2f} |")
    return "\n".join(lines).replace(" nan ", " – ")


def with_figures(card: str, model: Model, table: str) -> str:
    """Put the figures between the marks of a model card."""
    before, _, rest = card.partition(BEGIN)
    _, _, after = rest.partition(END)
    trained = f"Model `{model.name}@{model.digest}`; kappa is quadratic where levels are ordered."
    return f"{before}{BEGIN}\n{trained}\n\n{table}\n{END}{after}"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dev", type=Path)
    parser.add_argument("--model", default="default")
    parser.add_argument("--card", type=Path, help="model card to write the figures into")
    given = parser.parse_args()
    items = read_items(given.dev)
    scorer = Scorer(given.model)
    warnings.simplefilter("error")
    table = render(*measure(scorer, items))
    print(f"{scorer.signature}\n\n{table}")
    if given.card:
        text = with_figures(given.card.read_text(encoding="utf-8"), scorer.model, table)
        given.card.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
