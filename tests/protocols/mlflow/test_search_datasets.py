"""Which datasets the runs of experiments used, as the pages of clients ask for it."""

from __future__ import annotations

from protocols.mlflow.requests import Door


async def test_datasets_of_experiments_are_told_once_for_each_use(door: Door) -> None:
    path = "/ajax-api/2.0/mlflow/experiments/search-datasets"
    experiment, empty = await door.an_experiment(), await door.an_experiment()
    for digest, context in (("d1", "training"), ("d1", "training"), ("d1", "validation"), ("d2", None)):
        dataset = {"name": "wine", "digest": digest, "source_type": "local", "source": "{}"}
        tags = [{"key": "mlflow.data.context", "value": context}] if context else []
        run = await door.a_run(experiment)
        await door.post("runs/log-inputs", run_id=run, datasets=[{"dataset": dataset, "tags": tags}])
    found = await door.post(path, experiment_ids=[experiment, empty])
    use = {"experiment_id": experiment, "name": "wine"}
    assert sorted(found["dataset_summaries"], key=lambda each: (each["digest"], each.get("context", ""))) == [
        {**use, "digest": "d1", "context": "training"},
        {**use, "digest": "d1", "context": "validation"},
        {**use, "digest": "d2"},
    ]
    assert await door.post(path, experiment_ids=[empty]) == {}
    for ids, told in (([], "at least one"), ([experiment] * 21, "more than 20")):
        refused = await door.refused("POST", path, {"experiment_ids": ids})
        assert (refused.status, told in refused.message) == (400, True)
