/**
 * A time series that can be drawn at any zoom for the cost of its pixels.
 *
 * Points lie in typed arrays, with levels of summaries above them: the first level covers 16 points a cell, each
 * further one four cells of the level below (minimum, maximum, sum and count of the finite values). An append
 * touches one cell per level. NaN and the infinities count as gaps.
 */
const FIRST_FACTOR = 16;
const NEXT_FACTOR = 4;
const INITIAL_CAPACITY = 64;

/** What a stretch of a series amounts to; `count` 0 means nothing finite in it. */
export interface Summary {
  min: number;
  max: number;
  sum: number;
  count: number;
}

/**
 * A point of a raw series (all three values equal, count 1), or one already summarised by the server. With a count of 0
 * the mean says what was there instead: NaN or an infinity.
 */
export interface Cell {
  x: number;
  min: number;
  max: number;
  mean: number;
  count: number;
}

class Columns {
  min = new Float64Array(INITIAL_CAPACITY);
  max = new Float64Array(INITIAL_CAPACITY);
  sum = new Float64Array(INITIAL_CAPACITY);
  count = new Float64Array(INITIAL_CAPACITY);
  length = 0;

  reserve(length: number): void {
    if (length <= this.min.length) return;
    const capacity = Math.max(length, this.min.length * 2);
    this.min = grown(this.min, capacity);
    this.max = grown(this.max, capacity);
    this.sum = grown(this.sum, capacity);
    this.count = grown(this.count, capacity);
  }

  /** Begin an empty cell at the end. */
  open(): void {
    this.reserve(this.length + 1);
    this.min[this.length] = Number.POSITIVE_INFINITY;
    this.max[this.length] = Number.NEGATIVE_INFINITY;
    this.sum[this.length] = 0;
    this.count[this.length] = 0;
    this.length += 1;
  }

  /** Add a summary to the cell at `index`. */
  add(index: number, min: number, max: number, sum: number, count: number): void {
    if (count === 0) return;
    if (min < at(this.min, index)) this.min[index] = min;
    if (max > at(this.max, index)) this.max[index] = max;
    this.sum[index] = at(this.sum, index) + sum;
    this.count[index] = at(this.count, index) + count;
  }
}

function grown(old: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(capacity);
  next.set(old);
  return next;
}

function at(values: Float64Array, index: number): number {
  return values[index] as number;
}

/** A series over x (a step, or a time in seconds), ordered by x; equal x keep the order in which they came. */
export class SeriesPyramid {
  private x = new Float64Array(INITIAL_CAPACITY);
  private readonly base = new Columns();
  private readonly levels: Columns[] = [];

  get length(): number {
    return this.base.length;
  }

  xAt(index: number): number {
    return at(this.x, index);
  }

  cellAt(index: number): Cell {
    const count = at(this.base.count, index);
    return {
      x: at(this.x, index),
      min: count ? at(this.base.min, index) : Number.NaN,
      max: count ? at(this.base.max, index) : Number.NaN,
      mean: count ? at(this.base.sum, index) / count : at(this.base.sum, index),
      count,
    };
  }

  /** Append one raw value. */
  append(x: number, value: number): void {
    this.appendCell({ x, min: value, max: value, mean: value, count: Number.isFinite(value) ? 1 : 0 });
  }

  /** Append one summarised point. One that lies before the end is put where it belongs, which costs O(length). */
  appendCell(cell: Cell): void {
    const position =
      this.length === 0 || cell.x >= this.xAt(this.length - 1) ? this.length : this.upperBound(cell.x);
    if (position < this.length) {
      this.insert(position, cell);
      return;
    }
    this.pushBase(cell);
    this.raise(this.length - 1);
  }

  /** The first index whose x is not below `x`. */
  lowerBound(x: number): number {
    return this.bisect((value) => value < x);
  }

  /** The first index whose x is above `x`. */
  upperBound(x: number): number {
    return this.bisect((value) => value <= x);
  }

  /** The index whose x is nearest to `x`; -1 in an empty series. */
  nearest(x: number): number {
    const right = this.lowerBound(x);
    if (right === 0) return this.length === 0 ? -1 : 0;
    if (right === this.length) return right - 1;
    return x - this.xAt(right - 1) <= this.xAt(right) - x ? right - 1 : right;
  }

  /** Summary of the points `from` (inclusive) to `to` (exclusive), in O(levels). */
  summary(from: number, to: number): Summary {
    const into: Summary = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, sum: 0, count: 0 };
    this.collect(-1, from, Math.min(to, this.length), into);
    return into;
  }

  /**
   * Summaries of `width` equal stretches of [x0, x1), written into `out` arrays of that length; NaN where a stretch is
   * empty. Costs O(width · log length).
   */
  resample(
    x0: number,
    x1: number,
    width: number,
    out: { min: Float64Array; max: Float64Array; mean: Float64Array },
  ): void {
    const step = (x1 - x0) / width;
    let from = this.lowerBound(x0);
    for (let pixel = 0; pixel < width; pixel += 1) {
      const to = pixel === width - 1 ? this.lowerBound(x1) : this.lowerBound(x0 + (pixel + 1) * step);
      const { min, max, sum, count } = this.summary(from, to);
      out.min[pixel] = count ? min : Number.NaN;
      out.max[pixel] = count ? max : Number.NaN;
      out.mean[pixel] = count ? sum / count : Number.NaN;
      from = to;
    }
  }

  private bisect(isBefore: (x: number) => boolean): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.xAt(middle))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Add up `from`…`to` of a level (-1 is the points): the ends here, the middle one level up. */
  private collect(level: number, from: number, to: number, into: Summary): void {
    if (from >= to) return;
    const columns = level < 0 ? this.base : (this.levels[level] as Columns);
    const factor = level < 0 ? FIRST_FACTOR : NEXT_FACTOR;
    const first = Math.ceil(from / factor);
    const last = Math.floor(to / factor);
    if (level + 1 < this.levels.length && first < last) {
      addRange(columns, from, first * factor, into);
      this.collect(level + 1, first, last, into);
      addRange(columns, last * factor, to, into);
    } else {
      addRange(columns, from, to, into);
    }
  }

  private pushBase(cell: Cell): void {
    if (this.length === this.x.length) this.x = grown(this.x, this.x.length * 2);
    this.x[this.length] = cell.x;
    this.base.open();
    const count = Number.isFinite(cell.mean) ? cell.count : 0;
    if (count > 0) this.base.add(this.length - 1, cell.min, cell.max, cell.mean * count, count);
    else this.base.sum[this.length - 1] = Number.isFinite(cell.mean) ? Number.NaN : cell.mean;
  }

  /** Bring the levels up to date after the point at `index` was added at the end. */
  private raise(index: number): void {
    const [min, max] = [at(this.base.min, index), at(this.base.max, index)];
    const [sum, count] = [at(this.base.sum, index), at(this.base.count, index)];
    let cell = Math.floor(index / FIRST_FACTOR);
    for (let level = 0; ; level += 1) {
      let columns = this.levels[level];
      if (!columns) {
        if (level > 0 && cell === 0 && (this.levels[level - 1] as Columns).length <= NEXT_FACTOR) return;
        columns = new Columns();
        this.levels.push(columns);
        if (level > 0) this.fill(level);
        else columns.open();
        if (level > 0) return;
      }
      if (cell === columns.length) columns.open();
      columns.add(cell, min, max, sum, count);
      cell = Math.floor(cell / NEXT_FACTOR);
    }
  }

  /** Build a level that has just been begun from the one below it. */
  private fill(level: number): void {
    const below = this.levels[level - 1] as Columns;
    const columns = this.levels[level] as Columns;
    for (let index = 0; index < below.length; index += 1) {
      const cell = Math.floor(index / NEXT_FACTOR);
      if (cell === columns.length) columns.open();
      columns.add(
        cell,
        at(below.min, index),
        at(below.max, index),
        at(below.sum, index),
        at(below.count, index),
      );
    }
  }

  private insert(position: number, cell: Cell): void {
    const tail: Cell[] = [];
    for (let index = position; index < this.length; index += 1) tail.push(this.cellAt(index));
    this.truncate(position);
    for (const one of [cell, ...tail]) {
      this.pushBase(one);
      this.raise(this.length - 1);
    }
  }

  private truncate(length: number): void {
    // Levels are rebuilt from the points that stay: this path is for the rare point that comes late.
    this.base.length = 0;
    this.levels.length = 0;
    const kept = { ...this.base, x: this.x };
    for (let index = 0; index < length; index += 1) {
      const count = at(kept.count, index);
      const cell = {
        x: at(kept.x, index),
        min: at(kept.min, index),
        max: at(kept.max, index),
        mean: count ? at(kept.sum, index) / count : at(kept.sum, index),
        count,
      };
      this.pushBase(cell);
      this.raise(this.length - 1);
    }
  }
}

function addRange(columns: Columns, from: number, to: number, into: Summary): void {
  for (let index = from; index < to; index += 1) {
    if (at(columns.count, index) === 0) continue;
    if (at(columns.min, index) < into.min) into.min = at(columns.min, index);
    if (at(columns.max, index) > into.max) into.max = at(columns.max, index);
    into.sum += at(columns.sum, index);
    into.count += at(columns.count, index);
  }
}
