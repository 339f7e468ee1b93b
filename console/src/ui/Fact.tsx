import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface FactProps {
  label: ReactNode;
  children: ReactNode;
}

/** Something that is known, under what it is called. Stands in a list of facts. */
export function Fact({ label, children }: FactProps) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="sm" component="div" mt={2}>
        {children}
      </Text>
    </div>
  );
}
