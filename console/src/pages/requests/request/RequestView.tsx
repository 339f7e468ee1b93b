import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPencil } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { StateBadge } from '@/ui/Badges';
import { Page, type Crumb } from '@/ui/Page';
import { useUrlState } from '@/ui/urlState';
import { useRequest } from './context';
import { EditRequestDialog } from './EditRequestDialog';
import { Editing } from './Editing';
import { NextPanel } from './NextPanel';
import { RequestLead } from './RequestLead';
import { RequestTabs } from './RequestTabs';
import { mayEdit } from './rights';

/** The request with its panel and tabs, or the editor of one of its dictionaries. */
export function RequestView({ crumbs }: { crumbs: Crumb[] }) {
  const { t } = useTranslation('request');
  const { request, me } = useRequest();
  const [dictionary] = useUrlState('edit');
  const [opened, dialog] = useDisclosure();
  const isEditing = dictionary !== '' && mayEdit(request, me);
  const edit = mayEdit(request, me) && !isEditing && (
    <Button variant="default" leftSection={<IconPencil size={16} aria-hidden />} onClick={dialog.open}>
      {t('edit.action')}
    </Button>
  );
  return (
    <Page
      title={request.title}
      beside={<StateBadge state={request.state} />}
      crumbs={crumbs}
      lead={isEditing ? undefined : <RequestLead />}
      actions={edit}
    >
      {isEditing ? (
        <Editing dictionary={dictionary} />
      ) : (
        <>
          <NextPanel />
          <RequestTabs />
        </>
      )}
      {opened && <EditRequestDialog onClose={dialog.close} />}
    </Page>
  );
}
