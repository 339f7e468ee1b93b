import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act, useBusy } from '@/api/asking';
import { graphql } from '@/api/gql';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { Refusals } from '@/ui/Refusals';
import { basisInput, NO_BASIS } from './basis';
import { BasisFields } from './BasisFields';

const CREATE = graphql(`
  mutation RequestCreate($input: CreateChangeRequestInput!) {
    createChangeRequest(input: $input) {
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

interface NewRequestDialogProps {
  opened: boolean;
  onClose: () => void;
  /** With the number of the new request. */
  onCreated: (id: string) => void;
}

/** Makes a draft: what is to change, why, and on what basis. */
export function NewRequestDialog({ opened, onClose, onCreated }: NewRequestDialogProps) {
  const { t } = useTranslation(['request', 'common']);
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [basis, setBasis] = useState(NO_BASIS);
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const create = () =>
    run(async () => {
      const input = { title: title.trim(), description: description.trim(), basis: basisInput(basis) };
      try {
        const { createChangeRequest } = await act(CREATE, { input });
        setRefusals(createChangeRequest.errors);
        if (createChangeRequest.changeRequest) onCreated(createChangeRequest.changeRequest.id);
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return (
    <Modal opened={opened} onClose={onClose} title={t('create.title')} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <Stack>
          <Text size="sm" c="dimmed">
            {t('create.hint')}
          </Text>
          <TextInput
            data-autofocus
            label={t('create.what')}
            placeholder={t('create.whatExample')}
            required
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Textarea
            label={t('create.why')}
            description={t('create.whyHint')}
            autosize
            minRows={2}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <BasisFields value={basis} onChange={setBasis} />
          <Refusals refusals={refusals} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel', { ns: 'common' })}
            </Button>
            <Button type="submit" loading={isBusy} disabled={title.trim() === ''}>
              {t('create.action')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
