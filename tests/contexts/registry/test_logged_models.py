"""Logged models through their service."""

from __future__ import annotations

import pytest

from contexts.registry.making import a_logged_model, a_run, an_experiment, read, write
from infrastudio.contexts.registry.queries import logged_models as queries
from infrastudio.contexts.registry.queries.fields import CLIENT_LOGGED_MODEL_FIELDS
from infrastudio.contexts.registry.queries.logged_models import LoggedModelSearch
from infrastudio.contexts.registry.queries.search import Search
from infrastudio.contexts.registry.service import logged_models as service
from infrastudio.contexts.tracking import service as tracking
from infrastudio.contexts.tracking.service.experiments import ExperimentNotActive
from infrastudio.kernel.filters import CONJUNCTIVE, parse_filter
from infrastudio.stores import ledger
from infrastudio.stores.db import Database


def found(db: Database, experiment_id: str, filter: str) -> list[str]:
    search = Search(CLIENT_LOGGED_MODEL_FIELDS, parse_filter(filter, CONJUNCTIVE))
    models = read(db, queries.logged_models, LoggedModelSearch(search, [experiment_id])).items
    return [model.name for model in models]


def test_a_logged_model_begins_pending_and_is_finished(db: Database) -> None:
    model = a_logged_model(db, name="", params={"p": "1"}, tags={"t": "v"})
    assert (model.status, model.name != "", model.location.endswith(f"/models/{model.id}/artifacts")) == (
        "pending", True, True,
    )  # fmt: skip
    ready = write(db, service.finalize, model.id, "ready")
    assert (ready.status, ready.revised_at > model.revised_at, ready.params) == ("ready", True, {"p": "1"})


def test_params_are_added_and_never_change(db: Database) -> None:
    model = a_logged_model(db, params={"p": "1"})
    grown = write(db, service.log_params, model.id, {"p": "1", "q": "2"})
    assert grown.params == {"p": "1", "q": "2"}
    with pytest.raises(service.ParamChanged):
        write(db, service.log_params, model.id, {"q": "3"})


def test_removing_a_tag_that_is_not_there_is_an_error(db: Database) -> None:
    model = a_logged_model(db, tags={"t": "v"})
    assert write(db, service.delete_tag, model.id, "t").tags == {}
    with pytest.raises(service.UnknownTag):
        write(db, service.delete_tag, model.id, "t")


def test_a_deleted_one_is_gone_from_reads_and_deleting_again_is_fine(db: Database) -> None:
    model = a_logged_model(db)
    write(db, service.delete, model.id)
    write(db, service.delete, model.id)
    with pytest.raises(queries.UnknownLoggedModel):
        read(db, queries.logged_model, model.id)
    assert read(db, queries.logged_model, model.id, with_deleted=True).lifecycle == "deleted"
    assert found(db, model.experiment_id, "") == []
    with pytest.raises(queries.UnknownLoggedModel):
        write(db, service.delete, "m-" + "0" * 32)


def test_a_deleted_experiment_takes_no_models(db: Database) -> None:
    experiment = an_experiment(db)
    write(db, tracking.delete_experiment, experiment.id)
    with pytest.raises(ExperimentNotActive):
        a_logged_model(db, experiment_id=experiment.id)


def test_search_filters_by_attributes_params_and_tags(db: Database) -> None:
    experiment = an_experiment(db)
    run = a_run(db, experiment)
    first = a_logged_model(db, experiment_id=experiment.id, name="One", model_type="Agent", source_run_id=run.id)
    a_logged_model(db, experiment_id=experiment.id, name="two", params={"lr": "0.1"}, tags={"a.b": "Straße"})
    write(db, service.finalize, first.id, "ready")
    id = experiment.id
    assert found(db, id, "") == ["two", "One"]
    assert found(db, id, "name ILIKE 'o%'") == ["One"]
    assert found(db, id, "model_type = 'Agent' and status = '2'") == ["One"]
    assert found(db, id, f"source_run_id = '{run.id}'") == ["One"]
    assert found(db, id, "status = 'LOGGED_MODEL_PENDING'") == ["two"]
    assert found(db, id, "params.lr IN ('0.1', '0.2') AND tags.`a.b` ILIKE 'STRASSE'") == ["two"]
    assert found(db, id, "params.lr != '0.2'") == ["two"]


def test_the_tables_follow_from_the_events(db: Database) -> None:
    model = a_logged_model(db, params={"p": "1"})
    for number in range(70):
        write(db, service.set_tags, model.id, {f"t{number % 3}": str(number)})
    assert [str(finding) for finding in read(db, ledger.verify_tables)] == []
