import { Select } from '@mantine/core';
import { IconPencilPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { hasRole } from '@/api/me';
import { localized } from '@/ui/format';
import { useUrlState } from '@/ui/urlState';
import { useRequest } from '../context';

const DICTIONARIES = graphql(`
  query RequestDictionaries {
    dictionaries(first: 200) {
      nodes {
        code
        name {
          ru
          en
        }
      }
    }
  }
`);

interface PickDictionaryProps {
  /** Nothing is edited yet: it is said what is to be done. */
  isFirst?: boolean;
  /** One is edited already. */
  isOther?: boolean;
}

/** Chooses a dictionary and begins to edit it in the request. */
export function PickDictionary({ isFirst = false, isOther = false }: PickDictionaryProps) {
  const { t } = useTranslation('request');
  const { request, me } = useRequest();
  const [, setEdit] = useUrlState('edit');
  const { data } = useAsk(DICTIONARIES, {});
  const known = (data?.dictionaries.nodes ?? []).filter(({ code }) => hasRole(me, ['STEWARD'], code));
  const touched = new Set(request.dictionaries.map(({ dictionaryCode }) => dictionaryCode));
  const choice = (group: string, isTouched: boolean) => ({
    group,
    items: known
      .filter(({ code }) => touched.has(code) === isTouched)
      .map(({ code, name }) => ({ value: code, label: localized(name) })),
  });
  const choices = [choice(t('pick.touched'), true), choice(t('pick.others'), false)].filter(({ items }) => items.length > 0);
  const label = isOther ? t('pick.other') : t('pick.label');
  return (
    <Select
      aria-label={label}
      placeholder={isFirst ? t('pick.first') : label}
      leftSection={<IconPencilPlus size={16} aria-hidden />}
      data={choices}
      value={null}
      onChange={(code) => code && setEdit(code)}
      searchable
      nothingFoundMessage={t('pick.nothing')}
      w={isFirst ? 320 : 250}
      mt={isFirst ? 'sm' : 0}
    />
  );
}
