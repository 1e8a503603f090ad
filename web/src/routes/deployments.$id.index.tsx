import { createFileRoute, redirect } from "@tanstack/react-router";

export const Route = createFileRoute("/deployments/$id/")({
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/deployments/$id/overview", params, replace: true });
  },
});
