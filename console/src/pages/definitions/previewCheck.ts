import { compiled } from '@/components/definition/checking';
import { formatDate } from '@/ui/format';
import type { AttributeDefinition } from '@/components/definition/definition';

/** What is wrong with a value that somebody tries in the preview; each has its sentence in the texts. */
export type TriedProblem =
  | { code: 'pattern'; pattern: string }
  | { code: 'lengthMin' | 'lengthMax'; count: number }
  | { code: 'min' | 'max'; bound: string }
  | { code: 'integer' | 'decimal' };

/** Holds what was typed to what the definition asks of one value. Blank is never wrong: one has not begun yet. */
export function tried(attribute: AttributeDefinition, text: string): TriedProblem | undefined {
  if (text === '') return undefined;
  const { type, pattern, length_min: shortest, length_max: longest } = attribute;
  if (type === 'integer' && !/^-?\d+$/.test(text)) return { code: 'integer' };
  if (type === 'decimal' && !/^[-+]?\d+(\.\d+)?$/.test(text)) return { code: 'decimal' };
  if (type === 'string' || type === 'text') {
    const length = [...text].length;
    if (shortest !== undefined && length < shortest) return { code: 'lengthMin', count: shortest };
    if (longest !== undefined && length > longest) return { code: 'lengthMax', count: longest };
    if (pattern && compiled(pattern)?.test(text) === false) return { code: 'pattern', pattern };
  }
  return triedRange(attribute, text);
}

function triedRange({ type, min, max }: AttributeDefinition, text: string): TriedProblem | undefined {
  const read = type === 'date' ? Date.parse : Number;
  if (type !== 'date' && type !== 'integer' && type !== 'decimal') return undefined;
  const written = (bound: number | string) => (type === 'date' ? formatDate(String(bound)) : String(bound));
  if (min !== undefined && read(text) < read(String(min))) return { code: 'min', bound: written(min) };
  if (max !== undefined && read(text) > read(String(max))) return { code: 'max', bound: written(max) };
  return undefined;
}
