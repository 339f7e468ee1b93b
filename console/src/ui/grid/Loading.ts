import type { GridProps, GridRow, GridSource } from './model';

const ATTEMPTS = 4;
const PAUSE_MS = 700;

/** Loads rows of one source until that is replaced, and tries again when it did not work. */
export class Loading {
  source: GridSource;
  private readonly abort = new AbortController();

  constructor(
    source: GridSource,
    private readonly onFail: () => GridProps['onFail'],
  ) {
    this.source = source;
  }

  get isOver(): boolean {
    return this.abort.signal.aborted;
  }

  end(): void {
    this.abort.abort();
  }

  async load(from: number, count: number): Promise<{ rows: GridRow[]; total: number }> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.source.load(from, count, this.abort.signal);
      } catch (error) {
        if (this.isOver) throw error;
        this.onFail()?.(error);
        if (attempt === ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
      }
    }
  }
}
