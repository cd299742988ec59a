"""Import, scoring, training and the report open no socket, and write only what was asked for."""

import os
import subprocess
import sys

CODE = """
import os, sys
out, home = sys.argv[1:]
written = set()

def watch(event, args):
    if event.startswith("socket.") or event in ("urllib.Request", "http.client.connect"):
        raise AssertionError(f"{event} {args!r}")
    if event == "open" and isinstance(args[0], str):
        mode, flags = args[1] or "", args[2] or 0
        if set(mode) & set("wax+") or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            written.add(os.path.realpath(args[0]))

sys.addaudithook(watch)
import empathy_score
from empathy_score.model.folder import save_model
from empathy_score.training import train
from empathy_score.writing import write_table

says = ("whenever we can", "right now at once")
rows = [
    turn for n in range(24) for turn in (
        {"conversation_id": n, "role": "customer", "text": "I am furious!", "speed": None},
        {"conversation_id": n, "role": "agent", "text": says[n % 2], "speed": n % 2})
]
scorer = empathy_score.Scorer()
scores = scorer.score(rows)
write_table(scores.turns(), f"{out}/scored.csv")
write_table(scores.turns(), f"{out}/scored.parquet")
scores.report(f"{out}/report.html")
save_model(train(rows, targets=["speed"], base=scorer.model), f"{out}/model")
assert "speed" in empathy_score.score(rows, model=f"{out}/model").turns()
print(*sorted(path for path in written if not path.startswith(("/dev/", out, home))), sep="\\n")
"""


def test_no_socket_is_opened_and_no_other_file_written(tmp_path):
    out, home = tmp_path / "out", tmp_path / "home"
    out.mkdir()
    home.mkdir()
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(home), "TMPDIR": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(out), str(home)], capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
    assert [path for path in home.rglob("*") if path.is_file()] == []  # temporary ones are gone
    assert {path.name for path in out.iterdir()} == {
        "scored.csv", "scored.parquet", "report.html", "model",
    }  # fmt: skip
