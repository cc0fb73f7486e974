#!/usr/bin/env node
// A client of the tspm daemon in JavaScript, with Node's own modules only. See docs/PROTOCOL.md.
//
//   tspm_client.mjs list                     processes and their states
//   tspm_client.mjs start NAME COMMAND...    defines and starts one
//   tspm_client.mjs logs NAME [COUNT]        follows its log; ends after COUNT lines, if given
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const home = process.env.TSPM_HOME || path.join(os.homedir(), '.tspm');

/** What the daemon answered instead of a result: `code` for programs, `message` for people. */
class TspmError extends Error {
  constructor({ code, message, data }) {
    super(message);
    Object.assign(this, { code, data: data ?? {} });
  }
}

/** One connection. A request at a time; open another one to ask while a stream runs. */
class Tspm {
  #id = 0;

  static connect(socketPath = path.join(home, 'tspm.sock')) {
    return new Promise((resolve, reject) => {
      const socket = net.connect(socketPath, () => resolve(new Tspm(socket)));
      socket.once('error', reject);
      // A daemon that says nothing for ten seconds, not even a heartbeat, is lost.
      socket.setTimeout(10_000, () => socket.destroy(new Error('the daemon says nothing')));
    });
  }

  constructor(socket) {
    this.socket = socket;
    this.failure = null;
    socket.on('error', (failure) => { this.failure = failure; });
    this.lines = readline.createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]();
  }

  close() { this.socket.destroy(); }

  /** The result of a request. With the same `idempotencyKey` it is not carried out twice. */
  async call(method, params = {}, idempotencyKey = undefined) {
    for await (const [kind, value] of this.stream(method, params, idempotencyKey)) if (kind === 'result') return value;
  }

  /** Yields [method, params] of each notification, then ['result', result]. */
  async *stream(method, params = {}, idempotencyKey = undefined) {
    this.socket.write(JSON.stringify({ jsonrpc: '2.0', id: ++this.#id, method, params, idempotencyKey }) + '\n');
    for (;;) {
      const { value: line, done } = await this.lines.next();
      if (done) throw this.failure ?? new Error('the daemon closed the connection');
      const message = JSON.parse(line);
      if (message.method) yield [message.method, message.params];
      else if (message.error) throw new TspmError(message.error);
      else return yield ['result', message.result];
    }
  }
}

/** Starts once, also when the answer is lost on the way. */
async function start(name, [command, ...args]) {
  const key = randomUUID();
  const request = { define: [{ name, command, args }], client: { environment: { ...process.env }, workingDirectory: process.cwd() } };
  let daemon = await Tspm.connect();
  const { pid } = await daemon.call('hello', { version: 'example', protocolVersion: 2 });
  for (;;) {
    try {
      return await daemon.call('start', request, key);
    } catch (lost) {
      if (lost instanceof TspmError) throw lost;
      daemon = await Tspm.connect();
      if ((await daemon.call('hello', { version: 'example', protocolVersion: 2 })).pid !== pid) request.again = true;
    }
  }
}

/** Follows a log over lost connections: nothing is missing, and nothing comes twice. */
async function follow(name, count) {
  let after;
  let pause = 100;
  for (;;) {
    try {
      const daemon = await Tspm.connect();
      for await (const [method, line] of daemon.stream('logs', { selectors: [name], follow: true, lines: 100, after })) {
        pause = 100;
        if (method === 'heartbeat') after = { ...line.seq, ...after };
        if (method !== 'log') continue;
        after = { ...after, [`${line.id}.${line.instance}.${line.stream}`]: line.seq };
        if (line.text === undefined) continue;
        console.log(line.text);
        if (--count === 0) return;
      }
    } catch (lost) {
      if (lost instanceof TspmError && lost.code !== -32008) throw lost; // -32008: the daemon is on its way out
      await sleep(pause / 2 + Math.random() * pause / 2);
      pause = Math.min(pause * 2, 5000);
    }
  }
}

const [verb, name, ...rest] = process.argv.slice(2);
try {
  if (verb === 'list') {
    const daemon = await Tspm.connect();
    for (const each of (await daemon.call('list')).processes) console.log([each.name, each.state, each.pid ?? '-'].join('\t'));
  } else if (verb === 'start' && rest.length > 0) {
    for (const each of (await start(name, rest)).processes) console.log([each.name, each.state].join('\t'));
  } else if (verb === 'logs' && name) {
    await follow(name, rest.length > 0 ? Number(rest[0]) : -1);
  } else {
    console.error('usage: tspm_client.mjs list | start NAME COMMAND... | logs NAME [COUNT]');
    process.exit(2);
  }
  process.exit(0);
} catch (failure) {
  console.error(failure instanceof TspmError ? `${failure.message} (${failure.code})` : `no daemon answers: ${failure.message}`);
  process.exit(1);
}
