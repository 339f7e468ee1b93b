import { Center, Stack, Text, Title } from '@mantine/core';
import { IconInbox, type Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface EmptyProps {
  title: string;
  /** What would be here, and how it comes here: an empty page teaches. */
  hint?: ReactNode;
  icon?: Icon;
  action?: ReactNode;
  /** Where it is the whole page, its title is the page's. */
  isPage?: boolean;
}

export function Empty({ title, hint, icon: Picture = IconInbox, action, isPage = false }: EmptyProps) {
  return (
    <Center py="xl">
      <Stack align="center" gap="xs" maw={460}>
        <Picture size={40} stroke={1.3} color="var(--mantine-color-dimmed)" aria-hidden />
        <Title order={isPage ? 1 : 2} size="h3" ta="center">
          {title}
        </Title>
        {hint && (
          <Text c="dimmed" ta="center" size="sm" component="div">
            {hint}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  );
}
