import { Alert, Button, Checkbox, Group, NumberInput, Popover, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconColumns3, IconSearch } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { refusalsOf } from '@/api/refusals';
import { asOfSearch, type AsOf } from '@/components/asOf';
import { cleared, dataFilter, filtersIn } from '@/components/dictionary/filters';
import { columnsOf, loadRows, rowsQuery } from '@/components/dictionary/rows';
import type { Shape, Target } from '@/components/dictionary/shape';
import { formatCount, localized } from '@/ui/format';
import { Grid, type GridHandle, type GridSort, type GridSource } from '@/ui/grid/Grid';
import { sentence } from '@/ui/refusalWords';
import { useUrlState } from '@/ui/urlState';
import { ExportMenu } from './ExportMenu';
import { FilterButton } from './FilterButton';
import { FilterChips } from './FilterChips';
import { NothingFound } from './NothingFound';
import classes from './Dictionary.module.css';

interface ItemsTabProps {
  shape: Shape;
  targets: Map<string, Target>;
  asOf: AsOf;
}

/** The items as a grid, with search, filters, order and columns, all of which stand in the address. */
export function ItemsTab({ shape, targets, asOf }: ItemsTabProps) {
  const { t } = useTranslation('dictionary');
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const [text, setText] = useUrlState('q');
  const [typed, setTyped] = useState(text);
  const [settled] = useDebouncedValue(typed, 250);
  const [order, setOrder] = useUrlState('sort');
  const [hiddenText, setHidden] = useUrlState('hide');
  const [count, setCount] = useState<number>();
  const [failure, setFailure] = useState('');
  const grid = useRef<GridHandle>(null);
  useEffect(() => setText(settled === '' ? null : settled), [settled, setText]);
  const filters = useMemo(() => filtersIn(search), [search]);
  const hidden = useMemo(() => hiddenText.split(',').filter((each) => each !== ''), [hiddenText]);
  const sort = useMemo(() => sortIn(order), [order]);
  const columns = useMemo(
    () => columnsOf(shape, { code: t('code'), parent: t('parent'), validFrom: t('validFrom'), validTo: t('validTo') }),
    [shape, t],
  );
  const source = useMemo((): GridSource => {
    const query = rowsQuery(shape, targets);
    const asked = { asOf, search: text, filter: dataFilter(shape, filters), sort };
    return {
      key: JSON.stringify(asked),
      load: (from, rows, signal) => loadRows(shape, query, asked, from, rows, signal),
    };
  }, [shape, targets, asOf, text, filters, sort]);
  const addressOf = useCallback(
    (code: string) => `/dictionaries/${shape.code}/items/${encodeURIComponent(code)}${asOfSearch(asOf)}`,
    [shape.code, asOf],
  );
  const clear = () => {
    setTyped('');
    setSearch((current) => cleared(current), { replace: true });
  };
  const open = useCallback((code: string) => void navigate(addressOf(code)), [navigate, addressOf]);
  const failed = useCallback(
    (error: unknown) =>
      setFailure(
        refusalsOf(error)
          .map((refusal) => sentence(common, refusal))
          .join(' '),
      ),
    [common],
  );
  const counted = useCallback((total: number) => {
    setCount(total);
    setFailure('');
  }, []);
  const sorted = useCallback(
    (next: GridSort | undefined) => setOrder(next ? `${next.isDescending ? '-' : ''}${next.column}` : null),
    [setOrder],
  );
  return (
    <Stack gap="xs" className={classes['itemsTab'] ?? ''}>
      <Group gap="xs">
        <TextInput
          className={classes['search'] ?? ''}
          aria-label={t('search')}
          placeholder={t('search')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <FilterButton shape={shape} targets={targets} filters={filters} />
        <ColumnChoice
          columns={columns.filter((column) => column.id !== 'code')}
          hidden={hidden}
          onChange={(next) => setHidden(next.join(',') || null)}
        />
        <ExportMenu shape={shape} asOf={asOf} filters={filters} search={text} count={count} />
        <Text size="sm" c="dimmed" ml="auto" aria-live="polite">
          {count === undefined ? '' : t('count', { count, shown: formatCount(count) })}
        </Text>
        <NumberInput
          className={classes['jump'] ?? ''}
          min={1}
          {...(count ? { max: count } : {})}
          hideControls
          placeholder={t('jump')}
          aria-label={t('jump')}
          onKeyDown={(event) => {
            const row = Number(event.currentTarget.value.replace(/\D/g, ''));
            if (event.key === 'Enter' && row > 0) grid.current?.jumpTo(row - 1);
          }}
        />
      </Group>
      <FilterChips shape={shape} filters={filters} />
      {failure && (
        <Alert color="red" role="alert" styles={{ message: { color: 'var(--mantine-color-text)' } }}>
          {t('failed', { message: failure })}
        </Alert>
      )}
      <div className={classes['grid'] ?? ''}>
        <Grid
          ref={grid}
          label={localized(shape.name)}
          columns={columns}
          source={source}
          sort={sort}
          hidden={hidden}
          onSort={sorted}
          onOpen={open}
          addressOf={addressOf}
          onCount={counted}
          onFail={failed}
          empty={<NothingFound isNarrowed={text !== '' || Object.keys(filters).length > 0} onClear={clear} />}
        />
      </div>
    </Stack>
  );
}

/** `-name` and `name` as they stand in the address. */
function sortIn(order: string): GridSort | undefined {
  if (order === '') return undefined;
  return order.startsWith('-') ? { column: order.slice(1), isDescending: true } : { column: order, isDescending: false };
}

interface ColumnChoiceProps {
  columns: Array<{ id: string; title: string }>;
  hidden: string[];
  onChange: (hidden: string[]) => void;
}

function ColumnChoice({ columns, hidden, onChange }: ColumnChoiceProps) {
  const { t } = useTranslation('dictionary');
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} aria-hidden />}>
          {t('columns')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown mah={420} style={{ overflow: 'auto' }}>
        <Stack gap={8}>
          {columns.map(({ id, title }) => (
            <Checkbox
              key={id}
              size="sm"
              label={title}
              checked={!hidden.includes(id)}
              onChange={(event) => onChange(event.currentTarget.checked ? hidden.filter((each) => each !== id) : [...hidden, id])}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
