import { createTheme, type MantineColorsTuple, type CSSVariablesResolver } from '@mantine/core';

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

export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 6 },
  colors: { ink },
  defaultRadius: 'md',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.2rem' }, h3: { fontSize: '1.05rem' } } },
  components: {
    // A text that is folded is no landmark of the page.
    Spoiler: { defaultProps: { attributes: { content: { role: 'group' } } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    // The heading of a dialog is no banner of the page.
    Modal: {
      defaultProps: { centered: true, attributes: { header: { role: 'presentation' } } },
      styles: { title: { fontWeight: 650 } },
    },
    Drawer: { defaultProps: { attributes: { header: { role: 'presentation' } } } },
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
