"""The layers of a BERT encoder, run over texts laid end to end, so that none is padded.

Scoring needs a forward pass only. This one keeps every matrix multiplication at one shape and
lets no text see another, which a general-purpose model does not promise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

DTYPES = ("float32", "bfloat16")
"""Arithmetic that the layers may be run in."""


@dataclass(frozen=True)
class Arithmetic:
    """Where the layers are run, and in which numbers.

    Parameters
    ----------
    device : str
        As `torch.device` takes it, such as ``"cpu"`` or ``"cuda"``.
    dtype : {"float32", "bfloat16"}
    """

    device: str
    dtype: str

    @classmethod
    def chosen(cls, device: str | None = None, dtype: str | None = None) -> Arithmetic:
        """Choose what is not given: a CUDA device where there is one, bfloat16 where it is fast.

        Parameters
        ----------
        device : str, optional
        dtype : {"float32", "bfloat16"}, optional
            By default bfloat16 on a processor with AMX or AVX512-BF16 and on a CUDA device that
            has it, float32 elsewhere.

        Raises
        ------
        ValueError
            Where the device or the dtype is not known, or not there.
        """
        import torch

        if dtype not in (None, *DTYPES):
            raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, came {dtype!r}")
        if device is None:
            device = "cuda" if torch.cuda.is_available() else "cpu"
        else:
            try:
                torch.zeros(1, device=device).cpu()
            except (AssertionError, NotImplementedError, RuntimeError) as error:
                raise ValueError(
                    f"device must be one that torch finds here, came {device!r}"
                ) from error
        if dtype is None:
            fast = _fast_bfloat16(torch.device(device).type)
            dtype = "bfloat16" if fast else "float32"
        return cls(device, dtype)

    def __str__(self) -> str:
        on = "" if self.device == "cpu" else f"@{self.device}"
        return f"{self.dtype}{on}"


def _fast_bfloat16(kind: str) -> bool:
    import torch

    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    features = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return kind == "cpu" and any(features.get(name) for name in ("amx_bf16", "avx512_bf16"))


class _Affine(NamedTuple):
    """Weight and bias, of a linear layer or of a layer norm."""

    weight: Tensor
    bias: Tensor


class _Layer(NamedTuple):
    """Weights of one layer; queries, keys and values are read side by side."""

    attend: _Affine
    mix: _Affine
    mix_norm: _Affine
    widen: _Affine
    narrow: _Affine
    norm: _Affine


class Body:
    """A BERT encoder without a pooling layer, for reading only.

    Parameters
    ----------
    weights : mapping of str to ndarray
        Named as in the state of a `transformers.BertModel`.
    config : mapping of str to Any
        Of that model.
    arithmetic : Arithmetic

    Raises
    ------
    ValueError
        Where the weights are not those of the config.
    """

    def __init__(
        self,
        weights: Mapping[str, NDArray[np.float32]],
        config: Mapping[str, Any],
        arithmetic: Arithmetic,
    ) -> None:
        import torch

        if {name: array.shape for name, array in weights.items()} != _shapes(config):
            raise ValueError("the weights are not those of the encoder's config")
        if config["hidden_act"] != "gelu":
            raise ValueError(f"no such activation: {config['hidden_act']!r}")
        self.arithmetic = arithmetic
        self._heads = int(config["num_attention_heads"])
        self._epsilon = float(config["layer_norm_eps"])
        own = {
            name: torch.from_numpy(array).to(arithmetic.device, getattr(torch, arithmetic.dtype))
            for name, array in weights.items()
        }
        names = ("word", "position", "token_type")
        self._embeddings = [own[f"embeddings.{name}_embeddings.weight"] for name in names]
        self._first_norm = _affine(own, "embeddings.LayerNorm")
        self._layers = [_layer(own, i) for i in range(int(config["num_hidden_layers"]))]

    def __call__(
        self, ids: NDArray[np.int64], places: NDArray[np.int64], runs: Sequence[tuple[int, int]]
    ) -> NDArray[np.float32]:
        """Read texts that lie end to end.

        Parameters
        ----------
        ids : ndarray of shape (n_tokens,)
            Token ids, special tokens included; what comes after the last run is read, and means
            nothing.
        places : ndarray of shape (n_tokens,)
            Place of each token in its text, from 0.
        runs : sequence of (int, int)
            From the start on: how many texts follow that have the same length, and that length.

        Returns
        -------
        ndarray of shape (n_tokens, width)
            Hidden states of the last layer.
        """
        import torch
        from torch.nn import functional

        device = self.arithmetic.device
        with torch.inference_mode():
            x = self._embed(torch.from_numpy(ids).to(device), torch.from_numpy(places).to(device))
            for layer in self._layers:
                mixed = self._attend(functional.linear(x, *layer.attend), runs)
                x = self._norm(functional.linear(mixed, *layer.mix).add_(x), layer.mix_norm)
                wide = functional.gelu(functional.linear(x, *layer.widen))
                x = self._norm(functional.linear(wide, *layer.narrow).add_(x), layer.norm)
            hidden: NDArray[np.float32] = x.float().cpu().numpy()
        return hidden

    def _embed(self, ids: Tensor, places: Tensor) -> Tensor:
        words, place, kind = self._embeddings
        return self._norm(words[ids] + place[places] + kind[0], self._first_norm)

    def _attend(self, read: Tensor, runs: Sequence[tuple[int, int]]) -> Tensor:
        """Mix the tokens of each text; texts of one length go together, and none is masked.

        Parameters
        ----------
        read : Tensor of shape (n_tokens, 3 * width)
            Queries, keys and values.
        runs : sequence of (int, int)

        Returns
        -------
        Tensor of shape (n_tokens, width)
        """
        import torch
        from torch.nn.functional import scaled_dot_product_attention

        width = read.shape[1] // 3
        mixed = torch.zeros((len(read), width), dtype=read.dtype, device=read.device)
        start = 0
        for count, length in runs:
            end = start + count * length
            own = read[start:end].view(count, length, 3, self._heads, width // self._heads)
            queries, keys, values = own.permute(2, 0, 3, 1, 4)
            attended = scaled_dot_product_attention(queries, keys, values)
            mixed[start:end] = attended.transpose(1, 2).reshape(end - start, width)
            start = end
        return mixed

    def _norm(self, x: Tensor, affine: _Affine) -> Tensor:
        from torch.nn.functional import layer_norm

        return layer_norm(x, x.shape[1:], *affine, eps=self._epsilon)


def _affine(weights: Mapping[str, Tensor], name: str) -> _Affine:
    return _Affine(weights[f"{name}.weight"], weights[f"{name}.bias"])


def _layer(weights: Mapping[str, Tensor], number: int) -> _Layer:
    import torch

    own = f"encoder.layer.{number}"
    read = [_affine(weights, f"{own}.attention.self.{n}") for n in ("query", "key", "value")]
    return _Layer(
        attend=_Affine(torch.cat([a.weight for a in read]), torch.cat([a.bias for a in read])),
        mix=_affine(weights, f"{own}.attention.output.dense"),
        mix_norm=_affine(weights, f"{own}.attention.output.LayerNorm"),
        widen=_affine(weights, f"{own}.intermediate.dense"),
        narrow=_affine(weights, f"{own}.output.dense"),
        norm=_affine(weights, f"{own}.output.LayerNorm"),
    )


def _shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Give the name and shape of every array that a config asks for."""
    width, wide = int(config["hidden_size"]), int(config["intermediate_size"])
    if width % int(config["num_attention_heads"]):
        raise ValueError("the width is no multiple of the number of attention heads")
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (int(config["vocab_size"]), width),
        "embeddings.position_embeddings.weight": (int(config["max_position_embeddings"]), width),
        "embeddings.token_type_embeddings.weight": (int(config["type_vocab_size"]), width),
    }
    norms = ["embeddings.LayerNorm"]
    for number in range(int(config["num_hidden_layers"])):
        own = f"encoder.layer.{number}"
        norms += [f"{own}.attention.output.LayerNorm", f"{own}.output.LayerNorm"]
        for name, rows, columns in (
            ("attention.self.query", width, width),
            ("attention.self.key", width, width),
            ("attention.self.value", width, width),
            ("attention.output.dense", width, width),
            ("intermediate.dense", wide, width),
            ("output.dense", width, wide),
        ):
            shapes |= {f"{own}.{name}.weight": (rows, columns), f"{own}.{name}.bias": (rows,)}
    for name in norms:
        shapes |= {f"{name}.weight": (width,), f"{name}.bias": (width,)}
    return shapes
