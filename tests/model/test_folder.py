"""Round trip, and every way in which a folder can be wrong."""

import hashlib
import json
import pickle
import shutil
import zipfile

import numpy as np
import pytest

from empathy_score import ModelError, Scorer
from empathy_score.model.folder import FILES, default_folder, load_model, save_model

REPLY = "We're so sorry for the trouble. Please send us a DM."


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(default_folder(), tmp_path / "m")
    return tmp_path / "m"


def rehash(folder, name):
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    path.write_text(json.dumps(config))


def test_round_trip(tmp_path, scorer):
    saved = save_model(scorer.model, tmp_path / "again")
    loaded = load_model(tmp_path / "again")
    assert loaded.digest == saved.digest
    assert loaded.dimensions == scorer.model.dimensions
    assert Scorer(loaded).score_text(REPLY) == scorer.score_text(REPLY)


def test_saving_twice_gives_the_same_bytes(tmp_path, scorer):
    save_model(scorer.model, tmp_path / "a")
    save_model(scorer.model, tmp_path / "b")
    for name in FILES[:-1]:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_default_folder_ships_within_its_size():
    assert sum(path.stat().st_size for path in default_folder().iterdir()) < 30e6


@pytest.mark.parametrize("name", FILES)
def test_altered_and_missing_files(folder, name):
    path = folder / name
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(ModelError, match="was altered"):
        load_model(folder)
    path.unlink()
    with pytest.raises(ModelError, match="lacks"):
        load_model(folder)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not json", "is not JSON"),
        ("[]", "of format list"),
        ('{"format": 99}', "of format 99"),
        ('{"format": 1}', "of format 1"),
        ('{"format": 2}', "lacks"),
    ],
)
def test_a_foreign_config(folder, text, says):
    (folder / "config.json").write_text(text)
    with pytest.raises(ModelError, match=says):
        load_model(folder)


def test_a_folder_that_is_none(tmp_path):
    with pytest.raises(ModelError, match="not a model folder"):
        load_model(tmp_path)


class Evil:
    def __reduce__(self):
        return (print, ("executed",))


def test_pickles_are_refused_even_with_a_matching_hash(folder, capsys):
    (folder / "calibration.skops").write_bytes(pickle.dumps(Evil()))
    rehash(folder, "calibration.skops")
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(folder)
    assert "executed" not in capsys.readouterr().out


def test_types_off_the_allow_list_are_refused(folder):
    import skops.io as sio

    from empathy_score.model.features import TurnFeatures

    sio.dump([TurnFeatures()], folder / "calibration.skops")
    rehash(folder, "calibration.skops")
    with pytest.raises(ModelError, match=r"not allowed: .*TurnFeatures"):
        load_model(folder)


def test_code_named_in_the_archive_is_refused(folder):
    with zipfile.ZipFile(folder / "calibration.skops", "w") as archive:
        schema = {
            "__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "__id__": 1,
            "content": {"module_path": "os", "function": "system"}, "protocol": 2,
            "_skops_version": "0.13",
        }  # fmt: skip
        archive.writestr("schema.json", json.dumps(schema))
    rehash(folder, "calibration.skops")
    with pytest.raises(ModelError):
        load_model(folder)


@pytest.mark.parametrize("name", ["weights.safetensors", "encoder.safetensors", "tokenizer.json"])
def test_broken_weights_with_a_matching_hash(folder, name):
    (folder / name).write_bytes(b"\xff" * 64)
    rehash(folder, name)
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(folder)


def test_nothing_of_the_folder_is_writable_code(folder):
    assert {p.suffix for p in folder.iterdir()} <= {".json", ".safetensors", ".skops", ".md"}
    for part in load_model(folder).parts:
        assert np.isfinite(part.dense.coefficients).all()


def change_config(folder, **values):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sha256", []), ("parts", [[{}]]), ("parts", 3), ("joins", [1]), ("tags", ["regret"]),
        ("encoder", "this.x"), ("encoder", None), ("doubt", "x"),
        ("joins", {"regret": {"source": "internet", "patterns": 1, "tagger": 1}}),
        ("encoder", {"name": "x", "config": {"hidden_size": 384}}),
    ],
)  # fmt: skip
def test_values_of_the_wrong_shape(folder, key, value):
    change_config(folder, **{key: value})
    with pytest.raises(ModelError):
        load_model(folder)


def test_an_encoder_of_another_size_is_refused(folder):
    encoder = json.loads((folder / "config.json").read_text())["encoder"]
    encoder["config"]["intermediate_size"] = 64
    change_config(folder, encoder=encoder)
    with pytest.raises(ModelError):
        load_model(folder)


def test_a_dimension_without_calibrators(folder):
    parts = json.loads((folder / "config.json").read_text())["parts"]
    parts[0].append({**parts[0][1], "name": "extra"})
    change_config(folder, parts=parts)
    with pytest.raises(ModelError):
        load_model(folder)


def test_features_that_do_not_fit_their_weights(folder):
    features = json.loads((folder / "features.json").read_text())
    features[0]["vocabularies"]["words"].pop()
    (folder / "features.json").write_text(json.dumps(features))
    rehash(folder, "features.json")
    with pytest.raises(ModelError):
        load_model(folder)
