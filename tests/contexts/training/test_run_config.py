"""What a request to start a run means, and what is told about one that means nothing."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from infrastudio.contexts.training.rules import plan_run
from infrastudio.contexts.training.rules.documents import MAX_BYTES
from infrastudio.contexts.training.rules.recipes import RECIPES
from infrastudio.contexts.training.rules.run_config import MAX_COMMAND
from infrastudio.contexts.training.schemas import RunPlan, RunRequest
from infrastudio.kernel.errors import TooLarge, ValidationFailed

WHOLE = """\
name: baseline
description: The one to beat.
owner: anna
experiment: digits
tags: [nightly, small]
training:
  recipe: digits
  dataset: {name: digits, version: 3}
  compute: {gpu_type: A100, gpus: 1, cpus: 2, memory: 2GiB}
  hyperparams:
    learning_rate: 1e-2
    epochs: 50
  seed: 7
  timeout: 2h
  retries: 2
register: {model: digits, alias: champion}
environment:
  variables: {OMP_NUM_THREADS: "1"}
"""


def plan(**body: Any) -> RunPlan:
    return plan_run(RunRequest.model_validate(body))


def problems(**body: Any) -> dict[str, str]:
    with pytest.raises(ValidationFailed) as failed:
        plan(**body)
    return {problem.path: problem.message for problem in failed.value.problems}


def test_a_whole_config_becomes_a_job_and_what_its_run_begins_with() -> None:
    made = plan(content=WHOLE)
    job = made.definition
    assert made.experiment == "digits"
    assert (job.name, job.recipe, job.owner, job.timeout_s, job.retries.max_attempts) == (
        "baseline",
        "digits",
        "anna",
        7200,
        3,
    )
    assert " ".join(job.argv) == (
        "python3 -m infrastudio.recipes.digits --epochs 50 --learning-rate 0.01 --seed 7 "
        "--register digits --alias champion"
    )
    assert job.params == {"learning_rate": "0.01", "epochs": "50", "seed": "7"}
    assert job.tags == {
        "nightly": "true",
        "small": "true",
        "mlflow.note.content": "The one to beat.",
        "dataset.name": "digits",
        "dataset.version": "3",
    }
    assert (job.resources.gpus, job.resources.gpu_type, job.resources.memory_bytes) == (1, "A100", 2 * 1024**3)
    assert job.environment.variables == {"OMP_NUM_THREADS": "1"}
    assert job.config["training"]["hyperparams"] == {"learning_rate": 0.01, "epochs": 50}


def test_json_means_the_same_as_yaml() -> None:
    yaml = plan(content="name: a\ntraining: {entrypoint: [python3, train.py]}\n")
    assert plan(language="json", content='{"name": "a", "training": {"entrypoint": ["python3", "train.py"]}}') == yaml


def test_the_request_has_the_last_word_on_name_and_experiment() -> None:
    made = plan(content=WHOLE, name="second", experiment="4")
    assert (made.definition.name, made.experiment) == ("second", "4")


@pytest.mark.parametrize(
    ("entrypoint", "argv", "cwd"),
    [
        ("python3 train.py && echo done", ("sh", "-c", "python3 train.py && echo done"), None),
        ("[python3, train.py, '1']", ("python3", "train.py", "1"), None),
        ("{command: [make], cwd: /srv}", ("make",), "/srv"),
        ("{command: make}", ("sh", "-c", "make"), None),
    ],
)
def test_an_entrypoint_is_a_line_for_the_shell_or_a_program_with_arguments(
    entrypoint: str, argv: tuple[str, ...], cwd: str | None
) -> None:
    job = plan(content=f"name: a\ntraining:\n  entrypoint: {entrypoint}\n").definition
    assert (job.argv, job.cwd) == (argv, cwd)


@pytest.mark.parametrize(
    ("body", "argv", "name"),
    [
        ({"command": "echo hi"}, ("sh", "-c", "echo hi"), "echo"),
        ({"command": "python3 src/train.py --fast"}, ("sh", "-c", "python3 src/train.py --fast"), "train.py"),
        ({"command": ["echo", "hi"]}, ("echo", "hi"), "echo"),
        ({"argv": ["/usr/bin/env"], "name": "mine"}, ("/usr/bin/env",), "mine"),
        (
            {"recipe": "digits", "hyperparams": {"epochs": 3}, "seed": 1},
            ("python3", "-m", "infrastudio.recipes.digits", "--epochs", "3", "--seed", "1"),
            "digits",
        ),
    ],
)
def test_a_run_can_be_started_from_its_parts(body: dict[str, Any], argv: tuple[str, ...], name: str) -> None:
    job = plan(**body).definition
    assert (job.argv, job.name) == (argv, name)


def test_nested_hyperparameters_become_params_with_dots_in_the_words_of_tracking_clients() -> None:
    hyperparams = {"optimizer": {"name": "adam", "betas": [0.9, 0.999]}, "amp": True, "learning_rate": 1}
    assert plan(command="x", hyperparams=hyperparams).definition.params == {
        "optimizer.name": "adam",
        "optimizer.betas": "[0.9, 0.999]",
        "amp": "True",
        "learning_rate": "1.0",
    }


def test_all_that_is_wrong_with_a_config_is_told_at_once_with_its_place() -> None:
    content = """\
nam: x
training:
  recipe: digit
  compute: {gpus: 2000, memory: lots, gpu_typ: H100}
  hyperparams:
    learning_rate: -1
    epochs: 0
  timeout: soon
environment:
  variables: {HF_TOKEN: abc, STUDIO_URL: x}
  requirements: [torch]
deploy: {}
"""
    with pytest.raises(ValidationFailed) as failed:
        plan(content=content)
    told = {(problem.path, problem.line): problem for problem in failed.value.problems}
    assert set(told) == {
        ("name", 1),
        ("nam", 1),
        ("training.recipe", 3),
        ("training.compute.gpus", 4),
        ("training.compute.memory", 4),
        ("training.compute.gpu_typ", 4),
        ("training.hyperparams.learning_rate", 6),
        ("training.hyperparams.epochs", 7),
        ("training.timeout", 8),
        ("environment.variables.HF_TOKEN", 10),
        ("environment.variables.STUDIO_URL", 10),
        ("environment.requirements", 11),
        ("deploy", 12),
    }
    assert [told[at].suggestion for at in (("nam", 1), ("training.recipe", 3), ("training.compute.gpu_typ", 4))] == [
        "name",
        "digits",
        "gpu_type",
    ]
    assert told["training.timeout", 8].column == 3


def test_a_recipe_takes_its_own_parameters_only() -> None:
    body = {"recipe": "digits", "hyperparams": {"learning_rte": 0.1, "epochs": 2.5}}
    with pytest.raises(ValueError, match="epochs"):
        RunRequest.model_validate(body)
    assert problems(recipe="digits", hyperparams={"learning_rte": 0.1}) == {
        "hyperparams.learning_rte": "is not known here"
    }


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "content"),
        ({"recipe": "digits", "command": "x"}, "command"),
        ({"content": WHOLE, "command": "x"}, "command"),
        ({"content": "[]"}, "content"),
        ({"content": "name: a\ntraining: {}"}, "training"),
        ({"content": "name: a\ntraining: {recipe: digits, entrypoint: x}"}, "training"),
        ({"content": "name: a\ntraining: {entrypoint: x}\nregister: {model: m}"}, "register"),
        ({"content": "name: a\ntraining: {entrypoint: {command: x, cwd: src}}"}, "training.entrypoint.cwd"),
        ({"content": "name: a\ntraining: {entrypoint: []}"}, "training.entrypoint"),
        ({"content": "name: a\ntraining: {entrypoint: x, hyperparams: {'a?b': 1}}"}, "training.hyperparams.a?b"),
        ({"argv": [""]}, "content"),
        ({"argv": ["a" * (MAX_COMMAND + 1)]}, "content"),
        ({"command": "x", "environment": {"secrets": ["KEY"]}}, "environment.secrets"),
        ({"command": "x", "environment": {"variables": {"AWS_SECRET_ACCESS_KEY": "k"}}},
         "environment.variables.AWS_SECRET_ACCESS_KEY"),
    ],
)  # fmt: skip
def test_a_request_that_means_nothing_is_refused_by_the_field(body: dict[str, Any], path: str) -> None:
    assert path in problems(**body)


def test_variables_that_only_look_a_little_like_secrets_are_taken() -> None:
    variables = {"TOKENIZERS_PARALLELISM": "false", "MAX_TOKENS": "5", "SECRETARY": "x"}
    assert plan(command="x", environment={"variables": variables}).definition.environment.variables == variables


def test_a_config_beyond_one_mebibyte_is_refused_and_one_just_below_is_read() -> None:
    padding = "#" * (MAX_BYTES - len(WHOLE))
    assert plan(content=WHOLE + padding).definition.name == "baseline"
    with pytest.raises(TooLarge):
        plan(content=WHOLE + padding + "#")


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_takes_the_options_that_configs_can_name(name: str) -> None:
    recipe = RECIPES[name]
    done = subprocess.run([sys.executable, "-m", recipe.module, "--help"], capture_output=True, text=True, check=True)
    options = {*recipe.parameters.model_fields, "seed", "register", "alias"}
    assert {option for option in options if f"--{option.replace('_', '-')} " not in done.stdout} == set()
