import type { ComponentType } from 'react';
import { createBrowserRouter } from 'react-router';
import { Shell } from './components/shell/Shell';
import { Broken, Missing } from './pages/Broken';

/** A page is fetched when it is opened first. */
function page(load: () => Promise<{ default: ComponentType }>) {
  return async () => ({ Component: (await load()).default });
}

/** Every address of the console. The server gives the same document for all of them (`src/http/console.rs`). */
export const router = createBrowserRouter([
  { path: '/sign-in', lazy: page(() => import('./pages/signIn/SignInPage')), errorElement: <Broken /> },
  {
    path: '/',
    element: <Shell />,
    errorElement: <Broken />,
    children: [
      { index: true, lazy: page(() => import('./pages/home/HomePage')) },
      { path: 'dictionaries', lazy: page(() => import('./pages/dictionaries/DictionariesPage')) },
      { path: 'dictionaries/:code', lazy: page(() => import('./pages/dictionaries/DictionaryPage')) },
      { path: 'dictionaries/:code/items/:item', lazy: page(() => import('./pages/items/ItemPage')) },
      { path: 'definitions/:code', lazy: page(() => import('./pages/definitions/DefinitionPage')) },
      { path: 'requests', lazy: page(() => import('./pages/requests/RequestsPage')) },
      { path: 'requests/:id', lazy: page(() => import('./pages/requests/RequestPage')) },
      { path: 'imports', lazy: page(() => import('./pages/imports/ImportsPage')) },
      { path: 'imports/new', lazy: page(() => import('./pages/imports/ImportWizardPage')) },
      { path: 'imports/:id', lazy: page(() => import('./pages/imports/ImportJobPage')) },
      { path: 'publications', lazy: page(() => import('./pages/publications/PublicationsPage')) },
      { path: 'publications/compare', lazy: page(() => import('./pages/publications/ComparePage')) },
      { path: 'publications/:number', lazy: page(() => import('./pages/publications/PublicationPage')) },
      { path: 'publications/:number/act', lazy: page(() => import('./pages/publications/ActPage')) },
      { path: 'consumers', lazy: page(() => import('./pages/consumers/ConsumersPage')) },
      { path: 'consumers/:code', lazy: page(() => import('./pages/consumers/ConsumerPage')) },
      { path: 'developers', lazy: page(() => import('./pages/developers/DevelopersPage')) },
      { path: 'people', lazy: page(() => import('./pages/people/PeoplePage')) },
      { path: 'people/:name', lazy: page(() => import('./pages/people/PersonPage')) },
      { path: 'audit', lazy: page(() => import('./pages/audit/AuditPage')) },
      { path: 'system', lazy: page(() => import('./pages/system/SystemPage')) },
      { path: 'account', lazy: page(() => import('./pages/account/AccountPage')) },
      { path: '*', element: <Missing /> },
    ],
  },
]);
