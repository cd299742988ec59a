"""The model folder: json + safetensors + skops, each file's hash checked before it is parsed.

A file is read once, so that what was checked is what is parsed. Nothing in a folder is run, and no
other file of it is opened.

```
config.json           format, name, encoder's sizes, dimensions of each part, how markers are
                      joined, SHA-256 of the rest
encoder.safetensors   the encoder's weights in eight bits, and its marker tagger
tokenizer.json        the encoder's tokenizer
features.json         vocabularies of each part
markers.json          marker types and patterns whose counts are features
weights.safetensors   coefficients, intercepts, idf, style scales of each part
calibration.skops     scikit-learn calibrators; only types on skops' own list of safe ones load
README.md             model card
```
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save_file

from empathy_score.dimensions import DIMENSIONS, Dimension, Kind
from empathy_score.errors import ModelError
from empathy_score.markers.types import MarkerType
from empathy_score.model.body import Arithmetic
from empathy_score.model.calibration import Calibration, n_calibrators
from empathy_score.model.calibrators import plain_calibrators
from empathy_score.model.encoder import CONFIG, WINDOW, Encoder
from empathy_score.model.features import TurnFeatures, dense_width
from empathy_score.model.heads import Heads, n_margins
from empathy_score.model.model import SCORED_ROLES, Model, Part
from empathy_score.model.tagger import Tagger
from empathy_score.model.tagging import TagJoin

FORMAT = 2
FILES = (
    "encoder.safetensors",
    "tokenizer.json",
    "features.json",
    "markers.json",
    "weights.safetensors",
    "calibration.skops",
)
TAGGER = "tagger."
"""Beginning of the names of the tagger's arrays."""

N_HEADS = 2
"""Dense and lexical."""

LARGEST = 2 << 30
"""Bytes that a file may have, as it lies there or unpacked."""

_BROKEN = (
    SafetensorError,
    zipfile.BadZipFile,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ImportError,
    RuntimeError,
    ArithmeticError,
    MemoryError,
)
"""What readers raise at a file that they did not write."""


def default_folder() -> Path:
    """Find the default model: in the installed package, or in the clone it is developed in."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "models" / "default", package.parents[1] / "models" / "default"):
        if (folder / "config.json").is_file():
            return folder
    raise ModelError(
        "The default model is not in this installation of empathy-score; install it again "
        "from a wheel or a whole clone."
    )


def save_model(model: Model, folder: str | Path) -> Model:
    """Write a model folder.

    Parameters
    ----------
    model : Model
    folder : path
        Made where it is missing; files of the same names are replaced.

    Returns
    -------
    Model
        The same model with the digest of what was written.
    """
    import skops.io as sio

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    plain: list[dict[str, Any]] = []
    arrays: dict[str, NDArray[Any]] = {}
    for place, part in enumerate(model.parts):
        vocabularies, own = part.features.state()
        plain.append(vocabularies)
        arrays |= {f"{place}.{name}": array for name, array in own.items()}
        for name, heads in (("dense", part.dense), ("lexical", part.lexical)):
            arrays[f"{place}.{name}.coefficients"] = heads.coefficients
            arrays[f"{place}.{name}.intercepts"] = heads.intercepts
    encoder = dict(model.encoder.arrays)
    tagger = model.encoder.tagger
    if tagger is not None:
        encoder |= {TAGGER + name: array for name, array in tagger.arrays().items()}
    _write_arrays(folder / "encoder.safetensors", encoder)
    (folder / "tokenizer.json").write_text(model.encoder.tokenizer.to_str(), encoding="utf-8")
    _write_json(folder / "features.json", plain)
    _write_json(folder / "markers.json", [asdict(kind) for kind in model.markers])
    _write_arrays(folder / "weights.safetensors", arrays)
    sio.dump([dict(part.calibration.estimators) for part in model.parts],
             folder / "calibration.skops")  # fmt: skip
    config = {
        "format": FORMAT,
        "name": model.name,
        "encoder": {"name": model.encoder.name, "config": model.encoder.config},
        "tags": list(tagger.types) if tagger is not None else [],
        "parts": [[asdict(d) for d in part.dimensions] for part in model.parts],
        "joins": {name: asdict(join) for name, join in model.joins.items()},
        "doubt": list(model.doubt),
        "facts": dict(model.facts),
        "sha256": {name: _sha256((folder / name).read_bytes()) for name in FILES},
    }
    _write_json(folder / "config.json", config)
    return replace(model, digest=_digest(_config(folder)))


def load_model(folder: str | Path, *, dtype: str | None = None, device: str | None = None) -> Model:
    """Load a model folder after checking every file.

    Parameters
    ----------
    folder : path or ``"default"``
    dtype, device : str, optional
        Arithmetic of the encoder; see `Arithmetic.chosen`.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        Where a file is missing, altered, of another format, or holds a type that is not allowed.
    """
    folder = default_folder() if str(folder) == "default" else Path(folder)
    arithmetic = Arithmetic.chosen(device, dtype)
    plain = _config(folder)
    config = _checked_config(plain, folder / "config.json")
    files = {name: _checked(folder / name, config["sha256"]) for name in FILES}
    try:
        return Model(
            name=str(config["name"]),
            parts=_parts(files, config["parts"], int(config["encoder"]["config"]["hidden_size"])),
            markers=tuple(_marker_type(**kind) for kind in json.loads(files["markers.json"])),
            joins={str(name): _join(**join) for name, join in config["joins"].items()},
            doubt=tuple(_share(value) for value in config["doubt"]),
            facts=dict(config["facts"]),
            digest=_digest(plain),
            encoder=_encoder(files, config, arithmetic),
        )
    except _BROKEN as error:
        raise ModelError(
            f"The model folder {folder} cannot be read ({type(error).__name__}); save it again."
        ) from error


def _checked(path: Path, hashes: Any) -> bytes:
    """Read a file whose hash must be the one that the config names."""
    if not path.is_file():
        raise ModelError(
            f"The model folder {path.parent} lacks {path.name}; save or fetch it again."
        )
    if path.stat().st_size > LARGEST:
        raise ModelError(f"{path} is larger than any file of a model: over {LARGEST >> 30} GiB.")
    data = path.read_bytes()
    expected = hashes.get(path.name) if isinstance(hashes, dict) else None
    came = _sha256(data)
    if came != expected:
        raise ModelError(
            f"{path} was altered: SHA-256 {expected} expected, {came} came. "
            "Use the folder as it was saved."
        )
    return data


def _encoder(files: Mapping[str, bytes], config: dict[str, Any], arithmetic: Arithmetic) -> Encoder:
    arrays = _arrays(files["encoder.safetensors"])
    own = _part(arrays, TAGGER)
    sizes = {name: config["encoder"]["config"][name] for name in CONFIG}
    if own and own["weight"].shape[1:] != (sizes["hidden_size"],):
        raise ValueError("the tagger does not fit the encoder")
    body = {name: array for name, array in arrays.items() if not name.startswith(TAGGER)}
    _check_body(body, sizes)
    encoder = Encoder(
        body,
        sizes,
        files["tokenizer.json"].decode("utf-8"),
        Tagger.from_arrays(config["tags"], own) if config["tags"] else None,
        str(config["encoder"]["name"]),
        arithmetic,
    )
    if max(encoder.tokenizer.get_vocab().values()) >= sizes["vocab_size"]:
        raise ValueError("the tokenizer does not fit the encoder")
    return encoder


def _check_body(arrays: Mapping[str, NDArray[Any]], sizes: Mapping[str, Any]) -> None:
    """Refuse sizes that are none, or of which more would be made than there are weights."""
    whole = {n: v for n, v in sizes.items() if n not in ("hidden_act", "layer_norm_eps")}
    if not all(type(value) is int and value > 0 for value in whole.values()):
        raise ValueError("a size is no whole number above 0")
    if whole["num_hidden_layers"] > len(arrays):
        raise ValueError("the encoder has fewer layers than its config names")
    if whole["max_position_embeddings"] < WINDOW or not 0 < sizes["layer_norm_eps"] < 1:
        raise ValueError("the encoder cannot read what is put to it")


def _join(source: str, patterns: float, tagger: float) -> TagJoin:
    if source not in ("patterns", "tagger", "both"):
        raise ValueError("no such source of markers")
    return TagJoin(source, _share(patterns), _share(tagger))  # type: ignore[arg-type]


def _share(value: Any) -> float:
    if not 0 <= float(value) <= 1:
        raise ValueError("no probability")
    return float(value)


def _parts(
    files: Mapping[str, bytes], entries: list[list[dict[str, Any]]], width: int
) -> tuple[Part, ...]:
    """Put features, heads and calibration of each part together; their shapes must agree."""
    plain = json.loads(files["features.json"])
    arrays = _arrays(files["weights.safetensors"])
    calibration = _load_calibration(files["calibration.skops"])
    parts = []
    for place, entry in enumerate(entries):
        own = tuple(_dimension(**e) for e in entry)
        (role,) = {d.role for d in own}
        if role not in SCORED_ROLES:
            raise ValueError("no such role")
        features = TurnFeatures.from_state(plain[place], _part(arrays, f"{place}."))
        heads = {
            name: Heads(own, *(arrays[f"{place}.{name}.{what}"] for what in _HEADS))
            for name in ("dense", "lexical")
        }
        part = Part(role, features, **heads, calibration=Calibration(calibration[place]))
        _check(part, width)
        parts.append(part)
    return tuple(parts)


_HEADS = ("coefficients", "intercepts")
_OURS = {d.name: d for d in DIMENSIONS}


def _dimension(name: str, levels: list[Any], **plain: Any) -> Dimension:
    """Make a dimension; one that is called like one of ours must be it, but for its description."""
    found = Dimension(str(name), levels=tuple(levels), **plain)
    described = replace(found, definition="", source="")
    ours = _OURS.get(found.name)
    if ours is not None and described != replace(ours, definition="", source=""):
        raise ValueError("another dimension has the name of one of ours")
    numbers = all(isinstance(level, int | float) for level in levels)
    named = found.kind in ("nominal", "multilabel")
    if (
        found.kind not in get_args(Kind)
        or (found.kind == "ordinal" and not numbers)
        or (found.probabilities and not named)
    ):
        raise ValueError("a dimension's kind does not fit its levels or columns")
    return found


def _check(part: Part, width: int) -> None:
    """Refuse heads and calibrators whose shapes do not fit the dimensions and features."""
    columns = sum(n_margins(d) for d in part.dimensions)
    for heads in (part.dense, part.lexical):
        if heads.coefficients.shape[1:] != (columns,) or len(heads.intercepts) != columns:
            raise ValueError("the heads do not fit the dimensions")
    wanted = (dense_width(width), part.features.n_features)
    if (len(part.dense.coefficients), len(part.lexical.coefficients)) != wanted:
        raise ValueError("the heads do not fit the features")
    if not part.features.is_sound():
        raise ValueError("the features' scales do not fit them")
    for d in part.dimensions:
        _check_calibrators(d, part.calibration.estimators[d.name])


def _marker_type(patterns: list[str], needs: list[str], **plain: str) -> MarkerType:
    if not all(isinstance(value, str) for value in (*patterns, *needs, *plain.values())):
        raise ValueError("a marker type holds something else than text")
    return MarkerType(**plain, patterns=tuple(patterns), needs=tuple(needs))


def _check_calibrators(dimension: Dimension, estimators: Any) -> None:
    """Refuse calibrators that are of another kind or read other margins."""
    from sklearn.linear_model import LogisticRegression

    wanted, inputs = n_calibrators(dimension, N_HEADS)
    if not (
        isinstance(estimators, list)
        and len(estimators) == wanted
        and all(
            isinstance(e, LogisticRegression)
            and e.coef_.shape[1] == inputs
            and np.isfinite(e.coef_).all()
            and np.isfinite(e.intercept_).all()
            for e in estimators
        )
    ):
        raise ModelError(f"The calibrators of {dimension.name!r} do not fit it; save them again.")


def _write_json(path: Path, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1 if path.stem != "features" else None)
    path.write_text(text + "\n", encoding="utf-8")


def _config(folder: Path) -> bytes:
    try:
        return (folder / "config.json").read_bytes()
    except OSError as error:
        raise ModelError(
            f"{folder} is not a model folder: it has no readable config.json. "
            "Name a folder written by empathy_score, or 'default'."
        ) from error


def _checked_config(plain: bytes, path: Path) -> dict[str, Any]:
    try:
        config = json.loads(plain)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not JSON: {error}") from error
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        came = config.get("format") if isinstance(config, dict) else type(config).__name__
        raise ModelError(f"{path} is of format {came}; this version reads format {FORMAT}.")
    wanted = {"name", "encoder", "tags", "parts", "joins", "doubt", "facts", "sha256"}
    if missing := wanted - config.keys():
        raise ModelError(f"{path} lacks {', '.join(sorted(missing))}.")
    return config


def _load_calibration(data: bytes) -> list[dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST:
            raise ModelError("calibration.skops unpacks to more than any model has.")
    if (plain := plain_calibrators(data)) is not None:
        return plain
    import skops.io as sio

    untrusted = sio.get_untrusted_types(data=data)
    if untrusted:
        raise ModelError(
            f"calibration.skops holds types that are not allowed: {', '.join(untrusted)}"
        )
    loaded = sio.loads(data, trusted=[])
    if not isinstance(loaded, list):
        raise ModelError(f"calibration.skops holds a {type(loaded).__name__}, not calibrators.")
    return loaded


def _arrays(data: bytes) -> dict[str, NDArray[Any]]:
    """Read arrays; a weight must be a number."""
    arrays: dict[str, NDArray[Any]] = load(data)
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise ValueError("a weight is not finite")
    return arrays


def _part(arrays: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}


def _write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    save_file({name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())}, path)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _digest(config: bytes) -> str:
    """Give a short name of a saved model: its config holds the hashes of all other files."""
    return _sha256(config)[:10]
