import { Alert, List } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '@/api/refusals';
import { RefusalSentence } from './RefusalSentence';
import { placeOf } from './refusalWords';

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
        <RefusalSentence refusal={first} place={placeOf(t, first.path)} />
      ) : (
        <List size="sm">
          {refusals.map((refusal) => (
            <List.Item key={`${refusal.code} ${refusal.path.join('/')} ${refusal.message}`}>
              <RefusalSentence refusal={refusal} place={placeOf(t, refusal.path)} />
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
