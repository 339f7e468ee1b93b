/** The addresses of the schemas of events that a description of the feed names, each once. */
export function schemasOf(description: string | undefined): string[] {
  const found = description?.match(/\/feed\/schemas\/[\w.-]+/g) ?? [];
  return [...new Set(found)].toSorted();
}
