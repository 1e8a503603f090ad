/** Generated from the server's OpenAPI document by web/codegen. Do not edit. */

export interface paths {
    "/api/actors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Actor Names
         * @description Return the names of up to 100 actors; those who have none, or none that the caller may read, are left out.
         */
        get: operations["list_actor_names_api_actors_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Approvals
         * @description Return a page of what was asked for, the newest first; `filter=status = 'pending'` is what waits.
         */
        get: operations["list_approvals_api_approvals_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Approval
         * @description Return one approval.
         */
        get: operations["get_approval_api_approvals__id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve
         * @description Confirm what another one asked for; it is done in the same transaction.
         */
        post: operations["approve_api_approvals__id__approve_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reject
         * @description Refuse what another one asked for.
         */
        post: operations["reject_api_approvals__id__reject_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Withdraw
         * @description Take back what the caller asked for.
         */
        post: operations["withdraw_api_approvals__id__withdraw_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Methods
         * @description Return how one may sign in here, and what the UI must say about it.
         */
        get: operations["get_methods_api_auth_methods_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Changes
         * @description Return how entities differ between two moments, field by field; without `to` between `from` and now.
         */
        get: operations["list_changes_api_changes_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Deployments
         * @description Return a page of deployments, the newest first.
         */
        get: operations["list_deployments_api_deployments_get"];
        put?: never;
        /**
         * Create Deployment
         * @description Serve a model version; the deployment is ready once its replicas answer.
         */
        post: operations["create_deployment_api_deployments_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deployments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Deployment
         * @description Return one deployment.
         */
        get: operations["get_deployment_api_deployments__id__get"];
        put?: never;
        post?: never;
        /**
         * Delete Deployment
         * @description Remove a deployment that has stopped; its history stays.
         */
        delete: operations["delete_deployment_api_deployments__id__delete"];
        options?: never;
        head?: never;
        /**
         * Update Deployment
         * @description Serve another version, or by another number of replicas; the traffic moves once the new ones are ready.
         */
        patch: operations["update_deployment_api_deployments__id__patch"];
        trace?: never;
    };
    "/api/deployments/{id}/endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Endpoints
         * @description Return the addresses that answer for a deployment.
         */
        get: operations["list_endpoints_api_deployments__id__endpoints_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deployments/{id}/replicas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Replicas
         * @description Return the newest replicas of a deployment, newest first, those that ended included.
         */
        get: operations["list_replicas_api_deployments__id__replicas_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deployments/{id}/scale": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Scale Deployment
         * @description Serve by another number of replicas.
         */
        post: operations["scale_deployment_api_deployments__id__scale_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deployments/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Status
         * @description Return what a deployment does, version by version.
         */
        get: operations["get_status_api_deployments__id__status_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deployments/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop Deployment
         * @description End a deployment: its replicas answer what is under way, then stop.
         */
        post: operations["stop_deployment_api_deployments__id__stop_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Events
         * @description Return events in order, from the ledger itself. Go on with `since=<upto>`; rights and filters leave holes.
         */
        get: operations["list_events_api_events_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/experiments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Experiments
         * @description Return a page of experiments, by default the newest first.
         */
        get: operations["list_experiments_api_experiments_get"];
        put?: never;
        /**
         * Create Experiment
         * @description Make an experiment.
         */
        post: operations["create_experiment_api_experiments_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/experiments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Experiment
         * @description Return one experiment, also a deleted one.
         */
        get: operations["get_experiment_api_experiments__id__get"];
        put?: never;
        post?: never;
        /**
         * Delete Experiment
         * @description Put an experiment and its runs aside; both can be restored.
         */
        delete: operations["delete_experiment_api_experiments__id__delete"];
        options?: never;
        head?: never;
        /**
         * Update Experiment
         * @description Change some fields of an experiment; of the tags only those that are named, null takes one away.
         */
        patch: operations["update_experiment_api_experiments__id__patch"];
        trace?: never;
    };
    "/api/experiments/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore Experiment
         * @description Bring a deleted experiment and all its runs back.
         */
        post: operations["restore_experiment_api_experiments__id__restore_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/experiments/{id}/run-columns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Experiment Run Columns
         * @description Return the names of metrics, params and tags that an experiment's runs have, those that contain `q`.
         */
        get: operations["list_experiment_run_columns_api_experiments__id__run_columns_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/experiments/{id}/run-groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Experiment Run Groups
         * @description Return a page of an experiment's runs by what they have in common, with mean and deviation of metrics.
         */
        get: operations["list_experiment_run_groups_api_experiments__id__run_groups_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/experiments/{id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Experiment Runs
         * @description Return a page of an experiment's runs, by default the newest first, with the columns asked for.
         */
        get: operations["list_experiment_runs_api_experiments__id__runs_get"];
        put?: never;
        /**
         * Create Experiment Run
         * @description Make a bare run, without a job behind it.
         */
        post: operations["create_experiment_run_api_experiments__id__runs_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Fleet History
         * @description Return what happened to all instances, the deleted ones included, newest first.
         */
        get: operations["get_fleet_history_api_history_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/history/{history_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get History Record
         * @description Return one record of any instance's history.
         */
        get: operations["get_history_record_api_history__history_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Instances
         * @description Return a part of the fleet; the header `X-Total-Count` tells how many match in all.
         */
        get: operations["list_instances_api_instances_get"];
        put?: never;
        /**
         * Create Instance
         * @description Add an instance to the fleet.
         */
        post: operations["create_instance_api_instances_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Instance
         * @description Return one instance.
         */
        get: operations["get_instance_api_instances__id__get"];
        /**
         * Update Instance
         * @description Change any subset of an instance's fields.
         */
        put: operations["update_instance_api_instances__id__put"];
        post?: never;
        /**
         * Delete Instance
         * @description Take an instance out of the fleet.
         */
        delete: operations["delete_instance_api_instances__id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get History
         * @description Return what happened to an instance, newest first; also when it is deleted.
         */
        get: operations["get_history_api_instances__id__history_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances/{id}/history/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare History Records
         * @description Return how an instance differs between two records of its history, and what happened from one to the other.
         */
        get: operations["compare_history_records_api_instances__id__history_compare_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances/{id}/history/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export History
         * @description Return what happened to an instance as a file, as far as it had happened at `X-As-Of-Seq`.
         */
        get: operations["export_history_api_instances__id__history_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore Instance
         * @description Bring an instance back to what it was at a record of its history, also when it is deleted.
         */
        post: operations["restore_instance_api_instances__id__restore_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo Change
         * @description Take one change of an instance back; refused where the same fields were changed again since.
         */
        post: operations["undo_change_api_instances__id__undo_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write Instances
         * @description Create, update, delete and restore many instances: all or nothing.
         */
        post: operations["write_instances_api_instances_bulk_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Instances
         * @description Return the whole list as a file, as it was at one moment: that of `X-As-Of-Seq`.
         */
        get: operations["export_instances_api_instances_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Fleet History
         * @description Return what happened to all instances, the deleted ones included, newest first.
         */
        get: operations["get_fleet_history_api_instances_history_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances/history/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Fleet History
         * @description Return what happened to all instances as a file, as far as it had happened at `X-As-Of-Seq`.
         */
        get: operations["export_fleet_history_api_instances_history_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import File
         * @description Create and update instances from a file, by their names: all or nothing, as a long operation.
         *
         *     Its result reports each row. The file is read and checked, then written in one go. A second time nothing changes.
         */
        post: operations["import_file_api_instances_import_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/instances/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Summarize Instances
         * @description Return how many instances of which sort match, and how many replicas they have.
         */
        get: operations["summarize_instances_api_instances_summary_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/logged-models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Logged Model
         * @description Return one logged model.
         */
        get: operations["get_logged_model_api_logged_models__id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/logged-models/{id}/artifact-preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Preview Logged Model Artifact
         * @description Return the beginning of a file as text, laid-out JSON or rows, as far as it can be shown.
         */
        get: operations["preview_logged_model_artifact_api_logged_models__id__artifact_preview_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/logged-models/{id}/artifact-provenance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Logged Model Artifact Provenance
         * @description Return which run and step made a file, who wrote it, and which versions and deployments use it.
         */
        get: operations["get_logged_model_artifact_provenance_api_logged_models__id__artifact_provenance_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/logged-models/{id}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Logged Model Artifacts
         * @description Return what lies directly in a directory of a logged model, by name; nothing for what is not there.
         */
        get: operations["list_logged_model_artifacts_api_logged_models__id__artifacts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/logged-models/{id}/artifacts/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Logged Model Artifact
         * @description Send a file of a logged model, or the part of it that `Range` asks for.
         */
        get: operations["get_logged_model_artifact_api_logged_models__id__artifacts__path__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/operations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Operation
         * @description Return how long work stands; it is live on the topic `operations`, there without a result of over 32 kB.
         */
        get: operations["get_operation_api_operations__id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/operations/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel Operation
         * @description Ask long work to end without effect; what is past the point of return ends as it would have.
         *
         *     A repeat changes nothing, with or without a key; what has ended is answered as it ended.
         */
        post: operations["cancel_operation_api_operations__id__cancel_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Projects
         * @description Return a page of the projects that the caller may read, by default the newest first.
         */
        get: operations["list_projects_api_projects_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Project
         * @description Return one project.
         */
        get: operations["get_project_api_projects__slug__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update Project
         * @description Change some fields of a project: its name, its description, and for how many days its telemetry is kept.
         */
        patch: operations["update_project_api_projects__slug__patch"];
        trace?: never;
    };
    "/api/projects/{slug}/space": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Project Space
         * @description Return what uses the space of a project: by kind, and the experiments and runs that use the most.
         */
        get: operations["get_project_space_api_projects__slug__space_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Models
         * @description Return a page of models, the newest first.
         */
        get: operations["list_models_api_registry_models_get"];
        put?: never;
        /**
         * Create Model
         * @description Register a model.
         */
        post: operations["create_model_api_registry_models_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Model
         * @description Return one model, with what its versions and their users say: more than its ETag counts.
         */
        get: operations["get_model_api_registry_models__model__get"];
        put?: never;
        post?: never;
        /**
         * Delete Model
         * @description Remove a model with all its versions; what is served only by `force`.
         */
        delete: operations["delete_model_api_registry_models__model__delete"];
        options?: never;
        head?: never;
        /**
         * Update Model
         * @description Change any subset of a model's fields.
         */
        patch: operations["update_model_api_registry_models__model__patch"];
        trace?: never;
    };
    "/api/registry/models/{model}/alias-moves": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Alias Moves
         * @description Return what aliases meant when, the last move first; those of versions that are gone too.
         */
        get: operations["list_alias_moves_api_registry_models__model__alias_moves_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models/{model}/aliases/{alias}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Alias
         * @description Return the version that an alias means, or meant at a moment.
         */
        get: operations["get_alias_api_registry_models__model__aliases__alias__get"];
        /**
         * Set Alias
         * @description Let an alias mean a version; it moves from where it was.
         */
        put: operations["set_alias_api_registry_models__model__aliases__alias__put"];
        post?: never;
        /**
         * Delete Alias
         * @description Remove an alias.
         */
        delete: operations["delete_alias_api_registry_models__model__aliases__alias__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models/{model}/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare Versions
         * @description Return how versions of a model differ: params and metrics of their runs, evaluation, signature, files.
         */
        get: operations["compare_versions_api_registry_models__model__compare_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models/{model}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Versions
         * @description Return a page of the versions of a model, the newest first.
         */
        get: operations["list_versions_api_registry_models__model__versions_get"];
        put?: never;
        /**
         * Create Version
         * @description Register a version of a model.
         */
        post: operations["create_version_api_registry_models__model__versions_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models/{model}/versions/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Version
         * @description Return one version of a model with its files.
         */
        get: operations["get_version_api_registry_models__model__versions__number__get"];
        put?: never;
        post?: never;
        /**
         * Delete Version
         * @description Remove a version, whose number never comes back; what is served only by `force`.
         */
        delete: operations["delete_version_api_registry_models__model__versions__number__delete"];
        options?: never;
        head?: never;
        /**
         * Update Version
         * @description Change any subset of a version's notes, link, tags and evaluation.
         */
        patch: operations["update_version_api_registry_models__model__versions__number__patch"];
        trace?: never;
    };
    "/api/registry/models/{model}/versions/{number}/artifact-preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Preview Version Artifact
         * @description Return the beginning of a file as text, laid-out JSON or rows, as far as it can be shown.
         */
        get: operations["preview_version_artifact_api_registry_models__model__versions__number__artifact_preview_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models/{model}/versions/{number}/artifact-provenance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Version Artifact Provenance
         * @description Return which run and step made a file, who wrote it, and which versions and deployments use it.
         */
        get: operations["get_version_artifact_provenance_api_registry_models__model__versions__number__artifact_provenance_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models/{model}/versions/{number}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Version Artifacts
         * @description Return what lies directly in a directory of a version, or all files below it.
         */
        get: operations["list_version_artifacts_api_registry_models__model__versions__number__artifacts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models/{model}/versions/{number}/artifacts/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Version Artifact
         * @description Send a file of a version, or the part of it that `Range` asks for.
         */
        get: operations["get_version_artifact_api_registry_models__model__versions__number__artifacts__path__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models/{model}/versions/{number}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download Version
         * @description Send all files of a version as one ZIP archive, not compressed.
         */
        get: operations["download_version_api_registry_models__model__versions__number__download_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models/{model}/versions/{number}/lineage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Lineage
         * @description Return what a version came from and what came from it; what nobody recorded is shown as unknown.
         */
        get: operations["get_lineage_api_registry_models__model__versions__number__lineage_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models/{model}/versions/{number}/transition": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Transition Version
         * @description Move a version to another stage; where the model protects one of the two, it has to be requested.
         */
        post: operations["transition_version_api_registry_models__model__versions__number__transition_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/registry/models/{model}/versions/{number}/transition-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Request Transition
         * @description Ask for a transition that another person shall approve at `/api/approvals/{id}/approve`.
         */
        post: operations["request_transition_api_registry_models__model__versions__number__transition_requests_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Runs
         * @description Return a page of a project's runs, by default the newest first, with the columns asked for.
         */
        get: operations["list_runs_api_runs_get"];
        put?: never;
        /**
         * Start Run
         * @description Make a run and the job that drives it, from a config or from its parts; it starts by itself.
         */
        post: operations["start_run_api_runs_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Run
         * @description Return one run, also a deleted one, with its latest metrics.
         */
        get: operations["get_run_api_runs__id__get"];
        put?: never;
        post?: never;
        /**
         * Delete Run
         * @description Put a run aside; it is read-only and can be restored.
         */
        delete: operations["delete_run_api_runs__id__delete"];
        options?: never;
        head?: never;
        /**
         * Update Run
         * @description Change some fields of a run; of the tags only those that are named, null takes one away.
         */
        patch: operations["update_run_api_runs__id__patch"];
        trace?: never;
    };
    "/api/runs/{id}/artifact-preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Preview Artifact
         * @description Return the beginning of a file as text, laid-out JSON or rows, as far as it can be shown.
         */
        get: operations["preview_artifact_api_runs__id__artifact_preview_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/artifact-provenance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Artifact Provenance
         * @description Return who wrote a file of a run, and which versions and deployments use it.
         */
        get: operations["get_artifact_provenance_api_runs__id__artifact_provenance_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Artifacts
         * @description Return what lies directly in a directory of a run, by name; nothing for what is not there.
         */
        get: operations["list_artifacts_api_runs__id__artifacts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/artifacts/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Artifact
         * @description Send a file of a run, or the part of it that `Range` asks for.
         */
        get: operations["get_artifact_api_runs__id__artifacts__path__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Logs
         * @description Return lines of a run in ascending order, from a line on or, backward, up to one.
         */
        get: operations["get_logs_api_runs__id__logs_get"];
        put?: never;
        /**
         * Log Lines
         * @description Store log lines of a run; the sender numbers them, so that to send them again changes nothing.
         */
        post: operations["log_lines_api_runs__id__logs_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/logs/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Logs
         * @description Return all log lines of a run as a file.
         */
        get: operations["export_logs_api_runs__id__logs_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/logs/histogram": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Log Histogram
         * @description Count the lines of a run over time, by level.
         */
        get: operations["get_log_histogram_api_runs__id__logs_histogram_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/logs/hits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find Log Lines
         * @description Return the numbers of matching lines in one slice of the log, the newest slice first.
         */
        get: operations["find_log_lines_api_runs__id__logs_hits_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Metrics
         * @description Return series of a run, cut to a range and then brought down to at most `buckets` rows each.
         */
        get: operations["get_metrics_api_runs__id__metrics_get"];
        put?: never;
        /**
         * Log Metrics
         * @description Log points of a run; to send the same points again changes nothing.
         */
        post: operations["log_metrics_api_runs__id__metrics_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/metrics/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Metrics
         * @description Return all points of a run as a file, in the order they were logged, repeats included.
         */
        get: operations["export_metrics_api_runs__id__metrics_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/metrics/names": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Metric Names
         * @description Return the names of a run's metrics that contain `q`, with their latest points.
         */
        get: operations["list_metric_names_api_runs__id__metrics_names_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Run Models
         * @description Return the models that a run has logged and the versions that were registered from it.
         */
        get: operations["list_run_models_api_runs__id__models_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore Run
         * @description Bring a deleted run back.
         */
        post: operations["restore_run_api_runs__id__restore_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Run
         * @description Let a run go on in a new attempt, for instance after its program was killed.
         */
        post: operations["resume_run_api_runs__id__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Run Timeline
         * @description Return what happened to a run and around it, from its beginning on, as items on lanes, newest first.
         */
        get: operations["get_run_timeline_api_runs__id__timeline_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/columns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Run Columns
         * @description Return the names of metrics, params and tags that a project's runs have, those that contain `q`.
         */
        get: operations["list_run_columns_api_runs_columns_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Compare Runs
         * @description Put 2 to 50 runs beside each other; only reads, and what is not asked for is null.
         */
        post: operations["compare_runs_api_runs_compare_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Run Groups
         * @description Return a page of a project's runs by what they have in common, with mean and deviation of metrics.
         */
        get: operations["list_run_groups_api_runs_groups_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/saved-views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Saved Views
         * @description Return a page of the views that are shared or the caller's own, by default the newest first.
         */
        get: operations["list_saved_views_api_saved_views_get"];
        put?: never;
        /**
         * Create Saved View
         * @description Save the search parameters of a page under a name.
         */
        post: operations["create_saved_view_api_saved_views_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/saved-views/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Saved View
         * @description Return one view.
         */
        get: operations["get_saved_view_api_saved_views__id__get"];
        put?: never;
        post?: never;
        /**
         * Delete Saved View
         * @description Remove a view; its name is free again.
         */
        delete: operations["delete_saved_view_api_saved_views__id__delete"];
        options?: never;
        head?: never;
        /**
         * Update Saved View
         * @description Rename a view, change its parameters, share it or keep it for oneself.
         */
        patch: operations["update_saved_view_api_saved_views__id__patch"];
        trace?: never;
    };
    "/api/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search
         * @description Return entities of all kinds by part of their name or the first characters (4 or more) of their id.
         */
        get: operations["search_api_search_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get State
         * @description Return what existed at a moment: counts by kind, the states of one kind page by page, or one state.
         */
        get: operations["get_state_api_state_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Timeline
         * @description Return what happened in a window of time, by default in the last hour, as items on lanes, newest first.
         *
         *     With an entity only what concerns it: its own events, those of entities next to it, and those that tied them.
         */
        get: operations["get_timeline_api_timeline_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/training/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Jobs
         * @description Return jobs with their progress, the newest first; `filter` and `sort` know their fields.
         */
        get: operations["list_jobs_api_training_jobs_get"];
        put?: never;
        /**
         * Create Job
         * @description Make a job and its run, from a config or from its parts; it starts by itself.
         */
        post: operations["create_job_api_training_jobs_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/training/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Job
         * @description Return one job with its attempts, its progress and the latest metrics of its run.
         */
        get: operations["get_job_api_training_jobs__id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/training/jobs/{id}/clone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Clone Job
         * @description Make a new job with a new run from what this one was made from.
         */
        post: operations["clone_job_api_training_jobs__id__clone_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/training/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry Job
         * @description Order another attempt of a failed or cancelled job, for the same run.
         */
        post: operations["retry_job_api_training_jobs__id__retry_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/training/jobs/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop Job
         * @description Order the end of a job: its processes are asked to end, and killed after a grace.
         */
        post: operations["stop_job_api_training_jobs__id__stop_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health
         * @description Answer as soon as the server serves; never touches the database.
         */
        get: operations["health_health_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ready
         * @description Return the state of everything that the server depends on.
         */
        get: operations["ready_ready_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Mlflow Release
         * @description Answer the release of MLflow whose protocol is spoken: its clients ask for it here.
         */
        get: operations["mlflow_release_version_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * ActorName
         * @description What people call somebody who did something; `ref` is how the ledger names them.
         */
        ActorName: {
            /** Name */
            name: string;
            /** Ref */
            ref: string;
        };
        /**
         * ActorNames
         * @description The names of some actors.
         */
        ActorNames: {
            /** Items */
            items: components["schemas"]["ActorName"][];
        };
        /**
         * AliasIn
         * @description Which version an alias shall mean.
         */
        AliasIn: {
            /** Version */
            version: number;
        };
        /**
         * AliasMove
         * @description An alias began to mean another version, or none.
         *
         *     Attributes:
         *         alias: The alias.
         *         before: The version that it meant before, null where it was new.
         *         after: The version that it means since, null where it was removed.
         *         seq, at: The event, and when.
         *         until: When it moved on; null as long as it holds.
         *         actor: Who did it.
         *         reason: Why, if they said so.
         */
        AliasMove: {
            /** Actor */
            actor: string;
            /** After */
            after: number | null;
            /** Alias */
            alias: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Before */
            before: number | null;
            /** Reason */
            reason: string | null;
            /** Seq */
            seq: number;
            /** Until */
            until: string | null;
        };
        /**
         * AliasMovePage
         * @description A page of the moves of aliases, the last one first.
         */
        AliasMovePage: {
            /** Items */
            items: components["schemas"]["AliasMove"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * Approval
         * @description Something that was asked for: a verb with its arguments, on one entity.
         *
         *     Attributes:
         *         verb: What is done once it is approved, such as `model_version.transition`.
         *         entity, entity_id: What it is done to, as in the ledger.
         *         title: One line that says what will change.
         *         requested_by, decided_by: Actors by reference; whoever asked may withdraw it, and nobody else.
         *         expires_at: From when on it can no longer be approved.
         */
        Approval: {
            /** Arguments */
            arguments: {
                [key: string]: unknown;
            };
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Decided At */
            decided_at: string | null;
            /** Decided By */
            decided_by: string | null;
            /** Decision Reason */
            decision_reason: string | null;
            /** Entity */
            entity: string;
            /** Entity Id */
            entity_id: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Id */
            id: string;
            /** Project */
            project: string;
            /** Request Reason */
            request_reason: string | null;
            /** Requested By */
            requested_by: string;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "approved" | "rejected" | "withdrawn" | "expired";
            /** Title */
            title: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Verb */
            verb: string;
            /** Version */
            version: number;
        };
        /**
         * ApprovalPage
         * @description A page of approvals.
         */
        ApprovalPage: {
            /** Items */
            items: components["schemas"]["Approval"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * ArtifactEntry
         * @description A file or a directory in a listing; `path` is relative to the root that was listed.
         */
        ArtifactEntry: {
            /** Artifact Id */
            artifact_id?: string | null;
            /** Created At */
            created_at?: string | null;
            /** Is Directory */
            is_directory: boolean;
            /** Path */
            path: string;
            /** Sha256 */
            sha256?: string | null;
            /** Size Bytes */
            size_bytes?: number | null;
            /** Updated At */
            updated_at?: string | null;
            /** Version */
            version?: number | null;
        };
        /**
         * ArtifactPage
         * @description A page of a directory.
         */
        ArtifactPage: {
            /** Items */
            items: components["schemas"]["ArtifactEntry"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * ArtifactPreview
         * @description The beginning of a file, as far as it can be shown.
         *
         *     Attributes:
         *         kind: How it is meant to be shown; of an `image` and a `binary` file nothing is told but its size: who shows an
         *             image downloads it.
         *         text: Of kinds `text`, `json` (laid out) and `html`.
         *         columns, rows: Of kind `table`; cells are text, numbers, truth values or null.
         *         truncated: There is more in the file than is shown.
         */
        ArtifactPreview: {
            /** Columns */
            columns?: string[] | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "text" | "json" | "table" | "image" | "html" | "binary";
            /** Media Type */
            media_type: string;
            /** Path */
            path: string;
            /** Rows */
            rows?: unknown[][] | null;
            /** Sha256 */
            sha256: string;
            /** Size Bytes */
            size_bytes: number;
            /** Text */
            text?: string | null;
            /**
             * Truncated
             * @default false
             */
            truncated?: boolean;
        };
        /**
         * ArtifactProvenance
         * @description Where a file comes from and who uses it.
         *
         *     Attributes:
         *         run_id, run_name: The run that made it, null where nobody recorded one.
         *         step: The step of the run at which its model was logged, null where it was not said.
         *         logged_model_id: The logged model that it belongs to.
         *         written_at, written_by: When its content was recorded, and by whom.
         *         used_by: Versions with the same content, and deployments that serve them.
         *         truncated: There are more than are shown.
         */
        ArtifactProvenance: {
            /** Logged Model Id */
            logged_model_id: string | null;
            /** Path */
            path: string;
            /** Run Id */
            run_id: string | null;
            /** Run Name */
            run_name: string | null;
            /** Sha256 */
            sha256: string;
            /** Size Bytes */
            size_bytes: number;
            /** Step */
            step: number | null;
            /** Truncated */
            truncated: boolean;
            /** Used By */
            used_by: components["schemas"]["ArtifactUse"][];
            /**
             * Written At
             * Format: date-time
             */
            written_at: string;
            /** Written By */
            written_by: string | null;
        };
        /**
         * ArtifactUse
         * @description A version that has the same file, or a deployment that serves such a version.
         */
        ArtifactUse: {
            /**
             * Entity
             * @enum {string}
             */
            entity: "model_version" | "deployment";
            /** Entity Id */
            entity_id: string;
            /** Name */
            name: string;
            /** Path */
            path: string | null;
        };
        /**
         * Attempt
         * @description One start of the job's program; 1, 2, … in order.
         */
        Attempt: {
            /** Cpu S */
            cpu_s?: number | null;
            /** Ended At */
            ended_at?: string | null;
            /** Exit Code */
            exit_code?: number | null;
            exit_reason?: components["schemas"]["ExitReason"] | null;
            /**
             * Lost Bytes
             * @default 0
             */
            lost_bytes?: number;
            /** Max Rss Bytes */
            max_rss_bytes?: number | null;
            /** Number */
            number: number;
            /** Signal */
            signal?: number | null;
            /** Started At */
            started_at?: string | null;
        };
        /**
         * AuthenticationMethods
         * @description All that a client must know before it signs in.
         */
        AuthenticationMethods: {
            /** Banner */
            banner: string | null;
            /**
             * Mode
             * @constant
             */
            mode: "single_user";
        };
        /**
         * BulkDelete
         * @description An instance to delete; `version` is the one that the client has seen.
         */
        BulkDelete: {
            /** Id */
            id: number;
            /** Version */
            version?: number | null;
        };
        /**
         * BulkIn
         * @description Many writes, of which all are done or none: deletions first, then updates, restores and creations.
         */
        BulkIn: {
            /** Create */
            create?: components["schemas"]["InstanceIn"][];
            /** Delete */
            delete?: components["schemas"]["BulkDelete"][];
            /** Restore */
            restore?: components["schemas"]["BulkRestore"][];
            /** Update */
            update?: components["schemas"]["BulkUpdate"][];
        };
        /**
         * BulkItem
         * @description What became of one row; `history_id` is null where nothing changed, `instance` after a deletion.
         */
        BulkItem: {
            /** History Id */
            history_id: number | null;
            /** Id */
            id: number;
            instance: components["schemas"]["Instance"] | null;
            /**
             * Operation
             * @enum {string}
             */
            operation: "create" | "update" | "delete" | "restore";
        };
        /**
         * BulkRestore
         * @description An instance to bring back to what it was at a record of its history.
         */
        BulkRestore: {
            /** History Id */
            history_id: number;
            /** Id */
            id: number;
            /** Version */
            version?: number | null;
        };
        /**
         * BulkResult
         * @description What became of all rows: those of `create`, `update`, `delete`, `restore`, each in the order of the request.
         */
        BulkResult: {
            /** Items */
            items: components["schemas"]["BulkItem"][];
        };
        /**
         * BulkUpdate
         * @description Any subset of the fields of one instance; `version` is the one that the client has seen.
         */
        BulkUpdate: {
            /**
             * Cluster Name
             * @default
             */
            cluster_name?: string;
            /**
             * Cp
             * @default 8
             */
            cp?: number;
            /** Description */
            description?: string | null;
            /** Id */
            id: number;
            /**
             * Image Tag
             * @default
             */
            image_tag?: string;
            /**
             * Model Name
             * @default
             */
            model_name?: string;
            /** Model Version */
            model_version?: string | null;
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Pp
             * @default 1
             */
            pp?: number;
            /**
             * Priority
             * @default medium
             * @enum {string}
             */
            priority?: "low" | "medium" | "high" | "critical";
            /**
             * Replicas
             * @default 1
             */
            replicas?: number;
            /**
             * Status
             * @default active
             * @enum {string}
             */
            status?: "active" | "inactive" | "pending" | "error";
            /**
             * Tp
             * @default 1
             */
            tp?: number;
            /** Version */
            version?: number | null;
        };
        /**
         * ChangePage
         * @description Entities that differ between two moments, the one that changed last first.
         */
        ChangePage: {
            from: components["schemas"]["MomentOut"];
            /** Items */
            items: components["schemas"]["EntityChange"][];
            /** Next Cursor */
            next_cursor?: string | null;
            to: components["schemas"]["MomentOut"];
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * ComparedArtifact
         * @description One file of every version: its sha256 and size, null where a version has no such file.
         */
        ComparedArtifact: {
            /** Differs */
            differs: boolean;
            /** Path */
            path: string;
            /** Sha256 */
            sha256: (string | null)[];
            /** Size Bytes */
            size_bytes: (number | null)[];
        };
        /**
         * ComparedColumn
         * @description One column of the signature of every version: its type with its shape; null where a version lacks it.
         */
        ComparedColumn: {
            /** Differs */
            differs: boolean;
            /** Name */
            name: string;
            /**
             * Part
             * @enum {string}
             */
            part: "inputs" | "outputs" | "params";
            /** Types */
            types: (string | null)[];
        };
        /**
         * ComparedConfigs
         * @description What the runs were started from; runs without a job, and jobs without a config, have none.
         */
        ComparedConfigs: {
            /** Differences */
            differences: components["schemas"]["ConfigDifference"][];
            /** Texts */
            texts: (string | null)[];
            /** Total */
            total: number;
        };
        /**
         * ComparedCurves
         * @description A metric of several runs over the same axis.
         */
        ComparedCurves: {
            /** Name */
            name: string;
            /** Series */
            series: components["schemas"]["Curve"][];
        };
        /**
         * ComparedMetric
         * @description The latest values of a metric of several runs, and how far each is from the reference.
         *
         *     A delta is null where one of the two values is missing or no finite number.
         */
        ComparedMetric: {
            /** Deltas */
            deltas: (number | string | null)[];
            /** Differs */
            differs: boolean;
            /** Name */
            name: string;
            /** Values */
            values: (number | string | null)[];
        };
        /**
         * ComparedMetrics
         * @description Metrics by name; `total` counts also those that the answer leaves out.
         */
        ComparedMetrics: {
            /** Differing */
            differing: number;
            /** Items */
            items: components["schemas"]["ComparedMetric"][];
            /** Total */
            total: number;
        };
        /**
         * ComparedParam
         * @description A param of several runs; values in the order of the runs, null where a run has none.
         */
        ComparedParam: {
            /** Differs */
            differs: boolean;
            /** Key */
            key: string;
            /** Values */
            values: (string | null)[];
        };
        /**
         * ComparedParams
         * @description Params: those that differ first, then by key; `total` counts also those that the answer leaves out.
         */
        ComparedParams: {
            /** Differing */
            differing: number;
            /** Items */
            items: components["schemas"]["ComparedParam"][];
            /** Total */
            total: number;
        };
        /**
         * ComparedValue
         * @description One param, metric or evaluated quantity of every version, in their order; null where a version has none.
         */
        ComparedValue: {
            /** Differs */
            differs: boolean;
            /** Key */
            key: string;
            /** Values */
            values: unknown[];
        };
        /**
         * Comparison
         * @description Two records of one instance, how it differs between them, and what happened in between.
         */
        Comparison: {
            a: components["schemas"]["HistoryItem"];
            b: components["schemas"]["HistoryItem"];
            /** Between */
            between: components["schemas"]["HistoryItem"][];
            /** Between Total */
            between_total: number;
            /** Changes */
            changes: {
                [key: string]: components["schemas"]["ValueChange"];
            };
        };
        /**
         * ConfigDifference
         * @description A place in the configs that is not the same in all of them.
         *
         *     `values` are JSON texts, so that the text "1" and the number 1 stay apart; null where a config has no such place.
         */
        ConfigDifference: {
            /** Path */
            path: string;
            /** Values */
            values: (string | null)[];
        };
        /**
         * Curve
         * @description One attempt of a metric of one run.
         */
        Curve: {
            /** Attempt */
            attempt: number;
            /** Points */
            points: components["schemas"]["MetricPoint"][];
            resolution: components["schemas"]["MetricResolution"];
            /** Run Id */
            run_id: string;
        };
        /**
         * CurvesIn
         * @description Which metrics are wanted as curves, and over which range.
         */
        CurvesIn: {
            /**
             * Attempts
             * @default last
             * @enum {string}
             */
            attempts?: "last" | "all";
            /**
             * Buckets
             * @default 200
             */
            buckets?: number;
            /** From */
            from?: string | null;
            /** Metrics */
            metrics: string[];
            /** To */
            to?: string | null;
            /**
             * X
             * @default step
             * @enum {string}
             */
            x?: "step" | "time" | "relative";
        };
        /**
         * DecisionIn
         * @description Why somebody approves or withdraws, if they say so.
         */
        DecisionIn: {
            /** Reason */
            reason?: string | null;
        };
        /**
         * Deleted
         * @description The answer to a deletion.
         */
        Deleted: {
            /**
             * Message
             * @default Instance deleted successfully
             */
            message?: string;
        };
        /**
         * DeploymentIn
         * @description What shall be served, and how often. A version is named by number or by an alias, which is resolved now.
         */
        DeploymentIn: {
            /**
             * Environment
             * @default staging
             * @enum {string}
             */
            environment?: "staging" | "production";
            /** Model Alias */
            model_alias?: string | null;
            /** Model Name */
            model_name: string;
            /** Model Version */
            model_version?: number | null;
            /** Name */
            name: string;
            /**
             * Replicas
             * @default 1
             */
            replicas?: number;
            /**
             * Runtime
             * @default process
             * @constant
             */
            runtime?: "process";
        };
        /**
         * DeploymentPage
         * @description A page of deployments.
         */
        DeploymentPage: {
            /** Items */
            items: components["schemas"]["DeploymentView"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * DeploymentStatus
         * @description What a deployment does right now.
         */
        DeploymentStatus: {
            /** Id */
            id: string;
            /** Ready At */
            ready_at: string | null;
            /** Reason */
            reason: string | null;
            replicas: components["schemas"]["ReplicaNumbers"];
            /**
             * Revised At
             * Format: date-time
             */
            revised_at: string;
            /**
             * State
             * @enum {string}
             */
            state: "pending" | "starting" | "ready" | "degraded" | "unavailable" | "stopping" | "stopped" | "failed";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
            /** Versions */
            versions: components["schemas"]["VersionStatus"][];
        };
        /**
         * DeploymentUpdate
         * @description Any subset of what can change.
         */
        DeploymentUpdate: {
            /**
             * Model Alias
             * @default
             */
            model_alias?: string;
            /**
             * Model Version
             * @default 1
             */
            model_version?: number;
            /**
             * Replicas
             * @default 0
             */
            replicas?: number;
        };
        /**
         * DeploymentView
         * @description A deployment as clients see it; `endpoint` is the base URL of its protocols.
         */
        DeploymentView: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Endpoint */
            endpoint: string;
            /**
             * Environment
             * @enum {string}
             */
            environment: "staging" | "production";
            /** Id */
            id: string;
            /** Model Name */
            model_name: string;
            /** Model Version */
            model_version: number;
            /** Name */
            name: string;
            /** Project */
            project: string;
            /** Ready At */
            ready_at: string | null;
            /** Reason */
            reason: string | null;
            replicas: components["schemas"]["ReplicaNumbers"];
            /**
             * Revised At
             * Format: date-time
             */
            revised_at: string;
            /**
             * Runtime
             * @constant
             */
            runtime: "process";
            /** Split */
            split: components["schemas"]["Split"][];
            /**
             * State
             * @enum {string}
             */
            state: "pending" | "starting" | "ready" | "degraded" | "unavailable" | "stopping" | "stopped" | "failed";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * EndpointPage
         * @description A page of endpoints.
         */
        EndpointPage: {
            /** Items */
            items: components["schemas"]["EndpointView"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * EndpointView
         * @description An endpoint as clients see it; `url` is where to send requests.
         */
        EndpointView: {
            /** Authentication */
            authentication: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Deployment Id */
            deployment_id: string;
            /** Id */
            id: string;
            /** Method */
            method: string;
            /** Path */
            path: string;
            /** Project */
            project: string;
            /** Protocol */
            protocol: string;
            /** Url */
            url: string;
            /** Version */
            version: number;
        };
        /**
         * EntityChange
         * @description The net differences of one entity between two moments.
         */
        EntityChange: {
            /**
             * Change
             * @enum {string}
             */
            change: "created" | "updated" | "deleted";
            /** Changes */
            changes: {
                [key: string]: components["schemas"]["NetChange"];
            };
            /** Entity */
            entity: string;
            /** Entity Id */
            entity_id: string;
            /** Events */
            events: number;
            last: components["schemas"]["LastEvent"];
            /** Name */
            name: string | null;
            /** Project */
            project: string | null;
        };
        /**
         * EntityState
         * @description The state of one entity at a moment.
         */
        EntityState: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Entity */
            entity: string;
            /** Entity Id */
            entity_id: string;
            /** Name */
            name: string | null;
            /** Project */
            project: string | null;
            /** Seq */
            seq: number;
            /** State */
            state: {
                [key: string]: unknown;
            };
            /** Version */
            version: number;
        };
        /**
         * Environment
         * @description What the program finds around it. Values of secrets never stand here, only their names.
         */
        Environment: {
            /**
             * Requirements
             * @default []
             */
            requirements?: string[];
            /**
             * Secrets
             * @default []
             */
            secrets?: string[];
            /** Variables */
            variables?: {
                [key: string]: string;
            };
        };
        /**
         * EventPage
         * @description Events in order. A reader goes on with `since=<upto>`: up to there everything was looked through.
         */
        EventPage: {
            /** Head */
            head: number;
            /** Items */
            items: components["schemas"]["LedgerEvent"][];
            /** Upto */
            upto: number;
        };
        /**
         * ExitReason
         * @description Why an attempt failed, with the lines of its log that show it; long ones are cut.
         */
        ExitReason: {
            /** First Line */
            first_line?: number | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "out_of_memory" | "loss_diverged" | "timeout" | "import_error" | "not_started" | "killed" | "node_lost" | "nonzero_exit";
            /**
             * Lines
             * @default []
             */
            lines?: string[];
            /** Message */
            message: string;
        };
        /**
         * ExperimentIn
         * @description A new experiment.
         */
        ExperimentIn: {
            /** Artifact Location */
            artifact_location?: string | null;
            /**
             * Description
             * @default
             */
            description?: string;
            /** Id */
            id?: string | null;
            /** Name */
            name: string;
            /** Owner */
            owner?: string | null;
            /** Tags */
            tags?: {
                [key: string]: string;
            };
        };
        /**
         * ExperimentPage
         * @description A page of experiments.
         */
        ExperimentPage: {
            /** Items */
            items: components["schemas"]["ExperimentView"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * ExperimentSpace
         * @description The space of the runs of an experiment.
         */
        ExperimentSpace: {
            /** Bytes */
            bytes: number;
            /** Id */
            id: number;
            /** Name */
            name: string;
        };
        /**
         * ExperimentUpdate
         * @description Any subset of an experiment's fields; `tags` changes the keys that it names.
         */
        ExperimentUpdate: {
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * Name
             * @default unnamed
             */
            name?: string;
            /** Owner */
            owner?: string | null;
            /** Tags */
            tags?: {
                [key: string]: string | null;
            };
        };
        /**
         * ExperimentView
         * @description An experiment with what follows from its runs.
         */
        ExperimentView: {
            /** Artifact Location */
            artifact_location: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Description */
            description: string;
            /** Id */
            id: string;
            /** Last Run At */
            last_run_at?: string | null;
            /**
             * Lifecycle
             * @enum {string}
             */
            lifecycle: "active" | "deleted";
            /** Name */
            name: string;
            /** Owner */
            owner: string | null;
            /** Project */
            project: string;
            /**
             * Revised At
             * Format: date-time
             */
            revised_at: string;
            /**
             * @default {
             *       "canceled": 0,
             *       "failed": 0,
             *       "queued": 0,
             *       "running": 0,
             *       "succeeded": 0
             *     }
             */
            runs?: components["schemas"]["RunCounts"];
            /** Tags */
            tags?: {
                [key: string]: string;
            };
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * FieldChange
         * @description What a field was and what it is now.
         */
        FieldChange: {
            /** New */
            new: unknown;
            /** Old */
            old: unknown;
        };
        /**
         * FleetSummary
         * @description How many instances of which sort there are; clusters and models are the twenty with the most instances.
         */
        FleetSummary: {
            /** Clusters */
            clusters: components["schemas"]["NamedCount"][];
            /** Models */
            models: components["schemas"]["NamedCount"][];
            /** Priority */
            priority: {
                [key: string]: number;
            };
            /** Replicas */
            replicas: number;
            /** Status */
            status: {
                [key: string]: number;
            };
            /** Total */
            total: number;
        };
        /**
         * GroupMetric
         * @description The latest values of a metric in a group of runs: of those that are finite numbers, null where there are none.
         */
        GroupMetric: {
            /** Count */
            count: number;
            /** Max */
            max: number | string | null;
            /** Mean */
            mean: number | string | null;
            /** Min */
            min: number | string | null;
            /** Sd */
            sd: number | string | null;
        };
        /**
         * HistoryItem
         * @description One change of an instance, with all its fields as they were after it; before it, for a deletion.
         *
         *     `history_id` is the number of its event in the ledger, `original_id` the id of the instance.
         */
        HistoryItem: {
            /** Actor */
            actor: string;
            /** Changes */
            changes: {
                [key: string]: components["schemas"]["ValueChange"];
            };
            /** Cluster Name */
            cluster_name: string;
            /** Cp */
            cp: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Description */
            description: string;
            /** History Id */
            history_id: number;
            /** Id */
            id: number;
            /** Image Tag */
            image_tag: string;
            /** Labels */
            labels: {
                [key: string]: unknown;
            };
            /** Model Name */
            model_name: string;
            /** Model Version */
            model_version: string;
            /** Name */
            name: string;
            /**
             * Operation Timestamp
             * Format: date-time
             */
            operation_timestamp: string;
            /**
             * Operation Type
             * @enum {string}
             */
            operation_type: "create" | "update" | "delete";
            /** Original Id */
            original_id: number;
            /** Pp */
            pp: number;
            /**
             * Priority
             * @enum {string}
             */
            priority: "low" | "medium" | "high" | "critical";
            /** Project */
            project: string;
            /** Reason */
            reason: string | null;
            /** Replicas */
            replicas: number;
            /** Request Id */
            request_id: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "inactive" | "pending" | "error";
            /** Tp */
            tp: number;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * HistoryPage
         * @description A part of a history.
         */
        HistoryPage: {
            /** Items */
            items: components["schemas"]["HistoryItem"][];
            /** Limit */
            limit: number;
            /** Offset */
            offset: number;
            /** Total */
            total: number;
        };
        /**
         * Hyperparams
         * @description Those that every kind of training knows; others are free.
         */
        Hyperparams: {
            /** Batch Size */
            batch_size?: number | null;
            /** Epochs */
            epochs?: number | null;
            /** Learning Rate */
            learning_rate?: number | null;
        } & {
            [key: string]: unknown;
        };
        /**
         * Instance
         * @description An instance. A value: it never changes.
         */
        Instance: {
            /** Cluster Name */
            cluster_name: string;
            /** Cp */
            cp: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Description */
            description: string;
            /** Id */
            id: number;
            /** Image Tag */
            image_tag: string;
            /** Model Name */
            model_name: string;
            /** Model Version */
            model_version: string;
            /** Name */
            name: string;
            /** Pp */
            pp: number;
            /**
             * Priority
             * @enum {string}
             */
            priority: "low" | "medium" | "high" | "critical";
            /** Project */
            project: string;
            /** Replicas */
            replicas: number;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "inactive" | "pending" | "error";
            /** Tp */
            tp: number;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * InstanceIn
         * @description A new instance.
         */
        InstanceIn: {
            /** Cluster Name */
            cluster_name: string;
            /**
             * Cp
             * @default 8
             */
            cp?: number;
            /**
             * Description
             * @default
             */
            description?: string | null;
            /** Image Tag */
            image_tag: string;
            /** Model Name */
            model_name: string;
            /**
             * Model Version
             * @default latest
             */
            model_version?: string | null;
            /** Name */
            name: string;
            /**
             * Pp
             * @default 1
             */
            pp?: number;
            /**
             * Priority
             * @default medium
             * @enum {string}
             */
            priority?: "low" | "medium" | "high" | "critical";
            /**
             * Replicas
             * @default 1
             */
            replicas?: number;
            /**
             * Status
             * @default active
             * @enum {string}
             */
            status?: "active" | "inactive" | "pending" | "error";
            /**
             * Tp
             * @default 1
             */
            tp?: number;
        };
        /**
         * InstanceUpdate
         * @description Any subset of the fields.
         */
        InstanceUpdate: {
            /**
             * Cluster Name
             * @default
             */
            cluster_name?: string;
            /**
             * Cp
             * @default 8
             */
            cp?: number;
            /** Description */
            description?: string | null;
            /**
             * Image Tag
             * @default
             */
            image_tag?: string;
            /**
             * Model Name
             * @default
             */
            model_name?: string;
            /** Model Version */
            model_version?: string | null;
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Pp
             * @default 1
             */
            pp?: number;
            /**
             * Priority
             * @default medium
             * @enum {string}
             */
            priority?: "low" | "medium" | "high" | "critical";
            /**
             * Replicas
             * @default 1
             */
            replicas?: number;
            /**
             * Status
             * @default active
             * @enum {string}
             */
            status?: "active" | "inactive" | "pending" | "error";
            /**
             * Tp
             * @default 1
             */
            tp?: number;
        };
        /**
         * InstanceView
         * @description An instance as a list shows it; `can` tells the caller's rights on it, when asked for by `?can=1`.
         */
        InstanceView: {
            /** Can */
            can?: string[] | null;
            /** Cluster Name */
            cluster_name: string;
            /** Cp */
            cp: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Description */
            description: string;
            /** Id */
            id: number;
            /** Image Tag */
            image_tag: string;
            /** Model Name */
            model_name: string;
            /** Model Version */
            model_version: string;
            /** Name */
            name: string;
            /** Pp */
            pp: number;
            /**
             * Priority
             * @enum {string}
             */
            priority: "low" | "medium" | "high" | "critical";
            /** Project */
            project: string;
            /** Replicas */
            replicas: number;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "inactive" | "pending" | "error";
            /** Tp */
            tp: number;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * Job
         * @description A job as clients and the ledger see it. A value: it never changes.
         */
        Job: {
            /** Argv */
            argv: string[];
            /**
             * Attempts
             * @default [
             *       {
             *         "lost_bytes": 0,
             *         "number": 1
             *       }
             *     ]
             */
            attempts?: components["schemas"]["Attempt"][];
            /** Completed At */
            completed_at?: string | null;
            /** Config */
            config?: Record<string, never>;
            /** Config Version Id */
            config_version_id?: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Cwd */
            cwd?: string | null;
            /**
             * @default {
             *       "requirements": [],
             *       "secrets": [],
             *       "variables": {}
             *     }
             */
            environment?: components["schemas"]["Environment"];
            /**
             * Executor
             * @default local
             * @enum {string}
             */
            executor?: "local" | "ray" | "kubernetes";
            exit_reason?: components["schemas"]["ExitReason"] | null;
            /** Experiment Id */
            experiment_id: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Not Before */
            not_before?: string | null;
            /** Owner */
            owner?: string | null;
            /** Params */
            params?: {
                [key: string]: string;
            };
            /**
             * Priority
             * @default 0
             */
            priority?: number;
            /** Project */
            project: string;
            /** Recipe */
            recipe?: string | null;
            /**
             * @default {
             *       "cpus": 1,
             *       "gpus": 0
             *     }
             */
            resources?: components["schemas"]["Resources"];
            /**
             * @default {
             *       "backoff": "exponential",
             *       "base_delay_s": 0.5,
             *       "max_attempts": 1,
             *       "max_delay_s": 60,
             *       "retryable_errors": []
             *     }
             */
            retries?: components["schemas"]["RetryPolicy"];
            /** Run Id */
            run_id: string;
            /** Started At */
            started_at?: string | null;
            /**
             * Status
             * @default pending
             * @enum {string}
             */
            status?: "pending" | "running" | "completed" | "failed" | "cancelled";
            /** Status Reason */
            status_reason?: string | null;
            /** Stopping */
            stopping?: ("requested" | "timeout") | null;
            /** Tags */
            tags?: {
                [key: string]: string;
            };
            /** Timeout S */
            timeout_s?: number | null;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * JobClone
         * @description What is different about a clone.
         */
        JobClone: {
            /** Name */
            name?: string | null;
        };
        /**
         * JobDetail
         * @description A job with what its run's metrics tell of it.
         */
        JobDetail: {
            /** Argv */
            argv: string[];
            /**
             * Attempts
             * @default [
             *       {
             *         "lost_bytes": 0,
             *         "number": 1
             *       }
             *     ]
             */
            attempts?: components["schemas"]["Attempt"][];
            /** Completed At */
            completed_at?: string | null;
            /** Config */
            config?: Record<string, never>;
            /** Config Version Id */
            config_version_id?: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Cwd */
            cwd?: string | null;
            /**
             * @default {
             *       "requirements": [],
             *       "secrets": [],
             *       "variables": {}
             *     }
             */
            environment?: components["schemas"]["Environment"];
            /**
             * Executor
             * @default local
             * @enum {string}
             */
            executor?: "local" | "ray" | "kubernetes";
            exit_reason?: components["schemas"]["ExitReason"] | null;
            /** Experiment Id */
            experiment_id: string;
            /** Id */
            id: string;
            /** Metrics */
            metrics: {
                [key: string]: number | string;
            };
            /** Name */
            name: string;
            /** Not Before */
            not_before?: string | null;
            /** Owner */
            owner?: string | null;
            /** Params */
            params?: {
                [key: string]: string;
            };
            /**
             * Priority
             * @default 0
             */
            priority?: number;
            progress: components["schemas"]["Progress"];
            /** Project */
            project: string;
            /** Recipe */
            recipe?: string | null;
            /**
             * @default {
             *       "cpus": 1,
             *       "gpus": 0
             *     }
             */
            resources?: components["schemas"]["Resources"];
            /**
             * @default {
             *       "backoff": "exponential",
             *       "base_delay_s": 0.5,
             *       "max_attempts": 1,
             *       "max_delay_s": 60,
             *       "retryable_errors": []
             *     }
             */
            retries?: components["schemas"]["RetryPolicy"];
            /** Run Id */
            run_id: string;
            /** Started At */
            started_at?: string | null;
            /**
             * Status
             * @default pending
             * @enum {string}
             */
            status?: "pending" | "running" | "completed" | "failed" | "cancelled";
            /** Status Reason */
            status_reason?: string | null;
            /** Stopping */
            stopping?: ("requested" | "timeout") | null;
            /** Tags */
            tags?: {
                [key: string]: string;
            };
            /** Timeout S */
            timeout_s?: number | null;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * JobPage
         * @description A page of jobs; `facets` counts all that match, by the values of a field.
         */
        JobPage: {
            /** Facets */
            facets?: {
                [key: string]: {
                    [key: string]: number;
                };
            } | null;
            /** Items */
            items: components["schemas"]["JobSummary"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * JobSummary
         * @description A job in a list.
         */
        JobSummary: {
            /** Attempt */
            attempt: number;
            /** Completed At */
            completed_at: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Executor
             * @enum {string}
             */
            executor: "local" | "ray" | "kubernetes";
            exit_reason: components["schemas"]["ExitReason"] | null;
            /** Experiment Id */
            experiment_id: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Not Before */
            not_before: string | null;
            /** Priority */
            priority: number;
            progress: components["schemas"]["Progress"];
            /** Project */
            project: string;
            /** Recipe */
            recipe: string | null;
            resources: components["schemas"]["Resources"];
            /** Run Id */
            run_id: string;
            /** Started At */
            started_at: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "running" | "completed" | "failed" | "cancelled";
            /** Status Reason */
            status_reason: string | null;
            /** Stopping */
            stopping: ("requested" | "timeout") | null;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * KindSpace
         * @description The space of everything of one kind: metric points, log lines, or artifacts.
         */
        KindSpace: {
            /** Bytes */
            bytes: number;
            /** Count */
            count: number;
            /** Kind */
            kind: string;
            /** Retention Days */
            retention_days: number | null;
        };
        /**
         * LaneTotal
         * @description How many items a lane has in the whole window, and in each of the equal parts of it that were asked for.
         *
         *     The parts are `bins`, oldest first; null where none were asked for.
         */
        LaneTotal: {
            /** Bins */
            bins?: number[] | null;
            /** Lane */
            lane: string;
            /** Total */
            total: number;
        };
        /**
         * LastEvent
         * @description The last event of an entity in a window.
         */
        LastEvent: {
            /** Actor */
            actor: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Kind */
            kind: string;
            /** Reason */
            reason: string | null;
            /** Seq */
            seq: number;
        };
        /**
         * LedgerEvent
         * @description One event as the ledger keeps it; `changes` is null where it was thinned, `after` where the entity is gone.
         */
        LedgerEvent: {
            /** Actor */
            actor: string;
            /** After */
            after: {
                [key: string]: unknown;
            } | null;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Cause */
            cause: string | null;
            /** Changes */
            changes: {
                [key: string]: components["schemas"]["FieldChange"];
            } | null;
            /** Entity */
            entity: string;
            /** Entity Id */
            entity_id: string;
            /** Full */
            full: boolean;
            /** Hash */
            hash: string;
            /** Id */
            id: string;
            /** Kind */
            kind: string;
            /** Labels */
            labels: {
                [key: string]: unknown;
            };
            /** Links */
            links: components["schemas"]["LinkOut"][];
            /**
             * Occurred At
             * Format: date-time
             */
            occurred_at: string;
            /** Project */
            project: string | null;
            /** Reason */
            reason: string | null;
            /** Request Id */
            request_id: string | null;
            /** Seq */
            seq: number;
            /** Trace Id */
            trace_id: string | null;
            /** Version */
            version: number;
        };
        /**
         * Lineage
         * @description What an entity came from (`up`) and what came from it (`down`), at a moment.
         */
        Lineage: {
            /** Edges */
            edges: components["schemas"]["LineageEdge"][];
            /** Nodes */
            nodes: components["schemas"]["LineageNode"][];
            /** Seq */
            seq: number;
            /** Truncated */
            truncated: boolean;
        };
        /**
         * LineageEdge
         * @description A link between two entities, written `<entity>:<id>`, and the event that made it.
         *
         *     `from_seq` is null where no event links them: the entity's own state tells of it, or nobody recorded where it
         *     leads.
         */
        LineageEdge: {
            /** From Seq */
            from_seq: number | null;
            /** Relation */
            relation: string;
            /** Source */
            source: string;
            /** Target */
            target: string;
        };
        /**
         * LineageNode
         * @description An entity in a lineage.
         *
         *     `known` is false where the ledger has none that the reader may see; `exists` is false where it was deleted, and null
         *     where it is not known. `standing` is the word for how it stands, such as the stage of a version.
         */
        LineageNode: {
            /** Depth */
            depth: number;
            /** Entity */
            entity: string;
            /** Entity Id */
            entity_id: string;
            /** Exists */
            exists: boolean | null;
            /** Known */
            known: boolean;
            /** Name */
            name: string | null;
            /** Project */
            project: string | null;
            /** Standing */
            standing: string | null;
        };
        /**
         * LinesLogged
         * @description How many of the lines were new, and the number that the first of them got.
         */
        LinesLogged: {
            /** Accepted */
            accepted: number;
            /** First Line */
            first_line: number;
        };
        /**
         * LinkOut
         * @description `relation` leads from the event's entity to `to`, written `<entity>:<id>`.
         */
        LinkOut: {
            /** Relation */
            relation: string;
            /** To */
            to: string;
        };
        /**
         * LoggedDataset
         * @description A dataset input as the ledger keeps it: its long texts stand elsewhere, by their sha256.
         */
        LoggedDataset: {
            /** Digest */
            digest: string;
            /** Name */
            name: string;
            /** Profile Sha256 */
            profile_sha256: string | null;
            /** Schema Sha256 */
            schema_sha256: string | null;
            /** Source Sha256 */
            source_sha256: string;
            /** Source Type */
            source_type: string;
            /** Tags */
            tags: {
                [key: string]: string;
            };
        };
        /**
         * LoggedModel
         * @description A logged model. `revised_at` moves with its status only.
         */
        LoggedModel: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Experiment Id */
            experiment_id: string;
            /** Id */
            id: string;
            /**
             * Lifecycle
             * @enum {string}
             */
            lifecycle: "active" | "deleted";
            /** Location */
            location: string;
            /** Model Type */
            model_type: string | null;
            /** Name */
            name: string;
            /** Params */
            params?: {
                [key: string]: string;
            };
            /** Project */
            project: string;
            /**
             * Revised At
             * Format: date-time
             */
            revised_at: string;
            /** Source Run Id */
            source_run_id: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "unspecified" | "pending" | "ready" | "upload_failed";
            /** Status Message */
            status_message: string | null;
            /** Tags */
            tags?: {
                [key: string]: string;
            };
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * LogHistogram
         * @description Counts of lines over time by level; bucket i begins `i * width_s` seconds behind `start`.
         */
        LogHistogram: {
            /** Levels */
            levels: {
                [key: string]: number[];
            };
            /** Start */
            start: string | null;
            /** Width S */
            width_s: number;
        };
        /**
         * LogHits
         * @description Numbers of matching lines out of one slice of the log; `next_from_line` begins the next older slice.
         */
        LogHits: {
            /** Lines */
            lines: number[];
            /** Next From Line */
            next_from_line: number | null;
            /** Scanned */
            scanned: number;
        };
        /**
         * LogLine
         * @description A log line. `fields` are those of a line that is a JSON object.
         */
        LogLine: {
            /** Attempt */
            attempt: number;
            /** Fields */
            fields: {
                [key: string]: unknown;
            } | null;
            /** Level */
            level: ("debug" | "info" | "warning" | "error" | "critical") | null;
            /** Line */
            line: number;
            /** Source */
            source: string;
            /**
             * Stream
             * @enum {string}
             */
            stream: "stdout" | "stderr" | "event";
            /** Text */
            text: string;
            /**
             * Time
             * Format: date-time
             */
            time: string;
        };
        /**
         * LogLineIn
         * @description A line to store; without a time it is the server's, without a level the one that the text states.
         */
        LogLineIn: {
            /** Level */
            level?: ("debug" | "info" | "warning" | "error" | "critical") | null;
            /**
             * Stream
             * @default stdout
             * @enum {string}
             */
            stream?: "stdout" | "stderr" | "event";
            /** Text */
            text: string;
            /** Time */
            time?: string | null;
        };
        /**
         * LogLinesIn
         * @description Lines of one sender, who numbers them: what was sent before is passed over, a gap is refused.
         */
        LogLinesIn: {
            /** Attempt */
            attempt?: number | null;
            /** First */
            first: number;
            /** Lines */
            lines: components["schemas"]["LogLineIn"][];
            /**
             * Source
             * @default
             */
            source?: string;
        };
        /**
         * LogPage
         * @description Lines in ascending order; `next_cursor` goes on in the direction that was asked for.
         *
         *     `first_line` is the lowest number still held (null: there is none); `total` and `levels` count all lines of the
         *     run, whatever the filter.
         */
        LogPage: {
            /** First Line */
            first_line: number | null;
            /** Items */
            items: components["schemas"]["LogLine"][];
            /** Levels */
            levels: {
                [key: string]: number;
            };
            /** Next Cursor */
            next_cursor: string | null;
            /** Prev Cursor */
            prev_cursor: string | null;
            /** Total */
            total: number;
        };
        /**
         * MetricAnswer
         * @description The asked-for series.
         */
        MetricAnswer: {
            /** Series */
            series: components["schemas"]["MetricSeries"][];
        };
        /**
         * MetricName
         * @description A metric of a run, with its latest point.
         */
        MetricName: {
            /** Attempt */
            attempt: number;
            /** Last */
            last: number | string;
            /** Name */
            name: string;
            /** Step */
            step: number;
            /**
             * Time
             * Format: date-time
             */
            time: string;
        };
        /**
         * MetricNames
         * @description Metrics of a run by name.
         */
        MetricNames: {
            /** Items */
            items: components["schemas"]["MetricName"][];
            /** Next Cursor */
            next_cursor: string | null;
            /** Total */
            total: number;
        };
        /**
         * MetricPoint
         * @description A point, or a bucket of points: then `value` is null and the other six say what is in it.
         */
        MetricPoint: {
            /** Count */
            count?: number | null;
            /** First */
            first?: number | string | null;
            /** Last */
            last?: number | string | null;
            /** Max */
            max?: number | string | null;
            /** Mean */
            mean?: number | string | null;
            /** Min */
            min?: number | string | null;
            /** Step */
            step: number;
            /**
             * Time
             * Format: date-time
             */
            time: string;
            /** Value */
            value?: number | string | null;
        };
        /**
         * MetricPointIn
         * @description A point to log.
         */
        MetricPointIn: {
            /** Name */
            name: string;
            /**
             * Step
             * @default 0
             */
            step?: number;
            /** Time */
            time?: string | null;
            /** Value */
            value: number | ("NaN" | "Infinity" | "-Infinity");
        };
        /**
         * MetricPointsIn
         * @description Points to log, all or none of them.
         */
        MetricPointsIn: {
            /** Attempt */
            attempt?: number | null;
            /** Points */
            points: components["schemas"]["MetricPointIn"][];
        };
        /**
         * MetricResolution
         * @description `raw`: every point; `bucket`: one row for all points within `width` steps or seconds.
         */
        MetricResolution: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "raw" | "bucket";
            /** Width */
            width: number;
        };
        /**
         * MetricSeries
         * @description One attempt of one metric.
         */
        MetricSeries: {
            /** Attempt */
            attempt: number;
            /** Name */
            name: string;
            /** Points */
            points: components["schemas"]["MetricPoint"][];
            resolution: components["schemas"]["MetricResolution"];
        };
        /**
         * Model
         * @description A registered model as clients see it, with what its versions and their users say.
         *
         *     Attributes:
         *         version_count: How many versions it has.
         *         stages: The newest version of each stage that has one.
         *         performance: The evaluation of its newest production version, without one that of its newest version; null
         *             where it has none.
         *         performance_version: Whose evaluation that is.
         *         used_by: How many deployments serve one of its versions, of those that the reader may see.
         */
        Model: {
            /** Aliases */
            aliases?: {
                [key: string]: number;
            };
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Description */
            description: string | null;
            /** Framework */
            framework: ("sklearn" | "pytorch" | "tensorflow" | "huggingface" | "onnx" | "xgboost" | "custom") | null;
            /** Id */
            id: string;
            /** Last Number */
            last_number: number;
            /** Latest Version */
            latest_version: number | null;
            /** Metadata */
            metadata: {
                [key: string]: unknown;
            };
            /** Name */
            name: string;
            /** Performance */
            performance: {
                [key: string]: unknown;
            } | null;
            /** Performance Version */
            performance_version: number | null;
            /** Project */
            project: string;
            /**
             * Protected Stages
             * @default []
             */
            protected_stages?: ("draft" | "staging" | "production" | "archived")[];
            /**
             * Revised At
             * Format: date-time
             */
            revised_at: string;
            /** Stages */
            stages: {
                [key: string]: number;
            };
            /** Tags */
            tags?: {
                [key: string]: string;
            };
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Used By */
            used_by: number;
            /** Version */
            version: number;
            /** Version Count */
            version_count: number;
        };
        /**
         * ModelIn
         * @description A new registered model.
         */
        ModelIn: {
            /** Description */
            description?: string | null;
            /** Framework */
            framework?: ("sklearn" | "pytorch" | "tensorflow" | "huggingface" | "onnx" | "xgboost" | "custom") | null;
            /** Metadata */
            metadata?: Record<string, never>;
            /** Name */
            name: string;
            /**
             * Protected Stages
             * @default []
             */
            protected_stages?: ("draft" | "staging" | "production" | "archived")[];
            /** Tags */
            tags?: {
                [key: string]: string;
            };
        };
        /**
         * ModelPage
         * @description A page of models.
         */
        ModelPage: {
            /** Items */
            items: components["schemas"]["Model"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * ModelUpdate
         * @description Any subset of a model's fields; tags are replaced as a whole.
         */
        ModelUpdate: {
            /** Description */
            description?: string | null;
            /** Framework */
            framework?: ("sklearn" | "pytorch" | "tensorflow" | "huggingface" | "onnx" | "xgboost" | "custom") | null;
            /** Metadata */
            metadata?: Record<string, never>;
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Protected Stages
             * @default []
             */
            protected_stages?: ("draft" | "staging" | "production" | "archived")[];
            /** Tags */
            tags?: {
                [key: string]: string;
            };
        };
        /**
         * ModelVersion
         * @description A version as clients see it: with the name of its model, the aliases that point at it, and who registered it.
         */
        ModelVersion: {
            /**
             * Aliases
             * @default []
             */
            aliases?: string[];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Evaluation */
            evaluation: {
                [key: string]: unknown;
            };
            /** Flavors */
            flavors: {
                [key: string]: unknown;
            };
            /** Id */
            id: string;
            /** Location */
            location: string;
            /** Logged Model Id */
            logged_model_id: string | null;
            /** Model */
            model: string;
            /** Model Id */
            model_id: string;
            /** Notes */
            notes: string | null;
            /** Number */
            number: number;
            /** Project */
            project: string;
            /** Registered By */
            registered_by?: string | null;
            /**
             * Revised At
             * Format: date-time
             */
            revised_at: string;
            /** Run Id */
            run_id: string | null;
            /** Run Link */
            run_link: string | null;
            /** Signature */
            signature: {
                [key: string]: unknown;
            } | null;
            /** Source */
            source: string;
            /**
             * Stage
             * @enum {string}
             */
            stage: "draft" | "staging" | "production" | "archived";
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "ready" | "failed";
            /** Status Message */
            status_message: string | null;
            /** Tags */
            tags?: {
                [key: string]: string;
            };
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * ModelVersionPage
         * @description A page of versions.
         */
        ModelVersionPage: {
            /** Items */
            items: components["schemas"]["ModelVersion"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * MomentOut
         * @description A moment of the ledger.
         */
        MomentOut: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Seq */
            seq: number;
        };
        /**
         * NamedCount
         * @description How many instances share a name, such as that of their cluster.
         */
        NamedCount: {
            /** Count */
            count: number;
            /** Name */
            name: string;
        };
        /**
         * NetChange
         * @description How a field differs between two moments, and the last event that changed it.
         */
        NetChange: {
            /** New */
            new: unknown;
            /** Old */
            old: unknown;
            /** Seq */
            seq: number | null;
        };
        /**
         * Operation
         * @description Long work. A value: the next state is another one.
         */
        Operation: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            error: components["schemas"]["OperationFailure"] | null;
            /** Id */
            id: string;
            /** Kind */
            kind: string;
            progress: components["schemas"]["OperationProgress"] | null;
            /** Project */
            project: string;
            /** Result */
            result: unknown;
            /**
             * Status
             * @enum {string}
             */
            status: "running" | "succeeded" | "failed" | "canceled";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * OperationFailure
         * @description Why long work failed, in the words of the error envelope.
         */
        OperationFailure: {
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Message */
            message: string;
            /** Type */
            type: string;
        };
        /**
         * OperationProgress
         * @description How far long work has come; `total` is null while it is not known.
         */
        OperationProgress: {
            /** Done */
            done: number;
            /** Total */
            total: number | null;
            /** Unit */
            unit: string;
        };
        /**
         * PointsLogged
         * @description How many points were stored.
         */
        PointsLogged: {
            /** Count */
            count: number;
        };
        /**
         * Progress
         * @description How far the last attempt of a job has come, by the metrics that it logs.
         */
        Progress: {
            /** Eta S */
            eta_s?: number | null;
            /** Percent */
            percent?: number | null;
            /** Step */
            step?: number | null;
            /** Total */
            total?: number | null;
        };
        /**
         * Project
         * @description A project.
         */
        Project: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Description */
            description: string;
            /** Id */
            id: string;
            /** Log Retention Days */
            log_retention_days?: number | null;
            /** Metric Retention Days */
            metric_retention_days?: number | null;
            /** Name */
            name: string;
            /** Slug */
            slug: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * ProjectPage
         * @description A page of projects.
         */
        ProjectPage: {
            /** Items */
            items: components["schemas"]["Project"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * ProjectSpace
         * @description What uses the space of a project, the largest first.
         *
         *     Bytes of metrics and logs are those stored, compressed; bytes of artifacts are those of the files, each counted
         *     where it was logged.
         */
        ProjectSpace: {
            /** Bytes */
            bytes: number;
            /** Experiments */
            experiments: components["schemas"]["ExperimentSpace"][];
            /** Kinds */
            kinds: components["schemas"]["KindSpace"][];
            /** Runs */
            runs: components["schemas"]["RunSpace"][];
        };
        /**
         * ProjectUpdate
         * @description Any subset of a project's fields that can change.
         */
        ProjectUpdate: {
            /**
             * Description
             * @default
             */
            description?: string;
            /** Log Retention Days */
            log_retention_days?: number | null;
            /** Metric Retention Days */
            metric_retention_days?: number | null;
            /**
             * Name
             * @default unnamed
             */
            name?: string;
        };
        /**
         * RecordIn
         * @description The record that a restore or an undo is about.
         */
        RecordIn: {
            /** History Id */
            history_id: number;
        };
        /**
         * RejectionIn
         * @description Why somebody rejects.
         */
        RejectionIn: {
            /** Reason */
            reason: string;
        };
        /**
         * Replica
         * @description One process that serves one version.
         *
         *     Attributes:
         *         place: Counts the replicas of a version from 0; a successor inherits it.
         *         restarts: How many in this place failed, one after the other, before this one.
         */
        Replica: {
            /** Address */
            address: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Deployment Id */
            deployment_id: string;
            /** Ended At */
            ended_at: string | null;
            /** Id */
            id: string;
            /** Model Version */
            model_version: number;
            /** Pid */
            pid: number | null;
            /** Place */
            place: number;
            /** Project */
            project: string;
            /** Ready At */
            ready_at: string | null;
            /** Reason */
            reason: string | null;
            /** Restarts */
            restarts: number;
            /**
             * State
             * @enum {string}
             */
            state: "starting" | "ready" | "unhealthy" | "draining" | "stopped" | "failed";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * ReplicaNumbers
         * @description How many replicas are wanted, and how many of them answer.
         */
        ReplicaNumbers: {
            /** Desired */
            desired: number;
            /** Ready */
            ready: number;
        };
        /**
         * ReplicaPage
         * @description A page of replicas.
         */
        ReplicaPage: {
            /** Items */
            items: components["schemas"]["Replica"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * Resources
         * @description What a job needs while it runs.
         */
        Resources: {
            /**
             * Cpus
             * @default 1
             */
            cpus?: number;
            /** Gpu Type */
            gpu_type?: string | null;
            /**
             * Gpus
             * @default 0
             */
            gpus?: number;
            /** Memory Bytes */
            memory_bytes?: number | null;
        };
        /**
         * RetryPolicy
         * @description How often something that failed is tried again, and how long to wait in between.
         */
        RetryPolicy: {
            /**
             * Backoff
             * @default exponential
             * @enum {string}
             */
            backoff?: "exponential" | "linear" | "fixed";
            /**
             * Base Delay S
             * @default 0.5
             */
            base_delay_s?: number;
            /**
             * Max Attempts
             * @default 3
             */
            max_attempts?: number;
            /**
             * Max Delay S
             * @default 60
             */
            max_delay_s?: number;
            /**
             * Retryable Errors
             * @default []
             */
            retryable_errors?: string[];
        };
        /**
         * RunColumn
         * @description A key that some runs have.
         */
        RunColumn: {
            /** Column */
            column: string;
            /** Key */
            key: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "metric" | "param" | "tag";
        };
        /**
         * RunColumnPage
         * @description Columns that runs have: metrics, then params, then tags, each by key. `total` counts those found so far.
         */
        RunColumnPage: {
            /** Items */
            items: components["schemas"]["RunColumn"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * RunComparison
         * @description Runs beside each other; what was not asked for is null.
         */
        RunComparison: {
            config: components["schemas"]["ComparedConfigs"] | null;
            /** Curves */
            curves: components["schemas"]["ComparedCurves"][] | null;
            metrics: components["schemas"]["ComparedMetrics"] | null;
            params: components["schemas"]["ComparedParams"] | null;
            /** Reference */
            reference: string;
            /** Runs */
            runs: components["schemas"]["RunSummary"][];
        };
        /**
         * RunComparisonIn
         * @description Which runs are put beside each other, and what of them.
         */
        RunComparisonIn: {
            curves?: components["schemas"]["CurvesIn"] | null;
            /**
             * Include
             * @default [
             *       "params",
             *       "metrics",
             *       "config"
             *     ]
             */
            include?: ("params" | "metrics" | "config")[];
            /** Metrics */
            metrics?: string[] | null;
            /** Reference */
            reference?: string | null;
            /** Run Ids */
            run_ids: string[];
        };
        /**
         * RunCounts
         * @description How many active runs have which status.
         */
        RunCounts: {
            /**
             * Canceled
             * @default 0
             */
            canceled?: number;
            /**
             * Failed
             * @default 0
             */
            failed?: number;
            /**
             * Queued
             * @default 0
             */
            queued?: number;
            /**
             * Running
             * @default 0
             */
            running?: number;
            /**
             * Succeeded
             * @default 0
             */
            succeeded?: number;
        };
        /**
         * RunDetail
         * @description A run with counts of what it left behind.
         */
        RunDetail: {
            /** Artifact Count */
            artifact_count: number | null;
            /** Attempts */
            attempts: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Datasets */
            datasets: components["schemas"]["LoggedDataset"][];
            /** Ended At */
            ended_at: string | null;
            /** Experiment Id */
            experiment_id: string;
            /** Id */
            id: string;
            /** Job Id */
            job_id: string | null;
            /**
             * Lifecycle
             * @enum {string}
             */
            lifecycle: "active" | "deleted";
            /** Log Lines */
            log_lines: number;
            /** Metric Names */
            metric_names: number;
            /** Metrics */
            metrics: {
                [key: string]: number | string;
            };
            /** Model Inputs */
            model_inputs: string[];
            /** Model Outputs */
            model_outputs: {
                [key: string]: number;
            };
            /** Name */
            name: string;
            /** Params */
            params: {
                [key: string]: string;
            };
            /** Parent Id */
            parent_id: string | null;
            /** Project */
            project: string;
            /** Started At */
            started_at: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "succeeded" | "failed" | "canceled";
            /** Status Reason */
            status_reason: string | null;
            /** Tags */
            tags: {
                [key: string]: string;
            };
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** User */
            user: string;
            /** Version */
            version: number;
        };
        /**
         * RunGroup
         * @description Runs that have the same values.
         */
        RunGroup: {
            /** Filter */
            filter: string | null;
            /** Metrics */
            metrics: {
                [key: string]: components["schemas"]["GroupMetric"];
            };
            /** Runs */
            runs: number;
            /** Values */
            values: (string | number | null)[];
        };
        /**
         * RunGroupPage
         * @description Groups of runs, those with the most runs first.
         */
        RunGroupPage: {
            /** By */
            by: string[];
            /** Items */
            items: components["schemas"]["RunGroup"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * RunIn
         * @description A new run, as our API takes it.
         */
        RunIn: {
            /** Id */
            id?: string | null;
            /** Name */
            name?: string | null;
            /** Params */
            params?: {
                [key: string]: string;
            };
            /** Parent Id */
            parent_id?: string | null;
            /** Started At */
            started_at?: string | null;
            /**
             * Status
             * @default running
             * @enum {string}
             */
            status?: "queued" | "running";
            /** Tags */
            tags?: {
                [key: string]: string;
            };
            /** User */
            user?: string | null;
        };
        /**
         * RunModel
         * @description A model that a run has logged; `step` is null where it was not said.
         */
        RunModel: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Id */
            id: string;
            /** Model Type */
            model_type: string | null;
            /** Name */
            name: string;
            /**
             * Status
             * @enum {string}
             */
            status: "unspecified" | "pending" | "ready" | "upload_failed";
            /** Step */
            step: number | null;
        };
        /**
         * RunModels
         * @description The models that a run has logged, the newest first, and the versions that come from it or from them.
         */
        RunModels: {
            /** Items */
            items: components["schemas"]["RunModel"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
            /** Versions */
            versions: components["schemas"]["VersionReference"][];
        };
        /**
         * RunPage
         * @description A page of runs; `facets` counts all that match, by the values of a field.
         */
        RunPage: {
            /** Facets */
            facets?: {
                [key: string]: {
                    [key: string]: number;
                };
            } | null;
            /** Items */
            items: components["schemas"]["RunSummary"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * RunRequest
         * @description A run to start: `content` in `language`, or a `recipe`, a `command` or an `argv` with what belongs to it.
         */
        RunRequest: {
            /** Argv */
            argv?: string[] | null;
            /** Command */
            command?: string | string[] | null;
            /** Content */
            content?: string | null;
            /** Cwd */
            cwd?: string | null;
            /**
             * @default {
             *       "requirements": [],
             *       "secrets": [],
             *       "variables": {}
             *     }
             */
            environment?: components["schemas"]["Environment"];
            /**
             * Executor
             * @default local
             * @enum {string}
             */
            executor?: "local" | "ray" | "kubernetes";
            /** Experiment */
            experiment?: string | null;
            /** @default {} */
            hyperparams?: components["schemas"]["Hyperparams"];
            /**
             * Language
             * @default yaml
             * @enum {string}
             */
            language?: "yaml" | "json";
            /** Name */
            name?: string | null;
            /**
             * Priority
             * @default 0
             */
            priority?: number;
            /** Recipe */
            recipe?: string | null;
            /**
             * @default {
             *       "cpus": 1,
             *       "gpus": 0
             *     }
             */
            resources?: components["schemas"]["Resources"];
            /**
             * @default {
             *       "backoff": "exponential",
             *       "base_delay_s": 0.5,
             *       "max_attempts": 1,
             *       "max_delay_s": 60,
             *       "retryable_errors": []
             *     }
             */
            retries?: number | components["schemas"]["RetryPolicy"];
            /** Seed */
            seed?: number | null;
            /** Tags */
            tags?: string[] | {
                [key: string]: string;
            };
            /** Timeout S */
            timeout_s?: number | null;
        };
        /**
         * RunSpace
         * @description The space of a run.
         */
        RunSpace: {
            /** Artifact Bytes */
            artifact_bytes: number;
            /** Bytes */
            bytes: number;
            /** Experiment Id */
            experiment_id: number;
            /** Id */
            id: string;
            /** Log Bytes */
            log_bytes: number;
            /** Metric Bytes */
            metric_bytes: number;
            /** Name */
            name: string;
        };
        /**
         * RunSummary
         * @description A run in a list: its own fields, and of params, tags and metrics those that were asked for.
         */
        RunSummary: {
            /** Attempts */
            attempts: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Ended At */
            ended_at: string | null;
            /** Experiment Id */
            experiment_id: string;
            /** Id */
            id: string;
            /** Job Id */
            job_id: string | null;
            /**
             * Lifecycle
             * @enum {string}
             */
            lifecycle: "active" | "deleted";
            /** Metrics */
            metrics: {
                [key: string]: number | string;
            };
            /** Name */
            name: string;
            /** Params */
            params: {
                [key: string]: string;
            };
            /** Parent Id */
            parent_id: string | null;
            /** Project */
            project: string;
            /** Started At */
            started_at: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "succeeded" | "failed" | "canceled";
            /** Status Reason */
            status_reason: string | null;
            /** Tags */
            tags: {
                [key: string]: string;
            };
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** User */
            user: string;
            /** Version */
            version: number;
        };
        /**
         * RunUpdate
         * @description Any subset of a run's fields; `tags` changes the keys that it names.
         */
        RunUpdate: {
            /** Ended At */
            ended_at?: string | null;
            /**
             * Name
             * @default unnamed
             */
            name?: string;
            /** Started At */
            started_at?: string | null;
            /**
             * Status
             * @default running
             * @enum {string}
             */
            status?: "queued" | "running" | "succeeded" | "failed" | "canceled";
            /** Status Reason */
            status_reason?: string | null;
            /** Tags */
            tags?: {
                [key: string]: string | null;
            };
        };
        /**
         * SavedView
         * @description A view as clients and the ledger see it. A value: it never changes.
         */
        SavedView: {
            /** About */
            about: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Owner */
            owner: string;
            /**
             * Page
             * @enum {string}
             */
            page: "experiments" | "experiment" | "runs" | "compare" | "instances";
            /** Parameters */
            parameters: {
                [key: string]: unknown;
            };
            /** Project */
            project: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
            /**
             * Visibility
             * @enum {string}
             */
            visibility: "own" | "shared";
        };
        /**
         * SavedViewIn
         * @description A new view.
         */
        SavedViewIn: {
            /** About */
            about?: string | null;
            /** Name */
            name: string;
            /**
             * Page
             * @enum {string}
             */
            page: "experiments" | "experiment" | "runs" | "compare" | "instances";
            /** Parameters */
            parameters?: {
                [key: string]: unknown;
            };
            /**
             * Visibility
             * @default own
             * @enum {string}
             */
            visibility?: "own" | "shared";
        };
        /**
         * SavedViewPage
         * @description A page of views.
         */
        SavedViewPage: {
            /** Items */
            items: components["schemas"]["SavedView"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * SavedViewUpdate
         * @description Any subset of what can be changed of a view.
         */
        SavedViewUpdate: {
            /**
             * Name
             * @default
             */
            name?: string;
            /** Parameters */
            parameters?: {
                [key: string]: unknown;
            };
            /**
             * Visibility
             * @default own
             * @enum {string}
             */
            visibility?: "own" | "shared";
        };
        /**
         * ScaleIn
         * @description How many replicas shall serve; 0 keeps the deployment without any.
         */
        ScaleIn: {
            /** Replicas */
            replicas: number;
        };
        /**
         * SearchAnswer
         * @description The best hits, best first; `more` tells that there are others.
         */
        SearchAnswer: {
            /** Items */
            items: components["schemas"]["SearchHit"][];
            /** More */
            more: boolean;
        };
        /**
         * SearchHit
         * @description An entity that was found.
         *
         *     `rank` says how well: 0 the whole name or id, 1 its beginning, 2 the beginning of a word in it, 3 a part of it.
         *     `url` is its page in the UI, null where the UI finds the way by entity and id.
         */
        SearchHit: {
            /** Entity */
            entity: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Project */
            project: string | null;
            /** Rank */
            rank: number;
            /** Title */
            title: string | null;
            /** Url */
            url: string | null;
        };
        /**
         * Split
         * @description A version's share of the traffic.
         */
        Split: {
            /** Version */
            version: number;
            /** Weight */
            weight: number;
        };
        /**
         * StartedRun
         * @description A run that was just made, with the job that drives it.
         */
        StartedRun: {
            /** Attempts */
            attempts: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Ended At */
            ended_at: string | null;
            /** Experiment Id */
            experiment_id: string;
            /** Id */
            id: string;
            job: components["schemas"]["Job"];
            /** Job Id */
            job_id: string | null;
            /**
             * Lifecycle
             * @enum {string}
             */
            lifecycle: "active" | "deleted";
            /** Metrics */
            metrics: {
                [key: string]: number | string;
            };
            /** Name */
            name: string;
            /** Params */
            params: {
                [key: string]: string;
            };
            /** Parent Id */
            parent_id: string | null;
            /** Project */
            project: string;
            /** Started At */
            started_at: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "succeeded" | "failed" | "canceled";
            /** Status Reason */
            status_reason: string | null;
            /** Tags */
            tags: {
                [key: string]: string;
            };
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** User */
            user: string;
            /** Version */
            version: number;
        };
        /**
         * StatePage
         * @description The states of the entities of a kind at a moment, newest entity first.
         */
        StatePage: {
            /** As Of Seq */
            as_of_seq: number;
            /** Items */
            items: components["schemas"]["EntityState"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * StateSummary
         * @description What existed at a moment: the last event, counts by entity, where to read more.
         */
        StateSummary: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Counts */
            counts: {
                [key: string]: number;
            };
            /** Head */
            head: number;
            /** Links */
            links: {
                [key: string]: string;
            };
            /** Seq */
            seq: number;
        };
        /**
         * Timeline
         * @description The newest items of a window, newest first, and how many each lane has in all.
         */
        Timeline: {
            /**
             * From
             * Format: date-time
             */
            from: string;
            /** Items */
            items: components["schemas"]["TimelineItem"][];
            /** Lanes */
            lanes: components["schemas"]["LaneTotal"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * To
             * Format: date-time
             */
            to: string;
            /** Total */
            total: number;
        };
        /**
         * TimelineItem
         * @description Something that happened, as it is drawn on a lane; `end_time` is null for a point in time.
         */
        TimelineItem: {
            /** Actor */
            actor: string;
            /** End Time */
            end_time: string | null;
            /** Entity */
            entity: string;
            /** Entity Id */
            entity_id: string;
            /** Id */
            id: string;
            /** Kind */
            kind: string;
            /** Lane */
            lane: string;
            /** Name */
            name: string | null;
            /** Project */
            project: string | null;
            /** Reason */
            reason: string | null;
            /** Seq */
            seq: number;
            /**
             * Time
             * Format: date-time
             */
            time: string;
            /** Title */
            title: string;
        };
        /**
         * TransitionIn
         * @description To which stage a version shall go, and whether it takes the place of those that are there.
         */
        TransitionIn: {
            /**
             * Archive Existing
             * @default false
             */
            archive_existing?: boolean;
            /**
             * Stage
             * @enum {string}
             */
            stage: "draft" | "staging" | "production" | "archived";
        };
        /**
         * TransitionRequestIn
         * @description A transition that another person shall approve, and why it is wanted.
         */
        TransitionRequestIn: {
            /**
             * Archive Existing
             * @default false
             */
            archive_existing?: boolean;
            /** Reason */
            reason?: string | null;
            /**
             * Stage
             * @enum {string}
             */
            stage: "draft" | "staging" | "production" | "archived";
        };
        /**
         * ValueChange
         * @description What a field was and what it is now; null: there was no instance.
         */
        ValueChange: {
            /** New */
            new: unknown;
            /** Old */
            old: unknown;
        };
        /**
         * VersionArtifact
         * @description A file or a directory of a version; `path` is relative to the version's folder.
         *
         *     `metadata` says what is known of the content: its media type, and what the MLmodel file calls it.
         */
        VersionArtifact: {
            /**
             * Is Directory
             * @default false
             */
            is_directory?: boolean;
            /** Metadata */
            metadata?: {
                [key: string]: unknown;
            };
            /** Path */
            path: string;
            /** Sha256 */
            sha256: string | null;
            /** Size Bytes */
            size_bytes: number | null;
            /** Type */
            type: ("model" | "weights" | "config" | "tokenizer" | "other") | null;
            /** Updated At */
            updated_at: string | null;
        };
        /**
         * VersionArtifactPage
         * @description A page of the files of a version; `size_bytes` is that of all that were counted.
         */
        VersionArtifactPage: {
            /** Items */
            items: components["schemas"]["VersionArtifact"][];
            /** Next Cursor */
            next_cursor?: string | null;
            /** Size Bytes */
            size_bytes: number;
            /** Total */
            total: number;
            /**
             * Total Exact
             * @default true
             */
            total_exact?: boolean;
        };
        /**
         * VersionComparison
         * @description How two to five versions of a model differ.
         *
         *     Attributes:
         *         versions: What is compared, in the order that was asked for; all lists below follow it.
         *         params, metrics: Those of the runs that the versions come from; the metrics are the latest values.
         *         unread_runs: Versions whose run is not recorded, or not for the reader to see: they have no params and metrics.
         *         unread_files: Versions whose files lie in a storage that this server cannot read.
         *         truncated: Which of the lists are longer than shown.
         */
        VersionComparison: {
            /** Artifacts */
            artifacts: components["schemas"]["ComparedArtifact"][];
            /** Evaluation */
            evaluation: components["schemas"]["ComparedValue"][];
            /** Metrics */
            metrics: components["schemas"]["ComparedValue"][];
            /** Params */
            params: components["schemas"]["ComparedValue"][];
            /** Signature */
            signature: components["schemas"]["ComparedColumn"][];
            /** Truncated */
            truncated?: string[];
            /** Unread Files */
            unread_files: number[];
            /** Unread Runs */
            unread_runs: number[];
            /** Versions */
            versions: components["schemas"]["ModelVersion"][];
        };
        /**
         * VersionDetail
         * @description A version with its files, as long as they are few; a list of their own tells the rest.
         *
         *     `artifact_count` and `size_bytes` are null where the files lie in a storage that this server cannot read.
         */
        VersionDetail: {
            /**
             * Aliases
             * @default []
             */
            aliases?: string[];
            /** Artifact Count */
            artifact_count: number | null;
            /** Artifacts */
            artifacts: components["schemas"]["VersionArtifact"][];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Evaluation */
            evaluation: {
                [key: string]: unknown;
            };
            /** Flavors */
            flavors: {
                [key: string]: unknown;
            };
            /** Id */
            id: string;
            /** Location */
            location: string;
            /** Logged Model Id */
            logged_model_id: string | null;
            /** Model */
            model: string;
            /** Model Id */
            model_id: string;
            /** Notes */
            notes: string | null;
            /** Number */
            number: number;
            /** Project */
            project: string;
            /** Registered By */
            registered_by?: string | null;
            /**
             * Revised At
             * Format: date-time
             */
            revised_at: string;
            /** Run Id */
            run_id: string | null;
            /** Run Link */
            run_link: string | null;
            /** Signature */
            signature: {
                [key: string]: unknown;
            } | null;
            /** Size Bytes */
            size_bytes: number | null;
            /** Source */
            source: string;
            /**
             * Stage
             * @enum {string}
             */
            stage: "draft" | "staging" | "production" | "archived";
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "ready" | "failed";
            /** Status Message */
            status_message: string | null;
            /** Tags */
            tags?: {
                [key: string]: string;
            };
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * VersionIn
         * @description A new version of a model. The files lie where `source` says, or where the logged model has them.
         */
        VersionIn: {
            /** Evaluation */
            evaluation?: Record<string, never>;
            /** Logged Model Id */
            logged_model_id?: string | null;
            /** Notes */
            notes?: string | null;
            /** Run Id */
            run_id?: string | null;
            /** Run Link */
            run_link?: string | null;
            /** Source */
            source?: string | null;
            /** Tags */
            tags?: {
                [key: string]: string;
            };
        };
        /**
         * VersionReference
         * @description A version by the names that lead to it, and the logged model that it was made of.
         */
        VersionReference: {
            /** Aliases */
            aliases: string[];
            /** Logged Model Id */
            logged_model_id: string | null;
            /** Model */
            model: string;
            /** Model Id */
            model_id: string;
            /** Number */
            number: number;
            /**
             * Stage
             * @enum {string}
             */
            stage: "draft" | "staging" | "production" | "archived";
        };
        /**
         * VersionStatus
         * @description How one version of a deployment is served.
         *
         *     Attributes:
         *         weight: Its share of the traffic.
         *         replicas: How many are in each state, those that ended left out.
         */
        VersionStatus: {
            /** Replicas */
            replicas: {
                [key: string]: number;
            };
            /** Version */
            version: number;
            /** Weight */
            weight: number;
        };
        /**
         * VersionUpdate
         * @description Any subset of what can change of a version; tags and evaluation are replaced as a whole.
         */
        VersionUpdate: {
            /** Evaluation */
            evaluation?: Record<string, never>;
            /** Notes */
            notes?: string | null;
            /** Run Link */
            run_link?: string | null;
            /** Tags */
            tags?: {
                [key: string]: string;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_actor_names_api_actors_get: {
        parameters: {
            query: {
                /** @description References such as `token:tok_…`, with commas between. */
                ids: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActorNames"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_approvals_api_approvals_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                columns?: string | null;
                cursor?: string | null;
                filter?: string | null;
                limit?: number;
                offset?: number | null;
                order?: ("asc" | "desc") | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_approval_api_approvals__id__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: {
                /** @description The ETags that the client has. */
                "if-none-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    approve_api_approvals__id__approve_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecisionIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    reject_api_approvals__id__reject_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RejectionIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    withdraw_api_approvals__id__withdraw_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecisionIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_methods_api_auth_methods_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthenticationMethods"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_changes_api_changes_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                cursor?: string | null;
                /** @description A kind of entity such as `run`, or one of them: `run:<id>`. */
                entity?: string | null;
                /** @description An RFC 3339 time, `now` or `seq:<number>`. */
                from?: string | null;
                limit?: number;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description An RFC 3339 time, `now` or `seq:<number>`. */
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangePage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_deployments_api_deployments_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                columns?: string | null;
                cursor?: string | null;
                filter?: string | null;
                limit?: number;
                offset?: number | null;
                order?: ("asc" | "desc") | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    create_deployment_api_deployments_post: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeploymentIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_deployment_api_deployments__id__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_deployment_api_deployments__id__delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_deployment_api_deployments__id__patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeploymentUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_endpoints_api_deployments__id__endpoints_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndpointPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_replicas_api_deployments__id__replicas_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicaPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    scale_deployment_api_deployments__id__scale_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScaleIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_status_api_deployments__id__status_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentStatus"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    stop_deployment_api_deployments__id__stop_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_events_api_events_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description A kind of entity such as `run`, or one of them: `run:<id>`. */
                entity?: string | null;
                /** @description Kinds, comma-separated; `run.*` is allowed. */
                kind?: string | null;
                limit?: number;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description The last number that is known already. */
                since?: number;
                /** @description Wait so long for the first event. */
                wait_s?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_experiments_api_experiments_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                columns?: string | null;
                cursor?: string | null;
                filter?: string | null;
                /** @description Which ones are listed: by default those in use. */
                lifecycle?: "active" | "deleted" | "all";
                limit?: number;
                offset?: number | null;
                order?: ("asc" | "desc") | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExperimentPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    create_experiment_api_experiments_post: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExperimentIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExperimentView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_experiment_api_experiments__id__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExperimentView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_experiment_api_experiments__id__delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_experiment_api_experiments__id__patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExperimentUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExperimentView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    restore_experiment_api_experiments__id__restore_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExperimentView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_experiment_run_columns_api_experiments__id__run_columns_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                /** @description By default all of them. */
                kind?: ("metric" | "param" | "tag")[] | null;
                /** @description Which ones are listed: by default those in use. */
                lifecycle?: "active" | "deleted" | "all";
                limit?: number;
                /** @description A part of the name, whatever its case. */
                q?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunColumnPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_experiment_run_groups_api_experiments__id__run_groups_get: {
        parameters: {
            query: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description One to three params, tags or attributes: `params.lr,status`. */
                by: string;
                columns?: string | null;
                cursor?: string | null;
                filter?: string | null;
                /** @description Which ones are listed: by default those in use. */
                lifecycle?: "active" | "deleted" | "all";
                limit?: number;
                offset?: number | null;
                order?: ("asc" | "desc") | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunGroupPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_experiment_runs_api_experiments__id__runs_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                columns?: string | null;
                cursor?: string | null;
                /** @description Fields whose values are counted over all that match. */
                facets?: "status"[] | null;
                filter?: string | null;
                /** @description Which ones are listed: by default those in use. */
                lifecycle?: "active" | "deleted" | "all";
                limit?: number;
                offset?: number | null;
                order?: ("asc" | "desc") | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    create_experiment_run_api_experiments__id__runs_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunSummary"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_fleet_history_api_history_get: {
        parameters: {
            query?: {
                /** @description Who did it, such as `user:usr_…`. */
                actor?: string | null;
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description The first moment that is not; a date means the end of its day. */
                end_date?: string | null;
                /** @description A field that must have changed. */
                field?: string | null;
                limit?: number;
                /** @description Part of the name, in any case. */
                name?: string | null;
                offset?: number;
                operation_type?: ("create" | "update" | "delete") | null;
                order?: "asc" | "desc";
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description Part of name, model, cluster, image tag or description, in any case. */
                q?: string | null;
                /** @description The first moment that is wanted. */
                start_date?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HistoryPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_history_record_api_history__history_id__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: never;
            path: {
                history_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HistoryItem"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_instances_api_instances_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description `1`: with the caller's rights on each instance. */
                can?: "0" | "1";
                cluster_name?: string | null;
                limit?: number;
                model_name?: string | null;
                /** @description Part of the name, in any case. */
                name?: string | null;
                order?: "asc" | "desc";
                priority?: ("low" | "medium" | "high" | "critical") | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description Part of name, model, cluster, image tag or description, in any case. */
                q?: string | null;
                skip?: number;
                sort?: string | null;
                status?: ("active" | "inactive" | "pending" | "error") | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceView"][];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    create_instance_api_instances_post: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InstanceIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_instance_api_instances__id__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description `1`: with the caller's rights on each instance. */
                can?: "0" | "1";
            };
            header?: {
                /** @description The ETags that the client has. */
                "if-none-match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstanceView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_instance_api_instances__id__put: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InstanceUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_instance_api_instances__id__delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_history_api_instances__id__history_get: {
        parameters: {
            query?: {
                /** @description Who did it, such as `user:usr_…`. */
                actor?: string | null;
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description The first moment that is not; a date means the end of its day. */
                end_date?: string | null;
                /** @description A field that must have changed. */
                field?: string | null;
                limit?: number;
                offset?: number;
                operation_type?: ("create" | "update" | "delete") | null;
                order?: "asc" | "desc";
                /** @description Part of name, model, cluster, image tag or description, in any case. */
                q?: string | null;
                /** @description The first moment that is wanted. */
                start_date?: string | null;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HistoryPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    compare_history_records_api_instances__id__history_compare_get: {
        parameters: {
            query: {
                /** @description A `history_id` of this instance. */
                a: number;
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description A `history_id` of this instance. */
                b: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comparison"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    export_history_api_instances__id__history_export_get: {
        parameters: {
            query?: {
                /** @description Who did it, such as `user:usr_…`. */
                actor?: string | null;
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description Names with commas between; all by default. */
                columns?: string | null;
                /** @description The first moment that is not; a date means the end of its day. */
                end_date?: string | null;
                /** @description A field that must have changed. */
                field?: string | null;
                /** @description The format of the file. */
                format?: "csv" | "json" | "ndjson" | "xlsx" | "parquet";
                operation_type?: ("create" | "update" | "delete") | null;
                order?: "asc" | "desc";
                /** @description Part of name, model, cluster, image tag or description, in any case. */
                q?: string | null;
                /** @description The first moment that is wanted. */
                start_date?: string | null;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    restore_instance_api_instances__id__restore_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    undo_change_api_instances__id__undo_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Instance"] | components["schemas"]["Deleted"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    write_instances_api_instances_bulk_post: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkResult"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    export_instances_api_instances_export_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                cluster_name?: string | null;
                /** @description Names with commas between; all by default. */
                columns?: string | null;
                /** @description The format of the file. */
                format?: "csv" | "json" | "ndjson" | "xlsx" | "parquet";
                model_name?: string | null;
                /** @description Part of the name, in any case. */
                name?: string | null;
                order?: "asc" | "desc";
                priority?: ("low" | "medium" | "high" | "critical") | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description Part of name, model, cluster, image tag or description, in any case. */
                q?: string | null;
                sort?: string | null;
                status?: ("active" | "inactive" | "pending" | "error") | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_fleet_history_api_instances_history_get: {
        parameters: {
            query?: {
                /** @description Who did it, such as `user:usr_…`. */
                actor?: string | null;
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description The first moment that is not; a date means the end of its day. */
                end_date?: string | null;
                /** @description A field that must have changed. */
                field?: string | null;
                limit?: number;
                /** @description Part of the name, in any case. */
                name?: string | null;
                offset?: number;
                operation_type?: ("create" | "update" | "delete") | null;
                order?: "asc" | "desc";
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description Part of name, model, cluster, image tag or description, in any case. */
                q?: string | null;
                /** @description The first moment that is wanted. */
                start_date?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HistoryPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    export_fleet_history_api_instances_history_export_get: {
        parameters: {
            query?: {
                /** @description Who did it, such as `user:usr_…`. */
                actor?: string | null;
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description Names with commas between; all by default. */
                columns?: string | null;
                /** @description The first moment that is not; a date means the end of its day. */
                end_date?: string | null;
                /** @description A field that must have changed. */
                field?: string | null;
                /** @description The format of the file. */
                format?: "csv" | "json" | "ndjson" | "xlsx" | "parquet";
                /** @description Part of the name, in any case. */
                name?: string | null;
                operation_type?: ("create" | "update" | "delete") | null;
                order?: "asc" | "desc";
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description Part of name, model, cluster, image tag or description, in any case. */
                q?: string | null;
                /** @description The first moment that is wanted. */
                start_date?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    import_file_api_instances_import_post: {
        parameters: {
            query?: {
                /** @description `1`: report only, change nothing. */
                dry_run?: "0" | "1";
                /** @description By default what the Content-Type says. */
                format?: ("csv" | "json" | "ndjson" | "xlsx" | "parquet") | null;
                /** @description `1`: keep the ids of the file that were never in use. */
                keep_ids?: "0" | "1";
                /** @description For instances of the same name that differ. */
                on_conflict?: "update" | "skip" | "fail";
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description Where it comes from; by default the format. */
                source?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description The file; at most 64 MB and 10,000 rows. CSV that is not UTF-8 names its charset. */
        requestBody: {
            content: {
                "application/json": string;
                "application/octet-stream": string;
                "application/vnd.apache.parquet": string;
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                "application/x-ndjson": string;
                "text/csv": string;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    summarize_instances_api_instances_summary_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                cluster_name?: string | null;
                model_name?: string | null;
                /** @description Part of the name, in any case. */
                name?: string | null;
                priority?: ("low" | "medium" | "high" | "critical") | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description Part of name, model, cluster, image tag or description, in any case. */
                q?: string | null;
                status?: ("active" | "inactive" | "pending" | "error") | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetSummary"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_logged_model_api_logged_models__id__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: never;
            path: {
                /** @description The id of a logged model. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedModel"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    preview_logged_model_artifact_api_logged_models__id__artifact_preview_get: {
        parameters: {
            query: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description A file, relative to the folder of its owner. */
                path: string;
            };
            header?: never;
            path: {
                /** @description The id of a logged model. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactPreview"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_logged_model_artifact_provenance_api_logged_models__id__artifact_provenance_get: {
        parameters: {
            query: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description A file, relative to the folder of its owner. */
                path: string;
            };
            header?: never;
            path: {
                /** @description The id of a logged model. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactProvenance"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_logged_model_artifacts_api_logged_models__id__artifacts_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                limit?: number;
                offset?: number;
                /** @description A directory; left out: the root. */
                path?: string;
            };
            header?: never;
            path: {
                /** @description The id of a logged model. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_logged_model_artifact_api_logged_models__id__artifacts__path__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description Shown by the browser instead of saved. A page is closed in: its scripts run as nobody, and it reaches no network. */
                show?: boolean;
            };
            header?: never;
            path: {
                /** @description The id of a logged model. */
                id: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_operation_api_operations__id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    cancel_operation_api_operations__id__cancel_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_projects_api_projects_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                columns?: string | null;
                cursor?: string | null;
                filter?: string | null;
                limit?: number;
                offset?: number | null;
                order?: ("asc" | "desc") | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_project_api_projects__slug__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: {
                /** @description The ETags that the client has. */
                "if-none-match"?: string;
            };
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_project_api_projects__slug__patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_project_space_api_projects__slug__space_get: {
        parameters: {
            query?: {
                /** @description How many experiments and runs at most. */
                limit?: number;
            };
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectSpace"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_models_api_registry_models_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                columns?: string | null;
                cursor?: string | null;
                filter?: string | null;
                limit?: number;
                offset?: number | null;
                order?: ("asc" | "desc") | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    create_model_api_registry_models_post: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_model_api_registry_models__model__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: never;
            path: {
                /** @description The id of a model, or its name. */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_model_api_registry_models__model__delete: {
        parameters: {
            query?: {
                /** @description Also what deployments serve; needs the right to stop them. */
                force?: boolean;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of a model, or its name. */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_model_api_registry_models__model__patch: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of a model, or its name. */
                model: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_alias_moves_api_registry_models__model__alias_moves_get: {
        parameters: {
            query?: {
                /** @description One alias; left out: all. */
                alias?: string | null;
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                cursor?: string | null;
                limit?: number;
                offset?: number;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: never;
            path: {
                /** @description The id of a model, or its name. */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasMovePage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_alias_api_registry_models__model__aliases__alias__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: never;
            path: {
                alias: string;
                /** @description The id of a model, or its name. */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelVersion"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    set_alias_api_registry_models__model__aliases__alias__put: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                alias: string;
                /** @description The id of a model, or its name. */
                model: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AliasIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_alias_api_registry_models__model__aliases__alias__delete: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                alias: string;
                /** @description The id of a model, or its name. */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    compare_versions_api_registry_models__model__compare_get: {
        parameters: {
            query: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description Two to five numbers, separated by commas. */
                versions: string;
            };
            header?: never;
            path: {
                /** @description The id of a model, or its name. */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionComparison"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_versions_api_registry_models__model__versions_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                columns?: string | null;
                cursor?: string | null;
                filter?: string | null;
                limit?: number;
                offset?: number | null;
                order?: ("asc" | "desc") | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path: {
                /** @description The id of a model, or its name. */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelVersionPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    create_version_api_registry_models__model__versions_post: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The id of a model, or its name. */
                model: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VersionIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelVersion"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_version_api_registry_models__model__versions__number__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: never;
            path: {
                /** @description The id of a model, or its name. */
                model: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionDetail"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_version_api_registry_models__model__versions__number__delete: {
        parameters: {
            query?: {
                /** @description Also what deployments serve; needs the right to stop them. */
                force?: boolean;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of a model, or its name. */
                model: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_version_api_registry_models__model__versions__number__patch: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of a model, or its name. */
                model: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VersionUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelVersion"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    preview_version_artifact_api_registry_models__model__versions__number__artifact_preview_get: {
        parameters: {
            query: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description A file, relative to the folder of its owner. */
                path: string;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: never;
            path: {
                /** @description The id of a model, or its name. */
                model: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactPreview"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_version_artifact_provenance_api_registry_models__model__versions__number__artifact_provenance_get: {
        parameters: {
            query: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description A file, relative to the folder of its owner. */
                path: string;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: never;
            path: {
                /** @description The id of a model, or its name. */
                model: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactProvenance"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_version_artifacts_api_registry_models__model__versions__number__artifacts_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                limit?: number;
                offset?: number;
                /** @description A directory; left out: the root. */
                path?: string;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description All files below it, and no directories. */
                recursive?: boolean;
            };
            header?: never;
            path: {
                /** @description The id of a model, or its name. */
                model: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionArtifactPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_version_artifact_api_registry_models__model__versions__number__artifacts__path__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description Shown by the browser instead of saved. A page is closed in: its scripts run as nobody, and it reaches no network. */
                show?: boolean;
            };
            header?: never;
            path: {
                /** @description The id of a model, or its name. */
                model: string;
                number: number;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    download_version_api_registry_models__model__versions__number__download_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: never;
            path: {
                /** @description The id of a model, or its name. */
                model: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_lineage_api_registry_models__model__versions__number__lineage_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                depth?: number;
                direction?: "up" | "down" | "both";
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: never;
            path: {
                /** @description The id of a model, or its name. */
                model: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lineage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    transition_version_api_registry_models__model__versions__number__transition_post: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of a model, or its name. */
                model: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransitionIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelVersion"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    request_transition_api_registry_models__model__versions__number__transition_requests_post: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                /** @description The id of a model, or its name. */
                model: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransitionRequestIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_runs_api_runs_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                columns?: string | null;
                cursor?: string | null;
                /** @description Fields whose values are counted over all that match. */
                facets?: "status"[] | null;
                filter?: string | null;
                /** @description Which ones are listed: by default those in use. */
                lifecycle?: "active" | "deleted" | "all";
                limit?: number;
                offset?: number | null;
                order?: ("asc" | "desc") | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    start_run_api_runs_post: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedRun"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_run_api_runs__id__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunDetail"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_run_api_runs__id__delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_run_api_runs__id__patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunSummary"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    preview_artifact_api_runs__id__artifact_preview_get: {
        parameters: {
            query: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description A file, relative to the root of the run. */
                path: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactPreview"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_artifact_provenance_api_runs__id__artifact_provenance_get: {
        parameters: {
            query: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description A file, relative to the folder of its owner. */
                path: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactProvenance"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_artifacts_api_runs__id__artifacts_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                limit?: number;
                offset?: number;
                /** @description A directory; left out: the root. */
                path?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_artifact_api_runs__id__artifacts__path__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description Shown by the browser instead of saved. A page is closed in: its scripts run as nobody, and it reaches no network. */
                show?: boolean;
            };
            header?: never;
            path: {
                id: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_logs_api_runs__id__logs_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                attempt?: number | null;
                cursor?: string | null;
                direction?: "forward" | "backward";
                /** @description An RFC 3339 time. */
                from?: string | null;
                from_line?: number | null;
                level?: ("none" | "debug" | "info" | "warn" | "warning" | "error" | "critical")[] | null;
                limit?: number;
                match_case?: boolean;
                q?: string | null;
                /** @description Is `q` a regular expression (RE2)? */
                regex?: boolean;
                source?: string | null;
                stream?: ("stdout" | "stderr" | "event")[] | null;
                /** @description An RFC 3339 time, excluded. */
                to?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    log_lines_api_runs__id__logs_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LogLinesIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinesLogged"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    export_logs_api_runs__id__logs_export_get: {
        parameters: {
            query?: {
                /** @description The format of the file. */
                format?: "parquet" | "csv";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.apache.parquet": string;
                    "text/csv": string;
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_log_histogram_api_runs__id__logs_histogram_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                buckets?: number;
                /** @description An RFC 3339 time. */
                from?: string | null;
                /** @description An RFC 3339 time. */
                to?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogHistogram"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    find_log_lines_api_runs__id__logs_hits_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                attempt?: number | null;
                /** @description An RFC 3339 time. */
                from?: string | null;
                from_line?: number | null;
                level?: ("none" | "debug" | "info" | "warn" | "warning" | "error" | "critical")[] | null;
                match_case?: boolean;
                q?: string | null;
                /** @description Is `q` a regular expression (RE2)? */
                regex?: boolean;
                source?: string | null;
                stream?: ("stdout" | "stderr" | "event")[] | null;
                /** @description An RFC 3339 time, excluded. */
                to?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogHits"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_metrics_api_runs__id__metrics_get: {
        parameters: {
            query: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                attempts?: "last" | "all";
                buckets?: number;
                /** @description In the unit of `x`: a step, an RFC 3339 time, or seconds. */
                from?: string | null;
                name: string[];
                /** @description In the unit of `x`: a step, an RFC 3339 time, or seconds. */
                to?: string | null;
                x?: "step" | "time" | "relative";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricAnswer"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    log_metrics_api_runs__id__metrics_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MetricPointsIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PointsLogged"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    export_metrics_api_runs__id__metrics_export_get: {
        parameters: {
            query?: {
                /** @description The format of the file. */
                format?: "parquet" | "csv";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.apache.parquet": string;
                    "text/csv": string;
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_metric_names_api_runs__id__metrics_names_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                cursor?: string | null;
                limit?: number;
                q?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricNames"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_run_models_api_runs__id__models_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunModels"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    restore_run_api_runs__id__restore_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunSummary"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    resume_run_api_runs__id__resume_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunSummary"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_run_timeline_api_runs__id__timeline_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description Count the events of each lane in so many equal parts of the window. */
                bins?: number | null;
                cursor?: string | null;
                /** @description An RFC 3339 time, `now` or `seq:<number>`. */
                from?: string | null;
                /** @description Lanes, comma-separated; default: all. */
                lanes?: string | null;
                limit?: number;
                /** @description An RFC 3339 time, `now` or `seq:<number>`. */
                to?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timeline"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_run_columns_api_runs_columns_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                /** @description By default all of them. */
                kind?: ("metric" | "param" | "tag")[] | null;
                /** @description Which ones are listed: by default those in use. */
                lifecycle?: "active" | "deleted" | "all";
                limit?: number;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description A part of the name, whatever its case. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunColumnPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    compare_runs_api_runs_compare_post: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunComparisonIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunComparison"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_run_groups_api_runs_groups_get: {
        parameters: {
            query: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description One to three params, tags or attributes: `params.lr,status`. */
                by: string;
                columns?: string | null;
                cursor?: string | null;
                filter?: string | null;
                /** @description Which ones are listed: by default those in use. */
                lifecycle?: "active" | "deleted" | "all";
                limit?: number;
                offset?: number | null;
                order?: ("asc" | "desc") | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunGroupPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_saved_views_api_saved_views_get: {
        parameters: {
            query?: {
                /** @description Only views for this entity's page, and for every one. */
                about?: string | null;
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                columns?: string | null;
                cursor?: string | null;
                filter?: string | null;
                limit?: number;
                /** @description Only views of this page of the UI. */
                of?: ("experiments" | "experiment" | "runs" | "compare" | "instances") | null;
                offset?: number | null;
                order?: ("asc" | "desc") | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedViewPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    create_saved_view_api_saved_views_post: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SavedViewIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_saved_view_api_saved_views__id__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: {
                /** @description The ETags that the client has. */
                "if-none-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_saved_view_api_saved_views__id__delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_saved_view_api_saved_views__id__patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SavedViewUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedView"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    search_api_search_get: {
        parameters: {
            query: {
                limit?: number;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description Parts of a name, or the beginning of an id. */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchAnswer"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_state_api_state_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                cursor?: string | null;
                /** @description A kind, such as `run`. */
                entity?: string | null;
                /** @description One entity of that kind. */
                id?: string | null;
                limit?: number;
                offset?: number;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StateSummary"] | components["schemas"]["StatePage"] | components["schemas"]["EntityState"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_timeline_api_timeline_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                /** @description Count the events of each lane in so many equal parts of the window. */
                bins?: number | null;
                cursor?: string | null;
                /** @description A kind of entity such as `run`, or one of them: `run:<id>`. */
                entity?: string | null;
                /** @description An RFC 3339 time, `now` or `seq:<number>`. */
                from?: string | null;
                /** @description Lanes, comma-separated; default: all. */
                lanes?: string | null;
                limit?: number;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                /** @description An RFC 3339 time, `now` or `seq:<number>`. */
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timeline"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_jobs_api_training_jobs_get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
                columns?: string | null;
                cursor?: string | null;
                /** @description Counts to return. */
                facets?: "status"[] | null;
                filter?: string | null;
                limit?: number;
                offset?: number | null;
                order?: ("asc" | "desc") | null;
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
                q?: string | null;
                /** @description Only the job of this run. */
                run_id?: string | null;
                sort?: string | null;
                status?: ("pending" | "running" | "completed" | "failed" | "cancelled") | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobPage"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    create_job_api_training_jobs_post: {
        parameters: {
            query?: {
                /** @description Slug of the project; `*` in lists means every readable one. */
                project?: string | null;
            };
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_job_api_training_jobs__id__get: {
        parameters: {
            query?: {
                /** @description An RFC 3339 time, `now` or `seq:<number>`; left out: live. */
                as_of?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobDetail"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    clone_job_api_training_jobs__id__clone_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["JobClone"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    retry_job_api_training_jobs__id__retry_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    stop_job_api_training_jobs__id__stop_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description What the client calls this request; sent again under the same name it changes nothing. */
                "idempotency-key"?: string;
                /** @description The ETag that the client has seen. */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    health_health_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ready_ready_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    mlflow_release_version_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A failure in our envelope. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
