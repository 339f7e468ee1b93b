import { Button, Text } from '@mantine/core';
import { IconLock, IconZoomQuestion } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { hasRole, useMe } from '@/api/me';
import { newDefinition, type Definition } from '@/components/definition/definition';
import { Empty } from '@/ui/Empty';
import { localized } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { DefinitionEditor } from './DefinitionEditor';
import { definitionIn, definitionOf, isOpen, useStart, type Found } from './reading';

/** The address at which a dictionary is made. */
const NEW = 'new';

/** The passport, structure and approval policy of a dictionary, to be edited by its owners. */
export default function DefinitionPage() {
  const { t } = useTranslation('definition');
  const { code = NEW } = useParams();
  const [search] = useSearchParams();
  const me = useMe();
  const request = search.get('request') ?? '';
  const [justSaved, setJustSaved] = useState<string>();
  const { found, refusals, again } = useStart(code, request);
  const isNew = code === NEW;
  const name = localized(found?.dictionary?.name) || (isNew ? '' : code);
  const crumbs = [
    { title: t('crumb'), to: '/dictionaries' },
    ...(found?.dictionary ? [{ title: name, to: `/dictionaries/${code}` }] : []),
  ];
  const frame = { title: t(isNew ? 'newTitle' : 'title'), crumbs };
  if (refusals.length > 0) {
    return (
      <Page {...frame}>
        <Refusals refusals={refusals} />
        <div>
          <Button onClick={again}>{t('action.retry', { ns: 'common' })}</Button>
        </div>
      </Page>
    );
  }
  if (!found || me === undefined) {
    return (
      <Page {...frame}>
        <Loading lines={9} />
      </Page>
    );
  }
  if (!mayEdit(me, found, code))
    return <Page {...frame}>{<Forbidden code={code} isPublished={found.dictionary !== null} />}</Page>;
  const draft = definitionIn(found.changeRequest, code);
  if (!isNew && !found.dictionary && !draft) {
    const back = (
      <Button component={Link} to="/dictionaries" variant="light">
        {t('crumb')}
      </Button>
    );
    return (
      <Page {...frame}>
        <Empty icon={IconZoomQuestion} title={t('missing')} hint={t('missingHint')} action={back} />
      </Page>
    );
  }
  return (
    <Loaded
      key={`${code} ${request}`}
      code={code}
      found={found}
      account={me?.account.name ?? ''}
      crumbs={crumbs}
      justSaved={justSaved}
      onSaved={(saved) => {
        setJustSaved(saved);
        if (saved === request) again();
      }}
    />
  );
}

function mayEdit(me: ReturnType<typeof useMe>, found: Found, code: string): boolean {
  if (found.dictionary) return hasRole(me, ['OWNER'], code);
  return Boolean(me?.roles.some(({ role, dictionary }) => role === 'OWNER' && dictionary === null));
}

function Forbidden({ code, isPublished }: { code: string; isPublished: boolean }) {
  const { t } = useTranslation('definition');
  const action = isPublished && (
    <Button component={Link} to={`/dictionaries/${code}`} variant="light">
      {t('toDictionary')}
    </Button>
  );
  const title = t(isPublished ? 'forbidden' : 'forbiddenNew');
  return <Empty icon={IconLock} title={title} hint={t(isPublished ? 'forbiddenHint' : 'forbiddenNewHint')} action={action} />;
}

interface LoadedProps {
  code: string;
  found: Found;
  account: string;
  crumbs: Array<{ title: string; to: string }>;
  justSaved: string | undefined;
  onSaved: (request: string) => void;
}

/** Finds out what the edits begin with, and what they can be saved into. */
function Loaded({ code, found, account, crumbs, justSaved, onSaved }: LoadedProps) {
  const { t } = useTranslation('definition');
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const isNew = code === NEW;
  const published = definitionOf(found.dictionary?.definition);
  const request = found.changeRequest && isOpen(found.changeRequest) ? found.changeRequest : undefined;
  const inRequest = request ? definitionIn(request, code) : null;
  const blank = useMemo(
    () =>
      newDefinition({ ru: t('passport.name', { lng: 'ru' }), en: 'Name' }, { ru: t('approval.namePlaceholder', { lng: 'ru' }) }),
    [t],
  );
  const start: Definition = inRequest ?? published ?? blank;
  const drafts = useMemo(() => {
    // A draft that defines this dictionary already would be overwritten: one goes on there instead.
    const mine = (found.mine?.nodes ?? []).filter((each) => definitionIn(each, code) === null);
    const all = [...(request ? [request] : []), ...mine];
    return [...new Map(all.map((each) => [each.id, each])).values()];
  }, [request, found.mine, code]);
  const others = (found.here?.nodes ?? []).filter((each) => each.id !== request?.id && definitionIn(each, code) !== null);
  return (
    <DefinitionEditor
      storedAs={`svod.definition.${account}.${code}.${request?.id ?? ''}`}
      start={start}
      isSaved={!isNew && (inRequest !== null || published !== null)}
      published={published}
      targets={found.dictionaries.nodes.map((each) => ({ value: each.code, label: `${localized(each.name)} (${each.code})` }))}
      drafts={drafts}
      others={others}
      request={request}
      wanted={search.get('request') ?? undefined}
      isWantedKnown={Boolean(found.changeRequest)}
      justSaved={justSaved}
      crumbs={crumbs}
      lead={<Text size="sm">{t(published ? 'lead' : 'newLead')}</Text>}
      onSaved={(definition, saved) => {
        onSaved(saved);
        const kept = new URLSearchParams(search);
        kept.set('request', saved);
        void navigate(`/definitions/${definition.code}?${kept.toString()}`, { replace: true });
      }}
    />
  );
}
