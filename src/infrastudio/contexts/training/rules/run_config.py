"""What a request to start a run means, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from infrastudio.contexts.training.rules.documents import MAX_BYTES, Document, Path
from infrastudio.contexts.training.rules.json_reader import read_json
from infrastudio.contexts.training.rules.recipes import RECIPES, Recipe, arguments
from infrastudio.contexts.training.rules.yaml_reader import read_yaml
from infrastudio.contexts.training.schemas.jobs import Environment, JobDefinition, Resources
from infrastudio.contexts.training.schemas.run_config import Hyperparams, RunConfig, RunPlan, RunRequest
from infrastudio.kernel.errors import Problem, TooLarge, ValidationFailed
from infrastudio.kernel.filters.errors import closest
from infrastudio.kernel.versioned import Value

MAX_PARAM: Final = 6000
"""Characters of a param's value."""
MAX_COMMAND: Final = 64_000
"""Characters that arguments and variables of a job may have together: they stand in every event of the job."""

DESCRIPTION_TAG: Final = "mlflow.note.content"
"""The tag that tracking clients show as the description of a run."""

_NOT_YET: Final = {
    "evaluation": "evaluations cannot be configured yet; log them from the program",
    "deploy": "deployments cannot be configured yet; deploy the registered version",
    "search": "searches cannot be configured yet; start a run for each set of hyperparams",
    "model": "a model to start from cannot be configured yet; load it in the program",
}
_PARAM_KEY: Final = re.compile(r"[/\w.\- :]{1,250}")
_SECRET_NAME: Final = re.compile(
    r"(?:.*_)?(?:TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|API_?KEY|ACCESS_KEY|PRIVATE_KEY)", re.IGNORECASE
)
_OURS: Final = re.compile(r"STUDIO_.*|MLFLOW_(?:TRACKING_URI|TRACKING_TOKEN|RUN_ID|EXPERIMENT_ID)")


def plan_run(request: RunRequest) -> RunPlan:
    """Return what a request means.

    Raises:
        TooLarge: The config is larger than it may be.
        ValidationFailed: Carries every problem; those with the text of a config say line and column.
    """
    return _plan_of_parts(request) if request.content is None else _plan_of_content(request, request.content)


def _plan_of_content(request: RunRequest, content: str) -> RunPlan:
    foreign = sorted(request.model_fields_set - {"language", "content", "experiment", "name"})
    if foreign:
        raise ValidationFailed([Problem(name, "stands in the config when content is sent") for name in foreign])
    if len(content.encode()) > MAX_BYTES:
        raise TooLarge(Problem("content", f"is larger than {MAX_BYTES} bytes"))
    document = read_json(content) if request.language == "json" else read_yaml(content)
    if not isinstance(document.value, dict):
        document.refuse((), "must be a mapping of names to values")
        raise ValidationFailed(document.problems)
    config = _checked(document)
    if document.problems or config is None:
        raise ValidationFailed(document.problems)
    definition = _definition(config, document.value)
    if request.name is not None:
        definition = definition.model_copy(update={"name": request.name})
    return RunPlan(definition=definition, experiment=request.experiment or config.experiment)


def _definition(config: RunConfig, values: dict[str, Any]) -> JobDefinition:
    training = config.training
    compute = training.compute
    tags = dict(config.tags)
    if config.description:
        tags[DESCRIPTION_TAG] = config.description
    if training.dataset is not None:
        tags["dataset.name"] = training.dataset.name
        if training.dataset.version is not None:
            tags["dataset.version"] = training.dataset.version
    return JobDefinition(
        name=config.name,
        argv=_argv_of_config(config),
        cwd=training.entrypoint.cwd if training.entrypoint else None,
        recipe=training.recipe,
        owner=config.owner,
        params=_params(training.hyperparams, training.seed),
        tags=tags,
        config=values,
        executor=compute.executor,
        resources=Resources(
            cpus=compute.cpus, memory_bytes=compute.memory, gpus=compute.gpus, gpu_type=compute.gpu_type
        ),
        environment=config.environment,
        timeout_s=training.timeout,
        retries=training.retries,
    )


def _plan_of_parts(request: RunRequest) -> RunPlan:
    document = Document(request.model_dump(mode="json", exclude_unset=True))
    named = [name for name in ("recipe", "command", "argv") if getattr(request, name) is not None]
    if len(named) != 1:
        says = "one of content, recipe, command and argv is required"
        document.refuse((named[1] if named else "content",), says if not named else f"excludes {named[0]}; {says}")
    recipe = _recipe(document, ("recipe",), request.recipe)
    hyperparams = request.hyperparams.model_dump(exclude_none=True)
    if recipe is not None:
        _recipe_parameters(document, ("hyperparams",), recipe, hyperparams)
    _check_hyperparams(document, ("hyperparams",), hyperparams)
    _check_environment(document, ("environment",), request.environment.model_dump())
    argv = request.argv or request.command or ()
    if recipe is not None and not document.problems:
        parameters = recipe.parameters.model_validate(hyperparams)
        argv = arguments(recipe, parameters, {"seed": request.seed})
    _check_size(document, argv, request.environment)
    if document.problems:
        raise ValidationFailed(document.problems)
    definition = JobDefinition(
        name=request.name or request.recipe or _name_of(argv),
        argv=argv,
        cwd=request.cwd,
        recipe=request.recipe,
        params=_params(request.hyperparams, request.seed),
        tags=dict(request.tags),
        config={
            name: value
            for name, value in document.value.items()
            if name in ("recipe", "command", "argv", "cwd", "hyperparams", "seed", "resources")
        },
        executor=request.executor,
        resources=request.resources,
        environment=request.environment,
        priority=request.priority,
        timeout_s=request.timeout_s,
        retries=request.retries,
    )
    return RunPlan(definition=definition, experiment=request.experiment)


def _name_of(argv: tuple[str, ...]) -> str:
    """Return what to call a run of this command: its script, or its program."""
    words = argv[-1].split() if argv[:2] == ("sh", "-c") else argv
    word = next((word for word in words if word.endswith((".py", ".sh"))), words[0] if words else "")
    return word.rpartition("/")[2][:255] or "job"


def _checked(document: Document) -> RunConfig | None:
    """Return the config that a document holds; None where its shape is wrong. All problems are noted."""
    config = None
    try:
        config = RunConfig.model_validate(document.value)
    except ValidationError as error:
        _note(document, (), RunConfig, error)
    training, at = _mapping(document.value, "training"), ("training",)
    named = [name for name in ("recipe", "entrypoint") if training.get(name) is not None]
    if "training" in document.value and len(named) != 1:
        document.refuse(at, "needs either a recipe or an entrypoint")
    recipe = _recipe(document, (*at, "recipe"), training.get("recipe"))
    hyperparams = _mapping(training, "hyperparams")
    if recipe is not None:
        _recipe_parameters(document, (*at, "hyperparams"), recipe, hyperparams)
    elif "register" in document.value and "entrypoint" in named:
        document.refuse(("register",), "works with recipes only; name the model in log_model of your program")
    _check_hyperparams(document, (*at, "hyperparams"), hyperparams)
    _check_environment(document, ("environment",), _mapping(document.value, "environment"))
    if config is not None and not document.problems:
        _check_size(document, _argv_of_config(config), config.environment)
    return config


def _argv_of_config(config: RunConfig) -> tuple[str, ...]:
    training = config.training
    if training.entrypoint is not None:
        return training.entrypoint.command
    recipe = RECIPES[training.recipe or ""]
    parameters = recipe.parameters.model_validate(training.hyperparams.model_dump(exclude_none=True))
    model, alias = (config.registration.model, config.registration.alias) if config.registration else (None, None)
    return arguments(recipe, parameters, {"seed": training.seed, "register": model, "alias": alias})


def _recipe(document: Document, path: Path, name: Any) -> Recipe | None:
    if not isinstance(name, str):
        return None
    recipe = RECIPES.get(name)
    if recipe is None:
        document.refuse(path, f"is not a recipe; known are {', '.join(RECIPES)}", suggestion=closest(name, RECIPES))
    return recipe


def _recipe_parameters(document: Document, path: Path, recipe: Recipe, hyperparams: Mapping[str, Any]) -> None:
    try:
        recipe.parameters.model_validate(hyperparams)
    except ValidationError as error:
        _note(document, path, recipe.parameters, error)


def _check_hyperparams(document: Document, path: Path, hyperparams: Mapping[str, Any]) -> None:
    for key, value in _flat(hyperparams):
        if not _PARAM_KEY.fullmatch(key) or key.startswith("/") or ".." in key or "//" in key:
            document.refuse((*path, key), "is not a good name for a parameter: use letters, digits, '_', '-' and '.'")
        elif len(value) > MAX_PARAM:
            document.refuse((*path, key), f"is longer than the {MAX_PARAM} characters of a parameter")


def _check_environment(document: Document, path: Path, environment: Mapping[str, Any]) -> None:
    if environment.get("requirements"):
        says = "cannot be installed yet: programs run in the environment of the Studio"
        document.refuse((*path, "requirements"), says)
    if environment.get("secrets"):
        says = "cannot be handed over yet: set them in the environment of the server, programs find them there"
        document.refuse((*path, "secrets"), says)
    for name in _mapping(environment, "variables"):
        if _OURS.fullmatch(name):
            document.refuse((*path, "variables", name), "is set by the Studio itself")
        elif _SECRET_NAME.fullmatch(name):
            says = "looks like a secret, and what stands here is kept for ever: set it in the environment of the server"
            document.refuse((*path, "variables", name), says)


def _mapping(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the mapping under a name; an empty one where something else stands there, which is told elsewhere."""
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def _check_size(document: Document, argv: tuple[str, ...], environment: Environment) -> None:
    if argv and not argv[0]:
        document.refuse((), "the command must name a program")
    if sum(map(len, (*argv, *environment.variables, *environment.variables.values()))) > MAX_COMMAND:
        document.refuse((), f"arguments and variables have more than {MAX_COMMAND} characters together; use a file")


def _params(hyperparams: Hyperparams, seed: int | None) -> dict[str, str]:
    """Return hyperparameters as params of a run, in the words in which tracking clients log them too."""
    values = hyperparams.model_dump(exclude_none=True) | ({} if seed is None else {"seed": seed})
    return dict(_flat(values))


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def _note(document: Document, path: Path, model: type[Value], error: ValidationError) -> None:
    """Note what a model says is wrong, under the names and at the places of the document."""
    for found in error.errors(include_url=False, include_context=False):
        where = (*path, *found["loc"])
        message, suggestion = _told(found["type"], found["msg"]), None
        if found["type"] == "extra_forbidden":
            name = str(found["loc"][-1])
            message = _NOT_YET.get(name, "is not known here") if len(where) == 1 else "is not known here"
            suggestion = closest(name, _names(model, found["loc"][:-1]))
        elif found["type"] != "missing":
            where = _standing(document, where)
        document.refuse(where, message, suggestion=suggestion)


def _standing(document: Document, path: Path) -> Path:
    """Return the part of a path that stands in the document: forms of a value that nobody wrote are left out."""
    while path and path not in document.places and document.places:
        path = path[:-1]
    return path


def _told(kind: str, message: str) -> str:
    if kind in ("missing", "too_short"):
        return "is required" if kind == "missing" else "must not be empty"
    if "'^/'" in message:
        return "must be an absolute path"
    return message.removeprefix("Value error, ").replace("Input should be", "must be").replace("String should", "must")


def _names(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """Return the names that the mapping at `path` of a model knows."""
    found: Any = model
    for part in path:
        fields = {field.alias or name: field for name, field in found.model_fields.items()}
        if part not in fields:
            return []
        annotation = fields[str(part)].annotation
        models = [each for each in (annotation, *get_args(annotation)) if isinstance(each, type)]
        found = next((each for each in models if issubclass(each, BaseModel)), None)
        if found is None:
            return []
    return [field.alias or name for name, field in found.model_fields.items()]
