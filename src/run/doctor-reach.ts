// Is a Docker engine there, or a Toxiproxy? One short question each, and only to this machine.

import { request } from 'node:http';
import { messageOf } from '../kernel/errors.ts';
import { isLoopback } from '../system/host-rules.ts';

/** `not asked`: its address is not this machine, and a check-up sends nothing elsewhere. */
export interface Reached {
  readonly status: 'reached' | 'unreachable' | 'not set' | 'not asked';
  /** Its version, or why not. */
  readonly detail: string;
}

const withinMs = 1_000;
const defaultSocket = '/var/run/docker.sock';
const mostBytes = 65_536;

/** By `DOCKER_HOST`, else by the usual socket. Never rejects. */
export async function reachDocker(dockerHost: string | undefined): Promise<Reached> {
  const isSet = dockerHost !== undefined && dockerHost !== '';
  const at = isSet ? dockerHost : `unix://${defaultSocket}`;
  const socketPath = /^unix:\/\/(\/.+)$/.exec(at)?.[1];
  const server = /^(?:tcp|http):\/\/([^/]+)$/.exec(at)?.[1];
  const asked =
    socketPath !== undefined
      ? ask({ socketPath, path: '/version' })
      : server !== undefined
        ? askServer(`http://${server}/version`)
        : Promise.resolve<Reached>({ status: 'not asked', detail: at });
  const reached = await asked;
  const isMissing = reached.status === 'unreachable' && !isSet;
  return isMissing ? { status: 'not set', detail: reached.detail } : named(reached, 'Version');
}

/** Never rejects. */
export async function reachToxiproxy(url: string | undefined): Promise<Reached> {
  if (url === undefined || url === '') return { status: 'not set', detail: 'TOXIPROXY_URL is not set' };
  return named(await askServer(`${url.replace(/\/$/, '')}/version`), 'version');
}

/** The version inside an answer in JSON; other answers are a version themselves. */
function named(reached: Reached, key: string): Reached {
  if (reached.status !== 'reached') return reached;
  try {
    const answer: unknown = JSON.parse(reached.detail);
    const version: unknown =
      typeof answer === 'object' && answer !== null ? Reflect.get(answer, key) : answer;
    return { status: 'reached', detail: typeof version === 'string' ? version : 'unknown version' };
  } catch {
    return { status: 'reached', detail: reached.detail.trim().slice(0, 40) };
  }
}

async function askServer(address: string): Promise<Reached> {
  if (!URL.canParse(address)) return { status: 'unreachable', detail: 'its address is not a URL' };
  const { protocol, hostname, port, pathname, host } = new URL(address);
  if (!isLoopback(hostname) || protocol !== 'http:') return { status: 'not asked', detail: host };
  return await ask({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 80 : Number(port),
    path: pathname,
  });
}

interface Where {
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
  readonly path: string;
}

const ask = (where: Where): Promise<Reached> =>
  new Promise((resolve) => {
    const fail = (why: string): void => resolve({ status: 'unreachable', detail: why });
    const outgoing = request({ ...where, method: 'GET', agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text += part;
        if (text.length > mostBytes) outgoing.destroy(new Error('it answers far too much'));
      });
      answer.on('error', (error) => fail(messageOf(error)));
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve({ status: 'reached', detail: text });
        else fail(`status ${answer.statusCode ?? 'unknown'}`);
      });
    });
    const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${withinMs} ms`)), withinMs);
    outgoing.on('error', (error) => fail(messageOf(error)));
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.end();
  });
