import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type audit from '@/i18n/ru/audit.json';

/** The verbs of the audit, as they are named to people. */
export type ActName = keyof typeof audit.act;

/** Names a verb of the audit in words; one that is new to the console is shown as it is. */
export function useActName(): (act: string) => string {
  const { t } = useTranslation('audit');
  return useCallback((act) => t(`act.${act as ActName}`, { defaultValue: act }), [t]);
}

/** Where in the console a subject of the audit can be seen: `account/maria` → `/people/maria`. Nothing where it cannot. */
export function addressOf(subject: string): string | undefined {
  const slash = subject.indexOf('/');
  if (slash < 0) return undefined;
  const [kind, name] = [subject.slice(0, slash), encodeURIComponent(subject.slice(slash + 1))];
  if (kind === 'account') return `/people/${name}`;
  if (kind === 'changeRequest') return `/requests/${name}`;
  if (kind === 'publication') return `/publications/${name}`;
  if (kind === 'consumer') return `/consumers/${name}`;
  if (kind === 'importJob' || kind === 'import') return `/imports/${name}`;
  if (kind === 'dictionary') return `/dictionaries/${name}`;
  return undefined;
}
