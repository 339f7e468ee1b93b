/** `valid_from` as the data API calls it: `validFrom`. */
export function camelCase(code: string): string {
  return code.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `validFrom` and `valid_from` as the data API calls an order: `VALID_FROM`. */
export function screamingCase(code: string): string {
  return code.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
