import {
  IconActivity,
  IconAddressBook,
  IconBook2,
  IconCode,
  IconFileImport,
  IconGitPullRequest,
  IconHistory,
  IconHome,
  IconNews,
  IconPlugConnected,
  type Icon,
} from '@tabler/icons-react';
import { hasRole, type Me } from '@/api/me';

type Name =
  'home' | 'dictionaries' | 'requests' | 'imports' | 'publications' | 'consumers' | 'developers' | 'people' | 'audit' | 'system';

interface Section {
  name: Name;
  to: string;
  icon: Icon;
  isShownTo: (me: Me | null | undefined) => boolean;
}

const anybody = () => true;
const person = (me: Me | null | undefined) => Boolean(me);
const watching = (me: Me | null | undefined) => hasRole(me, ['ADMINISTRATOR', 'AUDITOR']);

/** The sections, in the order of the menu. What one may not use is not shown; the server decides in any case. */
export const SECTIONS: Section[] = [
  { name: 'home', to: '/', icon: IconHome, isShownTo: anybody },
  { name: 'dictionaries', to: '/dictionaries', icon: IconBook2, isShownTo: anybody },
  { name: 'requests', to: '/requests', icon: IconGitPullRequest, isShownTo: person },
  { name: 'imports', to: '/imports', icon: IconFileImport, isShownTo: person },
  { name: 'publications', to: '/publications', icon: IconNews, isShownTo: anybody },
  { name: 'consumers', to: '/consumers', icon: IconPlugConnected, isShownTo: person },
  { name: 'developers', to: '/developers', icon: IconCode, isShownTo: anybody },
  { name: 'people', to: '/people', icon: IconAddressBook, isShownTo: watching },
  { name: 'audit', to: '/audit', icon: IconHistory, isShownTo: watching },
  { name: 'system', to: '/system', icon: IconActivity, isShownTo: watching },
];
