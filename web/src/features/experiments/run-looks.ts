/** How one of some runs is drawn, in every chart, table and chip of them. */
export interface RunLook {
  /** Which of the eight series colours, from 1. */
  color: number;
  /** Beyond eight runs colours come again, dashed. */
  dashed: boolean;
}

const COLORS = 8;

/** The look of the run at a place among those that are compared. */
export function lookAt(place: number): RunLook {
  return { color: (place % COLORS) + 1, dashed: Math.floor(place / COLORS) % 2 === 1 };
}
