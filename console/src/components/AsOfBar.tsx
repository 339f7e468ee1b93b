import { Button, Group, Paper, Select, Text } from '@mantine/core';
import { DateInput } from '@mantine/dates';
import '@mantine/dates/styles.css';
import { IconClockHour4, IconHistory } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import { useAsk } from '@/api/asking';
import { language } from '@/i18n';
import { formatDate, formatInstant, today } from '@/ui/format';
import type { AsOf } from './asOf';
import classes from './AsOfBar.module.css';

const KNOWN = graphql(`
  query AsOfPublications {
    publications(first: 200) {
      nodes {
        number
        publishedAt
        title
      }
    }
  }
`);

interface AsOfBarProps {
  asOf: AsOf;
  onChange: (next: Partial<Pick<AsOf, 'validOn' | 'publication'>>) => void;
}

/** The point of both times that rules the page, always in sight; it stands out when it is not now. */
export function AsOfBar({ asOf, onChange }: AsOfBarProps) {
  const { t } = useTranslation();
  const { data } = useAsk(KNOWN, {}, { types: ['Publication'] });
  const known = data?.publications.nodes ?? [];
  const choices = [
    { value: '', label: t('asOf.latest') },
    ...known.map(({ number, publishedAt, title }) => ({
      value: String(number),
      label: `№ ${number} · ${formatInstant(publishedAt)} · ${title}`,
    })),
  ];
  const date = formatDate(asOf.validOn);
  const sentence =
    asOf.publication === null
      ? t('asOf.sentenceLatest', { date })
      : t('asOf.sentence', { date, publication: `№ ${asOf.publication}` });
  return (
    <Paper
      withBorder
      className={classes['bar'] ?? ''}
      data-past={!asOf.isNow || undefined}
      component="section"
      aria-label={t('asOf.label')}
    >
      <Group gap="sm" wrap="wrap" justify="space-between">
        <Group gap="xs" wrap="nowrap">
          {asOf.isNow ? <IconClockHour4 size={18} aria-hidden /> : <IconHistory size={18} aria-hidden />}
          <Text size="sm" fw={600} aria-live="polite" data-testid="as-of">
            {sentence}
          </Text>
        </Group>
        <Group gap="xs" wrap="wrap">
          <DateInput
            size="xs"
            w={112}
            aria-label={t('asOf.validOn')}
            valueFormat="DD.MM.YYYY"
            locale={language()}
            value={asOf.validOn}
            onChange={(next) => onChange({ validOn: next ?? today() })}
          />
          <Select
            size="xs"
            w={150}
            aria-label={t('asOf.publication')}
            data={choices}
            value={asOf.publication === null ? '' : String(asOf.publication)}
            searchable
            comboboxProps={{ width: 420, position: 'bottom-end' }}
            onChange={(next) => onChange({ publication: next ? Number(next) : null })}
          />
          {!asOf.isNow && (
            <Button size="xs" variant="default" onClick={() => onChange({ validOn: today(), publication: null })}>
              {t('asOf.reset')}
            </Button>
          )}
        </Group>
      </Group>
    </Paper>
  );
}
