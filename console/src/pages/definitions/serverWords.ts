import type { TFunction } from 'i18next';

/** What the server says of a place of a definition, in the reader's language as far as its sentences are known. */
export function serverWords(t: TFunction<'definition'>, message: string): string {
  const [, line, column, fault] = /:(\d+):(\d+): Syntax error: (.*?)(?: \||$)/s.exec(message) ?? [];
  if (fault !== undefined) return t('problems.syntax', { line, column, message: fault });
  const [, name] = /^it reads `(.+)`, and there is only/.exec(message) ?? [];
  return name === undefined ? message : t('problems.unknownName', { name });
}
