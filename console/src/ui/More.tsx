import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Paged } from '@/api/paging';
import { formatCount } from './format';
import { Refusals } from './Refusals';

/** The foot of a list that is read page by page: how much of it is shown, and a button for more. */
export function More<TNode>({ list }: { list: Paged<TNode> }) {
  const { t } = useTranslation();
  if (list.isLoading) return null;
  return (
    <>
      <Refusals refusals={list.refusals} />
      {(list.hasMore || (list.total ?? 0) > 10) && (
        <Group justify="center" gap="md" py="xs">
          {list.hasMore && (
            <Button variant="default" loading={list.isRefreshing} onClick={list.more}>
              {t('action.more')}
            </Button>
          )}
          <Text size="sm" c="dimmed" aria-live="polite">
            {list.total === null
              ? t('list.shown', { shown: formatCount(list.nodes.length) })
              : t('list.shownOf', { shown: formatCount(list.nodes.length), total: formatCount(list.total) })}
          </Text>
        </Group>
      )}
    </>
  );
}
