import classes from './Grid.module.css';

const DELAY_MS = 350;

/** What is told of a place that somebody points at. */
export interface Told {
  text: string;
  /** It says what is wrong. */
  isWrong: boolean;
  /** It only says what stands there: told where there is too little room for that. */
  isWhole?: boolean;
}

/** Tells of the cell or header under the mouse. There is one for the whole grid, so that cells need none of their own. */
export class Telling {
  private readonly bubble = document.createElement('div');
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pointed: Element | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly find: (row: number | undefined, column: string) => Told | undefined,
  ) {
    this.bubble.className = classes['bubble'] ?? '';
    this.bubble.setAttribute('aria-hidden', 'true');
    this.bubble.hidden = true;
    document.body.append(this.bubble);
    root.addEventListener('mouseover', this.onOver);
    root.addEventListener('mouseleave', this.hide);
    root.addEventListener('focusin', this.onFocus);
    root.addEventListener('focusout', this.hide);
    root.addEventListener('mousedown', this.hide);
    root.addEventListener('wheel', this.hide, { passive: true });
  }

  destroy(): void {
    this.hide();
    this.bubble.remove();
    this.root.removeEventListener('mouseover', this.onOver);
    this.root.removeEventListener('mouseleave', this.hide);
    this.root.removeEventListener('focusin', this.onFocus);
    this.root.removeEventListener('focusout', this.hide);
    this.root.removeEventListener('mousedown', this.hide);
    this.root.removeEventListener('wheel', this.hide);
  }

  private readonly onOver = (event: MouseEvent): void => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('.ag-cell, .ag-header-cell') : null;
    if (cell === this.pointed) return;
    this.hide();
    this.pointed = cell;
    if (cell) this.timer = setTimeout(() => this.show(cell), DELAY_MS);
  };

  /** Whoever goes by keys is told what is wrong, and of nothing else. */
  private readonly onFocus = ({ target }: FocusEvent): void => {
    if (!(target instanceof HTMLElement) || !target.matches('.ag-cell[aria-invalid]')) return;
    this.hide();
    this.pointed = target;
    this.show(target);
  };

  private readonly hide = (): void => {
    clearTimeout(this.timer);
    this.bubble.hidden = true;
    this.pointed = null;
  };

  private show(cell: HTMLElement): void {
    const row = cell.closest('.ag-row')?.getAttribute('row-index');
    const told = this.find(row ? Number(row) : undefined, cell.getAttribute('col-id') ?? '');
    if (!told || !cell.isConnected || (told.isWhole && !isCut(cell))) return;
    const { left, bottom, top } = cell.getBoundingClientRect();
    this.bubble.textContent = told.text;
    this.bubble.toggleAttribute('data-wrong', told.isWrong);
    this.bubble.hidden = false;
    const { offsetWidth, offsetHeight } = this.bubble;
    const isBelow = bottom + offsetHeight + 8 < innerHeight;
    this.bubble.style.left = `${Math.max(8, Math.min(left + 8, innerWidth - offsetWidth - 8))}px`;
    this.bubble.style.top = `${isBelow ? bottom + 4 : top - offsetHeight - 4}px`;
  }
}

/** Whether a text does not fit into its cell. */
function isCut(cell: HTMLElement): boolean {
  const inner = cell.querySelector('a, span') ?? cell;
  return cell.scrollWidth > cell.clientWidth || inner.scrollWidth > inner.clientWidth;
}
