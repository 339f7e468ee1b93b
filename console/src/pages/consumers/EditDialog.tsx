import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act } from '@/api/asking';
import { useDoing } from '@/api/doing';
import { graphql } from '@/api/gql';
import { DictionariesSelect } from '@/components/DictionariesSelect';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import type { WholeConsumer } from './ConsumerPage';
import { FilterField } from './FilterField';

const UPDATE = graphql(`
  mutation ConsumerUpdate($input: UpdateConsumerInput!) {
    updateConsumer(input: $input) {
      consumer {
        ...ListedConsumer
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

interface EditDialogProps {
  consumer: WholeConsumer;
  onClose: () => void;
  onDone: () => void;
}

/** Changes what is said of a consumer. */
export function EditDialog({ consumer, onClose, onDone }: EditDialogProps) {
  const { t } = useTranslation(['consumer', 'common']);
  const [title, setTitle] = useState(consumer.title);
  const [contact, setContact] = useState(consumer.contact);
  const [dictionaries, setDictionaries] = useState(consumer.dictionaries ?? []);
  const [filter, setFilter] = useState(consumer.filter ?? '');
  const [url, setUrl] = useState(consumer.url ?? '');
  const doing = useDoing();
  const isWebhook = consumer.channel === 'WEBHOOK';
  const webhook = {
    url: url.trim(),
    mode: consumer.mode ?? 'STRUCTURED',
    batchEventsMax: consumer.batchEventsMax ?? 100,
  } as const;
  const input = {
    code: consumer.code,
    title: title.trim(),
    contact: contact.trim(),
    dictionaries: dictionaries.length > 0 ? dictionaries : null,
    filter: filter.trim() || null,
    ...(isWebhook && url.trim() !== consumer.url ? { target: { webhook } } : {}),
  };
  const save = () =>
    doing.run(
      async () => (await act(UPDATE, { input })).updateConsumer,
      () => {
        onDone();
        onClose();
      },
    );
  return (
    <ConfirmDialog
      opened
      size="lg"
      title={t('edit.title')}
      action={t('action.save', { ns: 'common' })}
      isReady={title.trim() !== '' && contact.trim() !== ''}
      isBusy={doing.isBusy}
      refusals={doing.refusals}
      onClose={onClose}
      onConfirm={() => void save()}
    >
      <TextInput required label={t('field.title')} value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
      <TextInput
        required
        label={t('field.contact')}
        description={t('field.contactHint')}
        value={contact}
        onChange={(event) => setContact(event.currentTarget.value)}
      />
      <DictionariesSelect
        label={t('field.dictionaries')}
        placeholder={t('about.all')}
        value={dictionaries}
        onChange={setDictionaries}
      />
      <FilterField value={filter} onChange={setFilter} />
      {isWebhook && (
        <TextInput
          required
          type="url"
          label={t('field.url')}
          description={t('edit.urlHint')}
          spellCheck={false}
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
      )}
    </ConfirmDialog>
  );
}
