import { ActionIcon, Button, Code, Group, Stack, Text, Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertCircle, IconChevronDown, IconChevronRight, IconChevronUp, IconTrash } from '@tabler/icons-react';
import { useState, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { moved, without } from '@/components/definition/attributeEdits';
import { useEditing } from './editing';
import classes from './Rows.module.css';

/** One row as it looks closed. */
export interface RowHead {
  title: string;
  code?: string;
  beside?: ReactNode;
  isWrong: boolean;
}

interface RowsProps<T> {
  /** What the rows are, for readers of screens; and the name of their part of the address. */
  label: string;
  name: string;
  list: T[];
  onChange: (list: T[]) => void;
  headOf: (element: T, at: number) => RowHead;
  /** What a person is told when one is taken out. */
  removedText: (title: string) => string;
  children: (element: T, at: number) => ReactNode;
}

/** A list whose order matters: each row opens into a form, is moved by buttons or Alt with an arrow, and can be taken out. */
export function Rows<T>({ label, name, list, onChange, headOf, removedText, children }: RowsProps<T>) {
  const { t } = useTranslation('definition');
  const { open, setOpen } = useEditing();
  const [told, setTold] = useState('');
  const titleAt = (at: number) => {
    const element = list[at];
    return element === undefined ? '' : headOf(element, at).title;
  };
  const move = (from: number, to: number) => {
    if (to < 0 || to >= list.length) return;
    onChange(moved(list, from, to));
    if (open === from) setOpen(to);
    else if (open === to) setOpen(from);
    setTold(t('row.moved', { name: titleAt(from), place: to + 1, count: list.length }));
    requestAnimationFrame(() => document.getElementById(`${name}-${to}`)?.focus());
  };
  const remove = (at: number) => {
    const before = list;
    onChange(without(list, at));
    setOpen(undefined);
    const id = `${name}-removed`;
    const undo = () => {
      onChange(before);
      notifications.hide(id);
    };
    notifications.hide(id);
    notifications.show({
      id,
      message: (
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm">{removedText(titleAt(at))}</Text>
          <Button size="compact-sm" variant="light" onClick={undo}>
            {t('row.undo')}
          </Button>
        </Group>
      ),
      autoClose: 10_000,
    });
  };
  return (
    <>
      <div className={classes['list'] ?? ''} role="list" aria-label={label}>
        {list
          .map((element, at) => ({ element, at, key: `${name}-${at}` }))
          .map(({ element, at, key }) => (
            <Row
              key={key}
              id={key}
              head={headOf(element, at)}
              isOpen={open === at}
              isFirst={at === 0}
              isLast={at === list.length - 1}
              onToggle={() => setOpen(open === at ? undefined : at)}
              onMove={(by) => move(at, at + by)}
              onRemove={() => remove(at)}
            >
              {children(element, at)}
            </Row>
          ))}
      </div>
      <VisuallyHidden aria-live="polite">{told}</VisuallyHidden>
    </>
  );
}

interface RowProps {
  id: string;
  head: RowHead;
  isOpen: boolean;
  isFirst: boolean;
  isLast: boolean;
  onToggle: () => void;
  onMove: (by: number) => void;
  onRemove: () => void;
  children: ReactNode;
}

function Row({ id, head, isOpen, isFirst, isLast, onToggle, onMove, onRemove, children }: RowProps) {
  const { t } = useTranslation('definition');
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    onMove(event.key === 'ArrowUp' ? -1 : 1);
  };
  return (
    <div className={`${classes['row'] ?? ''} ${isOpen ? (classes['isOpen'] ?? '') : ''}`} role="listitem">
      <div className={classes['head'] ?? ''}>
        <UnstyledButton
          id={id}
          className={classes['toggle'] ?? ''}
          aria-expanded={isOpen}
          aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
          onClick={onToggle}
          onKeyDown={onKeyDown}
        >
          <IconChevronRight size={16} className={classes['chevron'] ?? ''} aria-hidden />
          <span className={classes['title'] ?? ''}>
            <Text span size="sm" fw={550}>
              {head.title}
            </Text>{' '}
            {head.code && <Code>{head.code}</Code>}
          </span>
          <span className={classes['beside'] ?? ''}>
            {head.beside}
            {head.isWrong && <IconAlertCircle size={18} color="var(--svod-annulled)" aria-label={t('row.wrong')} role="img" />}
          </span>
        </UnstyledButton>
        <Move isUp isDisabled={isFirst} title={head.title} onClick={() => onMove(-1)} />
        <Move isDisabled={isLast} title={head.title} onClick={() => onMove(1)} />
      </div>
      {isOpen && (
        <div className={classes['panel'] ?? ''}>
          <Stack gap="sm">
            {children}
            <Group justify="flex-end">
              <Button
                variant="subtle"
                color="red"
                c="var(--svod-annulled)"
                size="compact-sm"
                leftSection={<IconTrash size={15} aria-hidden />}
                onClick={onRemove}
              >
                {t('row.remove')}
              </Button>
            </Group>
          </Stack>
        </div>
      )}
    </div>
  );
}

interface MoveProps {
  isUp?: boolean;
  isDisabled: boolean;
  title: string;
  onClick: () => void;
}

function Move({ isUp = false, isDisabled, title, onClick }: MoveProps) {
  const { t } = useTranslation('definition');
  const Picture = isUp ? IconChevronUp : IconChevronDown;
  return (
    <Tooltip label={t('row.keys')}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        className={classes['move'] ?? ''}
        disabled={isDisabled}
        aria-label={t(isUp ? 'row.up' : 'row.down', { name: title })}
        onClick={onClick}
      >
        <Picture size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
