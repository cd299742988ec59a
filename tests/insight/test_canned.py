"""A part of a corpus is marked as the whole would be, wherever it is counted."""

import numpy as np

from empathy_score.insight.canned import (
    FEWEST,
    RECURS,
    Recurrence,
    canned,
    canned_by,
    company_keys,
    fewest_conversations,
    runs_of,
)

STOCK = "Thanks for reaching out to us today, we appreciate your patience."


def corpus(n_conversations):
    texts = [f"{STOCK} Case {n} {'abcdefgh'[n % 8]}" if n % 2 else f"word{n}" * 4
             for n in range(n_conversations)]  # fmt: skip
    return texts, list(range(n_conversations)), ["Acme", None] * (n_conversations // 2)


def counted_elsewhere(texts, conversations, companies):
    """Count as a database would: distinct conversations of each key."""
    runs = runs_of(texts, companies)
    seen, firms, sizes = {}, {}, {}
    for reply, firm, key in zip(runs.reply, runs.company, runs.key, strict=True):
        seen.setdefault(int(key), set()).add(conversations[reply])
        firms[int(key)] = int(firm)
    for firm, talk in zip(company_keys(companies), conversations, strict=True):
        sizes.setdefault(int(firm), set()).add(talk)
    least = {f: fewest_conversations(np.array([len(t)]))[0] for f, t in sizes.items()}
    keys = sorted(key for key, talks in seen.items() if len(talks) >= least[firms[key]])
    large = sorted(firm for firm, talks in sizes.items() if len(talks) >= FEWEST)
    return Recurrence(np.array(keys, dtype=np.uint64), np.array(large, dtype=np.uint64))


def test_a_part_is_marked_as_the_whole():
    texts, talks, firms = corpus(80)
    whole = canned(texts, talks, firms)
    assert np.nanmax(whole.share) > 0.7
    part = canned_by(counted_elsewhere(texts, talks, firms), texts[11:20], firms[11:20])
    assert np.array_equal(part.share, whole.share[11:20])
    assert part.spans(0) == whole.spans(11)


def test_a_small_company_cannot_be_told():
    texts, talks, firms = corpus(FEWEST)  # half of it is Acme's
    assert np.isnan(canned(texts, talks, firms).share).all()
    assert not np.isnan(canned(texts, talks).share).any()


def test_seldom_is_a_share_of_the_conversations():
    assert fewest_conversations(np.array([20, 6000, 20000])).tolist() == [RECURS, RECURS, 10]


def test_no_reply():
    assert canned([], []).share.shape == (0,)
