import { Button, Menu } from '@mantine/core';
import { IconBan, IconDots, IconRestore, IconScissors, IconTimeline, IconTrash, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import { act, useBusy } from '@/api/asking';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { Refusals } from '@/ui/Refusals';
import type { Shape, Target } from '../dictionary/shape';
import { ActDialog, type ItemAct } from './ActDialog';
import type { EditingSession } from './EditingSession';
import { TimelineDialog } from './TimelineDialog';
import type { Version } from './requestItems';

const DISCARD = graphql(`
  mutation EditingDiscard($input: DiscardItemChangeInput!) {
    discardItemChange(input: $input) {
      changeRequest {
        id
        revision
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

interface ItemActsProps {
  requestId: string;
  shape: Shape;
  targets: Map<string, Target>;
  code: string;
  on: string;
  session: EditingSession;
  /** The versions as they would be. */
  versions: Version[];
  /** Whether the request changes the item, so that this can be taken out of it. */
  isChanged: boolean;
  onDone: () => void;
}

const ACTS = [
  { act: 'retire', Icon: IconX },
  { act: 'close', Icon: IconScissors },
  { act: 'restore', Icon: IconRestore },
  { act: 'annul', Icon: IconBan },
] as const;

/** What can be done with an item beside changing its values. */
export function ItemActs(props: ItemActsProps) {
  const { requestId, shape, code, on, session, isChanged, onDone } = props;
  const { t } = useTranslation('editing');
  const [kind, setKind] = useState<ItemAct>();
  const [isTimeline, setTimeline] = useState(false);
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [, run] = useBusy();
  const discard = () =>
    run(async () => {
      try {
        const input = { changeRequest: requestId, revision: session.newest(), dictionary: shape.code, code };
        const { discardItemChange: done } = await act(DISCARD, { input });
        setRefusals(done.errors);
        if (done.errors.length > 0 || !done.changeRequest) return;
        await session.changed(done.changeRequest.revision);
        onDone();
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return (
    <>
      <Menu position="top-start" shadow="md">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDots size={16} aria-hidden />}>
            {t('act.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {ACTS.map(({ act: name, Icon }) => (
            <Menu.Item key={name} leftSection={<Icon size={16} aria-hidden />} onClick={() => setKind(name)}>
              {t(`act.${name}`)}
            </Menu.Item>
          ))}
          <Menu.Item leftSection={<IconTimeline size={16} aria-hidden />} onClick={() => setTimeline(true)}>
            {t('timeline.open')}
          </Menu.Item>
          {isChanged && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={() => void discard()}>
                {t('act.discard')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Refusals refusals={refusals} />
      {kind && (
        <ActDialog
          kind={kind}
          dictionary={shape.code}
          codes={[code]}
          on={on}
          session={session}
          onDone={onDone}
          onClose={() => setKind(undefined)}
        />
      )}
      {isTimeline && <TimelineDialog {...props} onClose={() => setTimeline(false)} />}
    </>
  );
}
