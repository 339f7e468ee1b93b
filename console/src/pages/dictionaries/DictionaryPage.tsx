import { Button, Tabs, Text } from '@mantine/core';
import { IconArrowsDiff, IconFileImport, IconSettings } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { hasRole, useMe } from '@/api/me';
import { refusalsOf } from '@/api/refusals';
import { AsOfBar } from '@/components/AsOfBar';
import { useAsOf } from '@/components/asOf';
import { useShape, useTargets, type Shape } from '@/components/dictionary/shape';
import { StartEditing } from '@/components/editing/StartEditing';
import { localized } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { useUrlState } from '@/ui/urlState';
import { Missing } from '../Broken';
import { Editions } from './Editions';
import { ItemsTab } from './ItemsTab';
import { Passport } from './Passport';
import { Tree } from './Tree';
import classes from './Dictionary.module.css';

/** One dictionary: its items at the point of both times that the bar on top shows, as grid and as tree; its passport and editions. */
export default function DictionaryPage() {
  const { t } = useTranslation(['dictionary', 'common']);
  const { code = '' } = useParams();
  const { data, error, isLoading } = useShape(code);
  const targets = useTargets();
  const [tab] = useUrlState('tab', 'items');
  const shape = data?.dictionary;
  if (isLoading || !targets) return <Loading />;
  if (error && !data) return <Refusals refusals={refusalsOf(error)} />;
  if (!shape) return <Missing />;
  return (
    <Page
      title={localized(shape.name)}
      lead={
        <Text size="sm" truncate title={localized(shape.description)}>
          <Text span size="sm" ff="monospace">
            {shape.code}
          </Text>
          {shape.description && ` · ${localized(shape.description)}`}
        </Text>
      }
      crumbs={[{ title: t('title'), to: '/dictionaries' }]}
      actions={<Actions shape={shape} />}
      fills={tab === 'items'}
    >
      <Body shape={shape} targets={targets} />
    </Page>
  );
}

function Actions({ shape }: { shape: Shape }) {
  const { t } = useTranslation('dictionary');
  const me = useMe();
  const isSteward = hasRole(me, ['STEWARD'], shape.code);
  return (
    <>
      {isSteward && <StartEditing dictionary={shape.code} />}
      {isSteward && (
        <Button
          variant="default"
          component={Link}
          to={`/imports/new?dictionary=${shape.code}`}
          leftSection={<IconFileImport size={16} aria-hidden />}
        >
          {t('import')}
        </Button>
      )}
      <Button
        variant="default"
        component={Link}
        to={`/publications/compare?dictionary=${shape.code}`}
        leftSection={<IconArrowsDiff size={16} aria-hidden />}
      >
        {t('compare')}
      </Button>
      {hasRole(me, ['OWNER'], shape.code) && (
        <Button
          variant="default"
          component={Link}
          to={`/definitions/${shape.code}`}
          leftSection={<IconSettings size={16} aria-hidden />}
        >
          {t('definition')}
        </Button>
      )}
    </>
  );
}

function Body({ shape, targets }: { shape: Shape; targets: NonNullable<ReturnType<typeof useTargets>> }) {
  const { t } = useTranslation('dictionary');
  const [asOf, setAsOf] = useAsOf();
  const [tab, setTab] = useUrlState('tab', 'items');
  const tabs = ['items', ...(shape.isHierarchical ? ['tree'] : []), 'passport', 'editions'] as Array<
    'items' | 'tree' | 'passport' | 'editions'
  >;
  return (
    <>
      <AsOfBar asOf={asOf} onChange={setAsOf} />
      <Tabs value={tab} onChange={(next) => setTab(next)} keepMounted={false} className={classes['tabs'] ?? ''}>
        <Tabs.List>
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`tab.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="items" pt="sm" className={classes['items'] ?? ''}>
          <ItemsTab shape={shape} targets={targets} asOf={asOf} />
        </Tabs.Panel>
        {shape.isHierarchical && (
          <Tabs.Panel value="tree" pt="sm">
            <Tree dictionary={shape.code} asOf={asOf} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="passport" pt="sm">
          <Passport shape={shape} targets={targets} />
        </Tabs.Panel>
        <Tabs.Panel value="editions" pt="sm">
          <Editions dictionary={shape.code} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
