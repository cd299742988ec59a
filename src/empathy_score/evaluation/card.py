"""An evaluation as a model card in Markdown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from empathy_score.evaluation.report import Evaluation


PURPOSE = """\
**What it is for.** Describing the *language of replies*. It says nothing of what an agent feels,
and must not be used to infer the emotions of employees. Look at many replies, not at one; look at
the words it shows."""


def render_card(evaluation: Evaluation, figure: str | None = None) -> str:
    """Lay an evaluation out as Markdown: what the model is, its figures, by group, confusion."""
    parts = [
        "# Model card",
        f"`{evaluation.signature}`",
        PURPOSE,
        *_facts(evaluation.facts),
        "## Agreement with labels",
        "Kappa is quadratic where levels are ordered, of the expected level rounded; brackets hold "
        "95 % bootstrap intervals over conversations. ECE: expected calibration error.",
        figures_table(evaluation.figures),
        *([f"![reliability and confusion]({figure})"] if figure else []),
    ]
    if len(evaluation.markers):
        parts += ["## Markers", "A span is right where a labelled one of its type overlaps it.",
                  markers_table(evaluation.markers)]  # fmt: skip
    if len(evaluation.opportunity):
        parts += ["## Opportunity", "Rows: what the labels say. Columns: what the scores say.",
                  counts_table(evaluation.opportunity)]  # fmt: skip
    for column, table in evaluation.groups.items():
        if len(table):
            parts += [f"## By {column}", "Kappa of each dimension.", _plain_table(table)]
    for name, counts in evaluation.confusion.items():
        parts += [f"## Confusion: {name}", "Rows: the label. Columns: the level given.",
                  counts_table(counts)]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def figures_table(figures: Any) -> str:
    """Lay the figures of each dimension out, their mean below."""
    lines = ["| dimension | n | kappa | macro-F1 | ECE |", "|---|---|---|---|---|"]
    for name, row in figures.iterrows():
        lines.append(
            f"| {name} | {row['n']} | {_span(row, 'kappa')} | {_span(row, 'macro_f1')} "
            f"| {_number(row['ece'], 3)} |"
        )
    kappa, macro_f1, ece = (figures[name].mean() for name in ("kappa", "macro_f1", "ece"))
    lines.append(f"| *mean* | | {_number(kappa)} | {_number(macro_f1)} | {_number(ece, 3)} |")
    return "\n".join(lines)


def markers_table(markers: Any) -> str:
    """Lay the figures of marker groups and types out."""
    lines = ["| markers | labelled | precision | recall | F1 |", "|---|---|---|---|---|"]
    for name, row in markers.iterrows():
        shown = " | ".join(_number(row[c]) for c in ("precision", "recall", "f1"))
        lines.append(f"| {name} | {int(row['labelled'])} | {shown} |")
    return "\n".join(lines)


def counts_table(counts: Any) -> str:
    """Lay a table of counts out."""
    lines = [
        "| | " + " | ".join(map(str, counts.columns)) + " |",
        "|---" * (len(counts.columns) + 1) + "|",
    ]
    lines += [
        f"| {n} | " + " | ".join(str(int(v)) for v in row) + " |" for n, row in counts.iterrows()
    ]
    return "\n".join(lines)


def _plain_table(table: Any) -> str:
    names = [c for c in table.columns if c != "n"]
    lines = [
        f"| {table.index.name} | n | " + " | ".join(names) + " |",
        "|---" * (len(names) + 2) + "|",
    ]
    for value, row in table.iterrows():
        shown = " | ".join(_number(row[name]) for name in names)
        lines.append(f"| {_cell(value)} | {int(row['n'])} | {shown} |")
    return "\n".join(lines)


def _facts(facts: Mapping[str, Any]) -> list[str]:
    if not facts:
        return []
    lines = [f"- {_cell(name)}: {_cell(value)}" for name, value in facts.items()]
    return ["## What it was trained on", "\n".join(lines)]


def _span(row: Any, name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return f"{_number(row[name])} ({_number(low)} to {_number(high)})"


def _number(value: float, digits: int = 2) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def _cell(value: Any) -> str:
    """Keep a value of the user's table from breaking the table that it is shown in."""
    text = " ".join(str(value).split())
    return text.replace("|", "\\|").replace("<", "&lt;")
