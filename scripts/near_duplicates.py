"""Print pairs of written replies that share more than half of their word triples.

    python scripts/near_duplicates.py [--shared ../shared/data]

Pairs that answer the same turns (minimal pairs) are counted apart. With --shared, written replies
are compared with the public texts of that folder too.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from empathy_score.training.sources import read_items

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 0.5
SHORTEST = 7
"""Triples that a reply needs to be compared: shorter ones are alike by nature."""


def triples(text: str) -> frozenset[tuple[str, ...]]:
    """Give the word triples of a text, in lower case."""
    words = re.findall(r"\w+", text.lower())
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def alike(items: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any], float]]:
    """Find the pairs of replies whose triples overlap by more than `LIMIT` (Jaccard)."""
    shapes = [triples(item["reply"]) for item in items]
    seen: dict[tuple[str, ...], list[int]] = defaultdict(list)
    found = []
    for place, shape in enumerate(shapes):
        shared = Counter(other for triple in shape for other in seen[triple])
        for other, count in shared.items():
            overlap = count / len(shape | shapes[other])
            if min(len(shape), len(shapes[other])) >= SHORTEST and overlap > LIMIT:
                found.append((items[other], items[place], overlap))
        for triple in shape:
            seen[triple].append(place)
    return found


def main() -> None:
    """Print the pairs and their numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, help="folder of train.jsonl, pool.jsonl, dev.jsonl")
    given = parser.parse_args()
    data = ROOT / "data"
    written = [*read_items(data / "authored.jsonl"), *read_items(data / "authored_later.jsonl")]
    pairs = alike(written)
    apart = [pair for pair in pairs if pair[0]["context"] != pair[1]["context"]]
    for one, two, overlap in apart:
        print(f"{one['id']} {two['id']} {overlap:.2f}")
    print(f"{len(written)} replies: {len(apart)} near duplicates, {len(pairs) - len(apart)} more")
    print("that answer the same turns")
    if given.shared is not None:
        ids = {item["id"] for item in written}
        for name in ("train", "pool", "dev"):
            public = read_items(given.shared / f"{name}.jsonl")
            close = [
                p for p in alike([*public, *written]) if (p[0]["id"] in ids) != (p[1]["id"] in ids)
            ]
            print(f"close to {name}: {len(close)}")


if __name__ == "__main__":
    main()
