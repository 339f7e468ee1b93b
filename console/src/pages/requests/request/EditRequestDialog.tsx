import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act, useBusy } from '@/api/asking';
import { graphql } from '@/api/gql';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { basisDraft, basisInput } from '@/components/requests/basis';
import { BasisFields } from '@/components/requests/BasisFields';
import { Refusals } from '@/ui/Refusals';
import { useRequest } from './context';

const UPDATE = graphql(`
  mutation RequestUpdate($input: UpdateChangeRequestInput!) {
    updateChangeRequest(input: $input) {
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

/** Says title, description and basis of a draft anew. */
export function EditRequestDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['request', 'common']);
  const { request, isMine, reload } = useRequest();
  const [title, setTitle] = useState(request.title);
  const [description, setDescription] = useState(request.description);
  const [basis, setBasis] = useState(() => basisDraft(request.basis));
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const save = () =>
    run(async () => {
      const said = { title: title.trim(), description: description.trim(), basis: basisInput(basis) };
      try {
        const { updateChangeRequest } = await act(UPDATE, {
          input: { changeRequest: request.id, revision: request.revision, ...said },
        });
        setRefusals(updateChangeRequest.errors);
        if (updateChangeRequest.errors.length > 0) {
          reload();
          return;
        }
        if (updateChangeRequest.changeRequest) isMine(updateChangeRequest.changeRequest.revision);
        onClose();
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return (
    <Modal opened onClose={onClose} title={t('edit.title')} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Stack>
          <TextInput
            data-autofocus
            label={t('create.what')}
            required
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Textarea
            label={t('create.why')}
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
              {t('action.save', { ns: 'common' })}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
