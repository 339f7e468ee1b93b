import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ChangeRequestState, ItemChangeKind } from '@/api/gql/graphql';

const STATE_TONE: Record<ChangeRequestState, string> = {
  DRAFT: 'retired',
  RETURNED: 'changed',
  IN_REVIEW: 'changed',
  APPROVED: 'added',
  SCHEDULED: 'added',
  PUBLISHED: 'added',
  REJECTED: 'annulled',
  WITHDRAWN: 'retired',
};

const KIND_TONE: Record<ItemChangeKind, string> = {
  ADDED: 'added',
  CHANGED: 'changed',
  RETIRED: 'retired',
  ANNULLED: 'annulled',
  RESTORED: 'added',
  REMOVED: 'annulled',
};

interface ToneProps {
  tone: string;
  children: string;
}

/** A word in one of our four tones: added, changed, retired, annulled. */
export function Tone({ tone, children }: ToneProps) {
  return (
    <Badge
      variant="transparent"
      tt="none"
      fw={600}
      radius="sm"
      px={8}
      style={{ color: `var(--svod-${tone})`, background: `var(--svod-${tone}-back)` }}
    >
      {children}
    </Badge>
  );
}

export function StateBadge({ state }: { state: ChangeRequestState }) {
  const { t } = useTranslation();
  return <Tone tone={STATE_TONE[state]}>{t(`state.${state}`)}</Tone>;
}

export function KindBadge({ kind }: { kind: ItemChangeKind }) {
  const { t } = useTranslation();
  return <Tone tone={KIND_TONE[kind]}>{t(`kind.${kind}`)}</Tone>;
}
