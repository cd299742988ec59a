"""The network that is fine-tuned: a transformer body, linear heads of each role, a marker tagger.

Scoring uses its parts: the body in `encoder.Encoder`, the heads as `heads.Heads`, the tagger in
`encoder.Encoder` too, since it reads the tokens of the same pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from empathy_score.dimensions import Dimension
from empathy_score.model.features import VECTOR_SCALE, dense_width
from empathy_score.model.heads import Heads, n_margins
from empathy_score.model.tagger import Tagger

CHUNK = 32
"""Texts of one forward pass; texts of like length go together, so that little is padded."""


@dataclass(frozen=True)
class Encoded:
    """What the body makes of some texts.

    Parameters
    ----------
    vectors : Tensor of shape (n_texts, width)
        Unit vectors: means over tokens, scaled to length 1.
    tags : list of Tensor of shape (n_tokens, n_tags)
        Margin of each marker type at each token, special tokens left out; empty without tagger.
    """

    vectors: Tensor
    tags: list[Tensor]


class Network(nn.Module):
    """Body, heads and tagger.

    Parameters
    ----------
    body : transformers.BertModel
        Without pooling layer.
    dimensions : mapping of role to sequence of Dimension
    tags : sequence of str
        Marker types to tag; empty for no tagger.
    dropout : float, default 0.1
        Before heads and tagger, in training.
    """

    def __init__(
        self,
        body: Any,
        dimensions: Mapping[str, Sequence[Dimension]],
        tags: Sequence[str] = (),
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        width = int(body.config.hidden_size)
        self.body = body
        self.dimensions = {role: tuple(own) for role, own in dimensions.items()}
        self.tags = tuple(tags)
        self.heads = nn.ModuleDict(
            {
                role: nn.Linear(dense_width(width), sum(map(n_margins, own)))
                for role, own in self.dimensions.items()
            }
        )
        self.tagger = nn.Linear(width, len(self.tags)) if self.tags else None
        self.dropout = nn.Dropout(dropout)

    def encode(self, texts: Sequence[Sequence[int]]) -> Encoded:
        """Read texts in chunks of like length.

        Parameters
        ----------
        texts : sequence of sequence of int
            Token ids, special tokens included.

        Returns
        -------
        Encoded
        """
        device = self.body.device
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        place = np.empty(len(texts), dtype=np.int64)
        place[order] = np.arange(len(texts))
        vectors: list[Tensor] = []
        tags: list[Tensor] = []
        for start in range(0, len(order), CHUNK):
            chosen = [texts[i] for i in order[start : start + CHUNK]]
            sizes = [len(ids) for ids in chosen]
            ids = np.zeros((len(chosen), sizes[-1]), dtype=np.int64)
            mask = np.zeros((len(chosen), sizes[-1]), dtype=np.int64)
            for row, text in enumerate(chosen):
                ids[row, : len(text)] = text
                mask[row, : len(text)] = 1
            attention = torch.from_numpy(mask).to(device)
            hidden = self.body(torch.from_numpy(ids).to(device), attention).last_hidden_state
            weight = attention.unsqueeze(-1).to(hidden.dtype)
            pooled = (hidden * weight).sum(dim=1) / weight.sum(dim=1)
            vectors.append(nn.functional.normalize(pooled, dim=-1))
            if self.tagger is not None:
                margins = self.tagger(self.dropout(hidden))
                tags += margins[attention.bool()].split(sizes)
        return Encoded(
            torch.cat(vectors)[torch.from_numpy(place).to(device)],
            [tags[i][1:-1] for i in place] if tags else [],
        )

    def margins(self, role: str, own: Tensor, before: Tensor) -> Tensor:
        """Give all margins of a role, side by side.

        Parameters
        ----------
        role : str
        own, before : Tensor of shape (n_turns, width)
            Vector of the turn; decayed mean vector of the customer's turns before it.

        Returns
        -------
        Tensor of shape (n_turns, n_margins)
        """
        dense = torch.cat([own, before, VECTOR_SCALE * own * before], dim=-1) * VECTOR_SCALE
        margins: Tensor = self.heads[role](self.dropout(dense))
        return margins

    def begin_with(self, role: str, heads: Heads) -> None:
        """Take over a role's heads that were fitted to the vectors of the body as it is now."""
        if heads.dimensions != self.dimensions[role]:
            raise ValueError("these heads are for other dimensions")
        layer: Any = self.heads[role]
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(heads.coefficients.T))
            layer.bias.copy_(torch.from_numpy(heads.intercepts))

    def exported_heads(self, role: str) -> Heads:
        """Give a role's heads as scoring takes them."""
        layer: Any = self.heads[role]
        return Heads(
            self.dimensions[role],
            np.ascontiguousarray(layer.weight.detach().cpu().numpy().T),
            layer.bias.detach().cpu().numpy().astype(np.float64),
        )

    def exported_tagger(self) -> Tagger | None:
        """Give the tagger as scoring takes it, with a threshold of one half everywhere."""
        if self.tagger is None:
            return None
        weight = self.tagger.weight.detach().cpu().numpy()
        bias = self.tagger.bias.detach().cpu().numpy()
        return Tagger(self.tags, weight, bias, np.full(len(self.tags), 0.5, dtype=np.float32))
