import { setTimeout as sleep } from "node:timers/promises";
import type { LanguageClient, MessageTransports } from "vscode-languageclient/node";
import { makeClient, type Surroundings } from "./client";
import { Unauthorised } from "./server/websocket";
import type { Link, ServerStatus } from "./status";

/** How a connection comes about. */
export type Way =
  | { is: "none"; because: "untrusted" | "missing" | "misnamed"; why?: string }
  | { is: "program" | "remote"; open: () => Promise<MessageTransports> };

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** The code of a shared server's error for who may not enter. */
const UNAUTHORISED = -32_001;
const CRASHES = 4;
const CRASHES_WITHIN_MS = 180_000;

/** Keeps a client connected: what is away is waited for, what crashed is started again. */
export class Session {
  link: Link = { is: "stopped" };
  status: ServerStatus | undefined;
  client: LanguageClient | undefined;
  private ending = new AbortController();
  private running: Promise<void> = Promise.resolve();

  /**
   * @param way how to connect, asked anew for each start.
   * @param around see there; `told` and `closed` are the session's.
   */
  constructor(
    private readonly way: () => Promise<Way>,
    private readonly around: Omit<Surroundings, "told" | "closed">,
    private readonly changed: () => void,
  ) {}

  /** Start, or start anew with the settings as they are now. */
  async restart(): Promise<void> {
    await this.stop();
    this.ending = new AbortController();
    this.running = this.run(this.ending.signal);
  }

  async stop(): Promise<void> {
    this.ending.abort();
    await this.running;
    this.is({ is: "stopped" });
  }

  private async run(signal: AbortSignal): Promise<void> {
    const crashes: number[] = [];
    const over = (): boolean => signal.aborted;
    while (!over()) {
      this.is({ is: "starting" });
      const way = await this.way();
      if (way.is === "none") {
        this.is(way.why === undefined ? { is: way.because } : { is: way.because, why: way.why });
        return;
      }
      const patient = way.is === "remote";
      try {
        await this.once(await this.opened(way.open, patient, signal), signal);
      } catch (error) {
        if (over()) {
          return;
        }
        const why = error instanceof Error ? error.message : String(error);
        this.around.log.error(why);
        if (error instanceof Unauthorised || isRefusal(error)) {
          this.is({ is: "unauthorised", why: this.around.inOurWords(why) });
          return;
        }
      }
      crashes.push(Date.now());
      const recent = crashes.filter((at) => at > Date.now() - CRASHES_WITHIN_MS).length;
      if (!patient && !over() && recent >= CRASHES) {
        this.is({ is: "failed", why: `The server ended ${recent} times: see the log, then restart it.` });
        return;
      }
      await sleep(FIRST_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Be connected until the connection closes. */
  private async once(transports: MessageTransports, signal: AbortSignal): Promise<void> {
    let closed = (): void => undefined;
    const end = new Promise<void>((resolve) => {
      // Only then does the client know that it is stopped.
      closed = () => void setImmediate(resolve);
      signal.addEventListener("abort", () => {
        resolve();
      });
    });
    const client = makeClient(transports, {
      ...this.around,
      closed,
      told: (status) => {
        this.status = status;
        this.changed();
      },
    });
    try {
      await Promise.race([client.start(), end]);
      if (!client.isRunning()) {
        return;
      }
      this.client = client;
      this.is({ is: "running" });
      await end;
    } finally {
      this.client = undefined;
      this.status = undefined;
      await (client.isRunning() ? client.stop() : Promise.resolve()).catch(() => undefined);
      transports.reader.dispose();
      transports.writer.end();
    }
  }

  private async opened(
    open: () => Promise<MessageTransports>,
    patient: boolean,
    signal: AbortSignal,
  ): Promise<MessageTransports> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        return await open();
      } catch (error) {
        if (!patient || error instanceof Unauthorised || signal.aborted) {
          throw error;
        }
        const why = error instanceof Error ? error.message : String(error);
        const advice = /certificate|self.signed/i.test(why)
          ? "set fimls.ca to its authority"
          : "check that it runs, and fimls.connect";
        this.is({
          is: "waiting",
          why: `The server cannot be reached (${why}), and fimls keeps trying: ${advice}.`,
        });
      }
      await sleep(pause, undefined, { signal });
    }
  }

  private is(link: Link): void {
    this.link = link;
    this.changed();
  }
}

/** Whether a shared server refused its client by the token that it was shown, or was not shown. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === UNAUTHORISED;
}
