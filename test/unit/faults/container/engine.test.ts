import { describe, expect, it } from 'vitest';
import { dockerError } from '../../../../src/faults/clients/docker-errors.ts';
import { eventOf } from '../../../../src/faults/clients/docker-events.ts';
import { dockerEngine } from '../../../../src/faults/container/engine.ts';

const hosts: Record<string, string[]> = {
  'http://localhost:2375': ['127.0.0.1'],
  'http://docker.example:2375': ['203.0.113.9'],
  'http://docker.example:2376': ['203.0.113.9'],
  'http://docker.example': ['203.0.113.9'],
  'http://mixed.example:2375': ['127.0.0.1', '203.0.113.9'],
};
const resolve = (url: string): Promise<string[]> => Promise.resolve(hosts[url] ?? []);

const engine = (stated: string | null, environment: NodeJS.ProcessEnv = {}, allow: string[] = []) =>
  dockerEngine({ stated, environment, allow }, resolve);
const code = (wanted: ReturnType<typeof engine>): Promise<unknown> =>
  wanted.then(
    ({ host }) => `allowed: ${host}`,
    (error: unknown) => (error as { code: unknown }).code,
  );

describe('the Docker engine', () => {
  it('is what the target states, else DOCKER_HOST, else that of this machine', async () => {
    const environment = { DOCKER_HOST: 'unix:///from/environment.sock' };
    expect((await engine('unix:///from/target.sock', environment)).host).toBe('unix:///from/target.sock');
    expect((await engine(null, environment)).host).toBe('unix:///from/environment.sock');
    expect(await engine(null, { DOCKER_HOST: '' })).toEqual({
      ...{ host: 'unix:///var/run/docker.sock', certFolder: null },
    });
  });

  it('is connected to at the address that was checked, whatever its name stands for later', async () => {
    expect((await engine('tcp://localhost:2375')).host).toBe('tcp://127.0.0.1:2375');
    expect((await engine('tcp://docker.example', {}, ['docker.example'])).host).toBe(
      'tcp://203.0.113.9:2375',
    );
  });

  it('keeps its name where a certificate proves it', async () => {
    const environment = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' };
    expect(await engine('tcp://docker.example:2376', environment, ['docker.example'])).toEqual({
      ...{ host: 'tcp://docker.example:2376', certFolder: '/certs' },
    });
  });

  it('is refused elsewhere unless the target allows the host', async () => {
    expect(await code(engine(null, { DOCKER_HOST: 'tcp://docker.example:2375' }))).toBe('HOST_NOT_ALLOWED');
    expect(await code(engine('tcp://docker.example:2375', {}, ['other.example']))).toBe('HOST_NOT_ALLOWED');
    // A name is as trustworthy as the worst of its addresses.
    expect(await code(engine('tcp://mixed.example:2375'))).toBe('HOST_NOT_ALLOWED');
  });

  it.each(['ssh://me@docker.example', 'fd://', 'localhost', 'unix://', 'tcp://'])(
    'is refused when it is written like %s',
    async (host) => {
      expect(await code(engine(null, { DOCKER_HOST: host }))).toBe('DOCKER_HOST');
    },
  );
});

describe('what a Docker engine says', () => {
  const say = (error: unknown, timeoutMs: number | null = null) =>
    dockerError('unix:///x.sock', 'pause', error, timeoutMs);
  const errno = (name: string): Error => Object.assign(new Error(`connect ${name}`), { code: name });
  const status = (statusCode: number, message: string): Error =>
    Object.assign(new Error('HTTP'), { statusCode, json: { message } });

  it.each([
    [say(errno('ENOENT')), 'DOCKER_UNREACHABLE', 'unix:///x.sock cannot be reached: ENOENT'],
    [say(errno('ECONNREFUSED')), 'DOCKER_UNREACHABLE', 'ECONNREFUSED'],
    [say(errno('EACCES')), 'DOCKER_PERMISSION', 'may not be used by this account (EACCES)'],
    [say(errno('EPERM')), 'DOCKER_PERMISSION', 'EPERM'],
    [say(new Error('aborted'), 10_000), 'DOCKER_TIMEOUT', 'did not answer within 10 s'],
    [say(status(404, 'No such container: x')), 'DOCKER_NOT_FOUND', 'No such container: x'],
    [say(status(409, 'is already paused')), 'DOCKER_REFUSED', 'is already paused'],
    [say(status(403, 'authorization denied by plugin')), 'DOCKER_REFUSED', 'authorization denied'],
  ])('is told in words: %s', (error, expected, message) => {
    expect(error).toMatchObject({ code: expected, exitCode: 2 });
    expect(error.message).toContain(message);
    expect(error.hint).not.toBe('');
  });

  it('as an event is understood, or left out', () => {
    const id = 'a'.repeat(64);
    const actor = { ID: id, Attributes: { name: 'web' } };
    expect(
      eventOf(JSON.stringify({ Action: 'die', Actor: actor, time: 5, timeNano: 5_000_001_000 })),
    ).toEqual({
      ...{ action: 'die', containerId: id, atUnixMicros: 5_000_001, attributes: { name: 'web' } },
    });
    expect(eventOf(JSON.stringify({ Action: 'die', Actor: { ID: id }, time: 5 }))?.atUnixMicros).toBe(
      5_000_000,
    );
    for (const line of ['', '{', 'null', '[]', '{"Action":1}', '{"Action":"die","Actor":{}}'])
      expect(eventOf(line)).toBeUndefined();
  });
});
