/** How long to wait before the next try: 0.5 s, doubled each time up to 15 s, spread by ±25 % so that clients do not come together. */
export function retryDelayMs(attempt: number, random: () => number): number {
  const base = Math.min(15_000, 500 * 2 ** attempt);
  return Math.round(base * (0.75 + random() * 0.5));
}
