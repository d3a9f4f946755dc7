"""Run by test_engines.py in a process of its own: a real Dask cluster of two processes; prints what it saw as JSON."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import dask.dataframe as dd
import pandas as pd
from distributed import Client, LocalCluster

from jobtagger.batch import tag_dask
from jobtagger.batch.partitions import PartitionTagger, process_tagger
from jobtagger.errors import JobtaggerError

PROGRAM = [sys.executable, "-c", "from jobtagger.cli import main; main()"]


def main(folder: Path) -> None:
    """Tag a frame, look at the workers, give them a wrong model, and have the program use the cluster by its address."""
    frame = dd.from_pandas(pd.DataFrame({"title": ["Logo for a bakery", "Voix off"] * 20}), npartitions=8)
    with LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        tagged = tag_dask(frame)
        rows = tagged.compute()
        loads = client.run(lambda: tuple(process_tagger.cache_info()))
        wrong = replace(PartitionTagger.here(), digest="another")
        try:
            frame.map_partitions(wrong, meta=frame._meta).compute()
            complaint = ""
        except JobtaggerError as error:
            complaint = str(error)
        done = subprocess.run(
            [*PROGRAM, "tag", str(folder / "in"), "-o", str(folder / "by_address"), "-q", "--engine", "dask",
             "--scheduler", cluster.scheduler_address],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
    seen = {
        "columns": list(tagged.columns),
        "partitions": tagged.npartitions,
        "categories": rows["category"].tolist(),
        "index": rows.index.tolist(),
        "loads": list(loads.values()),
        "complaint": complaint,
        "by_address": [done.returncode, done.stderr],
    }
    print(json.dumps(seen))  # noqa: T201 - read by the test


if __name__ == "__main__":
    main(Path(sys.argv[1]))
