"""Measure replies a second and peak memory: us end to end, and what else reads replies.

    python benchmarks/throughput.py [--replies 3000] [--only NAME ...] [--out FILE.md|FILE.json]

All contenders read the same distinct replies in one run, each in a process of its own, one after
the other. We are timed from a CSV file to a scored CSV file, markers included; the others on texts
in memory, with one label and no file. Only we read the customer's turns before a reply as well; a
second row of ours leaves them out, to compare like with like. A third has replies that repeat, as
macros do. Slow contenders read fewer replies, and the table says how many.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contenders import CONTENDERS
from texts import Exchange, authored, with_macros, write_exchanges

HERE = Path(__file__).resolve().parent
MACROS = (0.5, 20)
"""Share of the replies that are macros, and how often each is used, in the row on duplicates."""

OURS = {
    "ours": "us, read to write",
    "ours, replies alone": "us, read to write, without the customer's turns",
    "ours, macros": f"us, read to write; {MACROS[0]:.0%} of the replies are macros, each used "
    f"{MACROS[1]} times",
}


@dataclass(frozen=True)
class Row:
    """A line of the table; what was not measured has no seconds."""

    name: str
    what: str
    weights: str
    replies: int
    seconds: float | None
    peak_mb: float
    missing: str = ""

    @property
    def rate(self) -> float | None:
        """Replies a second."""
        return self.replies / self.seconds if self.seconds else None


def measure(exchanges: Sequence[Exchange], only: Sequence[str], rounds: int) -> list[Row]:
    """Run all contenders, or some, one after the other."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        write_exchanges(exchanges, room / "ours.csv")
        write_exchanges(exchanges, room / "ours, replies alone.csv", context=False)
        write_exchanges(with_macros(exchanges, *MACROS), room / "ours, macros.csv")
        for name, what in OURS.items():
            if "macros" not in name or "ours" in only:  # all ratios are to the first two
                print(name, file=sys.stderr, flush=True)
                found = _fastest(rounds, "ours", "--turns", room / f"{name}.csv")
                rows.append(_row(name, what, "the default model", found))
        for name, contender in CONTENDERS.items():
            if name in only:
                print(name, file=sys.stderr, flush=True)
                texts = [exchange.reply for exchange in exchanges[: contender.most]]
                (room / "replies.json").write_text(json.dumps(texts), encoding="utf-8")
                found = _fastest(rounds, name, "--replies", room / "replies.json")
                rows.append(_row(name, contender.what, contender.weights, found))
    return rows


def _fastest(rounds: int, *arguments: str | Path) -> dict[str, Any]:
    """Run a contender some times; give the fastest run."""
    found = [_run("contenders.py", *arguments) for _ in range(rounds)]
    return min(found, key=lambda one: one.get("seconds", 0.0))


def _run(script: str, *arguments: str | Path) -> dict[str, Any]:
    """Run a script of this folder; give the JSON of its last line."""
    done = subprocess.run(
        [sys.executable, HERE / script, *arguments],
        stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _row(name: str, what: str, weights: str, found: dict[str, Any]) -> Row:
    return Row(
        name, what, weights, int(found.get("replies", 0)), found.get("seconds"),
        found["peak_mb"], found.get("missing", ""),
    )  # fmt: skip


def as_markdown(rows: Sequence[Row], encoder: dict[str, Any]) -> str:
    """Lay the rows out, with how many times faster we are: as we are, and on replies alone."""
    by_name = {row.name: row.rate or float("nan") for row in rows}
    lines = [
        "| | weights | replies read | replies/s | we are faster | on replies alone | peak MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        if row.rate is None:
            cells = ["", f"not measured: needs {row.missing}", "", "", ""]
        else:
            faster = [
                "" if row.name in OURS else f"{by_name[name] / row.rate:.3g} times"
                for name in ("ours", "ours, replies alone")
            ]
            cells = [f"{row.replies:,}", f"{row.rate:,.1f}", *faster, f"{row.peak_mb:,.0f}"]
        lines.append(f"| {row.what} | {row.weights} | {' | '.join(cells)} |")
    if "ours, macros" in by_name:
        factor = by_name["ours, macros"] / by_name["ours"]
        lines += [
            "",
            f"Duplicates, as in the third row, bring us a further factor of {factor:.2f}.",
        ]
    lines += [
        "",
        f"Machine: {machine()}; {encoder['arithmetic']}. The encoder reads "
        f"{encoder['tokens_a_second']:,.0f} tokens a second: {encoder['share']:.2f} of the matrix "
        f"rate measured on its own shapes, {encoder['machine_gflops']:,.0f} GFLOP/s "
        f"({encoder['share_padded']:.2f} with padding counted; {encoder['filled']:.1%} of what it "
        "reads are tokens of texts).",
    ]
    return "\n".join(lines)


def machine() -> str:
    """Name the processor and its cores."""
    import torch

    features = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    name = features.get("cpu_name") or platform.processor() or platform.machine()
    kernels = torch.backends.cpu.get_cpu_capability()
    return f"{name}, {os.cpu_count()} cores, {kernels}, torch {torch.__version__}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=int, default=3000, help="distinct replies to read")
    parser.add_argument("--rounds", type=int, default=1, help="runs of each; the fastest counts")
    parser.add_argument("--only", nargs="+", choices=["ours", *CONTENDERS], metavar="NAME",
                        default=["ours", *CONTENDERS],
                        help=f"ours, {', '.join(CONTENDERS)}")  # fmt: skip
    parser.add_argument("--out", type=Path, help="also write FILE.md or FILE.json")
    given = parser.parse_args()
    rows = measure(authored(given.replies), given.only, given.rounds)
    encoder = _run("matrix_rate.py", "--texts", str(min(2000, given.replies)))
    table = as_markdown(rows, encoder)
    print(table)
    if given.out is not None:
        plain = {"machine": machine(), "encoder": encoder, "rows": [vars(row) for row in rows]}
        text = json.dumps(plain, indent=1) if given.out.suffix == ".json" else table
        given.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
