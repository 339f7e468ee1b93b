import { Card, Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface PanelProps {
  title: string;
  beside?: ReactNode;
  children: ReactNode;
}

/** A titled card of the home page. */
export function Panel({ title, beside, children }: PanelProps) {
  return (
    <Card withBorder padding="lg" component="section" aria-label={title}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h3">
          {title}
        </Title>
        {beside}
      </Group>
      {children}
    </Card>
  );
}
