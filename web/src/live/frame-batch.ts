/** Collects what arrives and hands it over once per animation frame; a hidden tab catches up when it is shown. */
export class FrameBatch<T> {
  private items: T[] = [];
  private scheduled = false;
  private overflowed = false;
  private readonly apply: (items: T[]) => void;
  private readonly overflow: () => void;
  private readonly capacity: number;

  /**
   * Args:
   *   apply: Takes what has come since the last frame.
   *   overflow: Called instead when more than `capacity` came while no frame was drawn: read the state again.
   */
  constructor(apply: (items: T[]) => void, overflow: () => void, capacity = 50_000) {
    this.apply = apply;
    this.overflow = overflow;
    this.capacity = capacity;
  }

  add(item: T): void {
    if (this.items.length >= this.capacity) {
      this.items = [];
      this.overflowed = true;
    }
    if (!this.overflowed) this.items.push(item);
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => this.flush());
  }

  private flush(): void {
    this.scheduled = false;
    const { items, overflowed } = this;
    this.items = [];
    this.overflowed = false;
    if (overflowed) this.overflow();
    else this.apply(items);
  }
}
