import { Alert, Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconGitPullRequestDraft, IconHistory } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { Definition } from '@/components/definition/definition';
import { steps } from '@/components/definition/differences';
import { localized, formatInstant } from '@/ui/format';
import { sentence } from '@/ui/refusalWords';
import { useEditing, type Draft } from './editing';
import type { RequestFound } from './reading';
import { withPlace } from './place';
import { fitOf, type Fit } from './saving';
import { rowOf, tabOf } from './tabs';

interface NoticeProps {
  tone: 'ink' | 'added' | 'changed' | 'annulled';
  icon: ReactNode;
  title?: string;
  isLoud?: boolean;
  children: ReactNode;
}

function toned(tone: 'added' | 'changed' | 'annulled') {
  return { root: { background: `var(--svod-${tone}-back)`, borderColor: 'transparent' }, icon: { color: `var(--svod-${tone})` } };
}

/** Calm backs: a notice is no alarm. */
const TONES = {
  ink: { root: {}, icon: { color: 'var(--mantine-color-anchor)' } },
  added: toned('added'),
  changed: toned('changed'),
  annulled: toned('annulled'),
};

function Notice({ tone, icon, title, isLoud = false, children }: NoticeProps) {
  return (
    <Alert
      variant="default"
      icon={icon}
      {...(title ? { title } : {})}
      role={isLoud ? 'alert' : 'status'}
      styles={{ ...TONES[tone], message: { color: 'var(--mantine-color-text)' } }}
    >
      {children}
    </Alert>
  );
}

/** That a definition is saved, and whether the published items fit it. */
export function SavedNotice({ request, isNew }: { request: string; isNew: boolean }) {
  const { t } = useTranslation('definition');
  const { t: common } = useTranslation();
  const [fit, setFit] = useState<Fit>();
  useEffect(() => {
    let isWanted = true;
    fitOf(request).then(
      (found) => isWanted && setFit(found),
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [request]);
  return (
    <Notice tone="added" icon={<IconCircleCheck aria-hidden />} title={t('saved.title', { number: request })}>
      <Stack gap="xs" align="flex-start">
        {fit && (
          <Text size="sm">
            {fit.total === 0 ? t(isNew ? 'saved.validNew' : 'saved.valid') : t('saved.invalid', { count: fit.total })}
          </Text>
        )}
        {fit?.example && (
          <Text size="sm" c="dimmed">
            {t('saved.example', { path: fit.example.path.join(' / '), message: sentence(common, fit.example) })}
          </Text>
        )}
        <Button component={Link} to={`/requests/${request}`} size="xs">
          {t('saved.open')}
        </Button>
      </Stack>
    </Notice>
  );
}

interface DraftNoticesProps {
  draft: Draft;
  request: RequestFound | undefined;
  others: RequestFound[];
  wanted: string | undefined;
  isWantedKnown: boolean;
  /** Just saved: that is said already. */
  isFresh: boolean;
}

/** Which draft is edited, what was found again, and where else the same is being changed. */
export function DraftNotices({ draft, request, others, wanted, isWantedKnown, isFresh }: DraftNoticesProps) {
  const { t } = useTranslation('definition');
  return (
    <>
      {request && !(isFresh && !draft.isChanged) && (
        <Notice tone="ink" icon={<IconGitPullRequestDraft aria-hidden />}>
          {t('draft.editing', { number: request.id, title: request.title })}{' '}
          <Anchor underline="always" component={Link} to={`/requests/${request.id}`} size="sm">
            {t('draft.openRequest')}
          </Anchor>
        </Notice>
      )}
      {wanted && !request && (
        <Notice tone="changed" icon={<IconAlertTriangle aria-hidden />}>
          {t(isWantedKnown ? 'draft.closed' : 'draft.absent', { number: wanted })}
        </Notice>
      )}
      {draft.restoredAt && (
        <Notice tone={draft.hasMoved ? 'changed' : 'ink'} icon={<IconHistory aria-hidden />}>
          {t('draft.restored', { when: formatInstant(draft.restoredAt) })} {draft.hasMoved && t('draft.moved')}
        </Notice>
      )}
      {others.length > 0 && !request && (
        <Notice tone="changed" icon={<IconAlertTriangle aria-hidden />} title={t('draft.others')}>
          <List size="sm" listStyleType="none" spacing={4}>
            {others.map((each) => (
              <List.Item key={each.id}>
                {t('draft.otherOne', { number: each.id, title: each.title, who: each.author?.displayName ?? '' })}{' '}
                <Anchor underline="always" component={Link} to={`?request=${each.id}`} size="sm">
                  {t('draft.continue')}
                </Anchor>
              </List.Item>
            ))}
          </List>
        </Notice>
      )}
    </>
  );
}

interface ProblemsNoticeProps {
  title: string;
  list: Array<{ path: string; words: string }>;
}

/** How many are listed: more would push the fields away. */
const LISTED_MAX = 8;

/** Everything that is to be mended before saving, with a way to each. */
export function ProblemsNotice({ title, list }: ProblemsNoticeProps) {
  const { t } = useTranslation('definition');
  const { definition } = useEditing();
  const [search] = useSearchParams();
  const to = (path: string) => `?${withPlace(search, { tab: tabOf(path), open: rowOf(path) }).toString()}`;
  return (
    <Notice tone="annulled" isLoud icon={<IconAlertTriangle aria-hidden />} title={title}>
      <List size="sm">
        {list.slice(0, LISTED_MAX).map(({ path, words }) => (
          <List.Item key={`${path} ${words}`}>
            <Anchor underline="always" component={Link} to={to(path)} size="sm">
              {placeOf(t, path, definition)}
            </Anchor>
            {': '}
            {words}
          </List.Item>
        ))}
      </List>
    </Notice>
  );
}

function placeOf(t: ReturnType<typeof useTranslation<'definition'>>['t'], path: string, definition: Definition): string {
  return steps(path)
    .filter(({ key }) => key !== 'ru')
    .map(({ key, code }) => {
      const step = t(`difference.step.${key as 'name'}`, { defaultValue: key });
      if (key !== 'attributes' || code === undefined) return code === undefined ? step : `${step} ${Number(code) + 1}`;
      const attribute = definition.attributes?.[Number(code)];
      return localized(attribute?.label) || attribute?.code || t('attributes.untitled');
    })
    .join(' · ');
}

/** That the JSON cannot be read, while one looks at another part. */
export function BrokenJson({ onFix, onForget }: { onFix: () => void; onForget: () => void }) {
  const { t } = useTranslation('definition');
  return (
    <Stack mb="md">
      <Notice tone="annulled" icon={<IconAlertTriangle aria-hidden />} title={t('json.broken')}>
        <Text size="sm">{t('json.brokenHint')}</Text>
        <Group gap="xs" mt="xs">
          <Button size="xs" onClick={onFix}>
            {t('json.toJson')}
          </Button>
          <Button size="xs" variant="default" onClick={onForget}>
            {t('json.forget')}
          </Button>
        </Group>
      </Notice>
    </Stack>
  );
}
