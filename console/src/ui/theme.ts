import { createTheme, type MantineColorsTuple, type CSSVariablesResolver } from '@mantine/core';
import i18next from 'i18next';

/** A calm blue; shades 6 and darker hold white text at 4.5 : 1. */
const ink: MantineColorsTuple = [
  '#eef4ff',
  '#dce6f7',
  '#b6caec',
  '#8dade2',
  '#6b94d9',
  '#5684d4',
  '#2f62b5',
  '#1f4fa3',
  '#18418a',
  '#123370',
];

/** Says what the cross of a dialog or a message does, in the language of the moment. */
const namedClose = () => ({ closeButtonProps: { 'aria-label': i18next.t('common:action.close') } });
// The heading of a dialog is no banner of the page.
const attributes = { header: { role: 'presentation' } };

export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 6 },
  colors: { ink },
  defaultRadius: 'md',
  respectReducedMotion: true,
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.2rem' }, h3: { fontSize: '1.05rem' } } },
  components: {
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Modal: {
      defaultProps: () => ({ ...namedClose(), centered: true, attributes }),
      styles: { title: { fontWeight: 650 } },
    },
    Drawer: { defaultProps: () => ({ ...namedClose(), attributes }) },
    Notification: { defaultProps: namedClose },
    DateInput: { defaultProps: { weekendDays: [] } },
    DateTimePicker: { defaultProps: { weekendDays: [] } },
    Table: { defaultProps: { verticalSpacing: 'xs' } },
  },
});

/** Secondary text that axe accepts on every background that we use, in both themes. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': '#5a6270', '--mantine-color-placeholder': '#6b7380', '--mantine-color-error': '#c02626' },
  dark: {
    '--mantine-color-dimmed': '#a6adba',
    '--mantine-color-placeholder': '#959daa',
    '--mantine-color-error': '#ff8f8f',
    '--mantine-color-anchor': '#9dbcf0',
  },
});
