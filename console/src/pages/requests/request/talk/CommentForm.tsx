import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act, useBusy } from '@/api/asking';
import { graphql } from '@/api/gql';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { Refusals } from '@/ui/Refusals';
import { useRequest } from '../context';

const COMMENT = graphql(`
  mutation RequestComment($input: CommentChangeRequestInput!) {
    commentChangeRequest(input: $input) {
      comment {
        id
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

interface CommentFormProps {
  /** The item that is meant; the whole request unless told. */
  item?: { dictionary: string; code: string };
  isFocused?: boolean;
  onDone?: () => void;
  onCancel?: () => void;
}

/** Says something about the request or one of its items. Ctrl+Enter sends; what is typed survives a reload. */
export function CommentForm({ item, isFocused = false, onDone, onCancel }: CommentFormProps) {
  const { t } = useTranslation(['request', 'common']);
  const { request } = useRequest();
  const kept = `svod.comment.${request.id}.${item ? `${item.dictionary}.${item.code}` : ''}`;
  const [text, setText] = useState(() => localStorage.getItem(kept) ?? '');
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (isFocused) field.current?.focus();
  }, [isFocused]);
  const type = (next: string) => {
    setText(next);
    if (next) localStorage.setItem(kept, next);
    else localStorage.removeItem(kept);
  };
  const send = () =>
    run(async () => {
      if (text.trim() === '') return;
      try {
        const input = { changeRequest: request.id, text: text.trim(), ...item };
        const { commentChangeRequest } = await act(COMMENT, { input });
        setRefusals(commentChangeRequest.errors);
        if (commentChangeRequest.errors.length > 0) return;
        type('');
        onDone?.();
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return (
    <Stack gap="xs">
      <Textarea
        label={item ? t('talk.itemLabel') : t('talk.label')}
        placeholder={t('talk.placeholder')}
        autosize
        minRows={2}
        value={text}
        ref={field}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
          if (event.key === 'Escape' && onCancel) onCancel();
        }}
      />
      <Refusals refusals={refusals} />
      <Group gap="sm">
        <Button size="xs" loading={isBusy} disabled={text.trim() === ''} onClick={() => void send()}>
          {t('talk.send')}
        </Button>
        {onCancel && (
          <Button size="xs" variant="default" onClick={onCancel}>
            {t('action.cancel', { ns: 'common' })}
          </Button>
        )}
        <Text size="xs" c="dimmed">
          {t('talk.keys')}
        </Text>
      </Group>
    </Stack>
  );
}
