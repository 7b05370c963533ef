// A fault by hand on a proxy that somebody else has made on a Toxiproxy server, real or Mettle's own.

import { findLink } from '../faults/clients/found-link.ts';
import { pinnedToxiproxy } from '../faults/clients/pinned-toxiproxy.ts';
import type { FaultLink } from '../faults/fault.ts';
import { guardToxiproxy, resolveHost } from '../faults/guard.ts';
import { guardUpstream } from '../faults/guard-upstream.ts';
import { inject } from '../faults/inject.ts';
import { makerToken } from '../faults/made-names.ts';
import { faultOf, isNetworkFault, type NetworkFaultSpec } from '../faults/registry.ts';
import { leftoverLines } from '../faults/server-leftovers.ts';
import { stateOwner } from '../faults/state-owner.ts';
import { MettleError } from '../kernel/errors.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';
import type { Place, PreparedPlace } from './apply-fault.ts';

export interface ProxyRequest {
  readonly fault: ScheduledFault;
  /** The name of the proxy on the server. */
  readonly proxy: string;
  readonly toxiproxyUrl: string;
  /** Hosts besides loopback: the target file's `allow`, and `--allow`. */
  readonly allow: readonly string[];
  /** `--allow-production` */
  readonly allowProduction: boolean;
}

export const onProxy = (request: ProxyRequest): Place => ({
  lock: `proxy ${request.proxy} at ${sameServer(request.toxiproxyUrl)}`,
  prepare: (command) => prepareProxy(request, command),
});

async function prepareProxy(request: ProxyRequest, command: string): Promise<PreparedPlace> {
  const { fault, proxy, toxiproxyUrl, allow, allowProduction } = request;
  const { id, forMicros, traffic } = fault;
  const spec = networkSpec(fault);
  const addresses = await resolveHost(toxiproxyUrl);
  const apiUrl = await pinnedToxiproxy(guardToxiproxy(toxiproxyUrl, addresses, allow), addresses);
  const token = makerToken(command, await stateOwner());
  const link = await findLink({ apiUrl, name: proxy, makerToken: token });
  guardUpstream(proxy, link.upstream, allow, allowProduction);
  const { listen, upstream } = link;
  return {
    where: `${link.name} at ${link.apiUrl}`,
    details: [`${listen.host}:${listen.port} to ${upstream.host}:${upstream.port}`],
    undo: undoOf(faultOf(spec).plan(spec, id, link), link),
    leftovers: () => leftoverLines(link.apiUrl),
    inject: (journal) => inject({ id, spec, link, traffic, forMicros, tracker: journal }),
  };
}

function networkSpec({ fault: spec }: ScheduledFault): NetworkFaultSpec {
  if (isNetworkFault(spec)) return spec;
  throw new MettleError({
    code: 'FAULT_PLACE',
    message: `${spec.kind} cannot be put on a proxy: it is a fault of processes and containers`,
    hint: 'on containers: --on container:<name>; on processes only those that Mettle has started itself: in the `chaos:` of a scenario',
  });
}

function undoOf({ data }: { readonly data: { readonly [key: string]: unknown } }, link: FaultLink): string {
  const name = data['toxicName'];
  if (typeof name !== 'string') return `switch ${link.name} on again, and read that back`;
  // The real name bears the command that makes it.
  const shown = name.replace(/^mettle_[0-9a-f]+_/, 'mettle_…_');
  return `remove the toxic ${shown} from ${link.name}, and read that back`;
}

const sameServer = (url: string): string => url.replace('//localhost', '//127.0.0.1').replace(/\/+$/, '');
