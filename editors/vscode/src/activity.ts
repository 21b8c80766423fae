/** How long a request takes before it is shown as one, in milliseconds. */
export const THINKING_MS = 150;
export const SLOW_MS = 2_000;

/** What runs: nothing worth showing, a request, or one that takes long. */
export type Pace = "idle" | "thinking" | "slow";

/** Watches requests; the newest decides, since it supersedes those before it. */
export class Activity {
  pace: Pace = "idle";
  private newest = 0;
  private timers: NodeJS.Timeout[] = [];

  constructor(private readonly changed: () => void) {}

  /** Await a request's answer. */
  async during<T>(request: PromiseLike<T>): Promise<T> {
    const id = ++this.newest;
    this.forgetTimers();
    this.timers = [
      setTimeout(() => {
        this.become("thinking");
      }, THINKING_MS),
      setTimeout(() => {
        this.become("slow");
      }, SLOW_MS),
    ];
    try {
      return await request;
    } finally {
      if (id === this.newest) {
        this.forgetTimers();
        this.become("idle");
      }
    }
  }

  private become(pace: Pace): void {
    if (pace !== this.pace) {
      this.pace = pace;
      this.changed();
    }
  }

  private forgetTimers(): void {
    this.timers.forEach(clearTimeout);
  }
}
