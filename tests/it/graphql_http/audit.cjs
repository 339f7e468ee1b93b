// Runs the audits of graphql-http against one address: `node audit.cjs FOLDER URL`, where FOLDER has the package installed.
// Prints one line of JSON: how many audits there are, and what each that did not pass says.
const path = require('node:path');
const { createRequire } = require('node:module');

const [folder, url] = process.argv.slice(2);
const { auditServer } = createRequire(path.join(folder, 'package.json'))('graphql-http');

auditServer({ url }).then(
  (results) => {
    const failed = results.filter((result) => result.status !== 'ok');
    const told = failed.map((result) => `${result.id} ${result.name}: ${result.reason}`);
    console.log(JSON.stringify({ audits: results.length, failed: told }));
  },
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
