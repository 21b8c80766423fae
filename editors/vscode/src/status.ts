import type { Pace } from "./activity";
import type { Off } from "./switches";

/** What the server says of itself: the parameters of `$/fimls/status`. */
export interface ServerStatus {
  state: "starting" | "ready" | "failing";
  /** What is wrong, with a sentence for the user: null, or not there, where nothing is. */
  cause?: string | null;
  message?: string | null;
  /** Where text goes: an engine, who runs it, what a hosted one has counted. */
  engine?: string | null;
}

/** Where the connection to the server is, and why it is not better. */
export interface Link {
  is: keyof typeof LINKS | "running";
  why?: string;
}

/** Everything that the status bar item depends on. */
export interface Situation {
  link: Link;
  server: ServerStatus | undefined;
  off: Off | undefined;
  pace: Pace;
}

/** How a situation looks; `state` is for people too. */
export interface Look {
  state: string;
  icon: string;
  says: string;
  warns: boolean;
}

const LINKS = {
  stopped: calm("stopped", "circle-slash", "The server does not run."),
  untrusted: calm("not trusted", "shield", "fimls is off until you trust this folder. Click to trust it."),
  missing: warning("not installed", "The server is not installed: click to install it."),
  misnamed: warning("not found", "The setting fimls.path names no program: correct it, or empty it."),
  starting: calm("starting", "loading~spin", "The server starts."),
  waiting: warning("no server", "The server cannot be reached; fimls keeps trying."),
  unauthorised: warning("unauthorised", "The server needs another token: run “fimls: Set the Token for a Shared Server”."),
  failed: warning("stopped", "The server ended: see the log, or restart it."),
};

const OFF: Record<Off, string> = {
  everywhere: "Suggestions are switched off.",
  language: "Suggestions are switched off for this language.",
  file: "Suggestions are switched off for this file.",
};

/** Return how a situation looks, with where text goes. */
export function look(situation: Situation): Look {
  const found = lookOf(situation);
  const engine = situation.link.is === "running" && situation.off === undefined && situation.server?.engine;
  return typeof engine === "string"
    ? { ...found, says: `${found.says} Text goes to ${engine}.` }
    : found;
}

function lookOf(situation: Situation): Look {
  const { link, server, off, pace } = situation;
  if (link.is !== "running") {
    const known = LINKS[link.is];
    return { ...known, says: link.why ?? known.says };
  }
  if (off !== undefined) {
    return calm("off", "circle-slash", OFF[off]);
  }
  if (server?.state === "failing") {
    return lookOfCause(server);
  }
  if (pace === "slow") {
    return calm("slow", "watch", "The engine is slow.");
  }
  if (pace === "thinking") {
    return calm("thinking", "loading~spin", "A suggestion is being written.");
  }
  if (server?.state === "ready" && typeof server.message === "string") {
    return calm("not here", "circle-slash", server.message);
  }
  return server?.state === "ready"
    ? calm("ready", "sparkle", "Suggestions appear as you type.")
    : calm("starting", "loading~spin", server?.message ?? "Connecting to the engine…");
}

function lookOfCause({ cause, message }: ServerStatus): Look {
  const says = message ?? "Suggestions fail: see the log.";
  switch (cause) {
    case "BackendUnreachable":
      return warning("engine down", says);
    case "BackendUnauthorised":
      return warning("unauthorised", says);
    case "BackendBusy":
    case "DeadlineError":
      return { ...warning("slow", says), icon: "watch" };
    default:
      return warning("failing", says);
  }
}

function calm(state: string, icon: string, says: string): Look {
  return { state, icon, says, warns: false };
}

function warning(state: string, says: string): Look {
  return { state, icon: "warning", says, warns: true };
}
