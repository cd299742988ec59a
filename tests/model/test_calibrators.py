import io
import json
import zipfile

import numpy as np
import pytest

from empathy_score.model.calibrators import plain_calibrators
from empathy_score.model.folder import default_folder


@pytest.fixture(scope="module")
def shipped():
    return (default_folder() / "calibration.skops").read_bytes()


def changed(data, change):
    """Write the archive again with another schema."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "schema.json":
                schema = json.loads(text)
                change(schema)
                text = json.dumps(schema)
            new.writestr(name, text)
    return out.getvalue()


def first(schema):
    """Give the node of the first calibrator."""
    return next(iter(schema["content"][0]["content"].values()))["content"][0]


def test_the_same_as_skops_reads(shipped):
    import skops.io as sio

    theirs = sio.loads(shipped, trusted=[])
    ours = plain_calibrators(shipped)
    assert [list(part) for part in ours] == [list(part) for part in theirs]
    for part, other in zip(ours, theirs, strict=True):
        for name in part:
            for one, two in zip(part[name], other[name], strict=True):
                assert type(one) is type(two)
                assert vars(one).keys() == vars(two).keys()
                assert all(np.array_equal(vars(one)[k], vars(two)[k]) for k in vars(one))


@pytest.mark.parametrize(
    "change",
    [
        lambda schema: first(schema).update(__class__="SGDClassifier"),
        lambda schema: first(schema).update(__loader__="FunctionNode"),
        lambda schema: first(schema)["content"]["content"].update(C={"__class__": "system"}),
        lambda schema: first(schema)["content"]["content"]["coef_"].update(file="../evil.npy"),
        lambda schema: schema.update(content=3),
        lambda schema: schema.clear(),
    ],
)
def test_anything_else_is_left_to_skops(shipped, change):
    assert plain_calibrators(changed(shipped, lambda schema: None)) is not None
    assert plain_calibrators(changed(shipped, change)) is None


def test_what_is_no_whole_archive_is_left_to_skops(shipped):
    assert plain_calibrators(shipped[:-100]) is None
    assert plain_calibrators(b"no archive") is None
