// Receives what was captured: `node receive.cjs FOLDER FILE`, where FOLDER has the packages installed and FILE is
// {"secret", "requests": [{"headers", "body"}]}. Prints one line of JSON: how many requests were verified, and their events.
// Fails when a request is not genuine, or when a changed one passes.
const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const [folder, file] = process.argv.slice(2);
const installed = createRequire(path.join(folder, 'package.json'));
const { Webhook } = installed('standardwebhooks');
const { CloudEvent, HTTP } = installed('cloudevents');

const { secret, requests } = JSON.parse(fs.readFileSync(file, 'utf8'));

// The library knows shared secrets only; of `v1a` the specification says the same with Ed25519 in the place of HMAC.
class KeyWebhook {
  constructor(publicKey) {
    const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url');
    this.key = crypto.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  }

  verify(body, headers) {
    const seconds = Number(headers['webhook-timestamp']);
    if (!(Math.abs(Date.now() / 1000 - seconds) <= 5 * 60)) throw new Error('too old or too new');
    const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
    const signatures = headers['webhook-signature'].split(' ').filter((signature) => signature.startsWith('v1a,'));
    const isGenuine = (signature) => crypto.verify(null, signed, this.key, Buffer.from(signature.slice(4), 'base64'));
    if (!signatures.some(isGenuine)) throw new Error('no matching signature');
  }
}

const webhook = secret.startsWith('whpk_') ? new KeyWebhook(secret) : new Webhook(secret);

function refuses({ headers, body }, what) {
  assert.throws(() => webhook.verify(body, headers), undefined, `${what} passes`);
}

function told(event) {
  const { id, type, source, time, subject, datacontenttype, dataschema, cursor, data } = event;
  const said = { id, type, source, time: Date.parse(time), subject, datacontenttype, dataschema, cursor, data };
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [name, value === undefined ? null : value]));
}

const events = [];
for (const request of requests) {
  const { headers, body } = request;
  webhook.verify(body, headers);
  refuses({ headers, body: `${body} ` }, 'a changed body');
  refuses({ headers: { ...headers, 'webhook-id': '1.other' }, body }, 'another id');
  refuses({ headers: { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) }, body }, 'another time');
  refuses({ headers: { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 3600) }, body }, 'an old one');
  const received = [HTTP.toEvent({ headers, body })].flat();
  for (const event of received) {
    assert.ok(event instanceof CloudEvent && event.validate() && event.specversion === '1.0');
    events.push(told(event));
  }
}
console.log(JSON.stringify({ verified: requests.length, events }));
