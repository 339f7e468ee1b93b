import { Button, Group, Kbd, Menu, Stack, Tooltip } from '@mantine/core';
import { IconChevronDown, IconKeyboard } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBusy } from '@/api/asking';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { UndoPublication } from '@/components/UndoPublication';
import { hasRole } from '@/api/me';
import { useKeys } from '@/ui/keys';
import { Refusals } from '@/ui/Refusals';
import { useUrlState } from '@/ui/urlState';
import { ActionDialog, ASKS } from './ActionDialog';
import { decide, type Said } from './acting';
import { useRequest } from './context';
import { useDraft } from './draft';
import { KeysDialog } from './KeysDialog';
import { actionsOf, KEYS, mayEdit, type Action } from './rights';
import { tabsOf } from './tabs';

const SELDOM = new Set<Action>(['reject', 'reopen', 'withdraw']);
const SERIOUS = new Set<Action>(['reject', 'withdraw']);

/** What one can do now: a button and a key each. */
export function ActionBar() {
  const { t } = useTranslation('request');
  const { request, check, me } = useRequest();
  const [asked, setAsked] = useState<Action>();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const { isBusy, refusals, clear, perform } = usePerform();
  const actions = actionsOf(request, check, me);
  const start = (action: Action) => {
    clear();
    if (ASKS[action]) setAsked(action);
    else void perform(action, {});
  };
  useActionKeys(actions, start, () => setHelpOpen(true));
  // When there is much to choose from, what is done seldom stands behind «more».
  const isMuch = actions.length > 3;
  const isSeldom = (action: Action, place: number) => isMuch && place > 0 && SELDOM.has(action);
  const shown = actions.filter((action, place) => !isSeldom(action, place));
  const rest = actions.filter(isSeldom);
  const undoable = request.state === 'PUBLISHED' ? request.publication : null;
  return (
    <Stack gap="sm">
      {!asked && <Refusals refusals={refusals} onClose={clear} />}
      <Group gap="xs">
        <Mend />
        {shown.map((action, place) => (
          <Button
            key={action}
            {...looks(action, place)}
            loading={isBusy && asked === undefined && place === 0}
            disabled={isBusy}
            onClick={() => start(action)}
            rightSection={<Kbd size="xs">{KEYS[action]}</Kbd>}
            aria-keyshortcuts={KEYS[action]}
          >
            {t(`action.${action}`)}
          </Button>
        ))}
        {rest.length > 0 && <Rest actions={rest} onStart={start} />}
        {undoable && hasRole(me, ['STEWARD']) && <UndoPublication number={undoable.number} />}
        <Tooltip label={t('keys.hint')}>
          <Button
            variant="subtle"
            color="gray"
            px="xs"
            c="dimmed"
            aria-label={t('keys.title')}
            aria-keyshortcuts="?"
            onClick={() => setHelpOpen(true)}
          >
            <IconKeyboard size={18} stroke={1.5} aria-hidden />
          </Button>
        </Tooltip>
      </Group>
      {asked && (
        <ActionDialog
          action={asked}
          isBusy={isBusy}
          refusals={refusals}
          onClose={() => setAsked(undefined)}
          onConfirm={(said) => {
            void perform(asked, said).then((isDone) => isDone && setAsked(undefined));
          }}
        />
      )}
      <KeysDialog opened={isHelpOpen} available={actions} onClose={() => setHelpOpen(false)} />
    </Stack>
  );
}

function Rest({ actions, onStart }: { actions: Action[]; onStart: (action: Action) => void }) {
  const { t } = useTranslation('request');
  return (
    <Menu position="bottom-start" shadow="md" width={260}>
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
          {t('action.more')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map((action) => (
          <Menu.Item
            key={action}
            rightSection={<Kbd size="xs">{KEYS[action]}</Kbd>}
            onClick={() => onStart(action)}
            {...(SERIOUS.has(action) ? { c: 'var(--svod-annulled)' } : {})}
          >
            {t(`action.${action}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What stands in the way of a draft is one click away. */
function Mend() {
  const { t } = useTranslation('request');
  const draft = useDraft();
  const [, setTab] = useUrlState('tab', 'changes');
  if (draft !== 'conflicts' && draft !== 'violations') return null;
  return (
    <Button onClick={() => setTab(draft === 'conflicts' ? 'conflicts' : 'check')}>
      {draft === 'conflicts' ? t('mend.conflicts') : t('mend.violations')}
    </Button>
  );
}

function looks(action: Action, place: number) {
  if (SERIOUS.has(action)) return { variant: 'subtle', color: 'red', c: 'var(--svod-annulled)' };
  return place === 0 ? { variant: 'filled' } : { variant: 'default' };
}

/** Does it at the revision that the person has seen, and says whether it was done. */
function usePerform() {
  const { request, isMine, reload } = useRequest();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const perform = async (action: Action, said: Said): Promise<boolean> => {
    let isDone = false;
    await run(async () => {
      try {
        const { changeRequest, errors } = await decide(action, request.id, request.revision, said);
        setRefusals(errors);
        isDone = errors.length === 0;
        if (isDone && changeRequest) isMine(changeRequest.revision);
        // What is done is asked for anew by itself; a refusal may be about something that is not seen yet.
        if (!isDone) reload();
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
    return isDone;
  };
  return { isBusy, refusals, clear: () => setRefusals([]), perform };
}

function useActionKeys(actions: Action[], start: (action: Action) => void, help: () => void) {
  const { request, me } = useRequest();
  const [, setTab] = useUrlState('tab', 'changes');
  const [, setEdit] = useUrlState('edit');
  const keys: Record<string, () => void> = { '?': help };
  for (const action of actions) keys[KEYS[action]] = () => start(action);
  for (const [place, tab] of tabsOf(request).entries()) keys[String(place + 1)] = () => setTab(tab);
  keys['C'] = () => setTab('talk');
  const [first] = request.dictionaries;
  if (first && mayEdit(request, me)) keys['E'] = () => setEdit(first.dictionaryCode);
  useKeys(keys);
}
