import { Anchor, Box, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

export interface Crumb {
  title: string;
  to: string;
}

interface PageProps {
  /** The heading of the page, and the title of the browser's tab. */
  title: string;
  /** What stands beside the heading: a state, a code. */
  beside?: ReactNode;
  /** A sentence below the heading. */
  lead?: ReactNode;
  /** Where one is: the pages above this one. */
  crumbs?: Crumb[];
  /** Buttons to the right. */
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of every page: crumbs, heading, actions, content. */
export function Page({ title, beside, lead, crumbs, actions, children }: PageProps) {
  const { t } = useTranslation();
  const name = t('svod');
  useEffect(() => {
    document.title = title ? `${title} · ${name}` : name;
  }, [title, name]);
  return (
    <Stack gap="md">
      <Box>
        {crumbs && crumbs.length > 0 && (
          <Breadcrumbs mb={6} separatorMargin={6}>
            {crumbs.map((crumb) => (
              <Anchor key={crumb.to} component={Link} to={crumb.to} size="sm">
                {crumb.title}
              </Anchor>
            ))}
          </Breadcrumbs>
        )}
        <Group justify="space-between" align="flex-start" gap="md">
          <Group gap="sm" align="center" miw={0}>
            <Title order={1}>{title}</Title>
            {beside}
          </Group>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
        {lead && (
          <Text c="dimmed" size="sm" mt={4} component="div">
            {lead}
          </Text>
        )}
      </Box>
      {children}
    </Stack>
  );
}
