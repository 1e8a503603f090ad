import { createFileRoute, Outlet, useChildMatches } from "@tanstack/react-router";
import { useCallback } from "react";
import { InstanceLayout, type InstanceTab } from "@/features/instances/instance-layout";
import { flag, searchSchema } from "@/lib/url-state";

export const Route = createFileRoute("/instances/$id")({
  validateSearch: searchSchema({ edit: flag() }),
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  const { edit } = Route.useSearch();
  const navigate = Route.useNavigate();
  const tab = useChildMatches({ select: (matches) => matches.at(-1)?.pathname.split("/").at(-1) }) as
    | InstanceTab
    | undefined;
  const onEditing = useCallback(
    (editing: boolean) =>
      void navigate({ to: ".", search: (old) => ({ ...old, edit: editing || undefined }), replace: true }),
    [navigate],
  );
  return (
    <InstanceLayout key={id} id={id} tab={tab ?? "detail"} editing={edit === true} onEditing={onEditing}>
      <Outlet />
    </InstanceLayout>
  );
}
