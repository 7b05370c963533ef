// The live feed: every new prediction goes to every subscriber. It carries no text, so it needs no login.
import type { Detection } from './detection-service.ts';

export interface Subscriber {
  send(message: string): void;
}

export interface Feed {
  subscribe(subscriber: Subscriber): void;
  unsubscribe(subscriber: Subscriber): void;
  publish(detection: Detection): void;
}

export function feed(onCount: (subscribers: number) => void): Feed {
  const subscribers = new Set<Subscriber>();
  return {
    subscribe(subscriber) {
      subscribers.add(subscriber);
      onCount(subscribers.size);
    },
    unsubscribe(subscriber) {
      subscribers.delete(subscriber);
      onCount(subscribers.size);
    },
    publish({ id, platform, prediction, confidence, at }) {
      if (subscribers.size === 0) return;
      const message = JSON.stringify({ type: 'prediction', id, platform, prediction, confidence, at });
      for (const subscriber of subscribers) subscriber.send(message);
    },
  };
}
