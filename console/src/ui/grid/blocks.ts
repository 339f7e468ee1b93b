/**
 * Blocks of cells as spreadsheets put them into the clipboard: cells end with a tab, rows with a line end, and a cell that holds
 * either of them, or begins with a quote, stands in quotes.
 */
export function parseBlock(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const cell = text[at] === '"' ? quoted(text, at) : plain(text, at);
    row.push(cell.value);
    at = cell.end;
    if (text[at] === '\t') {
      at += 1;
      if (at === text.length) row.push('');
      continue;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

interface Cell {
  value: string;
  end: number;
}

function plain(text: string, from: number): Cell {
  let end = from;
  while (end < text.length && text[end] !== '\t' && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return { value: text.slice(from, end), end };
}

/** A quote that is not closed before the cell ends is a quote that somebody typed: `"Ромашка" ООО`. */
function quoted(text: string, from: number): Cell {
  let value = '';
  let at = from + 1;
  while (at < text.length) {
    if (text[at] !== '"') {
      value += text[at];
      at += 1;
    } else if (text[at + 1] === '"') {
      value += '"';
      at += 2;
    } else {
      const end = at + 1;
      const isClosed = end === text.length || text[end] === '\t' || text[end] === '\n' || text[end] === '\r';
      return isClosed ? { value: value.replaceAll('\r\n', '\n'), end } : plain(text, from);
    }
  }
  return plain(text, from);
}

/** Writes a block as spreadsheets read it. */
export function writeBlock(rows: string[][]): string {
  return rows.map((row) => row.map(writeCell).join('\t')).join('\r\n');
}

function writeCell(value: string): string {
  return /[\t\n\r]|^"/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** The size that a block takes when it is pasted over a selection: as often as it fits in whole, or once. */
export function pastedSize(block: string[][], height: number, width: number): { rows: number; columns: number } {
  const rows = block.length;
  const columns = Math.max(0, ...block.map((row) => row.length));
  const fits = rows > 0 && columns > 0 && height % rows === 0 && width % columns === 0;
  return fits ? { rows: height, columns: width } : { rows, columns };
}
