import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { useDebouncedValue } from '@mantine/hooks';
import {
  IconAddressBook,
  IconBook2,
  IconFileText,
  IconGitPullRequest,
  IconNews,
  IconSearch,
  type Icon,
} from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { graphql } from '@/api/gql';
import type { SearchEverythingQuery, SearchHitKind } from '@/api/gql/graphql';
import { useAsk } from '@/api/asking';
import { useMe } from '@/api/me';
import { language } from '@/i18n';
import { formatInstant } from '@/ui/format';
import { SECTIONS } from '../shell/navigation';
import { searchStore } from './opening';

const SEARCH = graphql(`
  query SearchEverything($text: String!, $language: Language!) {
    search(text: $text, first: 20, language: $language) {
      kind
      dictionary
      code
      title
      detail
    }
  }
`);

type Hit = SearchEverythingQuery['search'][number];

const PICTURES: Record<SearchHitKind, Icon> = {
  ITEM: IconFileText,
  DICTIONARY: IconBook2,
  CHANGE_REQUEST: IconGitPullRequest,
  PUBLICATION: IconNews,
  ACCOUNT: IconAddressBook,
};

const GROUPS = {
  DICTIONARY: 'dictionaries',
  ITEM: 'items',
  CHANGE_REQUEST: 'requests',
  PUBLICATION: 'publications',
  ACCOUNT: 'accounts',
} as const;

function addressOf({ kind, dictionary, code }: Hit): string {
  switch (kind) {
    case 'ITEM':
      return `/dictionaries/${dictionary ?? ''}/items/${encodeURIComponent(code)}`;
    case 'DICTIONARY':
      return `/dictionaries/${code}`;
    case 'CHANGE_REQUEST':
      return `/requests/${code}`;
    case 'PUBLICATION':
      return `/publications/${code}`;
    case 'ACCOUNT':
      return `/people/${code}`;
  }
}

/** Search over everything that one may see, from every page, while one types; without words it leads to the sections. */
export function Search() {
  const { t } = useTranslation(['common', 'home', 'people']);
  const navigate = useNavigate();
  const me = useMe();
  const [typed, setTyped] = useState('');
  const [text] = useDebouncedValue(typed.trim(), 120);
  const { data, isLoading } = useAsk(SEARCH, { text, language: language() === 'en' ? 'EN' : 'RU' }, { pause: text === '' });
  // What is found comes after what is typed: the first of it is chosen then, so that Enter opens it.
  useEffect(() => {
    if (data) chooseFirst();
  }, [data]);
  const hits = text === '' ? [] : closestFirst(data?.search ?? [], text);
  const groups = (Object.keys(GROUPS) as SearchHitKind[]).map((kind): SpotlightActionGroupData => ({
    group: t(`home:search.${GROUPS[kind]}`),
    actions: hits
      .filter((hit) => hit.kind === kind)
      .map((hit) => actionOf(hit, detailOf(t, hit), (address) => void navigate(address))),
  }));
  const sections: SpotlightActionGroupData = {
    group: t('home:search.pages'),
    actions: SECTIONS.filter((section) => section.isShownTo(me)).map(({ name, to, icon: Picture }) => ({
      id: name,
      label: t(`nav.${name}`),
      leftSection: <Picture size={18} stroke={1.6} aria-hidden />,
      onClick: () => void navigate(to),
    })),
  };
  return (
    <Spotlight
      store={searchStore}
      actions={text === '' ? [sections] : groups.filter((group) => group.actions.length > 0)}
      shortcut={['mod + K']}
      query={typed}
      onQueryChange={setTyped}
      filter={(_, actions) => actions}
      scrollable
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      attributes={{ content: { 'aria-label': t('search.open') } }}
      maxHeight={480}
      nothingFound={isLoading ? t('loading') : t('search.nothing')}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: t('search.placeholder'),
        'aria-label': t('search.open'),
      }}
    />
  );
}

/** What is called just so, and what begins so, before what only has the words; items come best first already. */
function closestFirst(hits: Hit[], text: string): Hit[] {
  const wanted = text.toLowerCase();
  const rank = ({ kind, title, code }: Hit): number => {
    if (kind === 'ITEM') return 2;
    if (title.toLowerCase() === wanted || code.toLowerCase() === wanted) return 0;
    return title.toLowerCase().startsWith(wanted) ? 1 : 2;
  };
  return hits.toSorted((one, other) => rank(one) - rank(other));
}

/** The window chooses the first of what it shows when one types, and what is found comes later: it is told again then. */
function chooseFirst(): void {
  const { listId } = searchStore.getState();
  const first = listId ? document.querySelector(`#${CSS.escape(listId)} [data-action]`) : null;
  first?.setAttribute('data-selected', 'true');
  searchStore.updateState((state) => ({ ...state, selected: first ? 0 : -1 }));
}

/** What else there is to say of a hit, in words: the API tells states and kinds by their codes, and instants. */
function detailOf(t: TFunction<['common', 'home', 'people']>, { kind, detail }: Hit): string {
  switch (kind) {
    case 'CHANGE_REQUEST':
      return t(`state.${detail as 'DRAFT'}`, { defaultValue: detail });
    case 'ACCOUNT':
      return t(`people:kind.${detail as 'PERSON'}`, { defaultValue: detail });
    case 'PUBLICATION':
      return formatInstant(detail);
    default:
      return detail;
  }
}

function actionOf(hit: Hit, detail: string, go: (address: string) => void) {
  const Picture = PICTURES[hit.kind];
  return {
    id: `${hit.kind} ${hit.dictionary ?? ''} ${hit.code}`,
    label: hit.title,
    description: detail,
    leftSection: <Picture size={18} stroke={1.6} aria-hidden />,
    onClick: () => go(addressOf(hit)),
  };
}
