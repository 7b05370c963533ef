// Pings on an interval: each answered by its own pong or missed, never both.

import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type WebSocket from 'ws';
import { pingRegularly, Pings } from '../../../src/engines/ws-pings.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class FakeSocket extends EventEmitter {
  readonly sent: string[] = [];
  ping(data: string): void {
    this.sent.push(data);
  }
}

const nowMicros = (): number => Date.now() * 1000;

function world(timeoutMicros: number) {
  const socket = new FakeSocket();
  const pings = new Pings(socket as unknown as WebSocket, nowMicros);
  const took: number[] = [];
  let missed = 0;
  const stop = pingRegularly(
    pings,
    { everyMicros: 100_000, timeoutMicros },
    { nowMicros, onPong: (_, tookMicros) => took.push(tookMicros), onMissed: () => (missed += 1) },
  );
  const pong = (index: number): void => void socket.emit('pong', Buffer.from(socket.sent[index] ?? 'none'));
  return { socket, took, missed: () => missed, stop, pong };
}

describe('regular pings', () => {
  it('are sent on the interval, the first after one of it', () => {
    const { socket, stop } = world(50_000);
    vi.advanceTimersByTime(99);
    expect(socket.sent).toEqual([]);
    vi.advanceTimersByTime(201);
    expect(socket.sent).toHaveLength(3);
    expect(new Set(socket.sent).size).toBe(3);
    stop();
    vi.advanceTimersByTime(1_000);
    expect(socket.sent).toHaveLength(3);
  });

  it('take as long as to their own pong', () => {
    const { took, missed, pong, socket } = world(100_000);
    vi.advanceTimersByTime(130);
    socket.emit('pong', Buffer.from('something else'));
    expect(took).toEqual([]);
    pong(0);
    vi.advanceTimersByTime(90);
    pong(0);
    pong(1);
    expect(took).toEqual([30_000, 20_000]);
    expect(missed()).toBe(0);
  });

  it('that are answered too late are missed and not observed', () => {
    const { took, missed, pong } = world(50_000);
    vi.advanceTimersByTime(160);
    expect(missed()).toBe(1);
    pong(0);
    expect(took).toEqual([]);
    expect(missed()).toBe(1);
  });

  it('that are outstanding at the end are neither', () => {
    const { took, missed, pong, stop } = world(50_000);
    vi.advanceTimersByTime(110);
    stop();
    pong(0);
    vi.advanceTimersByTime(500);
    expect([took, missed()]).toEqual([[], 0]);
  });

  it('with a timeout as long as the interval miss none that come just before the next', () => {
    const { took, missed, pong } = world(100_000);
    vi.advanceTimersByTime(199);
    pong(0);
    vi.advanceTimersByTime(1);
    expect(took).toEqual([99_000]);
    expect(missed()).toBe(0);
    vi.advanceTimersByTime(100);
    expect(missed()).toBe(1);
  });
});
