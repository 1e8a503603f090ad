import type { LogLine } from "@/api/types";

/** What the server says on a socket (conventions of the socket protocol). */
export interface LedgerEvent {
  seq: number;
  /** When it was recorded. */
  at: string;
  kind: string;
  entity: string;
  entity_id: string;
  links?: { relation: string; to: string }[];
}

export interface Hello {
  type: "hello";
  server_time: string;
  head: number;
  heartbeat_s: number;
}

export interface Heartbeat {
  type: "heartbeat";
  server_time: string;
  upto?: Record<string, number>;
}

export interface Reset {
  type: "reset";
  topic: string;
  reason: string;
}

export interface TopicEvent {
  type: "event";
  topic: string;
  seq: number;
  prev: number;
  data: unknown;
}

export type AppMessage = Hello | Heartbeat | Reset | TopicEvent | { type: "error"; error: unknown };

export interface StatusData {
  status: string;
  reason: string | null;
  started_at: string | null;
  ended_at: string | null;
}

export interface PointData {
  name: string;
  value: number | "NaN" | "Infinity" | "-Infinity";
  step: number;
  time: string;
  attempt: number;
}

export interface LineData extends Omit<LogLine, "fields"> {
  /** The text was too long for a frame: the API has all of it. */
  truncated: boolean;
}

export type RunMessage =
  | { type: "status"; seq: number; prev: number; data: StatusData }
  | { type: "timeline_event"; seq: number; prev: number; data: Record<string, unknown> }
  | { type: "metric_point"; seq: number; prev: number; data: PointData }
  | { type: "log_line"; seq: number; prev: number; data: LineData };
