import type { ServerStatus } from "./status";

/** Where the cursor was when suggestions were asked for. */
export interface Place {
  uri: string;
  version: number;
  line: number;
  character: number;
}

/**
 * Asks again where nothing was suggested, once the engine can answer: VS Code itself asks again at
 * the next keystroke, so a first answer that comes too late would never be seen.
 */
export class Retry {
  private state: ServerStatus["state"] | undefined;
  private unanswered: Place | undefined;
  private late = false;

  /**
   * @param here where the cursor is now.
   * @param ask asks for suggestions there.
   */
  constructor(
    private readonly here: () => Place | undefined,
    private readonly ask: () => void,
  ) {}

  /** Take note of what the server says of itself: it comes before the answer that was too late. */
  told({ state, cause }: ServerStatus): void {
    const before = this.state;
    this.state = state;
    this.late = cause === "DeadlineError" && before !== state;
    if (state === "ready" && before !== undefined && before !== "ready") {
      this.askAgain();
    }
  }

  /** Take note of how a request was answered. */
  answered(place: Place, found: boolean): void {
    this.unanswered = found ? undefined : place;
    if (this.late) {
      this.late = false;
      this.askAgain();
    }
  }

  private askAgain(): void {
    const [there, here] = [this.unanswered, this.here()];
    this.unanswered = undefined;
    if (there !== undefined && here !== undefined && isSame(there, here)) {
      this.ask();
    }
  }
}

function isSame(one: Place, other: Place): boolean {
  return (
    one.uri === other.uri &&
    one.version === other.version &&
    one.line === other.line &&
    one.character === other.character
  );
}
