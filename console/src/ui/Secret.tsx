import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from './Notice';
import { Snippet } from './Snippet';

interface SecretProps {
  /** What it is the secret of. */
  label: string;
  secret: string;
  /** What to do with it. */
  children?: ReactNode;
}

/** A secret that is shown once, with what to do with it. */
export function Secret({ label, secret, children }: SecretProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Notice title={t('secret.title')}>{t('secret.once')}</Notice>
      <Snippet label={label} text={secret} wraps />
      {children && (
        <Text size="sm" c="dimmed" component="div">
          {children}
        </Text>
      )}
    </Stack>
  );
}
