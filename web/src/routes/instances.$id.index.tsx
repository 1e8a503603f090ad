import { createFileRoute, redirect } from "@tanstack/react-router";

export const Route = createFileRoute("/instances/$id/")({
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/instances/$id/detail", params, replace: true });
  },
});
