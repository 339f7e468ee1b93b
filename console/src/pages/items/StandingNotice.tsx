import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle, IconCalendarOff, IconCircleOff, IconClock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { language } from '@/i18n';
import type { AsOf } from '@/components/asOf';
import { Tone } from '@/ui/Badges';
import { formatDate } from '@/ui/format';
import { ItemLink } from './Card';
import type { HistoryVersion } from './reading';
import type { Standing } from './standing';

const RESOLVED = graphql(`
  query ItemResolved($dictionary: ID!, $code: ID!, $on: Date!, $language: Language!) {
    resolve(dictionary: $dictionary, code: $code, on: $on) {
      items {
        code
        name(language: $language)
      }
    }
  }
`);

const TONES = { VALID: 'added', NOT_YET: 'changed', ENDED: 'retired', GAP: 'retired', UNKNOWN: 'retired', ANNULLED: 'annulled' };

/** Where an item stands, in a word. */
export function StandingBadge({ standing }: { standing: Standing }) {
  const { t } = useTranslation('item');
  return <Tone tone={TONES[standing.kind]}>{t(`standing.${standing.kind}`)}</Tone>;
}

interface StandingNoticeProps {
  dictionary: string;
  code: string;
  standing: Standing;
  asOf: AsOf;
}

/** What one must know before reading the card of an item that does not hold, or ends. */
export function StandingNotice({ dictionary, code, standing, asOf }: StandingNoticeProps) {
  const { t } = useTranslation('item');
  const { kind, version } = standing;
  if (kind === 'VALID') {
    if (!standing.until) return null;
    return (
      <Notice icon={<IconClock aria-hidden />} title={t('notice.ends', { date: formatDate(standing.until) })}>
        {version.retirement && <Retired dictionary={dictionary} code={code} version={version} on={standing.until} asOf={asOf} />}
      </Notice>
    );
  }
  if (kind === 'ENDED') {
    return (
      <Notice icon={<IconCalendarOff aria-hidden />} title={t('notice.ended', { date: formatDate(standing.on) })}>
        <Retired dictionary={dictionary} code={code} version={version} on={asOf.validOn} asOf={asOf} />
      </Notice>
    );
  }
  if (kind === 'ANNULLED') {
    const by = version.supersededIn;
    return (
      <Notice icon={<IconCircleOff aria-hidden />} title={t('notice.annulled')}>
        {by ? t('notice.annulledBy', { number: by.number, date: formatDate(by.publishedAt), title: by.title }) : null}
      </Notice>
    );
  }
  const title = {
    NOT_YET: t('notice.notYet', { date: kind === 'NOT_YET' ? formatDate(standing.from) : '' }),
    GAP: t('notice.gap'),
    UNKNOWN: t('notice.unknown', { number: kind === 'UNKNOWN' ? standing.publication : '' }),
  }[kind];
  return (
    <Notice icon={<IconAlertTriangle aria-hidden />} title={title}>
      {t('notice.nearest')}
    </Notice>
  );
}

function Notice({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <Alert variant="default" icon={icon} title={title} styles={{ title: { color: 'var(--mantine-color-text)' } }}>
      {children}
    </Alert>
  );
}

interface RetiredProps {
  dictionary: string;
  code: string;
  version: HistoryVersion;
  /** The day for which is said what stands for it. */
  on: string;
  asOf: AsOf;
}

function Retired({ dictionary, code, version, on, asOf }: RetiredProps) {
  const { t } = useTranslation('item');
  const spoken = language() === 'en' ? 'EN' : 'RU';
  const { data } = useAsk(RESOLVED, { dictionary, code, on, language: spoken });
  const resolved = (data?.resolve?.items ?? []).filter((each) => each.code !== code);
  const named = version.retirement?.successorCodes ?? [];
  const isFar = resolved.some((each) => !named.includes(each.code));
  return (
    <>
      {version.retirement?.reason && <Text size="sm">{t('notice.reason', { reason: version.retirement.reason })}</Text>}
      {resolved.length > 0 && (
        <Text size="sm" component="div">
          {t(isFar ? 'notice.standsFor' : 'notice.successors', { count: resolved.length })}{' '}
          {resolved.map((each, place) => (
            <span key={each.code}>
              {place > 0 && ', '}
              <ItemLink dictionary={dictionary} code={each.code} name={each.name} asOf={asOf} isInText />
            </span>
          ))}
        </Text>
      )}
      {resolved.length === 0 && named.length === 0 && <Text size="sm">{t('notice.noSuccessor')}</Text>}
    </>
  );
}
