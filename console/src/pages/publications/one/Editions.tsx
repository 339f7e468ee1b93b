import {
  ActionIcon,
  Anchor,
  Button,
  Code,
  CopyButton,
  Group,
  Menu,
  Paper,
  Table,
  Text,
  Title,
  Tooltip,
  VisuallyHidden,
} from '@mantine/core';
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EditionCounts } from '@/components/publications/EditionCounts';
import { Tone } from '@/ui/Badges';
import { formatCount, localized } from '@/ui/format';
import classes from './Editions.module.css';
import type { Edition, WholePublication } from './reading';

/** What the publication made of each dictionary, with the digest that proves it. */
export function Editions({ publication }: { publication: WholePublication }) {
  const { t } = useTranslation('publication');
  const { editions, number } = publication;
  return (
    <Paper withBorder component="section" aria-labelledby="editions-title" className={classes['frame'] ?? ''}>
      <Title order={2} size="h3" id="editions-title" p="md" pb={4}>
        {t('editions.title')}
      </Title>
      {editions.length === 0 ? (
        <Text size="sm" c="dimmed" p="md" pt={0}>
          {t('editions.none')}
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={760}>
          <Table horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('editions.dictionary')}</Table.Th>
                <Table.Th w={150}>{t('editions.number')}</Table.Th>
                <Table.Th w={170}>{t('editions.changes')}</Table.Th>
                <Table.Th w={110} ta="right">
                  {t('editions.items')}
                </Table.Th>
                <Table.Th w={190}>{t('editions.digest')}</Table.Th>
                <Table.Th w={110}>
                  <VisuallyHidden>{t('editions.export')}</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {editions.map((edition) => (
                <Row key={edition.dictionaryCode} edition={edition} publication={number} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Paper>
  );
}

function Row({ edition, publication }: { edition: Edition; publication: number }) {
  const { t } = useTranslation('publication');
  const name = localized(edition.dictionary?.name) || edition.dictionaryCode;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/dictionaries/${edition.dictionaryCode}?at=${publication}`} size="sm">
          {name}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Group gap={8} wrap="nowrap">
          <span>{t('editions.numbered', { number: edition.number })}</span>
          {edition.definitionChanged && <Tone tone="changed">{t('editions.definition')}</Tone>}
        </Group>
      </Table.Td>
      <Table.Td>
        <EditionCounts {...edition} />
      </Table.Td>
      <Table.Td ta="right">{formatCount(edition.itemsCount)}</Table.Td>
      <Table.Td>
        <Digest digest={edition.digest} name={name} />
      </Table.Td>
      <Table.Td ta="right">
        <Export edition={edition} publication={publication} name={name} />
      </Table.Td>
    </Table.Tr>
  );
}

/** The beginning of a digest; the whole of it as a tooltip and in the clipboard. */
function Digest({ digest, name }: { digest: string; name: string }) {
  const { t } = useTranslation(['publication', 'common']);
  return (
    <Group gap={4} wrap="nowrap">
      <Tooltip label={digest} multiline maw={360} className={classes['digest'] ?? ''}>
        <Code>{digest.slice(0, 12)}…</Code>
      </Tooltip>
      <CopyButton value={digest}>
        {({ copied, copy }) => (
          <ActionIcon
            variant="subtle"
            color="gray"
            c="dimmed"
            size="sm"
            onClick={copy}
            aria-label={copied ? t('action.copied', { ns: 'common' }) : t('editions.copyDigest', { name })}
          >
            {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
          </ActionIcon>
        )}
      </CopyButton>
    </Group>
  );
}

/** The dictionary as this publication left it, as a file. */
function Export({ edition, publication, name }: { edition: Edition; publication: number; name: string }) {
  const { t } = useTranslation('publication');
  const formats = edition.dictionary?.exportFormats ?? [];
  if (formats.length === 0) return null;
  return (
    <Menu position="bottom-end" shadow="md" width={240}>
      <Menu.Target>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconDownload size={15} aria-hidden />}
          aria-label={t('editions.exportOf', { name })}
        >
          {t('editions.export')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('editions.exportHint', { number: publication })}</Menu.Label>
        {formats.map((format) => (
          <Menu.Item
            key={format}
            component="a"
            href={`/export/${edition.dictionaryCode}.${format}?publication=${publication}`}
            download
          >
            {t(`formats.${format}` as 'formats.csv', { defaultValue: format })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
