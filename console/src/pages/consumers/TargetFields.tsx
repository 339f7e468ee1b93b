import { Group, SegmentedControl, Select, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ConsumerChannel, SigningKind, WebhookMode } from '@/api/gql/graphql';
import type { Typed } from './registration';

const CHANNELS: ConsumerChannel[] = ['WEBHOOK', 'NATS', 'PULL'];
const MODES: WebhookMode[] = ['STRUCTURED', 'BATCHED'];
const SIGNINGS: SigningKind[] = ['HMAC', 'ED25519'];

interface TargetFieldsProps {
  typed: Typed;
  onChange: (part: Partial<Typed>) => void;
}

/** By which way the events come, and where to. */
export function TargetFields({ typed, onChange }: TargetFieldsProps) {
  const { t } = useTranslation('consumer');
  return (
    <>
      <div>
        <Text size="sm" fw={500} mb={4} id="target-channel">
          {t('field.channel')}
        </Text>
        <SegmentedControl
          aria-labelledby="target-channel"
          value={typed.channel}
          onChange={(value) => onChange({ channel: CHANNELS.find((each) => each === value) ?? 'WEBHOOK' })}
          data={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))}
        />
        <Text size="xs" c="dimmed" mt={6}>
          {t(`channelHint.${typed.channel}`)}
        </Text>
      </div>
      {typed.channel !== 'PULL' && (
        <TextInput
          required
          label={t('field.url')}
          placeholder={typed.channel === 'NATS' ? 'nats://broker.example:4222' : 'https://portal.example/svod'}
          spellCheck={false}
          value={typed.url}
          onChange={(event) => onChange({ url: event.currentTarget.value })}
        />
      )}
      {typed.channel === 'NATS' && (
        <Group grow>
          <TextInput
            required
            label={t('field.stream')}
            value={typed.stream}
            onChange={(event) => onChange({ stream: event.currentTarget.value })}
          />
          <TextInput
            label={t('field.prefix')}
            value={typed.subjectPrefix}
            onChange={(event) => onChange({ subjectPrefix: event.currentTarget.value })}
          />
        </Group>
      )}
      {typed.channel === 'WEBHOOK' && (
        <Group grow align="flex-start">
          <Select
            label={t('field.mode')}
            data={MODES.map((value) => ({ value, label: t(`mode.${value}`) }))}
            allowDeselect={false}
            value={typed.mode}
            onChange={(value) => onChange({ mode: MODES.find((each) => each === value) ?? 'STRUCTURED' })}
          />
          <Select
            label={t('field.signing')}
            data={SIGNINGS.map((value) => ({ value, label: t(`signing.${value}`) }))}
            allowDeselect={false}
            value={typed.signing}
            onChange={(value) => onChange({ signing: SIGNINGS.find((each) => each === value) ?? 'HMAC' })}
          />
        </Group>
      )}
    </>
  );
}
