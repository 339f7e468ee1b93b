import { Alert, List, Text } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '@/api/refusals';
import { afterColon, languageOf, placeOf, told } from './refusalWords';

interface RefusalsProps {
  refusals: Refusal[];
  title?: string;
  onClose?: () => void;
}

/** Shows why something was not done. It is read aloud at once. */
export function Refusals({ refusals, title, onClose }: RefusalsProps) {
  const { t } = useTranslation();
  if (refusals.length === 0) return null;
  const [first] = refusals;
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertCircle aria-hidden />}
      title={title ?? t('refusal.title')}
      styles={{ title: { color: 'var(--svod-annulled)' }, message: { color: 'var(--mantine-color-text)' } }}
      {...(onClose ? { withCloseButton: true, onClose, closeButtonLabel: t('action.close') } : {})}
    >
      {refusals.length === 1 && first ? (
        <Line refusal={first} />
      ) : (
        <List size="sm">
          {refusals.map((refusal) => (
            <List.Item key={`${refusal.code} ${refusal.path.join('/')} ${refusal.message}`}>
              <Line refusal={refusal} />
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}

/** One refusal: what it is about, what it means, and beneath it what the service says beyond that. */
function Line({ refusal }: { refusal: Refusal }) {
  const { t } = useTranslation();
  const { words, more } = told(t, refusal);
  const place = placeOf(t, refusal.path);
  return (
    <>
      {place && (
        <Text span inherit fw={600}>
          {place}:{' '}
        </Text>
      )}
      {place ? afterColon(words) : words}
      {more && (
        <Text size="xs" c="dimmed" lang={languageOf(more)} style={{ overflowWrap: 'anywhere' }}>
          {more}
        </Text>
      )}
    </>
  );
}
