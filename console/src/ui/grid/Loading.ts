import type { GridProps, GridRow, GridSource } from './model';

const ATTEMPTS = 4;
const PAUSE_MS = 700;

interface Piece {
  rows: GridRow[];
  total: number;
}

/** Loads rows of one source until that is replaced, and tries again when it did not work. */
export class Loading {
  source: GridSource;
  private readonly abort = new AbortController();
  private asked: { from: number; count: number; piece: Promise<Piece> } | undefined;

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

  /** Begins to load what will be wanted in a moment; the next `load` of the same takes it. */
  ahead(from: number, count: number): void {
    const piece = this.source.load(from, count, this.abort.signal);
    piece.catch(() => undefined);
    this.asked = { from, count, piece };
  }

  async load(from: number, count: number): Promise<Piece> {
    const { asked } = this;
    this.asked = undefined;
    if (asked?.from === from && asked.count === count) {
      const piece = await asked.piece.catch(() => undefined);
      if (piece) return piece;
    }
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
