import { Anchor, Group, List, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { Refusal } from '@/api/refusals';
import { useAttributes, type AttributeInfo } from '@/components/differences/attributes';
import { ReferenceName } from '@/components/differences/ReferenceName';
import { Empty } from '@/ui/Empty';
import { formatCount, localized } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Notice } from '@/ui/Notice';
import { RefusalSentence } from '@/ui/RefusalSentence';
import { useUrlState } from '@/ui/urlState';
import { useRequest } from './context';
import { mayEdit } from './rights';
import { StaleItems } from './StaleItems';
import { byItem, placeOf, type Place } from './violations';

/** What the request comes to: whether it can be published, and what is to be mended first. */
export default function CheckTab() {
  const { check } = useRequest();
  return (
    <Stack gap="xl">
      <Outcome />
      {check?.validation && <StaleItems />}
    </Stack>
  );
}

function Outcome() {
  const { t } = useTranslation('request');
  const { request, check } = useRequest();
  const [, setTab] = useUrlState('tab', 'changes');
  if (!check) return <Loading />;
  const { validation, conflicts } = check;
  if (!validation) return <Empty title={t('check.over')} hint={t('check.overHint')} />;
  if (conflicts.length > 0) {
    return (
      <Notice title={t('check.conflicts', { count: conflicts.length })}>
        <Anchor component="button" type="button" size="sm" onClick={() => setTab('conflicts')}>
          {t('check.toConflicts')}
        </Anchor>
      </Notice>
    );
  }
  if (request.dictionaries.length === 0) return <Empty title={t('check.empty')} hint={t('check.emptyHint')} />;
  if (validation.isValid) return <Fine />;
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h3">
          {t('check.wrong', { count: validation.total })}
        </Title>
        <Text size="sm" c="dimmed">
          {t('check.wrongHint')}
        </Text>
      </div>
      {byItem(validation.violations).map(({ place, violations }) => (
        <Wrong key={`${place.dictionary}/${place.item ?? ''}`} place={place} violations={violations} />
      ))}
      {validation.total > validation.violations.length && (
        <Text size="sm" c="dimmed">
          {t('check.omitted', { count: validation.total - validation.violations.length })}
        </Text>
      )}
    </Stack>
  );
}

function Fine() {
  const { t } = useTranslation('request');
  const { request, check } = useRequest();
  const validation = check?.validation;
  return (
    <Stack gap="md">
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <IconCircleCheck size={26} stroke={1.6} color="var(--svod-added)" aria-hidden />
        <div>
          <Title order={2} size="h3">
            {t('check.fine')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('check.fineHint', { number: validation?.judgedAgainst ?? 0 })}
          </Text>
        </div>
      </Group>
      {validation && validation.counts.length > 0 && (
        <Paper withBorder maw={620}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('check.dictionary')}</Table.Th>
                <Table.Th ta="right">{t('check.added')}</Table.Th>
                <Table.Th ta="right">{t('check.changed')}</Table.Th>
                <Table.Th ta="right">{t('check.retired')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {validation.counts.map(({ dictionary, added, changed, retired }) => (
                <Table.Tr key={dictionary}>
                  <Table.Td>{nameIn(request, dictionary)}</Table.Td>
                  <Table.Td ta="right">{formatCount(added)}</Table.Td>
                  <Table.Td ta="right">{formatCount(changed)}</Table.Td>
                  <Table.Td ta="right">{formatCount(retired)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Paper>
      )}
    </Stack>
  );
}

function nameIn(request: ReturnType<typeof useRequest>['request'], code: string): string {
  return localized(request.dictionaries.find(({ dictionaryCode }) => dictionaryCode === code)?.dictionary?.name) || code;
}

function Wrong({ place, violations }: { place: Place; violations: Refusal[] }) {
  const { t } = useTranslation('request');
  const { request, me } = useRequest();
  const [search] = useSearchParams();
  const attributes = useAttributes(place.dictionary);
  const editing = new URLSearchParams(search);
  editing.set('edit', place.dictionary);
  if (place.item) editing.set('item', place.item);
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb={6}>
        <div>
          <Text fw={600} component="h3" m={0}>
            {place.item ? <ReferenceName dictionary={place.dictionary} code={place.item} /> : t('check.whole')}
          </Text>
          <Text size="xs" c="dimmed">
            {nameIn(request, place.dictionary)}
          </Text>
        </div>
        {mayEdit(request, me) && place.item && (
          <Anchor component={Link} to={`?${editing}`} size="sm">
            {t('check.mend')}
          </Anchor>
        )}
      </Group>
      <List size="sm" spacing={4}>
        {violations.map((violation) => (
          <List.Item key={`${violation.code} ${violation.path.join('/')} ${violation.message}`}>
            <Sentence violation={violation} attributes={attributes} />
          </List.Item>
        ))}
      </List>
    </Paper>
  );
}

/** What is wrong, with the attribute by its label. */
function Sentence({ violation, attributes }: { violation: Refusal; attributes: AttributeInfo[] }) {
  const { t } = useTranslation('differences');
  const { attribute } = placeOf(violation);
  const named = attribute === 'parent' ? t('parent') : '';
  const label = localized(attributes.find((each) => each.code === attribute)?.label) || named || attribute;
  return <RefusalSentence refusal={violation} place={label} />;
}
