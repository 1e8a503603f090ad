import { QueryClient } from "@tanstack/react-query";
import { toApiError } from "./errors";

/**
 * The cache of answers.
 *
 * Ledger events mark keys stale as things change, so that data is not asked for again merely because time went by.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        // A Studio on this machine is reachable without any network.
        networkMode: "always",
        retry: (failures, error) => failures < 2 && toApiError(error).isTransient,
        retryDelay: (attempt) => Math.min(5000, 400 * 2 ** attempt),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
