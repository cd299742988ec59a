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
from empathy_score.model.heads import n_margins

CHUNK = 32
"""Texts of one forward pass; texts of like length go together, so that little is padded."""


@dataclass(frozen=True)
class Encoded:
    """What the body makes of some texts.

    Parameters
    ----------
    vectors : Tensor of shape (n_texts, width)
        Unit vectors: means over tokens, scaled to length 1.
    tokens : list of Tensor of shape (n_tokens, width)
        The last layer, special tokens left out.
    """

    vectors: Tensor
    tokens: list[Tensor]


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
        vectors: list[Tensor | None] = [None] * len(texts)
        tokens: list[Tensor | None] = [None] * len(texts)
        for start in range(0, len(order), CHUNK):
            chosen = order[start : start + CHUNK]
            longest = max(len(texts[i]) for i in chosen)
            ids = np.zeros((len(chosen), longest), dtype=np.int64)
            mask = np.zeros((len(chosen), longest), dtype=np.int64)
            for row, i in enumerate(chosen):
                ids[row, : len(texts[i])] = texts[i]
                mask[row, : len(texts[i])] = 1
            attention = torch.from_numpy(mask).to(device)
            hidden = self.body(torch.from_numpy(ids).to(device), attention).last_hidden_state
            weight = attention.unsqueeze(-1).to(hidden.dtype)
            pooled = (hidden * weight).sum(dim=1) / weight.sum(dim=1)
            unit = nn.functional.normalize(pooled, dim=-1)
            for row, i in enumerate(chosen):
                vectors[i] = unit[row]
                tokens[i] = hidden[row, 1 : len(texts[i]) - 1]
        return Encoded(torch.stack([v for v in vectors if v is not None]), tokens)  # type: ignore[arg-type]

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

    def tag(self, tokens: Tensor) -> Tensor:
        """Give the margin of each marker type at each token; shape (n_tokens, n_tags)."""
        if self.tagger is None:
            raise ValueError("this network has no tagger")
        margins: Tensor = self.tagger(self.dropout(tokens))
        return margins
