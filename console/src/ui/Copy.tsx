import { Button, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

interface CopyProps {
  value: string;
  size?: string;
  /** What is copied, for whoever hears the page. */
  what?: string;
}

/** A button that copies a text, and says that it did. */
export function Copy({ value, size = 'xs', what }: CopyProps) {
  const { t } = useTranslation();
  return (
    <CopyButton value={value} timeout={2000}>
      {({ copied, copy }) => (
        <Button
          size={size}
          variant="default"
          onClick={copy}
          leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          {...(what && !copied ? { 'aria-label': `${t('action.copy')}: ${what}` } : {})}
        >
          {copied ? t('action.copied') : t('action.copy')}
        </Button>
      )}
    </CopyButton>
  );
}
