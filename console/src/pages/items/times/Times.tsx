import { Button, Group, Paper, SegmentedControl, Text, Title } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsOf } from '@/components/asOf';
import { useUrlState } from '@/ui/urlState';
import type { HistoryVersion } from '../reading';
import { TONES } from './BlockShape';
import { bandsOf, blocksOf } from './picture';
import { TimesPicture } from './TimesPicture';
import { TimesTable } from './TimesTable';

/** With more publications the older ones are shown when asked for. */
const BANDS_SHOWN = 12;

interface TimesProps {
  history: HistoryVersion[];
  labelOf: (code: string) => string;
}

/** What holds when, and since which publication that is known: as a picture, or as a table. */
export function Times({ history, labelOf }: TimesProps) {
  const { t } = useTranslation('item');
  const [asOf, setAsOf] = useAsOf();
  const [form, setForm] = useUrlState('times', 'picture');
  const [isWhole, setWhole] = useState(false);
  const all = useMemo(() => bandsOf(history), [history]);
  const isLong = all.length > BANDS_SHOWN && !isWhole;
  const bands = useMemo(() => (isLong ? all.slice(-BANDS_SHOWN) : all), [all, isLong]);
  const shown = useMemo(() => {
    const earliest = bands[0]?.publication.number ?? 0;
    return history.filter(({ supersededIn }) => !supersededIn || supersededIn.number > earliest);
  }, [history, bands]);
  const blocks = useMemo(() => blocksOf(shown, bands), [shown, bands]);
  const isTold = blocks.every(({ tone }) => tone < TONES);
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="times-title">
      <Group justify="space-between" align="flex-start" mb="sm" gap="sm">
        <div>
          <Title order={2} size="h3" id="times-title">
            {t('times.title')}
          </Title>
          <Text size="sm" c="dimmed" maw={720}>
            {t('times.hint')} {isTold && t('times.tones')} {t('times.click')}
          </Text>
        </div>
        <SegmentedControl
          size="xs"
          aria-label={t('times.form')}
          value={form}
          onChange={setForm}
          data={[
            { value: 'picture', label: t('times.asPicture') },
            { value: 'table', label: t('times.asTable') },
          ]}
        />
      </Group>
      {form === 'table' ? (
        <TimesTable history={blocks.map(({ version, changed }) => ({ ...version, changed }))} labelOf={labelOf} />
      ) : (
        <TimesPicture history={shown} bands={bands} blocks={blocks} asOf={asOf} labelOf={labelOf} onLook={setAsOf} />
      )}
      {isLong && (
        <Button variant="subtle" size="compact-sm" mt="xs" onClick={() => setWhole(true)}>
          {t('times.older', { count: all.length - BANDS_SHOWN })}
        </Button>
      )}
    </Paper>
  );
}
