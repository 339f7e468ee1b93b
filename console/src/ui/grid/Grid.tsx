import { Alert, Button, Center, Skeleton, Stack, Text } from '@mantine/core';
import { useEffect, useImperativeHandle, useMemo, useRef, useState, type ReactNode, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import type { GridWords } from './columns';
import type { GridEngine } from './engine';
import type { GridHandle, GridProps } from './model';
import classes from './Grid.module.css';

export type * from './model';

const nonce = (): string => document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '';

interface Props extends GridProps {
  /** What stands there where there is no row. */
  empty?: ReactNode;
  ref?: Ref<GridHandle>;
}

/**
 * A grid of any number of rows, which loads what is looked at. It fills what it stands in, so that must have a height. Cells are
 * selected and edited as in a spreadsheet; blocks are copied into one and pasted from one.
 */
export function Grid({ ref, empty, ...props }: Props) {
  const { t } = useTranslation();
  const element = useRef<HTMLDivElement>(null);
  const engine = useRef<GridEngine | null>(null);
  const [state, setState] = useState<'waiting' | 'there' | 'failed'>('waiting');
  const [total, setTotal] = useState<number>();
  const latest = useRef<GridProps>(props);
  const words = useMemo<GridWords>(
    () => ({
      yes: t('yes'),
      no: t('no'),
      none: t('grid.none'),
      nothing: t('grid.nothing'),
      select: (row) => t('grid.select', { row }),
      selectColumn: t('grid.selectColumn'),
    }),
    [t],
  );
  const latestWords = useRef(words);
  useEffect(() => {
    latest.current = {
      ...props,
      onCount: (count) => {
        setTotal(count);
        props.onCount?.(count);
      },
    };
    latestWords.current = words;
  });

  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isWanted = true;
    import('./engine').then(
      (module) => {
        if (!isWanted || !element.current) return;
        const locale = {
          ariaSortableColumn: t('grid.sortable'),
          ariaLabelTooltip: t('grid.tooltip'),
          ariaLabelCellEditor: t('grid.editor'),
        };
        engine.current = new module.GridEngine(
          element.current,
          () => latest.current,
          () => latestWords.current,
          locale,
          nonce(),
        );
        setState('there');
      },
      () => isWanted && setState('failed'),
    );
    return () => {
      isWanted = false;
      engine.current?.destroy();
      engine.current = null;
      setState('waiting');
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- made anew only in another language or after a failure
  }, [t, attempt]);

  const { columns, hidden, source, sort, label, selected, onEdit, onSelect } = props;
  const hiddenKey = hidden?.join(' ');
  const canEdit = onEdit !== undefined;
  const canSelect = onSelect !== undefined;
  useEffect(() => engine.current?.setColumns(), [columns, hiddenKey, canEdit, canSelect]);
  useEffect(() => engine.current?.setSource(), [source]);
  useEffect(() => engine.current?.setSort(), [sort]);
  useEffect(() => engine.current?.setLabel(), [label]);
  useEffect(() => engine.current?.setSelected(), [selected]);
  useImperativeHandle(
    ref,
    () => ({
      jumpTo: (row) => engine.current?.jumpTo(row),
      refresh: (rows) => engine.current?.refresh(rows),
    }),
    [],
  );

  return (
    <div className={classes['frame'] ?? ''}>
      {state === 'waiting' && (
        <Stack gap="sm" className={classes['waitingForAll'] ?? ''} role="status" aria-label={t('loading')}>
          {[90, 70, 82, 64, 88, 75].map((width) => (
            <Skeleton key={width} height={16} width={`${width}%`} />
          ))}
        </Stack>
      )}
      {state === 'failed' && (
        <Alert color="yellow" role="alert" m="md">
          {t('refusal.NO_CONNECTION')}{' '}
          <Button size="compact-sm" variant="default" onClick={() => setAttempt((number) => number + 1)}>
            {t('action.retry')}
          </Button>
        </Alert>
      )}
      {state === 'there' && total === 0 && (
        <Center className={classes['over'] ?? ''}>{empty ?? <Text c="dimmed">{t('grid.empty')}</Text>}</Center>
      )}
      <div ref={element} className={classes['engine'] ?? ''} />
    </div>
  );
}
