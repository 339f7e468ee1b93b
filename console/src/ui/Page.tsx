import { Anchor, Box, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import classes from './Page.module.css';

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
  /** The page fills the window: its last part takes the height that is left, and scrolls within it. */
  fills?: boolean;
}

/** The frame of every page: crumbs, heading, actions, content. */
export function Page({ title, beside, lead, crumbs, actions, children, fills = false }: PageProps) {
  const { t } = useTranslation();
  const name = t('svod');
  useEffect(() => {
    document.title = title ? `${title} · ${name}` : name;
  }, [title, name]);
  return (
    <Stack gap="md" className={fills ? (classes['fills'] ?? '') : ''}>
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
        <div className={classes['head'] ?? ''}>
          <div className={classes['title'] ?? ''}>
            <Group gap="sm" align="center">
              <Title order={1}>{title}</Title>
              {beside}
            </Group>
            {lead && (
              <Text c="dimmed" size="sm" mt={4} component="div">
                {lead}
              </Text>
            )}
          </div>
          {actions && (
            <Group gap="xs" className={classes['actions'] ?? ''}>
              {actions}
            </Group>
          )}
        </div>
      </Box>
      {children}
    </Stack>
  );
}
