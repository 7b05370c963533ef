// All proxies of one server, by name.

import { proxyAlreadyExists, proxyNotFound } from './api-error.ts';
import { FaultProxy, sameAddress } from './fault-proxy.ts';
import type { ProxyInput } from './proxy-input.ts';
import type { Scheduler } from './schedule.ts';
import { SettledBytes } from './settled-bytes.ts';

export class ProxyCollection {
  readonly settledBytes = new SettledBytes();
  private readonly proxies = new Map<string, FaultProxy>();
  private readonly scheduler: Scheduler;
  private seed: number;

  constructor(scheduler: Scheduler, seed: number) {
    this.scheduler = scheduler;
    this.seed = seed;
  }

  /** Those there are and those to come decide as new ones with this seed. */
  reseed(seed: number): void {
    this.seed = seed;
    for (const proxy of this.proxies.values()) proxy.reseed(seed);
  }

  list(): FaultProxy[] {
    return [...this.proxies.values()];
  }

  /** Throws ApiError 404. */
  get(name: string): FaultProxy {
    const proxy = this.proxies.get(name);
    if (proxy === undefined) throw proxyNotFound();
    return proxy;
  }

  /** Throws ApiError 409, and 500 when it cannot listen; then there is no such proxy. */
  async add(input: ProxyInput): Promise<FaultProxy> {
    if (this.proxies.has(input.name)) throw proxyAlreadyExists();
    const proxy = new FaultProxy(input, this.scheduler, this.seed, (gone) => this.settledBytes.settle(gone));
    this.proxies.set(input.name, proxy);
    try {
      if (input.enabled) await proxy.enable();
    } catch (error) {
      this.proxies.delete(input.name);
      throw error;
    }
    return proxy;
  }

  /** Throws ApiError 404. Resolves once its port is free. */
  async remove(name: string): Promise<void> {
    const proxy = this.get(name);
    this.proxies.delete(name);
    await proxy.dispose();
  }

  /** Leaves one with the same addresses untouched, whatever else differs; replaces one that differs. */
  async put(input: ProxyInput): Promise<FaultProxy> {
    const existing = this.proxies.get(input.name);
    if (existing === undefined) return this.add(input);
    if (existing.upstream === input.upstream && (await sameAddress(existing.listen, input.listen)))
      return existing;
    await this.remove(input.name);
    return this.add(input);
  }

  /** Removes all toxics and enables all proxies. Tries all of them before it throws the first failure. */
  async reset(): Promise<void> {
    const failures: unknown[] = [];
    for (const proxy of this.list()) {
      proxy.toxics.clear();
      await proxy.enable().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.proxies.keys()].map((name) => this.remove(name)));
  }
}
