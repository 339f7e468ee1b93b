import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface NoticeProps {
  title?: string;
  children: ReactNode;
}

const STYLES = {
  root: { background: 'var(--svod-changed-back)' },
  icon: { color: 'var(--svod-changed)' },
  title: { color: 'var(--mantine-color-text)' },
  message: { color: 'var(--mantine-color-text)' },
};

/** Something that one should know before going on; it is read aloud at once. */
export function Notice({ title, children }: NoticeProps) {
  return (
    <Alert
      variant="light"
      color="yellow"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      styles={STYLES}
      {...(title ? { title } : {})}
    >
      {children}
    </Alert>
  );
}
