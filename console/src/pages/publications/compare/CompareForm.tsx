import { ActionIcon, Anchor, Fieldset, Group, Paper, Select, Stack, Switch, Text, Tooltip } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { DateField } from '@/ui/DateField';
import { formatInstant, localized, today } from '@/ui/format';
import type { Compared } from './sides';

/** What is to be compared: a dictionary, and two sides. */
export function CompareForm({ compared }: { compared: Compared }) {
  const { t } = useTranslation('publication');
  const { dictionary, item, from, to, choices, set } = compared;
  const isDated = Boolean(from.validOn);
  const dictionaries = (choices?.dictionaries.nodes ?? []).map((each) => ({ value: each.code, label: localized(each.name) }));
  const swap = () =>
    set({
      from: String(to.publication),
      to: String(from.publication),
      ...(isDated ? { fromOn: to.validOn ?? null, toOn: from.validOn ?? null } : {}),
    });
  return (
    <Paper withBorder p="md">
      <Stack gap="md">
        <Group gap="md" align="flex-end">
          <Select
            flex="1 1 300px"
            label={t('compare.dictionary')}
            placeholder={t('compare.dictionaryHint')}
            data={dictionaries}
            value={dictionary || null}
            searchable
            onChange={(next) => set({ dictionary: next, item: null })}
          />
          <Switch
            mb={8}
            label={t('compare.dated')}
            checked={isDated}
            onChange={(event) =>
              set(event.currentTarget.checked ? { fromOn: today(), toOn: today() } : { fromOn: null, toOn: null })
            }
          />
        </Group>
        {item !== '' && (
          <Text size="sm">
            {t('compare.oneItem')}{' '}
            <Anchor
              component={Link}
              to={`/dictionaries/${dictionary}/items/${encodeURIComponent(item)}`}
              ff="monospace"
              size="sm"
            >
              {item}
            </Anchor>{' '}
            <Anchor component="button" type="button" size="sm" underline="always" ml="sm" onClick={() => set({ item: null })}>
              {t('compare.allItems')}
            </Anchor>
          </Text>
        )}
        <Group gap="sm" align="center" wrap="nowrap">
          <Side name="from" compared={compared} isDated={isDated} />
          <Tooltip label={t('compare.swap')}>
            <ActionIcon variant="default" size="lg" onClick={swap} aria-label={t('compare.swap')}>
              <IconArrowsExchange size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Side name="to" compared={compared} isDated={isDated} />
        </Group>
      </Stack>
    </Paper>
  );
}

function Side({ name, compared, isDated }: { name: 'from' | 'to'; compared: Compared; isDated: boolean }) {
  const { t } = useTranslation('publication');
  const { choices, set } = compared;
  const side = compared[name];
  const known = (choices?.publications.nodes ?? []).map(({ number, publishedAt, title }) => ({
    value: String(number),
    label: t('compare.choice', { number, at: formatInstant(publishedAt), title }),
  }));
  const isKnown = side.publication === 0 || known.some(({ value }) => value === String(side.publication));
  const data = [
    ...known,
    ...(isKnown ? [] : [{ value: String(side.publication), label: t('named', { number: side.publication }) }]),
    { value: '0', label: t('compare.beforeAll') },
  ];
  return (
    <Fieldset legend={t(`compare.${name}`)} flex={1} miw={0} p="sm">
      <Group gap="sm" align="flex-end">
        <Select
          flex="1 1 220px"
          label={t('compare.publication')}
          data={data}
          value={String(side.publication)}
          allowDeselect={false}
          searchable
          onChange={(next) => set({ [name]: next })}
        />
        {isDated && (
          <DateField
            label={t('compare.on')}
            value={side.validOn ?? null}
            width={150}
            onChange={(next) => set({ [`${name}On`]: next ?? today() })}
          />
        )}
      </Group>
    </Fieldset>
  );
}
