import { Anchor, Paper, Table, Text, Title } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAsk } from '@/api/asking';
import type { AttributeInfo } from '@/components/differences/attributes';
import { REFERENCE_NAME } from '@/components/differences/ReferenceName';
import { bothLanguages, type Named } from '@/components/differences/values';
import { Value } from '@/components/differences/Value';
import { valuesOf } from '@/components/differences/timeline';
import { asOfSearch, type AsOf } from '@/components/asOf';
import { Source } from '@/components/publications/Source';
import type { PublicationSaid } from '@/components/publications/said';
import { language } from '@/i18n';
import { localized } from '@/ui/format';
import { Period } from '@/ui/Period';
import { blameOf } from './blame';
import classes from './Card.module.css';
import type { HistoryVersion, ItemThere } from './reading';
import { dayWithin } from './standing';

interface CardProps {
  dictionary: string;
  attributes: AttributeInfo[];
  history: HistoryVersion[];
  version: HistoryVersion;
  /** Whether the version holds at the point that is looked from. */
  isValid: boolean;
  /** The item at the point that is looked from, where it holds there. */
  item: ItemThere | null;
  asOf: AsOf;
}

interface Row {
  key: string;
  label: string;
  value: ReactNode;
  origin: PublicationSaid | null;
}

/** All that is said of an item, attribute by attribute, each with what made it so. */
export function Card({ dictionary, attributes, history, version, isValid, item, asOf }: CardProps) {
  const { t } = useTranslation(['item', 'differences']);
  const day = dayWithin(version, asOf.validOn);
  const blame = useMemo(() => blameOf(history, version, day), [history, version, day]);
  const values = valuesOf(version);
  const isFilled = ({ code }: AttributeInfo) => !isBlank(values[code]);
  const blank = attributes.filter((attribute) => !isFilled(attribute)).map((each) => localized(each.label) || each.code);
  const rows: Row[] = attributes.filter(isFilled).map((attribute) => ({
    key: attribute.code,
    label: localized(attribute.label) || attribute.code,
    value: <CardValue attribute={attribute} value={values[attribute.code]} names={namesOf(item, attribute.code)} asOf={asOf} />,
    origin: blame.get(attribute.code) ?? null,
  }));
  if (version.parentCode)
    rows.push({
      key: 'parent',
      label: t('parent', { ns: 'differences' }),
      value: <ItemLink dictionary={dictionary} code={version.parentCode} name={item?.parent?.name} asOf={asOf} />,
      origin: blame.get('parent') ?? null,
    });
  return (
    <Paper withBorder component="section" aria-labelledby="card-title" className={classes['card'] ?? ''}>
      <div className={classes['head'] ?? ''}>
        <Title order={2} size="h3" id="card-title">
          {t('card.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {t(isValid ? 'card.holds' : 'card.period')} <Period from={version.validFrom} until={version.validTo} />
        </Text>
      </div>
      <Table.ScrollContainer minWidth={620}>
        <Table className={classes['table'] ?? ''} verticalSpacing={8} horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="22%">{t('card.attribute')}</Table.Th>
              <Table.Th>{t('card.value')}</Table.Th>
              <Table.Th w="32%">{t('card.origin')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, place) => (
              <Table.Tr key={row.key}>
                <Table.Th scope="row" className={classes['label'] ?? ''}>
                  {row.label}
                </Table.Th>
                <Table.Td className={classes['value'] ?? ''}>{row.value}</Table.Td>
                <Origin rows={rows} place={place} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {blank.length > 0 && (
        <Text size="sm" c="dimmed" className={classes['blank'] ?? ''}>
          {t('card.blank', { what: blank.join(', ') })}
        </Text>
      )}
    </Paper>
  );
}

function isBlank(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** One cell for neighbouring attributes that come from the same publication. */
function Origin({ rows, place }: { rows: Row[]; place: number }) {
  const own = rows[place]?.origin ?? null;
  const before = rows[place - 1];
  const isSame = (row: Row | undefined) => row !== undefined && (row.origin?.number ?? null) === (own?.number ?? null);
  if (before && isSame(before)) return null;
  const end = rows.findIndex((row, at) => at > place && !isSame(row));
  return (
    <Table.Td rowSpan={(end < 0 ? rows.length : end) - place} className={classes['origin'] ?? ''}>
      {own && <Source publication={own} />}
    </Table.Td>
  );
}

function namesOf(item: ItemThere | null, attribute: string): Named[] {
  return item?.references.filter((each) => each.attribute === attribute) ?? [];
}

interface CardValueProps {
  attribute: AttributeInfo;
  value: unknown;
  names: Named[];
  asOf: AsOf;
}

function CardValue({ attribute, value, names, asOf }: CardValueProps) {
  const { to, type } = attribute;
  if (type === 'REFERENCE' && to && value !== null && value !== undefined) {
    const codes = (Array.isArray(value) ? value : [value]).map(String);
    return (
      <>
        {codes.map((code) => (
          <div key={code}>
            <ItemLink dictionary={to} code={code} name={names.find((each) => each.code === code)?.name} asOf={asOf} />
          </div>
        ))}
      </>
    );
  }
  const both = bothLanguages(value);
  if (both) {
    return (
      <>
        <div lang="ru">{both.ru}</div>
        {both.en && (
          <Text size="sm" c="dimmed" lang="en">
            {both.en}
          </Text>
        )}
      </>
    );
  }
  return <Value attribute={attribute} value={value} names={names} />;
}

interface ItemLinkProps {
  dictionary: string;
  code: string;
  name: string | null | undefined;
  asOf: AsOf;
  /** Whether it stands within a sentence, where colour alone would not tell it. */
  isInText?: boolean;
}

/** An item by its name and code, with a link that keeps the point of both times. Without a name from there, as it is called now. */
export function ItemLink({ dictionary, code, name, asOf, isInText = false }: ItemLinkProps) {
  const spoken = language() === 'en' ? 'EN' : 'RU';
  const { data } = useAsk(REFERENCE_NAME, { dictionary, code, language: spoken }, { pause: Boolean(name) });
  const shown = name || data?.dictionary?.item?.name;
  return (
    <>
      <Anchor
        component={Link}
        to={`/dictionaries/${dictionary}/items/${encodeURIComponent(code)}${asOfSearch(asOf)}`}
        size="sm"
        underline={isInText ? 'always' : 'hover'}
      >
        {shown || code}
      </Anchor>
      {shown && (
        <Text span size="xs" c="dimmed" ff="monospace" ml={6}>
          {code}
        </Text>
      )}
    </>
  );
}
