import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ConsumerChannel } from '@/api/gql/graphql';
import { Secret } from '@/ui/Secret';
import { Snippet } from '@/ui/Snippet';

interface SecretDialogProps {
  channel: ConsumerChannel;
  code: string;
  /** Null where nothing is signed. */
  secret: string | null;
  onClose: () => void;
}

/** What the developer of a consumer needs now: the secret, once, and what to do next. */
export function SecretDialog({ channel, code, secret, onClose }: SecretDialogProps) {
  const { t } = useTranslation(['consumer', 'common']);
  return (
    <Modal opened onClose={onClose} size="lg" title={t('ready.title')} closeOnClickOutside={false}>
      <Stack>
        {secret && (
          <Secret label={t('ready.secret')} secret={secret}>
            {t('ready.verify')}
          </Secret>
        )}
        <Text size="sm">{t(`ready.${channel}`)}</Text>
        {channel === 'WEBHOOK' && <Snippet label={t('ready.challenge')} text={CHALLENGE} />}
        {channel === 'PULL' && <Snippet label={t('ready.fetch')} text={fetching(code)} />}
        <Group justify="flex-end">
          <Button onClick={onClose}>{t(secret ? 'ready.kept' : 'ready.on')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

const CHALLENGE = `OPTIONS /hook
WebHook-Request-Origin: svod.example

200 OK
WebHook-Allowed-Origin: *`;

function fetching(code: string): string {
  return [
    `curl -H "Authorization: Bearer $TOKEN" \\`,
    `  "${location.origin}/feed?after=start&limit=1000"`,
    '',
    `curl -X POST -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\`,
    `  -d '{"consumer": "${code}", "cursor": "…"}' "${location.origin}/feed/acknowledge"`,
  ].join('\n');
}
