import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AttributeInfo } from './attributes';
import { ReferenceName } from './ReferenceName';
import { bothLanguages, valueText, type Named } from './values';

interface ValueProps {
  attribute: AttributeInfo | undefined;
  value: unknown;
  names?: Named[];
}

const NONE: Named[] = [];

/** One value by itself; references are named even where nobody told their names. */
export function Value({ attribute, value, names = NONE }: ValueProps) {
  const { t } = useTranslation('differences');
  if (value === null || value === undefined || value === '') {
    return (
      <Text span inherit c="dimmed">
        {t('blank')}
      </Text>
    );
  }
  const to = attribute?.type === 'REFERENCE' ? attribute.to : null;
  if (to) {
    const codes = (Array.isArray(value) ? value : [value]).map(String);
    return (
      <>
        {codes.map((code, place) => (
          <span key={code}>
            {place > 0 && ', '}
            {names.some((each) => each.code === code && each.name) ? (
              valueText(attribute, code, names)
            ) : (
              <ReferenceName dictionary={to} code={code} />
            )}
          </span>
        ))}
      </>
    );
  }
  const both = bothLanguages(value);
  if (both?.en && both.ru) {
    return (
      <>
        {both.ru}{' '}
        <Text span inherit c="dimmed" lang="en">
          / {both.en}
        </Text>
      </>
    );
  }
  return <>{valueText(attribute, value, names)}</>;
}
