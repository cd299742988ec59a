"""The benchmarks' texts are what they say they are, and operations are counted right."""

import collections
import csv

import pytest


@pytest.fixture
def texts(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    import texts

    return texts


def read(path):
    with path.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def test_made_turns_are_distinct_and_the_same_again(texts, tmp_path):
    texts.write_made(3000, tmp_path / "a.csv")
    texts.write_made(3000, tmp_path / "b.csv")
    rows = read(tmp_path / "a.csv")
    assert len({row["text"] for row in rows}) == len(rows) == 3000
    assert len({row["conversation_id"] for row in rows}) == 3000 / texts.TALK
    assert collections.Counter(row["role"] for row in rows) == {"customer": 1500, "agent": 1500}
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_made_turns_come_again_as_often_as_asked(texts, tmp_path):
    texts.write_made(6000, tmp_path / "a.csv", uses=10)
    rows = read(tmp_path / "a.csv")
    assert len(rows) == 6000
    assert len({row["text"] for row in rows}) == pytest.approx(600, rel=0.3)
    assert len({row["conversation_id"] for row in rows}) == 1000


def test_macros_repeat_as_often_as_they_say(texts):
    exchanges = texts.with_macros(texts.authored(1000), 0.5, 20)
    used = collections.Counter(exchange.reply for exchange in exchanges)
    assert sum(count == 1 for count in used.values()) == pytest.approx(500, abs=25)
    assert len(used) == pytest.approx(500 + 25, abs=1)


def test_no_reply_is_drawn_twice(texts):
    assert len({exchange.reply for exchange in texts.authored(1000)}) == 1000
    with pytest.raises(ValueError, match="distinct replies"):
        texts.authored(10**6)


def test_operations_are_those_of_a_forward_pass(texts, toy_encoder):
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    import matrix_rate

    body, config = toy_encoder.body().eval(), toy_encoder.config
    length = 24
    plain = sdpa_kernel(SDPBackend.MATH)  # the products of a fused kernel are not counted
    with torch.no_grad(), plain, FlopCounterMode(display=False) as counter:
        body(torch.zeros((1, length), dtype=torch.long))
    counted = length * matrix_rate.linear_operations(config)
    counted += matrix_rate.attention_operations(config, length)
    assert counter.get_total_flops() == counted


@pytest.fixture
def soak(texts, monkeypatch):
    import soak

    monkeypatch.setattr("sys.argv", ["soak.py"])
    monkeypatch.setattr(soak, "Scorer", lambda: None)
    monkeypatch.setattr(soak, "fill", lambda scorer, texts: None)
    return soak


def test_a_short_soak_leaves_memory_where_it_was(soak, scorer):
    found = list(soak.rounds(scorer, 2, 60))
    first, last = soak.tenths(found[1:] or found)
    assert first > 100
    assert last - first < 100


def test_growing_memory_fails_and_steady_memory_does_not(soak, monkeypatch, capsys):
    steady = [500.0, 520.0, 490.0] * 10
    monkeypatch.setattr(soak, "rounds", lambda *_: steady)
    soak.main()
    assert "| 60 | 90,000 | 500 | 500 | 520 |" in capsys.readouterr().out
    monkeypatch.setattr(soak, "rounds", lambda *_: [m + 3 * i for i, m in enumerate(steady)])
    with pytest.raises(SystemExit, match="memory grew by 81 MB"):
        soak.main()
