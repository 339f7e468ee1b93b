import { Drawer } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import { useAsk } from '@/api/asking';
import { localized } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import type { Shape, Target } from '../dictionary/shape';
import type { EditingSession } from './EditingSession';
import { ItemForm } from './ItemForm';
import { useEditingState } from './useEditing';

const CARD = graphql(`
  query EditingCard($dictionary: ID!, $code: ID!) {
    dictionary(code: $dictionary) {
      code
      itemTimeline(code: $code) {
        validFrom
        validTo
        parentCode
        attributes
        retirement {
          reason
          successorCodes
        }
      }
    }
  }
`);

interface ItemCardProps {
  person: string;
  requestId: string;
  shape: Shape;
  targets: Map<string, Target>;
  /** Blank: a new item. */
  code: string;
  session: EditingSession;
  onClose: () => void;
}

/** The card of an item over the grid: its fields from a date on, what else can be done with it, and what is known of it. */
export function ItemCard(props: ItemCardProps) {
  const { shape, code, session, onClose } = props;
  const { t } = useTranslation('editing');
  const { items } = useEditingState(session);
  const asked = useAsk(CARD, { dictionary: shape.code, code }, { pause: code === '' });
  const published = asked.data?.dictionary?.itemTimeline;
  const change = items?.items.get(code);
  const versions = useMemo(() => change?.after ?? published ?? [], [change, published]);
  const isKnown = code === '' || (items !== undefined && !asked.isLoading);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={code === '' ? t('form.new') : `${localized(shape.name)} · ${code}`}
      closeButtonProps={{ 'aria-label': t('form.close') }}
    >
      {isKnown ? <ItemForm {...props} versions={versions} change={change} /> : <Loading lines={8} />}
    </Drawer>
  );
}
