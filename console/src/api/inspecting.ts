import { send, type ImportParameters, type Sent } from './uploading';

/** How much of a file is looked at before it is sent; a longer one is looked at in part. */
const INSPECTED_BYTES_MAX = 4_000_000;

/** A column of a file: what it is taken for, and why. */
export interface InspectedColumn {
  name: string;
  /** `code`, `parent`, `valid_from`, `valid_to`, `action`, an attribute, `name_en`, `region.okato`; `-`: left out; blank: not known. */
  target: string;
  /** `code`, `label`, `given`, `saved`, `key` or `unknown`. */
  because: string;
  samples: string[];
}

/** What was found out about a file before it is imported. */
export interface Inspected {
  evidence: Array<{ name: string; found: string }>;
  columns: InspectedColumn[];
  /** How many rows were looked at; the file may have more. */
  rowsSeen: number;
  errors: Array<{ code: string; message: string }>;
}

/** Looks at the beginning of a file; nothing of it is kept. Only tables of text can be looked at in part. */
export function inspect(
  dictionary: string,
  file: File,
  parameters: ImportParameters,
  signal: AbortSignal,
): Promise<Sent<Inspected>> {
  const isWhole = file.size <= INSPECTED_BYTES_MAX || /\.(xlsx|gz|zip|xml|json|ndjson|gc|ttl)$/i.test(file.name);
  const piece = isWhole ? file : file.slice(0, INSPECTED_BYTES_MAX);
  const path = `/import/${encodeURIComponent(dictionary)}/inspect`;
  return send<Inspected>(path, piece, file.name, isWhole ? parameters : [...parameters, ['partial', 'true']], undefined, signal);
}
