import { IconPlayerStop, IconTrash } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { toApiError } from "@/api/errors";
import type { Deployment } from "@/api/types";
import { ConfirmDialog, ReasonField } from "@/ui/dialog";
import { toast } from "@/ui/toasts";
import { WriteButton } from "@/ui/write-button";
import { useDeleteDeployment, useStopDeployment } from "./api";

/** What ends a deployment: Stop while it serves, Delete once it has stopped. */
export function EndingActions({ deployment }: { deployment: Deployment }) {
  return deployment.state === "stopped" ? (
    <DeleteButton deployment={deployment} />
  ) : (
    <StopButton deployment={deployment} />
  );
}

function StopButton({ deployment }: { deployment: Deployment }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const stop = useStopDeployment();
  const isStopping = deployment.state === "stopping";
  const count = deployment.replicas.desired;
  return (
    <>
      <WriteButton
        variant="danger"
        icon={<IconPlayerStop />}
        busy={stop.isPending || isStopping}
        onClick={() => setAsking(true)}
      >
        {isStopping ? "Stopping…" : "Stop"}
      </WriteButton>
      <ConfirmDialog
        title={`Stop ${deployment.name}?`}
        opened={asking}
        onClose={() => setAsking(false)}
        confirmLabel="Stop serving"
        danger
        busy={stop.isPending}
        typedName={deployment.environment === "production" ? deployment.name : undefined}
        onConfirm={() =>
          stop.mutate(
            { deployment, reason },
            {
              onSettled: () => setAsking(false),
              onSuccess: () => toast({ tone: "ok", title: `${deployment.name} is stopping` }),
              onError: (error) => tellFailure(`${deployment.name} was not stopped`, error),
            },
          )
        }
      >
        <p>
          Its{" "}
          {count === 1
            ? "replica answers what is under way and then ends"
            : `${count} replicas answer what is under way and then end`}
          . Requests to <code>{deployment.endpoint}</code> fail from then on.
        </p>
        <ReasonField value={reason} onChange={setReason} />
      </ConfirmDialog>
    </>
  );
}

function DeleteButton({ deployment }: { deployment: Deployment }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const remove = useDeleteDeployment();
  const navigate = useNavigate();
  return (
    <>
      <WriteButton
        variant="danger"
        icon={<IconTrash />}
        busy={remove.isPending}
        onClick={() => setAsking(true)}
      >
        Delete
      </WriteButton>
      <ConfirmDialog
        title={`Delete ${deployment.name}?`}
        opened={asking}
        onClose={() => setAsking(false)}
        confirmLabel="Delete"
        danger
        busy={remove.isPending}
        typedName={deployment.name}
        onConfirm={() =>
          remove.mutate(
            { deployment, reason },
            {
              onSuccess: () => {
                toast({ tone: "ok", title: `${deployment.name} was deleted` });
                void navigate({ to: "/deployments" });
              },
              onError: (error) => {
                setAsking(false);
                tellFailure(`${deployment.name} was not deleted`, error);
              },
            },
          )
        }
      >
        <p>It leaves the lists, and its name is free again. Its history stays; the model is not touched.</p>
        <ReasonField value={reason} onChange={setReason} />
      </ConfirmDialog>
    </>
  );
}

function tellFailure(title: string, error: Error): void {
  const failure = toApiError(error);
  toast({
    tone: "err",
    title,
    detail:
      failure.status === 412 ? "It was changed meanwhile. Look at it again, then repeat." : failure.message,
  });
}
