"""The model folder: json + safetensors + skops, each file's hash checked before it is read.

```
config.json           format, name, dimensions, encoder, marker precision, SHA-256 of the rest
features.json         vocabularies
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
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_score.dimensions import Dimension
from empathy_score.errors import ModelError
from empathy_score.model.calibration import Calibration
from empathy_score.model.encoder import Encoder, EncoderSpec
from empathy_score.model.features import TurnFeatures
from empathy_score.model.heads import Heads
from empathy_score.model.model import SCORED_ROLES, Model, RoleModel, TextEncoder

FORMAT = 1
_FOREIGN = (
    zipfile.BadZipFile,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    ImportError,
)
"""What skops raises at an archive that it did not write."""

FILES = ("features.json", "weights.safetensors", "calibration.skops")


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
    from safetensors.numpy import save_file

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    plain: dict[str, Any] = {}
    arrays: dict[str, NDArray[Any]] = {}
    calibration: dict[str, Any] = {}
    for role in SCORED_ROLES:
        part = model.roles[role]
        plain[role], own = part.features.state()
        arrays |= {f"{role}.{name}": array for name, array in own.items()}
        arrays[f"{role}.coefficients"] = part.heads.coefficients
        arrays[f"{role}.intercepts"] = part.heads.intercepts
        calibration[role] = dict(part.calibration.estimators)
    (folder / "features.json").write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
    contiguous = {name: np.ascontiguousarray(array) for name, array in sorted(arrays.items())}
    save_file(contiguous, folder / "weights.safetensors")
    sio.dump(calibration, folder / "calibration.skops")
    config = {
        "format": FORMAT,
        "name": model.name,
        "encoder": asdict(model.encoder_spec),
        "dimensions": [asdict(d) for d in model.dimensions],
        "marker_precision": dict(model.marker_precision),
        "facts": dict(model.facts),
        "sha256": {name: _sha256(folder / name) for name in FILES},
    }
    text = json.dumps(config, ensure_ascii=False, indent=1)
    (folder / "config.json").write_text(text + "\n", encoding="utf-8")
    return Model(
        model.name, model.encoder_spec, model.encoder, model.roles, model.marker_precision,
        model.facts, digest=_digest(folder),
    )  # fmt: skip


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
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    folder = default_folder() if str(folder) == "default" else Path(folder)
    config = _config(folder)
    for name in FILES:
        path = folder / name
        if not path.is_file():
            raise ModelError(f"The model folder {folder} lacks {name}; save or fetch it again.")
        expected = config["sha256"].get(name)
        came = _sha256(path)
        if came != expected:
            raise ModelError(
                f"{path} was altered: SHA-256 {expected} expected, {came} came. "
                "Use the folder as it was saved."
            )
    try:
        arrays = load_file(folder / "weights.safetensors")
    except SafetensorError as error:
        raise ModelError(f"{folder / 'weights.safetensors'} cannot be read: {error}") from error
    plain = json.loads((folder / "features.json").read_text(encoding="utf-8"))
    calibration = _load_calibration(folder / "calibration.skops")
    try:
        dimensions = tuple(
            Dimension(**{**entry, "levels": tuple(entry["levels"])})
            for entry in config["dimensions"]
        )
        spec = EncoderSpec(**config["encoder"])
        roles = {
            role: RoleModel(
                features=TurnFeatures.from_state(plain[role], _part(arrays, role)),
                heads=Heads(
                    tuple(d for d in dimensions if d.role == role),
                    arrays[f"{role}.coefficients"],
                    arrays[f"{role}.intercepts"],
                ),
                calibration=Calibration(calibration[role]),
            )
            for role in SCORED_ROLES
        }
    except (KeyError, TypeError) as error:
        raise ModelError(f"The model folder {folder} is incomplete: {error}") from error
    return Model(
        name=config["name"],
        encoder_spec=spec,
        encoder=encoder if encoder is not None else Encoder.load(spec),
        roles=roles,
        marker_precision=config["marker_precision"],
        facts=config["facts"],
        digest=_digest(folder),
    )


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

    try:
        untrusted = sio.get_untrusted_types(file=path)
        loaded = None if untrusted else sio.load(path, trusted=[])
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(f"{path} cannot be read: {type(error).__name__}") from error
    if untrusted:
        raise ModelError(f"{path} holds types that are not allowed: {', '.join(untrusted)}")
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
