/** A place in the grid: the index of a row and of a shown column. */
export interface Place {
  row: number;
  column: number;
}

/** A rectangle of cells: from an anchor, where it began, to a head, which moves. */
export class CellRange {
  readonly anchor: Place;
  readonly head: Place;

  constructor(anchor: Place, head: Place = anchor) {
    this.anchor = anchor;
    this.head = head;
  }

  get top(): number {
    return Math.min(this.anchor.row, this.head.row);
  }
  get bottom(): number {
    return Math.max(this.anchor.row, this.head.row);
  }
  get left(): number {
    return Math.min(this.anchor.column, this.head.column);
  }
  get right(): number {
    return Math.max(this.anchor.column, this.head.column);
  }
  get height(): number {
    return this.bottom - this.top + 1;
  }
  get width(): number {
    return this.right - this.left + 1;
  }
  get isOne(): boolean {
    return this.height === 1 && this.width === 1;
  }

  has({ row, column }: Place): boolean {
    return row >= this.top && row <= this.bottom && column >= this.left && column <= this.right;
  }

  /** The same anchor with another head. */
  to(head: Place): CellRange {
    return new CellRange(this.anchor, head);
  }
}
