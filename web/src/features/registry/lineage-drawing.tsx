import { IconMinus, IconPlus, IconZoomScan } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { pageOfEntity } from "@/lib/entities";
import { IconButton } from "@/ui/button";
import { Loaded, Skeleton } from "@/ui/states";
import { useOpen } from "@/ui/use-open";
import styles from "./lineage.module.css";
import {
  type Arrow,
  type Arrowed,
  connected,
  type Graph,
  type GraphNode,
  kindOf,
  type Place,
  step,
} from "./lineage-graph";
import { type Layout, layoutQuery, NODE } from "./lineage-layout";

const ZOOMS = { least: 0.25, readable: 0.7, most: 2.5, step: 1.25 };
/** A hand that moves so far drags; less is a click. */
const DRAG_PX = 4;

/** What part of the drawing is seen: its scale, and where its origin lies in the window. */
interface Camera extends Place {
  scale: number;
}

export function LineageDrawing({ graph }: { graph: Graph }) {
  const layout = useQuery(layoutQuery(graph));
  return (
    <Loaded query={layout} what="The drawing" skeleton={<Skeleton rows={6} />}>
      {(data) => <Drawing graph={graph} layout={data} />}
    </Loaded>
  );
}

/** Layers from left to right: causes left, dependents right. Arrow keys walk along the links, Enter opens. */
function Drawing({ graph, layout }: { graph: Graph; layout: Layout }) {
  const frame = useRef<HTMLDivElement>(null);
  const [camera, setCamera] = useState<Camera>({ x: 0, y: 0, scale: 1 });
  const [focused, setFocused] = useState<string | null>(null);
  const [tabbed, setTabbed] = useState(graph.start);
  const open = useOpen();
  const drag = useDrag(camera, setCamera);

  const fit = () => {
    const box = frame.current?.getBoundingClientRect();
    if (box) setCamera(fitted(layout, box, ZOOMS.least));
  };
  useEffect(() => {
    // At first what can be read: of a large graph that is what lies around the version.
    const box = frame.current?.getBoundingClientRect();
    const start = layout.places.get(graph.start);
    if (box) setCamera(centred(fitted(layout, box, ZOOMS.readable), layout, box, start));
  }, [layout, graph.start]);
  const zoom = (factor: number) =>
    setCamera((old) => {
      const box = frame.current?.getBoundingClientRect();
      return zoomed(old, factor, { x: (box?.width ?? 0) / 2, y: (box?.height ?? 0) / 2 });
    });
  // React listens to wheels passively: the page would zoom too.
  useEffect(() => {
    const element = frame.current;
    const turn = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = element?.getBoundingClientRect();
      const at = { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
      setCamera((old) => zoomed(old, Math.exp(-event.deltaY / 300), at));
    };
    element?.addEventListener("wheel", turn, { passive: false });
    return () => element?.removeEventListener("wheel", turn);
  }, []);

  const bright = focused === null ? null : connected(graph, focused);
  const go = (key: string) => {
    setTabbed(key);
    frame.current?.querySelector<SVGGElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
    const place = layout.places.get(key);
    const box = frame.current?.getBoundingClientRect();
    if (place && box) setCamera((old) => showing(old, place, box));
  };
  const visit = (node: GraphNode, inNewTab: boolean) => {
    const page = node.known ? pageOfEntity(node.entity, node.entity_id) : null;
    if (page !== null) open({ to: page } as never, inNewTab);
  };
  const onKey = (event: KeyboardEvent, node: GraphNode) => {
    if (event.key === "Enter") visit(node, false);
    else if (event.key === "o") visit(node, true);
    else if (event.key === "Escape") setFocused(null);
    else if (event.key.startsWith("Arrow")) {
      const next = step(graph, layout.places, node.key, event.key as Arrowed);
      if (next !== null) go(next);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={styles.drawing} ref={frame}>
      <svg
        width="100%"
        height="100%"
        role="group"
        aria-label={`Lineage: ${graph.nodes.length} things. Arrow keys walk along the links, Enter opens.`}
        {...drag}
      >
        <defs>
          <marker
            id="lineage-arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8Z" className={styles.tip} />
          </marker>
          <clipPath id="lineage-node">
            <rect width={NODE.width - 8} height={NODE.height} />
          </clipPath>
        </defs>
        <g transform={`translate(${camera.x} ${camera.y}) scale(${camera.scale})`}>
          {graph.arrows.map((arrow) => (
            <Line key={arrow.id} arrow={arrow} graph={graph} layout={layout} bright={bright} />
          ))}
          {graph.nodes.map((node) => (
            <Node
              key={node.key}
              node={node}
              place={layout.places.get(node.key) as Place}
              tabbable={node.key === tabbed}
              dimmed={bright !== null && !bright.has(node.key)}
              onFocus={() => {
                setFocused(node.key);
                setTabbed(node.key);
              }}
              onBlur={() => setFocused(null)}
              onKey={(event) => onKey(event, node)}
              onOpen={(inNewTab) => visit(node, inNewTab)}
            />
          ))}
        </g>
      </svg>
      <div className={styles.zoom}>
        <IconButton label="Zoom in" size="small" onClick={() => zoom(ZOOMS.step)}>
          <IconPlus />
        </IconButton>
        <IconButton label="Zoom out" size="small" onClick={() => zoom(1 / ZOOMS.step)}>
          <IconMinus />
        </IconButton>
        <IconButton label="Show everything" size="small" onClick={fit}>
          <IconZoomScan />
        </IconButton>
      </div>
    </div>
  );
}

interface NodeProps {
  node: GraphNode;
  place: Place;
  tabbable: boolean;
  dimmed: boolean;
  onFocus: () => void;
  onBlur: () => void;
  onKey: (event: KeyboardEvent) => void;
  onOpen: (inNewTab: boolean) => void;
}

function Node({ node, place, tabbable, dimmed, onFocus, onBlur, onKey, onOpen }: NodeProps) {
  const standing = node.known ? (node.exists === false ? "deleted" : node.standing) : "nobody recorded it";
  const kind = [kindOf(node), standing?.replaceAll("_", " "), node.isLive && "live"]
    .filter(Boolean)
    .join(" · ");
  return (
    <g
      role="button"
      tabIndex={tabbable ? 0 : -1}
      data-key={node.key}
      data-side={node.side}
      data-unknown={!node.known || undefined}
      data-live={node.isLive || undefined}
      data-dimmed={dimmed || undefined}
      className={styles.node}
      aria-label={`${kind} ${node.label}`}
      transform={`translate(${place.x - NODE.width / 2} ${place.y - NODE.height / 2})`}
      onFocus={onFocus}
      onBlur={onBlur}
      onKeyDown={onKey}
      onClick={(event) => event.detail > 0 && onOpen(event.metaKey || event.ctrlKey)}
    >
      <title>{`${kind} ${node.label}`}</title>
      <rect width={NODE.width} height={NODE.height} rx={5} />
      <g clipPath="url(#lineage-node)">
        <text x={10} y={18} className={styles.kind}>
          {`${kind} `}
        </text>
        <text x={10} y={35} className={styles.nodeLabel}>
          {node.label}
        </text>
      </g>
    </g>
  );
}

function Line({
  arrow,
  graph,
  layout,
  bright,
}: {
  arrow: Arrow;
  graph: Graph;
  layout: Layout;
  bright: ReadonlySet<string> | null;
}) {
  const points = layout.lines.get(arrow.id) ?? [];
  const isUnknown = graph.nodes.some(
    ({ key, known }) => !known && (key === arrow.cause || key === arrow.dependent),
  );
  const isDimmed = bright !== null && !(bright.has(arrow.cause) && bright.has(arrow.dependent));
  return (
    <path
      d={curve(points)}
      className={styles.line}
      data-unknown={isUnknown || undefined}
      data-dimmed={isDimmed || undefined}
      markerEnd="url(#lineage-arrow)"
    >
      <title>{arrow.relation.replaceAll("_", " ")}</title>
    </path>
  );
}

/** A smooth way through some points, level at both ends. */
function curve(points: readonly Place[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let path = `M${first.x} ${first.y}`;
  let from = first;
  for (const to of rest) {
    const middle = (from.x + to.x) / 2;
    path += `C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
    from = to;
  }
  return path;
}

/** Move what is seen with the pointer. */
function useDrag(camera: Camera, setCamera: (camera: Camera) => void) {
  const from = useRef<{ pointer: Place; camera: Camera; moved: boolean } | null>(null);
  return {
    onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
      if (event.button === 0)
        from.current = { pointer: { x: event.clientX, y: event.clientY }, camera, moved: false };
    },
    onPointerMove: (event: PointerEvent<SVGSVGElement>) => {
      const start = from.current;
      if (start === null) return;
      const x = event.clientX - start.pointer.x;
      const y = event.clientY - start.pointer.y;
      if (!start.moved && Math.hypot(x, y) < DRAG_PX) return;
      if (!start.moved) event.currentTarget.setPointerCapture(event.pointerId);
      start.moved = true;
      setCamera({ ...start.camera, x: start.camera.x + x, y: start.camera.y + y });
    },
    onPointerUp: () => {
      from.current = null;
    },
    onPointerCancel: () => {
      from.current = null;
    },
  };
}

interface Size {
  width: number;
  height: number;
}

/** All of the drawing in the window, never larger than it is and never smaller than `least`. */
function fitted(layout: Layout, window: Size, least: number): Camera {
  const scale = Math.max(
    least,
    Math.min(1, window.width / Math.max(1, layout.width), window.height / Math.max(1, layout.height)),
  );
  return {
    scale,
    x: (window.width - layout.width * scale) / 2,
    y: (window.height - layout.height * scale) / 2,
  };
}

/** Where the drawing is larger than the window: a place of it in the middle. */
function centred(camera: Camera, layout: Layout, window: Size, place: Place | undefined): Camera {
  if (place === undefined) return camera;
  const isWide = layout.width * camera.scale > window.width;
  const isHigh = layout.height * camera.scale > window.height;
  return {
    ...camera,
    x: isWide ? window.width / 2 - place.x * camera.scale : camera.x,
    y: isHigh ? window.height / 2 - place.y * camera.scale : camera.y,
  };
}

/** Nearer or farther; what lies under `at` stays there. */
function zoomed(camera: Camera, factor: number, at: Place): Camera {
  const scale = Math.min(ZOOMS.most, Math.max(ZOOMS.least, camera.scale * factor));
  const change = scale / camera.scale;
  return { scale, x: at.x - (at.x - camera.x) * change, y: at.y - (at.y - camera.y) * change };
}

/** Moved so far that a place can be seen. */
function showing(camera: Camera, place: Place, window: Size): Camera {
  const x = place.x * camera.scale + camera.x;
  const y = place.y * camera.scale + camera.y;
  const [across, down] = [(NODE.width / 2 + 12) * camera.scale, (NODE.height / 2 + 12) * camera.scale];
  return {
    ...camera,
    x: camera.x + Math.max(0, across - x) - Math.max(0, x + across - window.width),
    y: camera.y + Math.max(0, down - y) - Math.max(0, y + down - window.height),
  };
}
