import { Alert, List, Text } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { Refusal } from '@/api/refusals';

/** What a refusal means to a person, and what they can do: our words for codes that we know, the service's own otherwise. */
export function sentence(t: TFunction, refusal: Refusal): string {
  const ours = t(`refusal.${refusal.code}` as 'refusal.INTERNAL', { ns: 'common', defaultValue: '' });
  if (refusal.code === 'INTERNAL') return `${ours} (${refusal.message})`;
  return ours || refusal.message;
}

interface RefusalsProps {
  refusals: Refusal[];
  title?: string;
  onClose?: () => void;
}

/** Shows why something was not done. It is read aloud at once. */
export function Refusals({ refusals, title, onClose }: RefusalsProps) {
  const { t } = useTranslation();
  if (refusals.length === 0) return null;
  const line = (refusal: Refusal) => (
    <>
      {refusal.path.length > 0 && (
        <Text span fw={600}>
          {refusal.path.join(' / ')}:{' '}
        </Text>
      )}
      {sentence(t, refusal)}
    </>
  );
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
        line(first)
      ) : (
        <List size="sm">
          {refusals.map((refusal) => (
            <List.Item key={`${refusal.code} ${refusal.path.join('/')} ${refusal.message}`}>{line(refusal)}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
