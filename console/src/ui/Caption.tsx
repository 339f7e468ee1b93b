import { Table } from '@mantine/core';
import classes from './Caption.module.css';

/** What a table is, for whoever hears it; whoever sees it reads the heading above. */
export function Caption({ children }: { children: string }) {
  return <Table.Caption className={classes['caption'] ?? ''}>{children}</Table.Caption>;
}
