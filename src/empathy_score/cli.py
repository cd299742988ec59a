"""The command line: a thin wrapper over `Scorer`, `write_table` and `training`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from empathy_score.errors import EmpathyScoreError, InterruptedRunError, ModelError, TranscriptError

if TYPE_CHECKING:
    from rich.console import Console

    from empathy_score.batch.run import Step
    from empathy_score.conversation import Role
    from empathy_score.dimensions import Kind
    from empathy_score.scorer import Progress
    from empathy_score.transcripts import Note

app = typer.Typer(
    name="empathy-score",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Score how support replies treat the customer, with the words that show why.",
)

COLOURS = {
    "empathy": "green", "apology": "magenta", "learn": "cyan", "teach": "blue",
    "control": "yellow", "beyond": "bright_green", "go_away": "red",
}  # fmt: skip
"""Colour of each marker group."""

ModelOption = Annotated[
    str, typer.Option("--model", "-m", help="Model folder, or the default that ships.")
]


LabelledArgument = Annotated[
    str, typer.Argument(metavar="LABELLED", help="Labelled CSV, TSV, JSONL or Parquet.")
]
FolderOption = Annotated[str, typer.Option("--output", "-o", help="Model folder to write.")]
IgnoreOption = Annotated[
    list[str] | None,
    typer.Option(help="Column that is named like a dimension and means something else."),
]
ColumnsOption = Annotated[
    str | None, typer.Option(help="Your column names: conversation_id=case_no,role=who")
]
RolesOption = Annotated[str | None, typer.Option(help="Your role values: barista=agent")]
RedactOption = Annotated[
    bool,
    typer.Option(
        "--redact",
        help="Take e-mail addresses, phone, card and account numbers out before all else.",
    ),
]


@app.command("score")
def score_command(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="IN...", help="Files, folders or patterns of one form; - is stdin."),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", help="OUT.csv, .tsv, .jsonl or .parquet; - is stdout.")
    ],
    conversations: Annotated[
        str | None, typer.Option(help="Write one row a conversation here as well.")
    ] = None,
    columns: ColumnsOption = None,
    roles: RolesOption = None,
    model: ModelOption = "default",
    review_rate: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of replies that needs_review marks.")
    ] = 0.1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from where the same run was interrupted.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes that score.")] = 1,
    spill: Annotated[
        str | None, typer.Option(help="Folder for what does not fit into memory.")
    ] = None,
    redact: RedactOption = False,
    dtype: Annotated[
        str | None, typer.Option(help="float32 or bfloat16; the faster here by default.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="Such as cpu or cuda.")] = None,
) -> None:
    """Score transcript files, as one corpus: one row a turn, in its order, with its scores."""
    from empathy_score.batch.sources import fits_into_memory, input_files

    outputs = [path for path in (output, conversations) if path is not None]
    named: dict[str, Any] = {
        "columns": _pairs(columns, "--columns"),
        "roles": _roles(roles),
        "redact": _redact(redact),
    }
    made: dict[str, Any] = {"review_rate": review_rate, **_arithmetic(dtype, device)}
    paths = [] if sources == ["-"] else input_files(sources)
    console = _console(stderr=True)
    by_way_of_disk = resume or workers > 1 or spill is not None
    if not paths and by_way_of_disk:
        raise TranscriptError(
            "standard input",
            "cannot be read twice",
            expected="a file, for --resume, --workers and --spill",
            came="'-'",
            do="Write it to a file first.",
        )
    if not paths or (fits_into_memory(paths) and not by_way_of_disk):
        summary = _score_in_memory(
            str(paths[0]) if paths else "-", outputs, model, made, named, console
        )
    else:
        from empathy_score.batch import score_files

        with _steps(console) as progress:
            summary = score_files(
                paths, output, conversations=conversations, model=model, resume=resume,
                workers=workers, spill=spill, progress=progress, **made, **named,
            )  # fmt: skip
    _say(console, summary, outputs)


def _score_in_memory(
    source: str,
    outputs: list[str],
    model: str,
    made: dict[str, Any],
    named: dict[str, Any],
    console: Console,
) -> dict[str, Any]:
    from empathy_score.writing import check_outputs, write_table

    check_outputs(source, outputs)  # what cannot be written is said before the work, not after
    from empathy_score.scorer import Scorer
    from empathy_score.transcripts import read_transcripts

    transcripts = read_transcripts(source, **named)
    with _bar(console) as progress:
        scores = Scorer(model, **made).score(transcripts, progress)
    write_table(scores.turns(), outputs[0])
    for path in outputs[1:]:
        write_table(scores.conversations(), path)
    return scores.summary()


@app.command("explain")
def explain_command(
    reply: Annotated[str, typer.Argument(help="The agent's reply.")],
    customer: Annotated[str | None, typer.Option(help="What the customer said before.")] = None,
    model: ModelOption = "default",
) -> None:
    """Score one reply and show it with its markers in colour."""
    from rich.table import Table
    from rich.text import Text

    from empathy_score.conversation import Marker
    from empathy_score.markers.types import marker_groups
    from empathy_score.rendering import stretches
    from empathy_score.scorer import Scorer
    from empathy_score.scores import SUMS
    from empathy_score.transcripts.formats import clean_text

    scorer = Scorer(model)
    reply = clean_text(reply)  # an argument in another encoding holds what no terminal can show
    scored = scorer.score_text(reply, customer)
    markers = [Marker(**marker) for marker in scored["markers"]]
    dimensions = [d for d in scorer.model.dimensions if d.role == "agent"]
    groups = marker_groups(scorer.model.markers)
    console = _console(stderr=False)
    text = Text()
    for stretch in stretches(reply, markers):
        if stretch.types:
            colour = COLOURS.get(groups.get(stretch.types[-1], ""), "white")
            text.append(stretch.text, style=f"bold {colour}")
        else:
            text.append(stretch.text)
    console.print(text)
    console.print()
    if all(scored[d.name] is None or scored[d.name] != scored[d.name] for d in dimensions):
        console.print("No word in it to judge: every score is NaN.")
        return
    if markers:
        marked = Table(box=None, pad_edge=False, show_header=False)
        for marker in markers:
            colour = COLOURS.get(groups.get(marker.type, ""), "white")
            marked.add_row(
                Text(marker.type, style=colour), Text(marker.text), f"{marker.score:.2f}"
            )
        console.print(marked)
        console.print()
    table = Table(box=None, pad_edge=False, show_header=False)
    for dimension in dimensions:
        value = scored[dimension.name]
        if dimension.probabilities:
            chances = "  ".join(f"{lv} {scored[f'p_{lv}']:.2f}" for lv in dimension.levels)
            table.add_row(dimension.name, Text(str(value), style="bold"), chances)
        elif dimension.kind == "nominal":
            table.add_row(dimension.name, Text(str(value), style="bold"), "")
        else:
            low, high = dimension.levels[0], dimension.levels[-1]
            table.add_row(dimension.name, Text(f"{value:.2f}", style="bold"), f"{low} to {high}")
    for name in SUMS:
        if name in scored:
            number = name == "score"
            shown = f"{scored[name]:.0f}" if number else str(scored[name])
            table.add_row(name, Text(shown, style="bold"), "0 to 100" if number else "")
    console.print(table)


@app.command("report")
def report_command(
    source: Annotated[
        str, typer.Argument(metavar="IN", help="A scored table, or transcripts to score first.")
    ],
    output: Annotated[str, typer.Option("--output", "-o", help="HTML file to write.")],
    title: Annotated[str, typer.Option(help="Heading of the page.")] = "Support conversations",
    conversations: Annotated[
        int, typer.Option(min=1, help="Conversations that the page holds; of more, a sample.")
    ] = 10_000,
    columns: ColumnsOption = None,
    roles: RolesOption = None,
    model: ModelOption = "default",
    redact: RedactOption = False,
) -> None:
    """Write one self-contained page: which road you are on, what was missed, whom to call."""
    from empathy_score.report import check_report, write_report
    from empathy_score.scored import is_scored, scores_of
    from empathy_score.transcripts.formats import read_table
    from empathy_score.transcripts.reading import lay_out

    check_report(source, output)  # what cannot be written is said before the work, not after
    console = _console(stderr=True)
    notes: list[Note] = []
    table, name = read_table(source, notes)
    if is_scored(table):
        asked = {"--redact": redact, "--model": model != "default", "--columns": bool(columns)}
        if any(asked.values()):
            options = ", ".join(name for name, given in asked.items() if given)
            raise TranscriptError(
                name,
                "is scored already, and its markers' spans fit its texts as they are",
                expected="transcripts that are to be scored",
                came=f"a scored table with {options}",
                do=f"Score the transcripts again: empathy-score score IN -o OUT {options} ...",
            )
        scores = scores_of(table, name, notes, roles=_roles(roles))
    else:
        from empathy_score.scorer import Scorer

        named = _pairs(columns, "--columns")
        transcripts = lay_out(
            table, name, notes, columns=named, roles=_roles(roles), redact=_redact(redact)
        )
        with _bar(console) as progress:
            scores = Scorer(model).score(transcripts, progress)
    write_report(scores, output, title=title, limit=conversations)
    console.print(f"wrote {output}", markup=False)


@app.command("train")
def train_command(
    labelled: LabelledArgument,
    output: FolderOption,
    model: ModelOption = "default",
    target: Annotated[
        list[str] | None,
        typer.Option(help="Column of your own to learn, or column=kind; may be repeated."),
    ] = None,
    finetune: Annotated[
        bool, typer.Option("--finetune", help="Tune the encoder too, not only what reads it.")
    ] = False,
    epochs: Annotated[
        float, typer.Option(min=0.01, help="Passes over the labels, at most, with --finetune.")
    ] = 3,
    ignore: IgnoreOption = None,
    columns: ColumnsOption = None,
    roles: RolesOption = None,
) -> None:
    """Learn from your labels: columns named like our dimensions, and targets of your own."""
    from empathy_score.training.targets import read_labelled

    targets = dict(_target(name) for name in target or ())
    table = read_labelled(labelled, columns=_pairs(columns, "--columns"), roles=_roles(roles))
    from empathy_score.model.folder import save_model
    from empathy_score.training import train

    console = _console(stderr=True)
    settings = None
    if finetune:
        from empathy_score.training.finetuning import FinetuneSettings

        settings = FinetuneSettings(epochs=epochs)
    checkpoints = _folder(output) / "checkpoints-of-empathy-score"
    fitted = train(
        table, targets=targets, base=model, name=Path(output).name, ignore=ignore or (),
        finetune=settings or False, checkpoints=checkpoints,
        say=lambda line: console.print(line, markup=False),
        progress=console.is_terminal,
    )  # fmt: skip
    save_model(fitted, output)
    if finetune:
        shutil.rmtree(checkpoints)
    console.print(f"written: {output}", markup=False)


@app.command("calibrate")
def calibrate_command(
    labelled: LabelledArgument,
    output: FolderOption,
    model: ModelOption = "default",
    ignore: IgnoreOption = None,
    columns: ColumnsOption = None,
    roles: RolesOption = None,
) -> None:
    """Fit probabilities and levels to a few hundred labels of yours; the rest stays."""
    from empathy_score.training.targets import read_labelled

    table = read_labelled(labelled, columns=_pairs(columns, "--columns"), roles=_roles(roles))
    from empathy_score.model.folder import save_model
    from empathy_score.training import calibrate

    console = _console(stderr=True)
    _folder(output)
    fitted = calibrate(
        table, model, name=Path(output).name, ignore=ignore or (),
        say=lambda line: console.print(line, markup=False),
    )  # fmt: skip
    save_model(fitted, output)
    console.print(f"written: {output}", markup=False)


@app.command("evaluate")
def evaluate_command(
    labelled: LabelledArgument,
    model: ModelOption = "default",
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="Folder for evaluation.md and evaluation.png; MODEL's "
            "own if none, or the current one for the default model.",
        ),
    ] = None,
    ignore: IgnoreOption = None,
    columns: ColumnsOption = None,
    roles: RolesOption = None,
) -> None:
    """Compare scores with labels the model has not seen; write a model card and a figure."""
    from empathy_score.training.targets import read_labelled

    table = read_labelled(labelled, columns=_pairs(columns, "--columns"), roles=_roles(roles))
    from empathy_score.evaluation.card import figures_table
    from empathy_score.evaluation.figure import plain_figure
    from empathy_score.training import evaluate

    plain_figure()  # a missing package is said before the work

    console = _console(stderr=True)
    folder = _folder(output or ("." if model == "default" else model))
    found = evaluate(table, model, ignore=ignore or ())
    card, picture = folder / "evaluation.md", folder / "evaluation.png"
    found.save_figure(picture)
    card.write_text(found.card(picture.name), encoding="utf-8")
    _console(stderr=False).print(figures_table(found.figures), markup=False)
    console.print(f"written: {card}, {picture}", markup=False)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Score how support replies treat the customer, with the words that show why."""
    if version:
        from empathy_score.version import __version__

        typer.echo(f"empathy-score {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line: exit 0 when done, 2 for what the user can mend, 1 for our fault."""
    try:
        app()
    except InterruptedRunError as error:
        typer.echo(f"empathy-score: {error}", err=True)
        sys.exit(130)
    except EmpathyScoreError as error:
        typer.echo(f"empathy-score: {' '.join(str(error).split())}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if os.environ.get("EMPATHY_SCORE_DEBUG"):
            raise
        typer.echo(
            f"empathy-score: internal error ({type(error).__name__}); this is our fault. "
            "Set EMPATHY_SCORE_DEBUG=1 for the traceback and report it.",
            err=True,
        )
        sys.exit(1)


def _folder(path: str) -> Path:
    """Make a folder to write to, before the work."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror}.") from error
    return folder


def _target(given: str) -> tuple[str, Kind | None]:
    """Read ``column`` or ``column=kind``."""
    name, _, kind = given.partition("=")
    return name.strip(), cast("Kind", kind.strip()) if kind.strip() else None


def _roles(given: str | None) -> dict[str, Role]:
    return cast("dict[str, Role]", _pairs(given, "--roles"))


def _redact(wanted: bool) -> Callable[[str], str] | None:
    from empathy_score.redaction import redact

    return redact if wanted else None


def _arithmetic(dtype: str | None, device: str | None) -> dict[str, str | None]:
    """Check what is asked for before the work."""
    from empathy_score.model.body import Arithmetic

    if dtype is not None or device is not None:
        try:
            Arithmetic.chosen(device, dtype)
        except ValueError as error:
            raise ModelError(f"{error}.") from error
    return {"dtype": dtype, "device": device}


def _pairs(given: str | None, option: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for part in (given or "").split(","):
        if not part.strip():
            continue
        name, sign, value = part.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise TranscriptError(
                option,
                "cannot be read",
                expected="pairs such as conversation_id=case_no,role=who",
                came=repr(part),
                do="Write name=value, parted by commas.",
            )
        pairs[name.strip()] = value.strip()
    return pairs


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


@contextmanager
def _bar(console: Console) -> Iterator[Progress]:
    """Show a progress bar on a terminal, nothing in a pipe."""
    from rich import progress as bars

    shown = bars.Progress(
        bars.TextColumn("scoring"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("texts"),
        bars.TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with shown:
        task = shown.add_task("scoring", total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)


@contextmanager
def _steps(console: Console) -> Iterator[Step]:
    """Show on a terminal which step of a long run it is at, its rate and the time left."""
    from rich import progress as bars

    shown = bars.Progress(
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.TextColumn("{task.completed:,.0f} of {task.fields[whole]} turns"),
        bars.TextColumn("{task.fields[rate]}"),
        bars.TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    tasks: dict[str, bars.TaskID] = {}

    def progress(step: str, done: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = shown.add_task(step, completed=done, whole="?", rate="")
        speed = next((t.speed for t in shown.tasks if t.id == tasks[step]), None)
        rate = f"{speed:,.0f} a second" if speed else ""
        whole = f"{total:,}" if total else "?"
        shown.update(tasks[step], completed=done, total=total or None, whole=whole, rate=rate)

    with shown:
        yield progress


def _say(console: Console, summary: dict[str, Any], outputs: list[str]) -> None:
    """Print the closing summary on standard error."""
    replies = max(summary["replies"], 1)
    console.print(
        f"{summary['turns']} turns in {summary['conversations']} conversations: "
        f"{summary['replies']} replies, {summary['customer_turns']} customer turns scored "
        f"({summary['replies_per_second']:.0f} replies a second)"
    )
    console.print(
        "roads: "
        + ", ".join(f"{name} {n} ({n / replies:.0%})" for name, n in summary["roads"].items())
    )
    for what, rows in summary["notes"]:
        console.print(f"note: {rows} {what}" if rows else f"note: {what}", markup=False)
    where = ("standard output" if path == "-" else path for path in outputs)
    console.print(f"written: {', '.join(where)}", markup=False)


if __name__ == "__main__":
    main()
