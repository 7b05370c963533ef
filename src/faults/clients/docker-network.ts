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
