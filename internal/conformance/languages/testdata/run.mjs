// Runs the scenarios of a file and prints what came back, one JSON line per step.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const env = process.env;
const via = {
  proxy: [env.XSALE_PROXY_URL, env.XSALE_PROXY_SECRET],
  readOnlyProxy: [env.XSALE_READ_ONLY_PROXY_URL, env.XSALE_READ_ONLY_PROXY_SECRET],
};

/** Sends one request. Whatever comes back is a reply, also if it is nothing. */
function send(base, request, headers, { body, timeout = 60 } = {}) {
  const [method, path] = request.split(' ');
  const reply = { outcome: 'response', status: 0, headers: {}, text: '', data: null, attempts: 1 };
  headers = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== null));
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeout * 1000);
    const failed = () => {
      if (signal.aborted) reply.outcome = 'timeout';
      else reply.outcome = reply.status ? 'incomplete response' : 'no response';
      resolve(reply);
    };
    const url = new URL(base); // without the path, which it would normalize
    const address = { host: url.hostname, port: url.port, path: url.pathname.replace(/\/$/, '') + path };
    const sent = http.request({ ...address, method, headers, signal, agent: false });
    sent.on('error', failed);
    sent.on('response', async (response) => {
      reply.status = response.statusCode;
      reply.headers = response.headers;
      try {
        reply.text = Buffer.concat(await response.toArray()).toString();
      } catch {
        return failed();
      }
      const mediaType = response.headers['content-type']?.split(';')[0] ?? '';
      try {
        if (reply.text && mediaType.endsWith('json')) reply.data = JSON.parse(reply.text);
      } catch {
        reply.outcome = 'not JSON';
      }
      resolve(reply);
    });
    sent.end(body);
  });
}

/** Returns the seconds that Retry-After asks for, by the clock of the server. */
function secondsToWait({ headers }) {
  const hint = headers['retry-after'];
  if (hint === undefined || /^\d+$/.test(hint)) return hint && Number(hint);
  return Math.max(0, (Date.parse(hint) - Date.parse(headers.date)) / 1000);
}

/** Waits as long as the server asks for, up to three times. */
async function sendPatiently(...request) {
  for (let attempts = 1; ; attempts++) {
    const reply = await send(...request);
    reply.attempts = attempts;
    const wait = [429, 503].includes(reply.status) ? secondsToWait(reply) : undefined;
    if (wait === undefined || attempts === 4) return reply;
    await sleep(wait * 1000);
  }
}

/** Keeps its tokens until the API rejects them. */
class Client {
  tokens = null;

  async login(changes) {
    const form = new URLSearchParams({ grant_type: 'password' });
    for (const name of ['client_id', 'client_secret', 'username', 'password', 'audience', 'scope']) {
      form.set(name, env['XSALE_' + name.toUpperCase()]);
    }
    for (const [name, value] of Object.entries(changes)) form.set(name, value);
    const url = new URL(env.XSALE_TOKEN_URL);
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const reply = await sendPatiently(url.origin, 'POST ' + url.pathname, headers, { body: form.toString() });
    if (reply.status === 200 && reply.outcome === 'response') this.tokens = reply.data;
    return reply;
  }

  async call(request, headers, options) {
    for (let attempts = 0, loggedIn = false; ; ) {
      if (!this.tokens) {
        const login = await this.login({});
        if (!this.tokens) return { ...login, attempts };
      }
      const tokens = {
        Authorization: 'Bearer ' + this.tokens.access_token,
        'x-id-token': this.tokens.id_token,
      };
      const reply = await sendPatiently(env.XSALE_BASE_URL, request, { ...tokens, ...headers }, options);
      attempts = reply.attempts += attempts;
      const broken = ['no response', 'incomplete response'].includes(reply.outcome);
      if (reply.status === 401 && !loggedIn) {
        [this.tokens, loggedIn] = [null, true];
      } else if (!(broken && request.startsWith('GET') && attempts < 3)) {
        return reply; // only a GET is harmless if the server has processed it already
      }
    }
  }
}

/** Returns the value at a JSON pointer, or null. */
function read(data, pointer) {
  for (const key of pointer.split('/').slice(1)) data = data?.[key];
  return data ?? null;
}

async function runStep(client, step) {
  const headers = step.body === undefined ? {} : { 'Content-Type': 'application/json' };
  Object.assign(headers, step.headers);
  const options = { body: step.body === undefined ? undefined : JSON.stringify(step.body), timeout: step.timeout };
  const start = performance.now();
  let reply;
  if (step.login) reply = await client.login(step.login);
  else if (step.call) reply = await client.call(step.call, headers, options);
  else if (step.control) reply = await send(env.XSALE_BASE_URL + '/_sandbox', step.control, headers, options);
  else {
    const name = step.proxy ? 'proxy' : 'readOnlyProxy';
    const [base, secret] = via[name];
    reply = await send(base, step[name], { 'Xsale-Proxy-Secret': secret, ...headers }, options);
  }
  const { outcome, status, attempts } = reply;
  const seen = { outcome, status, attempts, milliseconds: Math.floor(performance.now() - start), headers: {}, body: {} };
  for (const name in step.expect.headers) seen.headers[name] = reply.headers[name.toLowerCase()] ?? null;
  for (const pointer in step.expect.body) seen.body[pointer] = read(reply.data, pointer);
  if (step.expect.text) seen.text = reply.text;
  const kept = Object.entries(step.keep ?? {}).map(([name, pointer]) => [name, read(reply.data, pointer)]);
  return { seen, kept };
}

for (const scenario of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  const client = new Client();
  const values = new Map([['organization', env.XSALE_ORGANIZATION]]);
  const show = ({ seen, kept }) => {
    for (const [name, value] of kept) values.set(name, value);
    console.log(JSON.stringify({ scenario: scenario.name, ...seen }));
  };
  for (const template of scenario.steps) {
    const text = JSON.stringify(template).replace(/\$\{(\w+)\}/g, (whole, name) => values.get(name) ?? whole);
    const step = JSON.parse(text);
    if (step.together) (await Promise.all(step.together.map((each) => runStep(client, each)))).forEach(show);
    else for (let i = 0; i < (step.times ?? 1); i++) show(await runStep(client, step));
  }
}
