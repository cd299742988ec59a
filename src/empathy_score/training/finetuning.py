"""Fine-tunes an encoder on all dimensions of a labelled table at once, with its marker tagger.

Built on `transformers.Trainer`: CPU or GPU, progress, early stopping on conversations that the
training does not see, checkpoints to resume from.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from empathy_score.dimensions import Dimension
from empathy_score.errors import MissingExtraError, ModelError
from empathy_score.evaluation import agreement
from empathy_score.model.encoder import Encoder
from empathy_score.model.features import DECAY, TURNS_BEFORE, Reading
from empathy_score.model.heads import Heads, level_probabilities, targets
from empathy_score.model.network import Encoded, Network
from empathy_score.model.normalise import normalise_aligned
from empathy_score.training.turns import LabelledTurns, Spans

TURNS_AT_ONCE = 4
"""Labelled turns of one conversation that are read together, at most."""


@dataclass(frozen=True)
class FinetuneSettings:
    """How an encoder is tuned.

    Parameters
    ----------
    epochs : float
        Passes over the labelled conversations, at most.
    learning_rate : float
        Of the body's last layer; each layer below learns `layer_decay` times as fast.
    head_learning_rate : float
        Of heads and tagger, which begin at nothing.
    layer_decay : float
    batch_size : int
        Conversations in a step.
    max_tokens, max_before_tokens : int
        Tokens read of a turn and of each customer's turn before it, in training only.
    frozen_layers : int
        Layers from the bottom that stay as they are, the embeddings always with them.
    patience : int
        Epochs without gain on the held-out conversations before it stops.
    tag_weight : float
        Weight of the marker tagger in the loss.
    min_steps : int
        Steps below which there are more epochs, for a few labels.
    seed : int
    """

    epochs: float = 3
    learning_rate: float = 1.2e-4
    head_learning_rate: float = 1e-3
    layer_decay: float = 0.9
    batch_size: int = 32
    max_tokens: int = 128
    max_before_tokens: int = 64
    frozen_layers: int = 2
    patience: int = 2
    tag_weight: float = 4.0
    min_steps: int = 20
    seed: int = 0


@dataclass(frozen=True)
class _Example:
    """Labelled turns of one conversation, as token ids."""

    texts: dict[str, list[int]]
    turns: list[_Turn]


@dataclass(frozen=True)
class _Turn:
    role: str
    own: str
    before: tuple[str, ...]
    labels: NDArray[np.int64]
    weight: float
    tags: NDArray[np.float32] | None


def finetune(
    encoder: Encoder,
    turns: LabelledTurns,
    held: LabelledTurns,
    *,
    heads: Mapping[str, Heads] | None = None,
    tags: Sequence[str] = (),
    settings: FinetuneSettings | None = None,
    checkpoints: str | Path | None = None,
    progress: bool = False,
) -> Network:
    """Tune an encoder together with heads for every labelled dimension, and a tagger.

    Parameters
    ----------
    encoder : Encoder
        Where to begin; it is left as it is.
    turns, held : LabelledTurns
        What is learnt from; what early stopping looks at. They share no conversation. Where the
        latter is empty, the last epoch is taken.
    heads : mapping of role to Heads, optional
        Heads over the encoder's vectors to begin with; without them, heads begin at random.
    tags : sequence of str
        Marker types to tag.
    settings : FinetuneSettings, optional
    checkpoints : path, optional
        Folder for a checkpoint after each epoch; where it has one, the run goes on from there.
    progress : bool
        Whether a progress bar and each epoch's agreement are shown.

    Returns
    -------
    Network
        In evaluation mode, on the CPU; the epoch that agreed best with the held-out labels.

    Raises
    ------
    MissingExtraError
        Where the extra ``train`` is not installed.
    """
    settings = settings or FinetuneSettings()
    try:
        import accelerate  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("fine-tuning", "train") from error
    with _own_random_state(settings.seed), tempfile.TemporaryDirectory() as spare:
        network = Network(encoder.body(), {r: part.dimensions for r, part in turns.items()}, tags)
        for role, fitted in (heads or {}).items():
            network.begin_with(role, fitted)
        freeze(network, settings.frozen_layers)
        reader = _ExampleReader(encoder, settings, network.tags)
        examples = reader.read(turns)
        folder = Path(checkpoints or spare)
        last = _last_checkpoint(folder, _fingerprint(network, examples, settings))
        trainer = _trainer(network, examples, reader.read(held), settings, folder, progress)
        trainer.train(resume_from_checkpoint=last)
    return network.cpu().eval()


@contextmanager
def _own_random_state(seed: int) -> Iterator[None]:
    """Seed every generator that training draws from, and give the caller's back afterwards."""
    python, numpy = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


def _fingerprint(network: Network, examples: Sequence[_Example], settings: FinetuneSettings) -> str:
    """Name all that a run depends on, so that no run goes on from another one's checkpoint."""
    digest = hashlib.sha256(repr((settings, network.dimensions, network.tags)).encode())
    digest.update(repr([float(p.detach().double().sum()) for p in network.parameters()]).encode())
    for example in examples:
        digest.update(repr(list(example.texts.values())).encode())
        for turn in example.turns:
            digest.update(repr((turn.role, turn.labels.tolist(), turn.weight)).encode())
            digest.update(b"" if turn.tags is None else turn.tags.tobytes())
    return digest.hexdigest()


def _last_checkpoint(folder: Path, fingerprint: str) -> str | None:
    """Give the checkpoint to go on from; the folder is emptied of another run's."""
    from transformers.trainer_utils import get_last_checkpoint

    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / "run.json"
    known = json.loads(mark.read_text(encoding="utf-8")) if mark.is_file() else {}
    if known.get("fingerprint") == fingerprint:
        last: str | None = get_last_checkpoint(str(folder))
        return last
    strange = list(folder.glob("checkpoint-*"))
    if strange and not mark.is_file():
        raise ModelError(f"{folder} has checkpoints of something else; name another folder.")
    for old in strange:
        shutil.rmtree(old)
    mark.write_text(json.dumps({"fingerprint": fingerprint}), encoding="utf-8")
    return None


def freeze(network: Network, layers: int) -> None:
    """Keep the embeddings and the lowest `layers` of the body as they are."""
    for part in (network.body.embeddings, *network.body.encoder.layer[:layers]):
        part.requires_grad_(False)


class _ExampleReader:
    """Turns labelled readings into token ids and targets."""

    def __init__(self, encoder: Encoder, settings: FinetuneSettings, tags: Sequence[str]) -> None:
        self.encoder = encoder
        self.settings = settings
        self.place = {name: i for i, name in enumerate(tags)}

    def read(self, turns: LabelledTurns) -> list[_Example]:
        by_group: dict[str, list[tuple[str, int]]] = {}
        for role, part in turns.items():
            for i, group in enumerate(part.groups):
                by_group.setdefault(str(group), []).append((role, i))
        examples = []
        for members in by_group.values():
            members.sort(key=lambda member: turns[member[0]].rows[member[1]])  # type: ignore[index]
            for start in range(0, len(members), TURNS_AT_ONCE):
                examples.append(self._example(turns, members[start : start + TURNS_AT_ONCE]))
        return examples

    def _example(self, turns: LabelledTurns, members: list[tuple[str, int]]) -> _Example:
        texts: dict[str, list[int]] = {}
        found = []
        for role, i in members:
            part = turns[role]  # type: ignore[index]
            reading, spans = part.readings[i], part.spans[i]
            before = reading.before[-TURNS_BEFORE:]
            tags = None
            if self.place and spans is not None and role == "agent":
                texts[reading.text], tags = self._tagged(reading, spans)
            for text in (reading.text, *before):
                texts.setdefault(text, self._ids(text, _limit(self.settings, text, reading)))
            labels = np.array([part.labels[d.name][i] for d in part.dimensions])
            found.append(_Turn(role, reading.text, before, labels, float(part.weights[i]), tags))
        return _Example(texts, found)

    def _ids(self, text: str, limit: int) -> list[int]:
        return self.encoder.window(self.encoder.tokens(text)[: limit - 2])

    def _tagged(self, reading: Reading, spans: Spans) -> tuple[list[int], NDArray[np.float32]]:
        plain, origins = normalise_aligned(reading.text)
        encoding = self.encoder.tokenizer.encode(plain, add_special_tokens=False)
        limit = self.settings.max_tokens - 2
        ids, offsets = encoding.ids[:limit], encoding.offsets[:limit]
        tags = np.zeros((len(ids), len(self.place)), dtype=np.float32)
        for row, (start, end) in enumerate(offsets):
            first, last = origins[start, 0], origins[end - 1, 1]
            for name, low, high in spans:
                if name in self.place and first < high and low < last:
                    tags[row, self.place[name]] = 1.0
        return self.encoder.window(ids), tags


def _limit(settings: FinetuneSettings, text: str, reading: Reading) -> int:
    """Give how many tokens of a text are read: more where it is the turn itself."""
    return settings.max_tokens if text == reading.text else settings.max_before_tokens


def loss_of(network: Network, examples: Sequence[_Example], tag_weight: float) -> Tensor:
    """Give the loss on a batch: the mean over dimensions, and the tagger's."""
    texts, encoded = _encode(network, examples)
    losses: list[Tensor] = []
    for role, dimensions in network.dimensions.items():
        turns = [t for example in examples for t in example.turns if t.role == role]
        if not turns:
            continue
        own = encoded.vectors[[texts[t.own] for t in turns]]
        margins = network.margins(role, own, _before(encoded.vectors, turns, texts))
        labels = np.array([t.labels for t in turns])
        weights = torch.tensor([t.weight for t in turns], device=own.device)
        losses += _dimension_losses(margins, labels, weights, dimensions)
    loss = torch.stack(losses).mean()
    tagged = [t for example in examples for t in example.turns if t.tags is not None]
    if tagged and network.tagger is not None:
        margins = torch.cat([encoded.tags[texts[t.own]] for t in tagged])
        wanted = torch.from_numpy(np.concatenate([t.tags for t in tagged if t.tags is not None]))
        loss = loss + tag_weight * nn.functional.binary_cross_entropy_with_logits(
            margins, wanted.to(margins.device)
        )
    return loss


def _encode(network: Network, examples: Sequence[_Example]) -> tuple[dict[str, int], Encoded]:
    """Read each distinct text of a batch once; give the place of each, and what was read."""
    longest: dict[str, list[int]] = {}
    for example in examples:
        for text, tokens in example.texts.items():
            if len(tokens) > len(longest.get(text, ())):
                longest[text] = tokens
    places = {text: place for place, text in enumerate(longest)}
    return places, network.encode(list(longest.values()))


def _before(vectors: Tensor, turns: Sequence[_Turn], texts: Mapping[str, int]) -> Tensor:
    weights = np.zeros((len(turns), len(vectors)), dtype=np.float32)
    for row, turn in enumerate(turns):
        for age, text in enumerate(reversed(turn.before)):
            weights[row, texts[text]] += DECAY**age
    total = weights.sum(axis=1, keepdims=True)
    weights /= np.where(total > 0, total, 1)
    return torch.from_numpy(weights).to(vectors.device) @ vectors


def _dimension_losses(
    margins: Tensor, labels: NDArray[np.int64], weights: Tensor, dimensions: Sequence[Dimension]
) -> list[Tensor]:
    losses = []
    start = 0
    for place, dimension in enumerate(dimensions):
        known = np.flatnonzero(labels[:, place] >= 0)
        wanted = targets(dimension, labels[known, place])
        part = margins[known, start : start + wanted.shape[1]]
        start += wanted.shape[1]
        if not len(known):
            continue
        goal = torch.from_numpy(wanted).to(part)
        if dimension.kind == "nominal":
            each = nn.functional.cross_entropy(part, goal, reduction="none")
        else:
            each = nn.functional.binary_cross_entropy_with_logits(part, goal, reduction="none")
            each = each.sum(dim=1)
        weight = weights[known]
        losses.append((each * weight).sum() / weight.sum())
    return losses


def held_out_agreement(
    network: Network, examples: Sequence[_Example], batch_size: int = 64
) -> float:
    """Give the mean kappa over dimensions on some examples, NaN where nothing is defined."""
    margins: dict[str, list[NDArray[np.float64]]] = {r: [] for r in network.dimensions}
    labels: dict[str, list[NDArray[np.int64]]] = {r: [] for r in network.dimensions}
    training = network.training
    network.eval()
    for start in range(0, len(examples), batch_size):
        batch = examples[start : start + batch_size]
        with torch.inference_mode():
            texts, encoded = _encode(network, batch)
            vectors = encoded.vectors
            for role in network.dimensions:
                turns = [t for example in batch for t in example.turns if t.role == role]
                if turns:
                    own = vectors[[texts[t.own] for t in turns]]
                    found = network.margins(role, own, _before(vectors, turns, texts))
                    margins[role].append(found.double().cpu().numpy())
                    labels[role].append(np.array([t.labels for t in turns]))
    network.train(training)
    values = []
    for role, dimensions in network.dimensions.items():
        if not margins[role]:
            continue
        every, wanted = np.concatenate(margins[role]), np.concatenate(labels[role])
        start = 0
        for place, dimension in enumerate(dimensions):
            n = targets(dimension, wanted[:0, place]).shape[1]
            known = wanted[:, place] >= 0
            chances = level_probabilities(dimension, every[known, start : start + n])
            start += n
            values.append(agreement(dimension, chances, wanted[known, place]))
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def _trainer(
    network: Network,
    examples: list[_Example],
    held: list[_Example],
    settings: FinetuneSettings,
    folder: Path,
    progress: bool,
) -> Any:
    from transformers import EarlyStoppingCallback, PrinterCallback, Trainer, TrainingArguments

    class _Trainer(Trainer):  # type: ignore[misc]
        def compute_loss(self, model: Any, inputs: Any, *_: Any, **__: Any) -> Tensor:
            return loss_of(model, inputs["examples"], settings.tag_weight)

        def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
            found = held_out_agreement(self.model, held)
            metrics = {"eval_kappa": found if np.isfinite(found) else 0.0}
            self.log(metrics)
            self.control: Any = self.callback_handler.on_evaluate(
                self.args, self.state, self.control, metrics
            )
            return metrics

    steps = -(-len(examples) // settings.batch_size)
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=max(settings.epochs, settings.min_steps / steps),
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        warmup_steps=0.06,
        weight_decay=0.01,
        eval_strategy="epoch" if held else "no",
        save_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=bool(held),
        metric_for_best_model="eval_kappa",
        greater_is_better=True,
        logging_strategy="epoch",
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        disable_tqdm=not progress,
        report_to=[],
        seed=settings.seed,
        data_seed=settings.seed,
    )
    if arguments.n_gpu > 1:
        arguments._n_gpu = 1  # a batch is a list of conversations, which cannot be spread
    optimizer = torch.optim.AdamW(_parameter_groups(network, settings), weight_decay=0.01)
    trainer = _Trainer(
        model=network,
        args=arguments,
        train_dataset=examples,
        eval_dataset=held or None,
        data_collator=lambda batch: {"examples": batch},
        callbacks=[EarlyStoppingCallback(settings.patience)] if held else [],
        optimizers=(optimizer, None),
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _parameter_groups(network: Network, settings: FinetuneSettings) -> list[dict[str, Any]]:
    layers = list(network.body.encoder.layer)
    groups = [
        {
            "params": [p for p in layer.parameters() if p.requires_grad],
            "lr": settings.learning_rate * settings.layer_decay ** (len(layers) - 1 - depth),
        }
        for depth, layer in enumerate(layers)
    ]
    fresh = [*network.heads.parameters()]
    if network.tagger is not None:
        fresh += [*network.tagger.parameters()]
    groups.append({"params": fresh, "lr": settings.head_learning_rate})
    return [group for group in groups if group["params"]]
