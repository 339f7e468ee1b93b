import { ActionIcon, Alert, Code, CopyButton, Group, Stack, Text, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

interface SecretProps {
  secret: string;
  /** What it is for, and where it is put. */
  hint: string;
}

/** A secret that is shown once: to be copied now. */
export function Secret({ secret, hint }: SecretProps) {
  const { t } = useTranslation();
  return (
    <Alert
      color="yellow"
      role="status"
      icon={<IconKey aria-hidden />}
      title={t('secret.once')}
      styles={{ title: { color: 'var(--svod-changed)' } }}
    >
      <Stack gap="xs">
        <Group gap="xs" wrap="nowrap">
          <Code block style={{ flex: 1, overflowWrap: 'anywhere', whiteSpace: 'normal' }} data-testid="secret">
            {secret}
          </Code>
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Tooltip label={copied ? t('action.copied') : t('action.copy')}>
                <ActionIcon variant="default" size="lg" onClick={copy} aria-label={t('action.copy')}>
                  {copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
        </Group>
        <Text size="sm" c="var(--mantine-color-text)">
          {hint}
        </Text>
      </Stack>
    </Alert>
  );
}
