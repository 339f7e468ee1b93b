import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './ui/style.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { setNonce } from 'get-nonce';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import { Provider as AskingProvider } from 'urql';
import { client } from './api/client';
import { startSpeaking } from './i18n';
import { router } from './router';
import { theme, variables } from './ui/theme';

/** The server puts it into the document; styles that are made at run time carry it, or the policy refuses them. */
function nonce(): string {
  return document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '';
}

async function start(): Promise<void> {
  await startSpeaking();
  // Dialogs hold the page still by a style of a library of theirs, which asks there.
  setNonce(nonce());
  const root = document.getElementById('root');
  if (!root) throw new Error('the document has no root');
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={nonce}>
        <Notifications position="bottom-right" />
        <AskingProvider value={client}>
          <Suspense fallback={null}>
            <RouterProvider router={router} />
          </Suspense>
        </AskingProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

void start();
