import { Button, Group, Text } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { lazy, Suspense, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Loading } from '@/ui/Loading';
import { localized } from '@/ui/format';
import { useDictionaryName } from '@/components/differences/attributes';
import { PickDictionary } from './changes/PickDictionary';
import { useRequest } from './context';

const RequestEditor = lazy(() => import('@/components/editing/RequestEditor'));

/** The editor of one dictionary in the request, and the way back to the review of it. */
export function Editing({ dictionary }: { dictionary: string }) {
  const { t } = useTranslation('request');
  const { request, isMine, reload } = useRequest();
  const [search, setSearch] = useSearchParams();
  const item = search.get('item');
  const name = useDictionaryName(dictionary);
  const changed = useCallback(
    (revision: number) => {
      isMine(revision);
      reload();
    },
    [isMine, reload],
  );
  const done = () => setSearch(request.dictionaries.length > 0 ? { tab: 'changes' } : {});
  return (
    <>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('editing.lead')}{' '}
          <Text span inherit c="bright" fw={600}>
            {localized(name) || dictionary}
          </Text>
        </Text>
        <Group gap="sm">
          <PickDictionary isOther />
          <Button variant="default" leftSection={<IconCheck size={16} aria-hidden />} onClick={done}>
            {t('editing.done')}
          </Button>
        </Group>
      </Group>
      <Suspense fallback={<Loading />}>
        <RequestEditor
          requestId={request.id}
          revision={request.revision}
          dictionary={dictionary}
          {...(item === null ? {} : { item })}
          onChanged={changed}
        />
      </Suspense>
    </>
  );
}
