import { createFileRoute, redirect } from "@tanstack/react-router";

export const Route = createFileRoute("/runs/$id/")({
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/runs/$id/overview", params, replace: true });
  },
});
