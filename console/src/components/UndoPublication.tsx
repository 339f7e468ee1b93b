import { Anchor, Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { act, useBusy } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { UndoPublicationMutation } from '@/api/gql/graphql';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { ReferenceName } from '@/components/differences/ReferenceName';
import { Refusals } from '@/ui/Refusals';

const UNDO = graphql(`
  mutation UndoPublication($number: Int!) {
    undoPublication(input: { number: $number }) {
      changeRequest {
        id
      }
      kept {
        dictionary
        code
      }
      keptDefinitions
      errors {
        path
        code
        message
        ruleMessage {
          ru
          en
        }
      }
    }
  }
`);

type Undone = UndoPublicationMutation['undoPublication'];

const KEPT_SHOWN = 20;

/** A button that drafts the request which takes a publication back, and says beforehand and afterwards what is kept. */
export function UndoPublication({ number }: { number: number }) {
  const { t } = useTranslation(['request', 'common']);
  const [opened, dialog] = useDisclosure();
  const [undone, setUndone] = useState<Undone>();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const navigate = useNavigate();
  const undo = () =>
    run(async () => {
      try {
        const { undoPublication } = await act(UNDO, { number });
        setRefusals(undoPublication.errors);
        if (undoPublication.errors.length > 0) return;
        const isWhole = undoPublication.kept.length === 0 && undoPublication.keptDefinitions.length === 0;
        if (undoPublication.changeRequest && isWhole) await navigate(`/requests/${undoPublication.changeRequest.id}`);
        else setUndone(undoPublication);
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  const close = () => {
    dialog.close();
    setUndone(undefined);
    setRefusals([]);
  };
  return (
    <>
      <Button variant="default" leftSection={<IconArrowBackUp size={16} aria-hidden />} onClick={dialog.open}>
        {t('undo.action')}
      </Button>
      <Modal opened={opened} onClose={close} title={t('undo.title', { number })}>
        {undone ? (
          <Kept undone={undone} onClose={close} />
        ) : (
          <Stack>
            <Text size="sm">{t('undo.hint')}</Text>
            <Text size="sm">{t('undo.keeps')}</Text>
            <Refusals refusals={refusals} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t('action.cancel', { ns: 'common' })}
              </Button>
              <Button data-autofocus loading={isBusy} onClick={() => void undo()}>
                {t('undo.confirm')}
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  );
}

/** What could not be taken back, since it changed again. */
function Kept({ undone, onClose }: { undone: Undone; onClose: () => void }) {
  const { t } = useTranslation(['request', 'common']);
  const { kept, keptDefinitions, changeRequest } = undone;
  return (
    <Stack>
      <Text size="sm">{changeRequest ? t('undo.partly') : t('undo.nothing')}</Text>
      <List size="sm">
        {keptDefinitions.map((code) => (
          <List.Item key={code}>{t('undo.keptDefinition', { code })}</List.Item>
        ))}
        {kept.slice(0, KEPT_SHOWN).map(({ dictionary, code }) => (
          <List.Item key={`${dictionary} ${code}`}>
            <Anchor component={Link} to={`/dictionaries/${dictionary}/items/${code}`} size="sm">
              <ReferenceName dictionary={dictionary} code={code} />
            </Anchor>
          </List.Item>
        ))}
      </List>
      {kept.length > KEPT_SHOWN && (
        <Text size="sm" c="dimmed">
          {t('list.more', { count: kept.length - KEPT_SHOWN })}
        </Text>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('action.close', { ns: 'common' })}
        </Button>
        {changeRequest && (
          <Button component={Link} to={`/requests/${changeRequest.id}`}>
            {t('undo.open', { number: changeRequest.id })}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
