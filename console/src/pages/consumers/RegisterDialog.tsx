import { Button, Checkbox, Modal, MultiSelect, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { graphql } from '@/api/gql';
import type { RegisterConsumerInput, SigningKind } from '@/api/gql/graphql';
import { act, useBusy } from '@/api/asking';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { useTargets } from '@/components/dictionary/shape';
import { localized } from '@/ui/format';
import { Refusals } from '@/ui/Refusals';
import { Secret } from '@/ui/Secret';

const REGISTER = graphql(`
  mutation ConsumerRegister($input: RegisterConsumerInput!) {
    registerConsumer(input: $input) {
      registered {
        secret
        consumer {
          code
          state
        }
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

interface Form {
  code: string;
  title: string;
  contact: string;
  account: string;
  dictionaries: string[];
  filter: string;
  channel: 'PULL' | 'WEBHOOK' | 'NATS';
  url: string;
  stream: string;
  isBatched: boolean;
  signing: SigningKind;
  from: string;
}

const BLANK: Form = {
  code: '',
  title: '',
  contact: '',
  account: '',
  dictionaries: [],
  filter: '',
  channel: 'WEBHOOK',
  url: '',
  stream: '',
  isBatched: true,
  signing: 'HMAC',
  from: 'now',
};

function inputOf(form: Form): RegisterConsumerInput {
  const { code, title, contact, account, dictionaries, filter, channel, url, stream, isBatched, signing, from } = form;
  const target =
    channel === 'WEBHOOK'
      ? { target: { webhook: { url: url.trim(), mode: isBatched ? ('BATCHED' as const) : ('STRUCTURED' as const) } } }
      : channel === 'NATS'
        ? { target: { nats: { url: url.trim(), stream: stream.trim() } } }
        : {};
  return {
    code: code.trim(),
    title: title.trim(),
    contact: contact.trim(),
    ...(account.trim() === '' ? {} : { account: account.trim() }),
    ...(dictionaries.length === 0 ? {} : { dictionaries }),
    ...(filter.trim() === '' ? {} : { filter: filter.trim() }),
    ...target,
    signing,
    from,
  };
}

/** Connects a system, and tells its secret once. */
export function RegisterDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['consumer', 'common']);
  const targets = useTargets();
  const [form, setForm] = useState(BLANK);
  const [made, setMade] = useState<{ code: string; secret: string | null }>();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const put = (part: Partial<Form>) => setForm({ ...form, ...part });
  const text = (name: 'code' | 'title' | 'contact' | 'account' | 'filter' | 'url' | 'stream') => ({
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => put({ [name]: event.currentTarget.value }),
  });
  const register = () =>
    run(async () => {
      try {
        const { registerConsumer } = await act(REGISTER, { input: inputOf(form) });
        setRefusals(registerConsumer.errors);
        const registered = registerConsumer.registered;
        if (registered) setMade({ code: registered.consumer.code, secret: registered.secret ?? null });
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('form.title')}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'common' }) }}
    >
      {made ? (
        <Stack>
          {made.secret && (
            <Secret label={made.code} secret={made.secret}>
              {t('form.secretHint')}
            </Secret>
          )}
          <Button component={Link} to={`/consumers/${made.code}`}>
            {t('form.open')}
          </Button>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void register();
          }}
        >
          <Stack gap="sm">
            <TextInput data-autofocus label={t('form.code')} description={t('form.codeHint')} {...text('code')} />
            <TextInput label={t('form.name')} {...text('title')} />
            <TextInput label={t('form.contact')} {...text('contact')} />
            <TextInput label={t('form.account')} description={t('form.accountHint')} {...text('account')} />
            <MultiSelect
              label={t('form.dictionaries')}
              description={t('form.dictionariesHint')}
              data={[...(targets?.values() ?? [])].map((target) => ({ value: target.code, label: localized(target.name) }))}
              value={form.dictionaries}
              onChange={(dictionaries) => put({ dictionaries })}
              searchable
            />
            <TextInput label={t('form.filter')} description={t('form.filterHint')} ff="monospace" {...text('filter')} />
            <Select
              label={t('form.channel')}
              data={(['WEBHOOK', 'PULL', 'NATS'] as const).map((value) => ({ value, label: t(`form.${value}`) }))}
              value={form.channel}
              onChange={(next) => next && put({ channel: next as Form['channel'] })}
            />
            {form.channel !== 'PULL' && (
              <TextInput
                label={t('form.url')}
                placeholder={form.channel === 'NATS' ? 'nats://broker:4222' : 'https://system.example/svod'}
                {...text('url')}
              />
            )}
            {form.channel === 'NATS' && <TextInput label={t('form.stream')} {...text('stream')} />}
            {form.channel === 'WEBHOOK' && (
              <>
                <Checkbox
                  label={t('form.batched')}
                  checked={form.isBatched}
                  onChange={(event) => put({ isBatched: event.currentTarget.checked })}
                />
                <Select
                  label={t('form.signing')}
                  data={(['HMAC', 'ED25519'] as const).map((value) => ({ value, label: t(`form.${value}`) }))}
                  value={form.signing}
                  onChange={(next) => next && put({ signing: next as SigningKind })}
                />
              </>
            )}
            <Select
              label={t('form.from')}
              data={(['now', 'start'] as const).map((value) => ({ value, label: t(`form.${value}`) }))}
              value={form.from}
              onChange={(next) => next && put({ from: next })}
            />
            <Refusals refusals={refusals} />
            <Button
              type="submit"
              loading={isBusy}
              disabled={form.code.trim() === '' || form.title.trim() === '' || form.contact.trim() === ''}
            >
              {t('form.register')}
            </Button>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
