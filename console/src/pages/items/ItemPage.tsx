import { Anchor, Badge, Button, CopyButton, Stack, Tabs } from '@mantine/core';
import { IconArrowsDiff, IconCheck, IconLink } from '@tabler/icons-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useAsk } from '@/api/asking';
import { hasRole, useMe } from '@/api/me';
import { refusalsOf } from '@/api/refusals';
import { AsOfBar } from '@/components/AsOfBar';
import { asOfSearch, useAsOf, type AsOf } from '@/components/asOf';
import { useAttributes } from '@/components/differences/attributes';
import { StartEditing } from '@/components/editing/StartEditing';
import { language } from '@/i18n';
import { Count } from '@/ui/Count';
import { localized } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { useUrlState } from '@/ui/urlState';
import { Missing } from '../Broken';
import { Card } from './Card';
import { ChildrenTab } from './ChildrenTab';
import { HistoryTab } from './HistoryTab';
import { ITEM_PAGE, knownAt, type DescribedDictionary, type ItemThere } from './reading';
import { dayWithin, standingOf, type Standing } from './standing';
import { StandingBadge, StandingNotice } from './StandingNotice';
import { bandsOf } from './times/picture';
import { Times } from './times/Times';
import { UsagesTab } from './UsagesTab';

/** One item at a point of both times: what it is, what made it so, what it was, and what refers to it. */
export default function ItemPage() {
  const { t } = useTranslation(['item', 'publication', 'request', 'differences', 'dictionary', 'editing', 'common']);
  const { code: dictionary = '', item: code = '' } = useParams();
  const [asOf, setAsOf] = useAsOf();
  const { data, error, isLoading } = useAsk(
    ITEM_PAGE,
    { dictionary, code, validOn: asOf.validOn, publication: asOf.publication, language: language() === 'en' ? 'EN' : 'RU' },
    { types: ['Publication', 'Item'] },
  );
  const described = data?.dictionary;
  if (isLoading) return <Loading lines={8} />;
  if (error && !described) return <Refusals refusals={refusalsOf(error)} />;
  const standing = described && standingOf(described.itemHistory, asOf);
  if (!described || !standing) return <Missing />;
  const name = standing.version.name || code;
  return (
    <Page
      title={name}
      beside={
        <>
          <Badge variant="default" ff="monospace" tt="none">
            {code}
          </Badge>
          <StandingBadge standing={standing} />
        </>
      }
      lead={<Path dictionary={dictionary} item={described.item ?? null} asOf={asOf} />}
      crumbs={[
        { title: t('nav.dictionaries', { ns: 'common' }), to: '/dictionaries' },
        { title: localized(described.name), to: `/dictionaries/${dictionary}${asOfSearch(asOf)}` },
      ]}
      actions={<Actions dictionary={dictionary} code={code} described={described} asOf={asOf} />}
    >
      <AsOfBar asOf={asOf} onChange={setAsOf} />
      {error && <Refusals refusals={refusalsOf(error)} />}
      <Body described={described} code={code} standing={standing} asOf={asOf} />
    </Page>
  );
}

/** What the item stands under, from the top. */
function Path({ dictionary, item, asOf }: { dictionary: string; item: ItemThere | null; asOf: AsOf }) {
  const { t } = useTranslation('item');
  const above: Array<{ code: string; name?: string | null }> = [];
  interface Above {
    code: string;
    name?: string | null;
    parent?: Above | null;
  }
  for (let each: Above | null | undefined = item?.parent; each; each = each.parent) above.unshift(each);
  if (above.length === 0) return null;
  return (
    <>
      {t('under')}{' '}
      {above.map(({ code, name }, place) => (
        <span key={code}>
          {place > 0 && ' › '}
          <Anchor
            component={Link}
            to={`/dictionaries/${dictionary}/items/${encodeURIComponent(code)}${asOfSearch(asOf)}`}
            inherit
          >
            {name || code}
          </Anchor>
        </span>
      ))}
    </>
  );
}

interface ActionsProps {
  dictionary: string;
  code: string;
  described: DescribedDictionary;
  asOf: AsOf;
}

function Actions({ dictionary, code, described, asOf }: ActionsProps) {
  const { t } = useTranslation('item');
  const me = useMe();
  const bands = bandsOf(described.itemHistory);
  const compared = new URLSearchParams({ dictionary, item: code });
  const newest = asOf.publication ?? bands.at(-1)?.publication.number;
  if (newest !== undefined) {
    const before = bands.findLast(({ publication }) => publication.number < newest)?.publication.number ?? 0;
    compared.set('from', String(before));
    compared.set('to', String(newest));
  }
  return (
    <>
      {hasRole(me, ['STEWARD'], dictionary) && <StartEditing dictionary={dictionary} item={code} />}
      <Button
        variant="default"
        component={Link}
        to={`/publications/compare?${compared}`}
        leftSection={<IconArrowsDiff size={16} aria-hidden />}
      >
        {t('compare')}
      </Button>
      <CopyButton value={location.href}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            onClick={copy}
            leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconLink size={16} aria-hidden />}
          >
            <span aria-live="polite">{copied ? t('linkCopied') : t('copyLink')}</span>
          </Button>
        )}
      </CopyButton>
    </>
  );
}

interface BodyProps {
  described: DescribedDictionary;
  code: string;
  standing: Standing;
  asOf: AsOf;
}

const NO_TAB = 'card';

function Body({ described, code, standing, asOf }: BodyProps) {
  const { t } = useTranslation(['item', 'differences']);
  const [tab, setTab] = useUrlState('tab', NO_TAB);
  const attributes = useAttributes(described.code);
  const { itemHistory: history, code: dictionary } = described;
  const labelOf = useCallback(
    (each: string) =>
      each === 'parent'
        ? t('parent', { ns: 'differences' })
        : localized(attributes.find((attribute) => attribute.code === each)?.label) || each,
    [attributes, t],
  );
  const latest = knownAt(history, null);
  const held = latest.find((version) => dayWithin(version, asOf.validOn) === asOf.validOn) ?? latest.at(-1);
  return (
    <Stack gap="md">
      <StandingNotice dictionary={dictionary} code={code} standing={standing} asOf={asOf} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md" aria-label={t('tabs.label')}>
          <Tabs.Tab value="card">{t('tabs.card')}</Tabs.Tab>
          <Tabs.Tab value="history" rightSection={<Count count={bandsOf(history).length} />}>
            {t('tabs.history')}
          </Tabs.Tab>
          <Tabs.Tab value="usages">{t('tabs.usages')}</Tabs.Tab>
          {described.isHierarchical && <Tabs.Tab value="children">{t('tabs.children')}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="card">
          <Stack gap="md">
            <Card
              dictionary={dictionary}
              attributes={attributes}
              history={history}
              version={standing.version}
              isValid={standing.kind === 'VALID'}
              item={described.item ?? null}
              asOf={asOf}
            />
            <Times history={history} labelOf={labelOf} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <HistoryTab dictionary={dictionary} history={history} />
        </Tabs.Panel>
        <Tabs.Panel value="usages">
          <UsagesTab dictionary={dictionary} code={code} on={held ? dayWithin(held, asOf.validOn) : null} asOf={asOf} />
        </Tabs.Panel>
        <Tabs.Panel value="children">
          <ChildrenTab dictionary={dictionary} code={code} asOf={asOf} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
