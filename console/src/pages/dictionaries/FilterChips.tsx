import { CloseButton, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { graphql } from '@/api/gql';
import { useAsk } from '@/api/asking';
import { endsOf, withFilter, type Filters } from '@/components/dictionary/filters';
import type { Shape } from '@/components/dictionary/shape';
import { language } from '@/i18n';
import { formatDate, localized } from '@/ui/format';
import classes from './Dictionary.module.css';

const NAME = graphql(`
  query FilterItemName($dictionary: ID!, $code: ID!, $language: Language!) {
    dictionary(code: $dictionary) {
      code
      item(code: $code) {
        code
        name(language: $language)
      }
    }
  }
`);

interface FilterChipsProps {
  shape: Shape;
  filters: Filters;
}

/** By what the items are filtered, in words, each to be taken away by itself. */
export function FilterChips({ shape, filters }: FilterChipsProps) {
  const { t } = useTranslation('dictionary');
  const [, setSearch] = useSearchParams();
  const names = Object.keys(filters);
  if (names.length === 0) return null;
  return (
    <Group gap={6} role="list" aria-label={t('filtersSet')}>
      {names.map((name) => (
        <Group key={name} gap={2} wrap="nowrap" className={classes['chip'] ?? ''} role="listitem">
          <Text span size="sm">
            <FilterText shape={shape} name={name} value={filters[name] ?? ''} />
          </Text>
          <CloseButton
            size="xs"
            aria-label={t('filterRemove', { name: titleOf(shape, name, t('code'), t('filter.underShort')) })}
            onClick={() => setSearch((current) => withFilter(current, name, ''), { replace: true })}
          />
        </Group>
      ))}
    </Group>
  );
}

function titleOf(shape: Shape, name: string, code: string, under: string): string {
  if (name === 'code') return code;
  if (name === 'under') return under;
  return localized(shape.attributes.find((attribute) => attribute.code === name)?.label) || name;
}

interface FilterTextProps {
  shape: Shape;
  name: string;
  value: string;
}

function FilterText({ shape, name, value }: FilterTextProps) {
  const { t } = useTranslation(['dictionary', 'common']);
  const attribute = shape.attributes.find((each) => each.code === name);
  const title = titleOf(shape, name, t('code'), t('filter.underShort'));
  const to = name === 'under' ? shape.code : attribute?.type === 'REFERENCE' ? attribute.to : null;
  if (to) {
    return (
      <>
        {title}:{' '}
        {value.split(',').map((code, at) => (
          <span key={code}>
            {at > 0 && ', '}
            <ItemName dictionary={to} code={code} />
          </span>
        ))}
      </>
    );
  }
  switch (attribute?.type) {
    case 'ENUM': {
      const labels = value
        .split(',')
        .map((code) => localized(attribute.values.find((each) => each.code === code)?.label) || code);
      return `${title}: ${labels.join(', ')}`;
    }
    case 'BOOLEAN':
      return `${title}: ${t(value === 'true' ? 'yes' : 'no', { ns: 'common' })}`;
    case 'INTEGER':
    case 'DECIMAL':
    case 'DATE':
      return `${title}: ${rangeText(value, attribute.type === 'DATE', t('filter.from'), t('filter.to'))}`;
    default:
      return `${title} ${name === 'code' ? t('filter.codeBegins') : t('filter.contains')} «${value}»`;
  }
}

function rangeText(value: string, isDate: boolean, since: string, until: string): string {
  const { from, to } = endsOf(value);
  const shown = (end: string) => (isDate ? formatDate(end) : end);
  if (from === to) return shown(from);
  return [from && `${since} ${shown(from)}`, to && `${until} ${shown(to)}`].filter(Boolean).join(' ');
}

function ItemName({ dictionary, code }: { dictionary: string; code: string }) {
  const { data } = useAsk(NAME, { dictionary, code, language: language() === 'en' ? 'EN' : 'RU' });
  return data?.dictionary?.item?.name ?? code;
}
