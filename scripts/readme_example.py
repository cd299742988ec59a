"""Print the example at the top of the README, or write it there with --write.

python scripts/readme_example.py --write
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- explain -->", "<!-- /explain -->"
CUSTOMER = "Third time my parcel is lost, I'm so fed up!"
REPLIES = (
    "I'm sorry you feel that way. As per our policy you can only file a claim online.",
    "I'm sorry, three lost parcels is awful and that's our fault. I'm sending a new one today.",
)
KEPT = ("road", "empathy", "apology", "deflecting", "emotion", "trust", "opportunity", "score")


def example() -> str:
    """Run `empathy-score explain` on both replies; keep the markers and some of the scores."""
    blocks = []
    for reply in REPLIES:
        done = subprocess.run(
            [sys.executable, "-m", "empathy_score.cli", "explain", reply, "--customer", CUSTOMER],
            capture_output=True, text=True, check=True,
            env={**os.environ, "COLUMNS": "96"},
        )  # fmt: skip
        _, markers, scores = done.stdout.strip().split("\n\n")
        kept = [line for line in scores.splitlines() if line.split()[0] in KEPT]
        lines = [*markers.splitlines(), "", *kept]
        body = "\n".join(line.rstrip() for line in lines)
        blocks.append(f'$ empathy-score explain "{reply}" \\\n    --customer "{CUSTOMER}"\n{body}')
    return "```console\n" + "\n\n".join(blocks) + "\n```"


def main() -> None:
    """Print or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    text = example()
    print(text)
    if parser.parse_args().write:
        path = ROOT / "README.md"
        before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
        path.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
