import { Anchor, Drawer, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useActName } from '@/components/audit/acts';
import { Face } from '@/ui/Face';
import { Fact } from '@/ui/Fact';
import { formatInstant } from '@/ui/format';
import { told } from '@/ui/refusalWords';
import { Snippet } from '@/ui/Snippet';
import { Outcome, Subject } from './AuditTable';
import type { Entry } from './listing';

interface RecordDrawerProps {
  entry: Entry | null;
  onClose: () => void;
}

/** One record whole. */
export function RecordDrawer({ entry, onClose }: RecordDrawerProps) {
  const { t } = useTranslation(['audit', 'common']);
  return (
    <Drawer
      opened={entry !== null}
      onClose={onClose}
      position="right"
      size="md"
      title={entry ? t('detail.title', { number: entry.number }) : ''}
    >
      {entry && <Whole entry={entry} onClose={onClose} />}
    </Drawer>
  );
}

function Whole({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const { t } = useTranslation('audit');
  const { t: common } = useTranslation();
  const nameOf = useActName();
  const place =
    entry.address === 'command line' ? t('place.commandLine') : entry.address === 'service' ? t('place.service') : entry.address;
  return (
    <Stack gap="md">
      <Fact label={t('detail.at')}>{formatInstant(entry.at)}</Fact>
      <Fact label={t('detail.who')}>
        {entry.account ? <Face person={entry.account} named /> : entry.actor || t('noSubject')}
        <div>
          <Anchor component={Link} to={`/audit?actor=${encodeURIComponent(entry.actor)}`} size="xs" onClick={onClose}>
            {t('detail.actor')}
          </Anchor>
        </div>
      </Fact>
      <Fact label={t('detail.address')}>{place}</Fact>
      <Fact label={t('detail.act')}>
        {nameOf(entry.act)}{' '}
        <Text span size="xs" c="dimmed" ff="monospace">
          {entry.act}
        </Text>
      </Fact>
      <Fact label={t('detail.subject')}>
        <Subject subject={entry.subject} />
      </Fact>
      <Fact label={t('detail.outcome')}>
        <Outcome entry={entry} />
        {entry.refused && (
          <Text size="sm" mt={4}>
            {told(common, { code: entry.outcome.toUpperCase(), message: '', path: [] }).words}
          </Text>
        )}
      </Fact>
      {entry.requestId && (
        <Fact label={t('detail.requestId')}>
          <Text size="xs" ff="monospace">
            {entry.requestId}
          </Text>
          <Anchor component={Link} to={`/audit?request=${encodeURIComponent(entry.requestId)}`} size="xs" onClick={onClose}>
            {t('detail.same')}
          </Anchor>
        </Fact>
      )}
      <Snippet label={t('detail.json')} text={JSON.stringify(entry.detail, null, 2)} wraps />
    </Stack>
  );
}
