"""A folder that somebody else made, hashes and all, is refused with a reason or is harmless."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import skops.io as sio
from safetensors.numpy import load_file, save_file

from empathy_score import ModelError
from empathy_score.model import folder as folders
from empathy_score.model.folder import default_folder, load_model


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(default_folder(), tmp_path / "m")
    return tmp_path / "m"


def rehash(folder, name):
    """Make the config fit a changed file, as an attacker would."""
    config = json.loads((folder / "config.json").read_text())
    config["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "config.json").write_text(json.dumps(config))


def change_config(folder, change):
    config = json.loads((folder / "config.json").read_text())
    change(config)
    (folder / "config.json").write_text(json.dumps(config))


def change_arrays(folder, name, change):
    arrays = load_file(folder / name)
    change(arrays)
    save_file(arrays, folder / name)
    rehash(folder, name)


def refused(folder, match):
    with pytest.raises(ModelError, match=match) as caught:
        load_model(folder)
    return str(caught.value.__cause__ or caught.value)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("weights.safetensors", "0.dense.coefficients"),
        ("weights.safetensors", "1.idf.words"),
        ("encoder.safetensors", "embeddings.LayerNorm.weight"),
        ("encoder.safetensors", "tagger.bias"),
    ],
)
def test_weights_that_are_no_numbers(folder, name, array, value):
    change_arrays(folder, name, lambda arrays: arrays[array].flat.__setitem__(0, value))
    assert "not finite" in refused(folder, "cannot be read")


def test_calibrators_that_are_no_numbers(folder):
    parts = sio.load(folder / "calibration.skops", trusted=[])
    next(iter(parts[0].values()))[0].coef_[:] = np.nan
    sio.dump(parts, folder / "calibration.skops")
    rehash(folder, "calibration.skops")
    refused(folder, "calibrators of .* do not fit")


def test_a_scale_of_nought(folder):
    change_arrays(folder, "weights.safetensors", lambda a: a["0.style.scale"].__setitem__(0, 0))
    assert "scales do not fit" in refused(folder, "cannot be read")


@pytest.mark.parametrize(
    ("size", "value"),
    [("vocab_size", 10**12), ("num_hidden_layers", 10**9), ("hidden_size", 10**9),
     ("intermediate_size", 10**9), ("max_position_embeddings", 10**12), ("type_vocab_size", 10**9),
     ("vocab_size", "30522"), ("hidden_act", ["gelu"]), ("layer_norm_eps", float("nan"))],
)  # fmt: skip
def test_sizes_are_checked_before_memory_is_taken(folder, size, value):
    change_config(folder, lambda config: config["encoder"]["config"].update({size: value}))
    assert "allocate" not in refused(folder, "cannot be read")


def test_a_tensor_that_claims_more_than_the_file_holds(folder):
    header = json.dumps({"x": {"dtype": "F32", "shape": [10**12], "data_offsets": [0, 4 * 10**12]}})
    data = len(header).to_bytes(8, "little") + header.encode() + b"\0" * 16
    (folder / "weights.safetensors").write_bytes(data)
    rehash(folder, "weights.safetensors")
    refused(folder, "cannot be read")


def test_files_beyond_all_measure_are_not_read(folder, monkeypatch):
    monkeypatch.setattr(folders, "LARGEST", 1 << 20)
    refused(folder, "encoder.safetensors is larger")


def test_an_archive_that_unpacks_to_more_than_it_is(folder, monkeypatch):
    with zipfile.ZipFile(folder / "calibration.skops", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b" " * (64 << 20))
    rehash(folder, "calibration.skops")
    monkeypatch.setattr(folders, "LARGEST", 32 << 20)
    refused(folder, "unpacks to more")


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_is_no_file(folder, kind):
    path = folder / "markers.json"
    path.unlink()
    if kind == "link":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    refused(folder, "lacks markers.json")


def test_a_link_to_another_file_has_another_hash(folder):
    (folder / "markers.json").unlink()
    (folder / "markers.json").symlink_to(folder / "features.json")
    refused(folder, "was altered")


def test_linked_files_that_are_the_right_ones_are_read(folder, scorer, tmp_path):
    for path in list(folder.iterdir()):
        shutil.move(path, tmp_path / path.name)
        path.symlink_to(tmp_path / path.name)
    assert load_model(folder).digest == scorer.model.digest


OTHERS = {
    "dimension": lambda config: config["parts"][0][0].update(levels=["a", "b"]),
    "twice": lambda config: config["parts"].append(config["parts"][0]),
    "kind": lambda config: config["parts"][0][0].update(name="x", kind="magic"),
    "role": lambda config: [entry.update(role="bot") for entry in config["parts"][0]],
    "join": lambda config: next(iter(config["joins"].values())).update(patterns=float("nan")),
    "doubt": lambda config: config["doubt"].__setitem__(0, float("nan")),
    "hash": lambda config: config["sha256"].update({"markers.json": None}),
    "hashes": lambda config: config.update(sha256=None),
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_config_that_says_something_else(folder, monkeypatch, what):
    monkeypatch.setattr(folders, "Encoder", None)
    change_config(folder, OTHERS[what])
    assert "NoneType' object" not in refused(folder, "cannot be read|was altered")


def test_marker_types_of_something_else_than_text(folder, monkeypatch):
    monkeypatch.setattr(folders, "Encoder", None)
    types = json.loads((folder / "markers.json").read_text())
    types[0]["patterns"] = [["sorry"]]
    (folder / "markers.json").write_text(json.dumps(types))
    rehash(folder, "markers.json")
    assert "else than text" in refused(folder, "cannot be read")


def test_a_tokenizer_of_more_words_than_the_encoder_has(folder):
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"]["zyzzyva"] = 10**6
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    rehash(folder, "tokenizer.json")
    assert "does not fit the encoder" in refused(folder, "cannot be read")


@pytest.mark.parametrize("kind", ["OperatorFuncNode", "FunctionNode", "MethodNode", "ObjectNode"])
def test_nothing_that_an_archive_names_is_called(folder, capfd, kind):
    schema = {
        "__class__": "system", "__module__": "os", "__loader__": kind, "__id__": 1,
        "content": {"module_path": "os", "function": "system", "func": "system", "obj": None},
        "attrs": {"type": "tuple", "content": "echo executed"}, "protocol": 2,
        "_skops_version": "0.13",
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))
    (folder / "calibration.skops").write_bytes(out.getvalue())
    rehash(folder, "calibration.skops")
    refused(folder, "not allowed|cannot be read")
    assert "executed" not in capfd.readouterr().out


OPENED = """
import sys
seen = []
sys.addaudithook(lambda event, args: seen.append(str(args[0])) if event == "open" else None)
from empathy_score.model.folder import load_model
model = load_model(sys.argv[1])
print(model.signature)
print(*[path for path in seen if path.startswith(sys.argv[2])], sep="\\n")
"""


def test_no_other_file_is_opened_whatever_names_the_config_has(folder, tmp_path):
    outside = tmp_path / "outside.json"
    outside.write_text("{}")
    for name in ("evil.py", "sitecustomize.py", "modeling.py", "extra.skops"):
        (folder / name).write_text("raise SystemExit('executed')")

    def change(config):
        config["name"] = config["encoder"]["name"] = "../outside.json"
        config["sha256"]["../outside.json"] = hashlib.sha256(b"{}").hexdigest()
        config["sha256"]["evil.py"] = "0"
        config["auto_map"] = {"AutoModel": "evil.Model"}

    change_config(folder, change)
    done = subprocess.run(
        [sys.executable, "-c", OPENED, str(folder), str(tmp_path)],
        capture_output=True, text=True, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    signature, *opened = done.stdout.strip().split("\n")
    assert "model:../outside.json@" in signature
    assert set(opened) == {str(folder / name) for name in (*folders.FILES, "config.json")}
