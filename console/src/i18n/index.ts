import i18next, { type BackendModule } from 'i18next';
import { initReactI18next } from 'react-i18next';
import dayjs from 'dayjs';
import 'dayjs/locale/ru';

export type Language = 'ru' | 'en';
const STORED_AS = 'svod.language';

/** Texts lie in `ru/<namespace>.json` and `en/<namespace>.json`; a page's own are fetched with the page. */
const files = import.meta.glob<{ default: Record<string, unknown> }>('./{ru,en}/*.json');

const backend: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read(spoken, namespace, done) {
    const load = files[`./${spoken}/${namespace}.json`];
    if (!load) return done(new Error(`no texts ${spoken}/${namespace}`), false);
    load().then(
      (file) => done(null, file.default),
      (error: Error) => done(error, false),
    );
  },
};

function wanted(): Language {
  const stored = localStorage.getItem(STORED_AS);
  if (stored === 'ru' || stored === 'en') return stored;
  return 'ru';
}

export function language(): Language {
  return i18next.language === 'en' ? 'en' : 'ru';
}

export async function speak(next: Language): Promise<void> {
  localStorage.setItem(STORED_AS, next);
  dayjs.locale(next);
  document.documentElement.lang = next;
  await i18next.changeLanguage(next);
}

export async function startSpeaking(): Promise<void> {
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: wanted(),
      fallbackLng: 'ru',
      // Refusals are worded everywhere, and are never fetched when something fails.
      ns: ['common', 'refusal'],
      defaultNS: 'common',
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
    });
  dayjs.locale(language());
  document.documentElement.lang = language();
}
