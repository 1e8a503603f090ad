import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatValue } from "@/lib/numbers";
import type { Zone } from "@/lib/time";
import { formatTick } from "./describe";
import { type ChartSeries, columnsOf, fullRange, type Range, type XAxis } from "./model";

/** What a chart shows besides its data. */
export interface PlotView {
  axis: XAxis;
  range: Range;
  smoothing: number;
  logarithmic: boolean;
  zone: Zone;
}

interface PlotHandlers {
  /** A part was marked by dragging; `null` by a double click. */
  onRange: (range: Range) => void;
  /** The pointer stands over x; `null`: it has left. */
  onCursor: (x: number | null) => void;
}

/** Values of the tokens, read again after the theme changed. */
function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function faint(color: string, share: number): string {
  return `color-mix(in srgb, ${color} ${share}%, transparent)`;
}

const HEIGHT_OF_AXIS = 26;

/** Charts share the pointer's place, not what is marked with it. */
function isMove(type: string): boolean {
  return type === "mousemove" || type === "mouseleave";
}

/**
 * One canvas with its axes. It lives outside React: data and view are handed to it and drawn once per frame.
 */
export class Plot {
  private readonly plot: uPlot;
  private readonly series: readonly ChartSeries[];
  private readonly handlers: PlotHandlers;
  private readonly stopFollowing: (() => void)[];
  private view: PlotView;
  private frame: number | null = null;
  private drawing = false;

  constructor(
    element: HTMLElement,
    series: readonly ChartSeries[],
    view: PlotView,
    handlers: PlotHandlers,
    syncKey: string,
  ) {
    this.series = series;
    this.view = view;
    this.handlers = handlers;
    this.plot = new uPlot(this.options(element, syncKey), this.columns(element.clientWidth), element);
    this.stopFollowing = series.map((one) => one.subscribe(() => this.schedule()));
    this.draw();
  }

  /** Show another part, axis or smoothing. A change between linear and logarithmic needs a new plot. */
  setView(view: PlotView): void {
    this.view = view;
    this.schedule();
  }

  /** Colours or the window changed. */
  resize(width: number, height: number): void {
    this.plot.setSize({ width, height });
    this.schedule();
  }

  redraw(): void {
    this.plot.redraw(false, true);
  }

  destroy(): void {
    for (const stop of this.stopFollowing) stop();
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.plot.destroy();
  }

  private schedule(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  private draw(): void {
    const [min, max] = this.view.range ?? fullRange(this.series);
    this.drawing = true;
    this.plot.batch(() => {
      this.plot.setData(this.columns(this.plot.width), false);
      this.plot.setScale("x", { min, max });
    });
    this.drawing = false;
  }

  private columns(width: number): uPlot.AlignedData {
    const range = this.view.range ?? fullRange(this.series);
    const [x, ...lines] = columnsOf(this.series, range, width, this.view.smoothing);
    const drawable = (value: number | null) => (value !== null && value > 0 ? value : null);
    return [x, ...(this.view.logarithmic ? lines.map((line) => line.map(drawable)) : lines)];
  }

  private options(element: HTMLElement, syncKey: string): uPlot.Options {
    const color = (one: ChartSeries) => token(`--s${one.color}`);
    // Without edges the band ends in nothing where a spike is narrower than a pixel.
    const edge = (one: ChartSeries): uPlot.Series => ({
      ...{ spanGaps: true, points: { show: false } },
      ...{ stroke: () => faint(color(one), 60), width: 1 },
    });
    const axisLook: uPlot.Axis = {
      stroke: () => token("--fg-3"),
      grid: { stroke: () => token("--line-soft"), width: 1 },
      ticks: { show: false },
      font: `11px ${token("--font-text")}`,
    };
    return {
      width: element.clientWidth,
      height: element.clientHeight,
      padding: [8, 22, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 5, show: (_, index) => (index % 3 === 0 ? undefined : false) as never },
        drag: { x: true, y: false, setScale: false },
        sync: { key: syncKey, setSeries: false, scales: ["x", null], filters: { pub: isMove, sub: isMove } },
      },
      scales: {
        x: { time: false, auto: false },
        y: { distr: this.view.logarithmic ? 3 : 1, range: (_, min, max) => this.rangeOfY(min, max) },
      },
      axes: [
        {
          ...axisLook,
          size: HEIGHT_OF_AXIS,
          space: 70,
          values: (_, ticks, __, ___, spacing) =>
            ticks.map((x) => formatTick(x, this.view.axis, this.view.zone, spacing)),
        },
        {
          ...axisLook,
          size: 52,
          space: 28,
          values: (_, ticks) => ticks.map((y) => (y === null ? "" : formatValue(y))),
        },
      ],
      series: [
        {},
        ...this.series.flatMap((one): uPlot.Series[] => [
          { ...edge(one), label: `${one.name} highest` },
          { ...edge(one), label: `${one.name} lowest` },
          {
            label: one.name,
            spanGaps: true,
            stroke: () => color(one),
            width: 1.5,
            dash: one.dashed ? [6, 4] : undefined,
            points: { show: (plot) => (plot.data[0]?.length ?? 0) < 2, size: 5 },
          },
        ]),
      ],
      bands: this.series.map((one, index) => ({
        series: [index * 3 + 1, index * 3 + 2] as uPlot.Band.Bounds,
        fill: () => faint(color(one), 32),
      })),
      hooks: {
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width < 4) return;
            this.handlers.onRange([plot.posToVal(left, "x"), plot.posToVal(left + width, "x")]);
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
        setCursor: [
          (plot) => {
            if (this.drawing) return;
            const { left } = plot.cursor;
            this.handlers.onCursor(left === undefined || left < 0 ? null : plot.posToVal(left, "x"));
          },
        ],
        ready: [(plot) => plot.over.addEventListener("dblclick", () => this.handlers.onRange(null))],
      },
    };
  }

  private rangeOfY(min: number | null, max: number | null): [number, number] {
    if (min === null || max === null || min > max) return this.view.logarithmic ? [0.1, 10] : [0, 1];
    if (this.view.logarithmic) return [min * 0.9, max * 1.1];
    if (min === max) return [min - Math.abs(min || 1) * 0.1, max + Math.abs(max || 1) * 0.1];
    const margin = (max - min) * 0.06;
    return [min - margin, max + margin];
  }
}
