import { Button, Loader, Popover, Text, UnstyledButton } from '@mantine/core';
import { IconDownload, IconFileSpreadsheet } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AsOf } from '@/components/asOf';
import { dataFilter, exportFilters, type Filters } from '@/components/dictionary/filters';
import { loadCodes } from '@/components/dictionary/rows';
import type { Shape } from '@/components/dictionary/shape';
import { formatCount, localized } from '@/ui/format';
import classes from './Dictionary.module.css';

/** Up to how many items an address of an export can name one by one. */
const NAMED_MAX = 3000;
/** What most people look for; the others are for machines. */
const FOR_PEOPLE = ['xlsx', 'csv'];

interface ExportMenuProps {
  shape: Shape;
  asOf: AsOf;
  filters: Filters;
  search: string;
  /** How many items are seen. */
  count: number | undefined;
}

/**
 * What is seen, as a file. An export knows fewer filters than the grid, and no search; where it cannot say the same, the items that
 * are seen are named to it one by one, as long as they are not too many.
 */
export function ExportMenu({ shape, asOf, filters, search, count }: ExportMenuProps) {
  const { t } = useTranslation('dictionary');
  const [isOpen, setOpen] = useState(false);
  const told = search === '' ? exportFilters(shape, filters) : null;
  const isTooMany = told === null && (count ?? 0) > NAMED_MAX;
  const codes = useCodes({ shape, asOf, filters, search, isWanted: isOpen && told === null && !isTooMany });
  const query = new URLSearchParams({ valid_on: asOf.validOn });
  if (asOf.publication !== null) query.set('publication', String(asOf.publication));
  for (const filter of told ?? (codes ? [`code=${codes.join('|')}`] : [])) query.append('filter', filter);
  const isReady = told !== null || codes !== undefined;
  const item = (path: string, label: string) => (
    <li key={path}>
      <UnstyledButton
        component="a"
        className={classes['file'] ?? ''}
        {...(isReady ? { href: `/export/${path}?${query.toString()}`, download: '' } : { 'aria-disabled': true })}
        onClick={() => setOpen(!isReady)}
      >
        {FOR_PEOPLE.some((format) => path.endsWith(`.${format}`)) && <IconFileSpreadsheet size={16} aria-hidden />}
        {label}
      </UnstyledButton>
    </li>
  );
  const format = (name: string) => item(`${shape.code}.${name}`, t(`format.${name}` as 'format.csv', { defaultValue: name }));
  return (
    <Popover position="bottom-end" shadow="md" width={340} opened={isOpen} onChange={setOpen} trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => setOpen(!isOpen)}
          aria-expanded={isOpen}
        >
          {t('export')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes['export'] ?? ''}>
        <Text size="xs" c={isTooMany ? 'var(--svod-changed)' : 'dimmed'} px={10} pb={4} aria-live="polite">
          {isTooMany
            ? t('exportTooMany', { max: formatCount(NAMED_MAX) })
            : t('exportSeen', { count: count ?? 0, shown: formatCount(count ?? 0) })}
          {!isReady && !isTooMany && <Loader size={12} ml={6} />}
        </Text>
        <ul className={classes['files'] ?? ''}>{FOR_PEOPLE.filter((name) => shape.exportFormats.includes(name)).map(format)}</ul>
        <Kind title={t('exportForSystems')}>{shape.exportFormats.filter((name) => !FOR_PEOPLE.includes(name)).map(format)}</Kind>
        {shape.projections.length > 0 && (
          <Kind title={t('projections')}>
            {shape.projections.map(({ code, name }) => item(`${shape.code}/${code}`, localized(name)))}
          </Kind>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function Kind({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <Text size="xs" fw={600} c="dimmed" px={10} pt={10} pb={4} component="h2">
        {title}
      </Text>
      <ul className={classes['files'] ?? ''}>{children}</ul>
    </>
  );
}

interface CodesAsked {
  shape: Shape;
  asOf: AsOf;
  filters: Filters;
  search: string;
  isWanted: boolean;
}

/** The codes of all items that are seen, once they are wanted. */
function useCodes({ shape, asOf, filters, search, isWanted }: CodesAsked): string[] | undefined {
  const [found, setFound] = useState<{ key: string; codes: string[] }>();
  const key = JSON.stringify([shape.code, asOf, filters, search]);
  const isKnown = found?.key === key;
  useEffect(() => {
    if (!isWanted || isKnown) return undefined;
    const abort = new AbortController();
    loadCodes(shape, { asOf, search, filter: dataFilter(shape, filters), sort: undefined }, NAMED_MAX, abort.signal).then(
      (codes) => setFound({ key, codes }),
      () => undefined,
    );
    return () => abort.abort();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key is all of them
  }, [isWanted, isKnown, key]);
  return isKnown ? found.codes : undefined;
}
