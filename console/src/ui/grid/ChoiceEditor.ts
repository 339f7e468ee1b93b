import type { ICellEditorComp, ICellEditorParams } from 'ag-grid-community';
import type { GridChoice, GridColumn, GridRow } from './model';
import classes from './Grid.module.css';

/** What an editor of choices is told by its column. */
export interface ChoiceEditorParams {
  column: GridColumn;
  words: { none: string; nothing: string };
}

const SHOWN_MAX = 100;
let made = 0;

/** Edits a cell that has one of several values: a field to search in, and a list below it. */
export class ChoiceEditor implements ICellEditorComp<GridRow, string> {
  private readonly gui = document.createElement('div');
  private readonly input = document.createElement('input');
  private readonly list = document.createElement('ul');
  private readonly name = `grid-choice-${(made += 1)}`;
  private params: (ICellEditorParams<GridRow, string> & ChoiceEditorParams) | undefined;
  private found: GridChoice[] = [];
  private active = -1;
  private value = '';
  private asked = 0;

  init(params: ICellEditorParams<GridRow, string> & ChoiceEditorParams): void {
    this.params = params;
    this.value = params.value ?? '';
    this.gui.className = classes['choice'] ?? '';
    this.gui.style.minWidth = `${Math.max(220, params.eGridCell.offsetWidth)}px`;
    this.list.id = this.name;
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-label', this.column.title);
    const { input } = this;
    for (const [name, value] of Object.entries({
      role: 'combobox',
      'aria-label': this.column.title,
      'aria-expanded': 'true',
      'aria-autocomplete': 'list',
      'aria-controls': this.name,
      autocomplete: 'off',
    }))
      input.setAttribute(name, value);
    const typed = params.eventKey && params.eventKey.length === 1 ? params.eventKey : '';
    input.value = typed;
    input.placeholder = params.formatValue(params.value);
    input.addEventListener('input', () => this.search());
    input.addEventListener('keydown', (event) => this.onKey(event));
    this.list.addEventListener('mousedown', (event) => this.onPress(event));
    this.gui.append(input, this.list);
    this.search();
  }

  getGui(): HTMLElement {
    return this.gui;
  }

  afterGuiAttached(): void {
    this.gui.closest('[role=dialog]')?.setAttribute('aria-label', this.column.title);
    this.input.focus();
  }

  getValue(): string {
    return this.value;
  }

  isPopup(): boolean {
    return true;
  }

  private get column(): GridColumn {
    if (!this.params) throw new Error('the editor was not begun');
    return this.params.column;
  }

  private search(): void {
    const text = this.input.value.trim();
    const { findChoices, choices = [] } = this.column;
    const turn = (this.asked += 1);
    if (!findChoices) {
      const lower = text.toLowerCase();
      const fits = ({ value, label }: GridChoice) => label.toLowerCase().includes(lower) || value.toLowerCase().startsWith(lower);
      this.show(choices.filter(fits));
      return;
    }
    void findChoices(text).then(
      (found) => turn === this.asked && this.show(found),
      () => turn === this.asked && this.show([]),
    );
  }

  private show(found: GridChoice[]): void {
    const isBlankOffered = this.input.value.trim() === '' && this.params !== undefined;
    const none: GridChoice[] = isBlankOffered ? [{ value: '', label: this.params?.words.none ?? '' }] : [];
    this.found = [...none, ...found.slice(0, SHOWN_MAX)];
    const own = this.found.findIndex((choice) => choice.value === this.value);
    const first = this.input.value.trim() === '' ? own : 0;
    this.list.replaceChildren(...this.found.map((choice, index) => this.option(choice, index)));
    if (this.found.length === 0) {
      const nothing = document.createElement('li');
      nothing.setAttribute('role', 'presentation');
      nothing.textContent = this.params?.words.nothing ?? '';
      this.list.append(nothing);
    }
    this.activate(this.found.length > 0 ? Math.max(0, first) : -1);
  }

  private option({ value, label }: GridChoice, index: number): HTMLLIElement {
    const option = document.createElement('li');
    option.id = `${this.name}-${index}`;
    option.setAttribute('role', 'option');
    option.dataset['index'] = String(index);
    option.textContent = label;
    if (value === '') option.dataset['none'] = '';
    return option;
  }

  private activate(index: number): void {
    this.active = index;
    for (const [at, option] of [...this.list.children].entries()) option.setAttribute('aria-selected', String(at === index));
    if (index >= 0) this.input.setAttribute('aria-activedescendant', `${this.name}-${index}`);
    else this.input.removeAttribute('aria-activedescendant');
    this.list.children[index]?.scrollIntoView({ block: 'nearest' });
    const chosen = this.found[index];
    if (chosen) this.value = chosen.value;
    else this.value = this.input.value.trim();
  }

  private onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.found.length > 0) this.activate(Math.min(this.found.length - 1, Math.max(0, this.active + step)));
  }

  private onPress(event: MouseEvent): void {
    event.preventDefault();
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
    if (!option) return;
    this.activate(Number(option.dataset['index']));
    this.params?.stopEditing();
  }
}
