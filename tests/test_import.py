"""The package's surface: light, pinned, and one-way inside."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time

import empathy_score

HEAVY = {"torch", "transformers", "spacy", "sklearn", "pandas", "numpy.testing", "datasets"}

LAYERS = [
    {"errors", "redaction", "version"},
    {"conversation", "dimensions"},
    {"transcripts", "markers"},
    {"model", "rendering", "writing"},
    {"evaluation", "readings", "headline"},
    {"insight"},
    {"report"},
    {"scores"},
    {"scorer", "scored"},
    {"training", "spacy_component", "batch"},
    {"spark"},
    {"cli"},
]
"""A module may import from layers above it in this list, and from its own package.

What it imports for type checkers alone is not held against it: nothing runs.
"""


def run(code):
    env = {**os.environ, "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    ).stdout


def test_public_names_are_pinned():
    assert set(empathy_score.__all__) == {
        "DIMENSIONS",
        "MARKER_TYPES",
        "Conversation",
        "Dimension",
        "EmpathyScoreError",
        "LabelError",
        "Marker",
        "MarkerType",
        "ModelError",
        "Scorer",
        "Scores",
        "TranscriptError",
        "Transcripts",
        "Turn",
        "__version__",
        "read_transcripts",
        "redact",
        "score",
    }
    for name in empathy_score.__all__:
        assert getattr(empathy_score, name) is not None


def test_import_loads_nothing_heavy():
    loaded = run("import sys, empathy_score; print(*sys.modules)").split()
    assert HEAVY & set(loaded) == set()


def test_the_first_score_imports_no_more_than_it_needs():
    code = "from empathy_score import Scorer; Scorer().score_text('Sorry about that.')"
    loaded = set(run(f"import sys; {code}; print(*sys.modules)").split())
    assert "torch" in loaded
    assert {"transformers", "skops", "accelerate", "matplotlib", "datasets"} & loaded == set()


def test_import_takes_under_half_the_time_of_pandas():
    def best(module):
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            run(f"import {module}")
            times.append(time.perf_counter() - begun)
        return min(times)

    bare, ours, pandas = best("sys"), best("empathy_score"), best("pandas")
    assert ours - bare < (pandas - bare) / 2


def running(tree):
    """Walk the nodes that run: those under ``if TYPE_CHECKING`` do not."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"):
            yield node
            yield from running(node)


def test_imports_run_one_way(root):
    package = root / "src" / "empathy_score"
    level = {name: i for i, layer in enumerate(LAYERS) for name in layer}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package).with_suffix("").parts
        if parts == ("__init__",):
            continue
        own = level[parts[0]]
        for node in running(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [node.module]
                if isinstance(node, ast.ImportFrom) and node.module
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            assert not (isinstance(node, ast.ImportFrom) and node.level), "a relative import"
            for name in names:
                assert name != "empathy_score", f"{path.name} imports the package itself"
                if name.startswith("empathy_score."):
                    other = name.split(".")[1]
                    assert other == parts[0] or level[other] < own, f"{path.name} imports {name}"


def test_no_module_is_left_out_of_the_layers(root):
    package = root / "src" / "empathy_score"
    modules = {p.stem for p in package.glob("*.py")} | {
        p.parent.name for p in package.glob("*/__init__.py")
    }
    assert modules - {"__init__", "py"} == {name for layer in LAYERS for name in layer}
