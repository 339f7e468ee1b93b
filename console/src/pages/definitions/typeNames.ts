/** The types as the common texts name them. */
export const TYPE_NAMES = {
  string: 'STRING',
  text: 'TEXT',
  integer: 'INTEGER',
  decimal: 'DECIMAL',
  boolean: 'BOOLEAN',
  date: 'DATE',
  enum: 'ENUM',
  reference: 'REFERENCE',
} as const;
