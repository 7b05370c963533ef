// How a scenario names containers: `container:shop_db_1`, `service:db`, `label:role=worker`.

export interface ContainerSelector {
  readonly by: 'container' | 'service' | 'label';
  /** A name or id, a Compose service, `key` or `key=value`. */
  readonly value: string;
}

/** null: it names no container, but a link or a process. */
export function containerSelector(on: string): ContainerSelector | null {
  const match = /^(container|service|label):(.+)$/.exec(on);
  const [, by, value] = match ?? [];
  return by === undefined || value === undefined
    ? null
    : { by: by as ContainerSelector['by'], value: value.trim() };
}
