import { createSpotlight } from '@mantine/spotlight';

/** The window of the search: opened from the header, by Ctrl K, and from pages. */
export const [searchStore, searchWindow] = createSpotlight();

export const openSearch = (): void => searchWindow.open();
