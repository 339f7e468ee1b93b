// Builds dist/: one script, one style sheet (both gzipped, as the server sends them), the page, and the licences
// of everything that went into the script. Deterministic: the same lock file gives the same bytes.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const BUDGET_BYTES = 600_000;

// GraphiQL's style sheet carries 360 kB of Latin fonts; the page uses the system's, which know Cyrillic.
const withoutFonts = {
  name: "without-fonts",
  setup(build) {
    build.onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, ({ path }) => {
      const whole = readFileSync(path, "utf8");
      const contents = whole.replace(/@font-face\s*\{[^}]*\}/g, "");
      if (contents.length === whole.length) throw new Error("graphiql's style sheet has no fonts to leave out any more");
      return { contents, loader: "css" };
    });
  },
};

const withoutImagePreview = {
  name: "without-image-preview",
  setup(build) {
    let replaced = 0;
    build.onResolve({ filter: /[\\/]image-preview\.js$/ }, () => {
      replaced += 1;
      return { path: join(here, "src/no-image-preview.js") };
    });
    build.onEnd(() => {
      if (replaced === 0) throw new Error("graphiql's image preview was not found, so not left out");
    });
  },
};

function compress(name, text) {
  const path = join(dist, name);
  writeFileSync(path, text);
  execFileSync("gzip", ["-9", "-n", "-f", path]);
  return readFileSync(`${path}.gz`).length;
}

// "node_modules/@a/b/node_modules/c/d.js" belongs to the package in node_modules/@a/b/node_modules/c.
function packageOf(input) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(here, folder, "package.json"), "utf8"));
}

function licenceFile(folder) {
  const file = readdirSync(join(here, folder)).find((entry) => /^(licen[cs]e|copying)([.-]|$)/i.test(entry));
  return file && readFileSync(join(here, folder, file), "utf8").replaceAll("\r\n", "\n").trim();
}

function repositoryOf({ repository }) {
  return (repository?.url ?? repository ?? "").replace(/^git\+|\.git$/g, "");
}

// A package without a licence file is under that of its repository, which another package of it may ship.
function licences(inputs) {
  const folders = [...new Set(inputs.map(packageOf).filter(Boolean))].sort();
  const ofRepository = new Map();
  for (const folder of folders) {
    const repository = repositoryOf(manifestOf(folder));
    if (repository && licenceFile(folder)) ofRepository.set(repository, licenceFile(folder));
  }
  const byText = new Map();
  for (const folder of folders) {
    const manifest = manifestOf(folder);
    const { name, version, license, author } = manifest;
    const by = typeof author === "string" ? author : author?.name;
    const text =
      licenceFile(folder) ??
      ofRepository.get(repositoryOf(manifest)) ??
      `The package ships no licence file; its package.json says: ${license}${by ? `, by ${by}` : ""}.`;
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...byText].map(([text, packages]) => `${packages.join("\n")}\n\n${text}\n`);
  const rule = `\n${"-".repeat(80)}\n\n`;
  return {
    count: folders.length,
    text: `graphiql.js and graphiql.css are bundled from the packages below.\n${rule}${parts.join(rule)}`,
  };
}

const result = await esbuild.build({
  absWorkingDir: here,
  entryPoints: { graphiql: "src/main.jsx", "graphiql-style": "src/style.css" },
  outdir: "dist",
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: "iife",
  target: ["chrome109", "firefox115", "safari16"],
  jsx: "automatic",
  legalComments: "none",
  loader: { ".graphql": "text" },
  define: { "process.env.NODE_ENV": '"production"' },
  charset: "utf8",
  plugins: [withoutFonts, withoutImagePreview],
});

const output = (name) => result.outputFiles.find(({ path }) => path.endsWith(name)).text;
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const { count, text } = licences(Object.keys(result.metafile.inputs));
writeFileSync(join(dist, "LICENSES.txt"), text);
copyFileSync(join(here, "src/index.html"), join(dist, "index.html"));
const banner = "/* GraphiQL, React, CodeMirror and others; licences: console/graphiql/dist/LICENSES.txt */\n";
const script = compress("graphiql.js", banner + output("graphiql.js"));
const style = compress("graphiql.css", banner + output("graphiql-style.css"));
console.log(`graphiql.js.gz ${script} bytes, graphiql.css.gz ${style} bytes, ${count} packages`);
if (script + style > BUDGET_BYTES) throw new Error(`over the budget of ${BUDGET_BYTES} bytes`);
if (process.argv.includes("--analyze")) console.log(await esbuild.analyzeMetafile(result.metafile));
