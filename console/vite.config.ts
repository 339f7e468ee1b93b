import { brotliCompressSync, constants } from 'node:zlib';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where `svod serve` listens while one works on the console with `npm run dev`. */
const server = process.env['SVOD_URL'] ?? 'http://127.0.0.1:8080';
const doors = [
  '/graphql',
  '/export',
  '/import/',
  '/feed',
  '/health',
  '/metrics',
  '/openapi.json',
  '/asyncapi.json',
  '/dictionary.schema.json',
];

/** Puts a brotli form beside each text file, so that the server never compresses what never changes. */
function brotli(): Plugin {
  return {
    name: 'brotli',
    apply: 'build',
    closeBundle() {
      const folder = join(import.meta.dirname, 'dist/assets');
      for (const name of readdirSync(folder).filter((each) => /\.(js|css|svg)$/.test(each))) {
        const file = join(folder, name);
        if (statSync(file).size < 1024) continue;
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
        writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file), { params }));
      }
    },
  };
}

export default defineConfig({
  resolve: { alias: { '@': join(import.meta.dirname, 'src') } },
  plugins: [react(), brotli()],
  build: { target: 'es2023', assetsInlineLimit: 0, sourcemap: false, modulePreload: { polyfill: false } },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(doors.map((door) => [door, { target: server, ws: door === '/graphql' }])),
  },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
} as Parameters<typeof defineConfig>[0]);
