/** What travels between server and page, as the modules see it; the rows are listed in ARCHITECTURE.md. */

export type Instant = string;
export type Phase = "announced" | "open" | "live" | "closed" | "published" | "cancelled";
export type Outcome = "open" | "aloud" | "promised" | "written" | "referred" | "not_reached";
export type Review =
  | "waiting"
  | "approved"
  | "stage_only"
  | "returned"
  | "merged"
  | "withdrawn"
  | "unreviewed";
export type StreamName = "floor" | "stage" | "desk";

export interface Answer {
  text: string;
  kind: "summary" | "verbatim";
  by: string | null;
  until: string | null;
  kept: { at: Instant; text: string } | null;
  to: string | null;
  sources: string[];
  minute: number | null;
  at: Instant;
}

/** An answer that waits for a second person. */
export interface HandedIn extends Answer {
  outcome: Outcome;
  author: string;
  author_person: number;
}

/** A question row of the floor; stage and desk add the optional keys. */
export interface Question {
  number: number;
  text: string;
  background: string | null;
  asker: string | null;
  district: string | null;
  topic: string | null;
  asked: Instant;
  upvotes: number;
  place: null | "now" | number;
  outcome: Outcome;
  outcome_at: Instant | null;
  answer: Answer | null;
  edited: boolean;
  merged: number[];
  rev?: number;
  public?: boolean;
  briefing?: string | null;
  draft?: { text: string; by: string; person: number; at: Instant } | null;
  scribe?: { by: string; person: number } | null;
  pending?: HandedIn | null;
  review?: Review;
  reason?: string | null;
  note?: string | null;
  into?: number | null;
  original?: { text: string; background: string | null } | null;
  alike?: number[];
  personal_data?: { kind: string; from: number; to: number }[];
  claimed?: { by: string; person: number; until: Instant } | null;
  appeal?: { kind: "appeal" | "object"; text: string | null; open: boolean } | null;
  name?: string | null;
  show?: "name" | "team" | "anonymous";
  via?: "phone" | "mail" | "chat" | "hall" | null;
  person?: number | null;
  fresh?: boolean;
}

/** One's own question, as it comes in `me` and `mine`. */
export interface OwnQuestion extends Question {
  review: Review;
  reason: string | null;
  note: string | null;
  into: number | null;
  rev: number;
}

export type QuestionChange = { number: number } & Partial<Question>;

export interface Session {
  phase: Phase;
  accepts: { questions: boolean; upvotes: boolean };
  paused: boolean;
  invited: boolean;
  blank: boolean;
  banner: string | null;
  opens: Instant | null;
  starts: Instant;
  ends: Instant;
  questions_until: Instant | null;
  counts: {
    received: number;
    public: number;
    open: number;
    answered: number;
    [name: string]: number;
  };
  order_rev: number;
  now_since: Instant | null;
  now_hidden: boolean;
  frozen: number[];
  message?: { text: string; at: Instant; read: boolean } | null;
  muted?: number[];
}

export interface Me {
  role: string;
  name: string | null;
  person?: number;
  invited: boolean;
  upvoted: number[];
  mine: OwnQuestion[];
}

export interface Limits {
  text: number;
  background: number;
  ask_ms: number;
  waiting: number;
}

export interface Welcome {
  type: "welcome" | "me";
  epoch: string;
  seq: number;
  now: Instant;
  me: Me;
  own?: string;
  heartbeat?: number;
  little?: number[];
  limits?: Limits;
}
export interface Snapshot {
  type: "snapshot";
  epoch: string;
  seq: number;
  session: Session;
  questions: Question[];
}
export interface Delta {
  type: "delta";
  from: number;
  to: number;
  session?: Partial<Session>;
  questions?: QuestionChange[];
  gone?: number[];
}
export interface Done {
  type: "done";
  key: string;
  seq: number;
  result: Record<string, unknown>;
}
export interface Refused {
  type: "refused";
  key: string;
  code: string;
  field?: string;
  limit?: number;
  length?: number;
  retry_ms?: number;
  number?: number;
  rev?: number;
  state?: string;
  by?: string;
  since?: Instant;
  open?: number;
}
export interface Mine {
  type: "mine";
  seq: number;
  questions: OwnQuestion[];
  upvoted: Record<string, boolean>;
}
export interface Heartbeat {
  type: "heartbeat";
  seq: number;
  now: Instant;
  present: number;
  digest: string;
  little?: number[];
}
export interface Bye {
  type: "bye";
  why: string;
  retry_ms: number;
}
export type ServerMessage = Welcome | Snapshot | Delta | Done | Refused | Mine | Heartbeat | Bye;

export interface Command {
  type: "command";
  key: string;
  do: string;
  [field: string]: unknown;
}
export interface Hello {
  type: "hello";
  stream: StreamName;
  page: string;
  epoch?: string;
  seq?: number;
  screen?: string;
}
export interface Resync {
  type: "resync";
  why: ResyncReason;
}
export interface Seen {
  type: "seen";
  numbers: number[];
}
export type ClientMessage = Hello | Command | Resync | Seen;
export type ResyncReason = "gap" | "digest" | "error";
export type Reply = Done | Refused;

/** An upvote that was sent; `seq` is null until the server has answered `done`. */
export interface PendingUpvote {
  key: string;
  on: boolean;
  seq: number | null;
}

/** All that a page knows of its session; never changed in place. `seq` is -1 without a snapshot. */
export interface State {
  epoch: string;
  seq: number;
  session: Session | null;
  questions: ReadonlyMap<number, Question>;
  role: string;
  name: string | null;
  person: number | null;
  invited: boolean;
  upvoted: ReadonlySet<number>;
  mine: ReadonlyMap<number, OwnQuestion>;
  pending: ReadonlyMap<number, PendingUpvote>;
  /** At which number `mine` has last said of a question whether one supports it. */
  upvotedAt: ReadonlyMap<number, number>;
  /** At which number one's own was last told whole. */
  ownAt: number;
  limits: Limits | null;
  present: number | null;
  little: readonly number[];
}

export interface Ranked {
  row: Question;
  rank: number | null;
}
export interface Coming extends Ranked {
  ahead: boolean;
}

export interface Clock {
  now(): number;
  random(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** How the page is connected; `since` is the device's time of the loss in ms. */
export interface Status {
  state: "live" | "behind" | "paused" | "offline";
  since: number | null;
  final: number | null;
}

/** One way of reaching the server: a websocket or the long poll. */
export interface Transport {
  send(message: ClientMessage): void;
  close(code?: number): void;
}
export interface TransportEvents {
  heard(message: ServerMessage): void;
  lost(code: number): void;
}
export type OpenTransport = (hello: Hello, events: TransportEvents) => Transport;

export interface KeyValueStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): void;
}

export interface Guide {
  district: string;
  organisation: string;
  name: string;
  phone: string;
  call: string;
  mail: string;
  web: string;
  note: string;
}
export interface Guides {
  meant: Guide[];
  alike: Guide[];
}
