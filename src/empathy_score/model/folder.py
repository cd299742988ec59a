"""The model folder: json + safetensors + skops, each file's hash checked before it is read.

```
config.json           format, name, dimensions, encoder, marker precision, SHA-256 of the rest
features.json         vocabularies
markers.json          marker types and patterns whose counts are features
weights.safetensors   coefficients, intercepts, idf, style scales
calibration.skops     scikit-learn calibrators; only types on skops' own list of safe ones load
README.md             model card
```
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from empathy_score.dimensions import Dimension
from empathy_score.errors import ModelError
from empathy_score.markers.types import MarkerType
from empathy_score.model.calibration import Calibration
from empathy_score.model.encoder import ENCODERS, Encoder
from empathy_score.model.features import TurnFeatures
from empathy_score.model.heads import Heads, n_margins
from empathy_score.model.model import SCORED_ROLES, Model, RoleModel, ScoredRole, TextEncoder

FORMAT = 1
FILES = ("features.json", "markers.json", "weights.safetensors", "calibration.skops")


_BROKEN = (
    SafetensorError,
    zipfile.BadZipFile,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ImportError,
    NotImplementedError,
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
    plain: dict[str, Any] = {}
    arrays: dict[str, NDArray[Any]] = {}
    calibration: dict[str, Any] = {}
    for role, part in model.roles.items():
        plain[role], own = part.features.state()
        arrays |= {f"{role}.{name}": array for name, array in own.items()}
        arrays[f"{role}.coefficients"] = part.heads.coefficients
        arrays[f"{role}.intercepts"] = part.heads.intercepts
        calibration[role] = dict(part.calibration.estimators)
    _write_json(folder / "features.json", plain)
    _write_json(folder / "markers.json", [asdict(kind) for kind in model.markers])
    contiguous = {name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())}
    save_file(contiguous, folder / "weights.safetensors")
    sio.dump(calibration, folder / "calibration.skops")
    config = {
        "format": FORMAT,
        "name": model.name,
        "encoder": model.encoder_spec.name,
        "dimensions": [asdict(d) for d in model.dimensions],
        "marker_precision": dict(model.marker_precision),
        "facts": dict(model.facts),
        "sha256": {name: _sha256(folder / name) for name in FILES},
    }
    _write_json(folder / "config.json", config)
    return replace(model, digest=_digest(folder))


def load_model(folder: str | Path, encoder: TextEncoder | None = None) -> Model:
    """Load a model folder after checking every file.

    Parameters
    ----------
    folder : path or ``"default"``
    encoder : TextEncoder, optional
        Used instead of loading the one that the folder names.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        Where a file is missing, altered, of another format, or holds a type that is not allowed.
    """
    folder = default_folder() if str(folder) == "default" else Path(folder)
    config = _config(folder)
    for name in FILES:
        path = folder / name
        if not path.is_file():
            raise ModelError(f"The model folder {folder} lacks {name}; save or fetch it again.")
        expected = config["sha256"].get(name) if isinstance(config["sha256"], dict) else None
        came = _sha256(path)
        if came != expected:
            raise ModelError(
                f"{path} was altered: SHA-256 {expected} expected, {came} came. "
                "Use the folder as it was saved."
            )
    spec = ENCODERS.get(config["encoder"]) if isinstance(config["encoder"], str) else None
    if spec is None:
        raise ModelError(
            f"{folder} asks for the encoder {str(config['encoder'])[:60]!r}; this version knows "
            f"{', '.join(ENCODERS)}."
        )
    try:
        roles = _roles(folder, config["dimensions"])
        markers = tuple(_marker_type(**kind) for kind in _read_json(folder / "markers.json"))
        precision = {str(name): float(value) for name, value in config["marker_precision"].items()}
        name, facts = str(config["name"]), dict(config["facts"])
    except _BROKEN as error:
        raise ModelError(
            f"The model folder {folder} cannot be read ({type(error).__name__}); save it again."
        ) from error
    return Model(
        name=name,
        encoder_spec=spec,
        encoder=encoder if encoder is not None else Encoder.load(spec),
        roles=roles,
        markers=markers,
        marker_precision=precision,
        facts=facts,
        digest=_digest(folder),
    )


def _roles(folder: Path, entries: list[dict[str, Any]]) -> dict[ScoredRole, RoleModel]:
    """Put features, heads and calibration of each role together; their shapes must agree."""
    dimensions = [Dimension(**{**entry, "levels": tuple(entry["levels"])}) for entry in entries]
    plain = _read_json(folder / "features.json")
    arrays = load_file(folder / "weights.safetensors")
    calibration = _load_calibration(folder / "calibration.skops")
    roles: dict[ScoredRole, RoleModel] = {}
    for role in SCORED_ROLES:
        own = tuple(d for d in dimensions if d.role == role)
        if not own:
            continue
        part = RoleModel(
            features=TurnFeatures.from_state(plain[role], _part(arrays, role)),
            heads=Heads(own, arrays[f"{role}.coefficients"], arrays[f"{role}.intercepts"]),
            calibration=Calibration(calibration[role]),
        )
        columns = sum(n_margins(d) for d in own)
        if part.heads.coefficients.shape[1:] != (columns,) or len(part.heads.intercepts) != columns:
            raise ValueError("the heads do not fit the dimensions")
        for d in own:
            _check_calibrators(d, part.calibration.estimators[d.name])
        roles[role] = part
    return roles


def _marker_type(patterns: list[str], needs: list[str], **plain: str) -> MarkerType:
    return MarkerType(**plain, patterns=tuple(patterns), needs=tuple(needs))


def _check_calibrators(dimension: Dimension, estimators: Any) -> None:
    from sklearn.linear_model import LogisticRegression

    nominal = dimension.kind == "nominal"
    wanted, inputs = (1, n_margins(dimension)) if nominal else (n_margins(dimension), 1)
    if not (
        isinstance(estimators, list)
        and len(estimators) == wanted
        and all(
            isinstance(e, LogisticRegression) and e.coef_.shape[1] == inputs for e in estimators
        )
    ):
        raise ModelError(f"The calibrators of {dimension.name!r} do not fit it; save them again.")


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _write_json(path: Path, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1 if path.stem != "features" else None)
    path.write_text(text + "\n", encoding="utf-8")


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"{folder} is not a model folder: it has no readable config.json. "
            "Name a folder written by empathy_score, or 'default'."
        ) from error
    except ValueError as error:
        raise ModelError(f"{path} is not JSON: {error}") from error
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        came = config.get("format") if isinstance(config, dict) else type(config).__name__
        raise ModelError(f"{path} is of format {came}; this version reads format {FORMAT}.")
    wanted = {"name", "encoder", "dimensions", "marker_precision", "facts", "sha256"}
    if missing := wanted - config.keys():
        raise ModelError(f"{path} lacks {', '.join(sorted(missing))}.")
    return config


def _load_calibration(path: Path) -> dict[str, Any]:
    import skops.io as sio

    untrusted = sio.get_untrusted_types(file=path)
    if untrusted:
        raise ModelError(f"{path} holds types that are not allowed: {', '.join(untrusted)}")
    loaded = sio.load(path, trusted=[])
    if not isinstance(loaded, dict):
        raise ModelError(f"{path} holds a {type(loaded).__name__}, not calibrators.")
    return loaded


def _part(arrays: Mapping[str, NDArray[Any]], role: str) -> dict[str, NDArray[Any]]:
    prefix = f"{role}."
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(folder: Path) -> str:
    """Give a short name of a saved model: its config holds the hashes of all other files."""
    return _sha256(folder / "config.json")[:10]
