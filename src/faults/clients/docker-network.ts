// What Mettle needs to know of a network before it takes a container out: whether it can be put back as it was.

import { z } from 'zod';

const inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  Driver: z.string(),
  Internal: z.boolean().nullish(),
  IPAM: z.object({
    Config: z.array(z.object({ Subnet: z.string().nullish(), Gateway: z.string().nullish() })).nullish(),
  }),
  Containers: z.record(z.string(), z.object({ IPv4Address: z.string().nullish() })).nullish(),
});

export interface NetworkState {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  /** Nothing outside the engine is reached through it, and no port is published. */
  readonly internal: boolean;
  /** Of IPv4 and IPv6: `172.18.0.0/16`; the gateway is null where nobody asked for one. */
  readonly subnets: readonly { readonly subnet: string; readonly gateway: string | null }[];
  /** IPv4 addresses of the containers on it. */
  readonly addresses: readonly string[];
}

/** Undefined when the answer is not what Docker gives. */
export function networkState(answer: unknown): NetworkState | undefined {
  const { data } = inspected.safeParse(answer);
  if (data === undefined) return undefined;
  return {
    id: data.Id,
    name: data.Name,
    driver: data.Driver,
    internal: data.Internal ?? false,
    subnets: (data.IPAM.Config ?? []).flatMap(({ Subnet: subnet, Gateway: gateway }) =>
      subnet == null ? [] : [{ subnet, gateway: gateway == null || gateway === '' ? null : gateway }],
    ),
    addresses: Object.values(data.Containers ?? {}).flatMap(({ IPv4Address: address }) =>
      address == null || address === '' ? [] : [address.replace(/\/.*$/, '')],
    ),
  };
}

const toNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

function contains(subnet: string, address: string): boolean {
  const match = /^(\d+(?:\.\d+){3})\/(\d+)$/.exec(subnet);
  if (match?.[1] === undefined) return false;
  const size = 2 ** (32 - Number(match[2]));
  return Math.floor(toNumber(match[1]) / size) === Math.floor(toNumber(address) / size);
}

/**
 * An address that nobody asks for is the lowest that is free: is there one below this one, on a network whose subnet Docker
 * may have chosen itself? One that states no gateway has a subnet of its maker's, where any address can be asked for.
 */
export function hasLowerAddressFree({ subnets, addresses }: NetworkState, address: string): boolean {
  const subnet = subnets.find((candidate) => contains(candidate.subnet, address));
  if (subnet === undefined || subnet.gateway === null) return false;
  const base = toNumber(subnet.subnet.replace(/\/.*$/, ''));
  const own = toNumber(address);
  const lower = [...addresses, subnet.gateway].map(toNumber).filter((value) => value > base && value < own);
  return new Set(lower).size < own - base - 1;
}
