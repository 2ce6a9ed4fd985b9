// SPDX-License-Identifier: Apache-2.0
// What FailoverStory.java does, by ioredis with its defaults: node story.js PORT KEYS_FILE DEADLINE_SECONDS
'use strict';

const fs = require('fs');
const readline = require('readline');
const Redis = require('ioredis');

const [port, keysFile, deadlineSeconds] = process.argv.slice(2);
const keys = fs.readFileSync(keysFile, 'utf8').trim().split('\n').map((key) => 'ioredis:' + key);
const AT_ONCE = 256;
const WRITES_BEFORE_SIGNAL = 50;

const cluster = new Redis.Cluster([{ host: '127.0.0.1', port: Number(port) }]);
let errors = 0;
let lastError = '';
let finishing = false;

cluster.on('error', note);
readline.createInterface({ input: process.stdin }).once('line', () => (finishing = true));

function note(error) {
  errors++;
  lastError = String(error && error.message);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function once(operation, key) {
  try {
    const reply = operation === 'set' ? await cluster.set(key, 'of:' + key) : await cluster.get(key);
    return operation === 'set' || reply === 'of:' + key ? null : String(reply);
  } catch (error) {
    note(error);
    return lastError;
  }
}

// Returns what still fails at the deadline, as lines of text.
async function all(operation, names) {
  const deadline = Date.now() + Number(deadlineSeconds) * 1000;
  let left = names;
  let failures = [];
  while (left.length > 0 && Date.now() < deadline) {
    const failed = [];
    failures = [];
    for (let i = 0; i < left.length; i += AT_ONCE) {
      const chunk = left.slice(i, i + AT_ONCE);
      const outcomes = await Promise.all(chunk.map((key) => once(operation, key)));
      chunk.forEach((key, at) => {
        if (outcomes[at] !== null) {
          failed.push(key);
          failures.push(operation + ' ' + key + ': ' + outcomes[at]);
        }
      });
    }
    left = failed;
    if (left.length > 0) await pause(20);
  }
  return failures;
}

async function main() {
  const before = keys.map((key) => key + ':before');
  const after = keys.map((key) => key + ':after');
  const failures = [...(await all('set', before)), ...(await all('get', before))];
  const acknowledged = [];
  for (let n = 0; !finishing; n++) {
    const key = 'ioredis:' + n;
    if ((await once('set', key)) === null) {
      acknowledged.push(key);
      if (acknowledged.length === WRITES_BEFORE_SIGNAL) console.log('writing');
      await pause(1);
    } else {
      await pause(20);
    }
  }
  const errorsInWindow = errors;
  const start = Date.now();
  failures.push(...(await all('set', after)));
  const recoveredMs = Date.now() - start;
  const slots = keys.length;
  failures.push(...(await all('get', [...before, ...acknowledged, ...after])));
  const report = { slots, writes: acknowledged.length, errors: errorsInWindow, recoveredMs, failures, lastError };
  console.log(JSON.stringify(report));
  process.exit(0);
}

main();
