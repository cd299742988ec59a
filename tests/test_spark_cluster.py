"""A cluster of executor processes, one of which dies in mid-job: run by ``pytest -m spark``."""

import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from empathy_score.spark import score
from spark_tables import WARNINGS, assert_same, one_company, place, session, shuffled, sql

pytestmark = [*WARNINGS, pytest.mark.spark]

N_TASKS = 12


@pytest.fixture
def cluster(tmp_path):
    spark = session("local-cluster[2,1,2048]", tmp_path)
    app = spark.sparkContext.applicationId
    yield spark
    spark.stop()
    shutil.rmtree(Path(sql.__file__).parents[1] / "work" / app, ignore_errors=True)


def executors(app):
    """Give the process ids of an application's executors."""
    lines = subprocess.run(["ps", "-wweo", "pid,args"], capture_output=True, text=True, check=True)
    wanted = ("CoarseGrainedExecutorBackend", f"--app-id {app}")
    return [
        int(line.split()[0])
        for line in lines.stdout.splitlines()
        if all(part in line for part in wanted)
    ]


class Killer(threading.Thread):
    """Kills an executor as soon as the first tasks are done, and says when that was."""

    def __init__(self, context):
        super().__init__(daemon=True)
        self.context = context
        self.done = None

    def run(self):
        tracker = self.context.statusTracker()
        while self.done is None:
            time.sleep(0.02)
            for stage in map(tracker.getStageInfo, tracker.getActiveStageIds()):
                if stage and stage.numTasks == N_TASKS and stage.numCompletedTasks:
                    os.kill(executors(self.context.applicationId)[0], signal.SIGKILL)
                    self.done = stage.numCompletedTasks
                    break


def test_a_killed_executor_costs_no_row_and_doubles_none(cluster, scorer, sample):
    rows = one_company(sample)
    scored = score(shuffled(cluster, rows), partitions=N_TASKS)
    before = set(executors(cluster.sparkContext.applicationId))
    assert len(before) == 2
    killer = Killer(cluster.sparkContext)
    killer.start()
    assert_same(scored, scorer.score(rows).turns(), place)
    assert killer.done < N_TASKS
    assert not before <= set(executors(cluster.sparkContext.applicationId))
