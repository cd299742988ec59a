"""The scorer as a spaCy pipe: a document is a reply.

>>> import spacy
>>> nlp = spacy.blank("en")
>>> _ = nlp.add_pipe("empathy_score")
>>> doc = nlp("I'm so sorry, that was our mistake.")
>>> [(span.label_, span.text) for span in doc.spans["empathy_markers"]]
[('regret', "I'm so sorry"), ('responsible', 'our mistake')]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from empathy_score.conversation import Conversation, Turn
from empathy_score.scorer import Scorer

if TYPE_CHECKING:
    from empathy_score.scores import Scores

SPANS = "empathy_markers"


@Language.factory("empathy_score", default_config={"model": "default"})
def make_empathy_score(nlp: Language, name: str, model: str) -> EmpathyScoreComponent:
    """Make the pipe; spaCy calls this."""
    return EmpathyScoreComponent(model)


class EmpathyScoreComponent:
    """Sets ``doc._.empathy`` and ``doc.spans["empathy_markers"]`` on each document.

    What the customer said before may be set as ``doc._.customer`` before the pipe runs, or given as
    context: ``nlp.pipe([(reply, {"customer": "..."})], as_tuples=True)``.

    Parameters
    ----------
    model : str
        A model folder, or ``"default"``; loaded at the first document.
    """

    def __init__(self, model: str = "default") -> None:
        self._model = model
        self._scorer: Scorer | None = None
        for extension in ("empathy", "customer"):
            if not Doc.has_extension(extension):
                Doc.set_extension(extension, default=None)

    @property
    def scorer(self) -> Scorer:
        """The scorer behind the pipe."""
        if self._scorer is None:
            self._scorer = Scorer(self._model)
        return self._scorer

    def __call__(self, doc: Doc) -> Doc:
        """Score one document."""
        return next(iter(self.pipe([doc])))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterator[Doc]:
        """Score documents in batches."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            scores = self.scorer.score(_conversation(doc, i) for i, doc in enumerate(batch))
            replies = [row for row, role in enumerate(scores.table["role"]) if role == "agent"]
            for doc, row in zip(batch, replies, strict=True):
                _annotate(doc, scores, row)
            yield from batch


def _conversation(doc: Doc, number: int) -> Conversation:
    context = getattr(doc, "_context", None)
    if doc._.customer is None and isinstance(context, Mapping):
        doc._.customer = context.get("customer")
    customer = (Turn("customer", doc._.customer),) if doc._.customer else ()
    return Conversation(str(number), (*customer, Turn("agent", doc.text)))


def _annotate(doc: Doc, scores: Scores, row: int) -> None:
    doc._.empathy = scores.reply(row)
    found = scores.markers.get(row, ())
    spans = [doc.char_span(m.start, m.end, label=m.type, alignment_mode="expand") for m in found]
    doc.spans[SPANS] = SpanGroup(
        doc, name=SPANS, spans=[s for s in spans if s is not None],
        attrs={"scores": [m.score for m, s in zip(found, spans, strict=True) if s is not None]},
    )  # fmt: skip
