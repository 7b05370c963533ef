// limit_data: lets exactly `bytes` of a connection through, then closes it. What has passed is counted from when the toxic
// came to the connection, and the count survives updates.

import { amount, defineToxic } from './toxic.ts';

export const limitData = defineToxic<'bytes'>({
  type: 'limit_data',
  attributes: { bytes: amount },
  holdBytes: 0,
  mount: (context) => {
    let passedBytes = 0;
    return {
      receive: (chunk) => {
        const { bytes: limitBytes } = context.attributes();
        const data = chunk.data.subarray(0, Math.max(0, limitBytes - passedBytes));
        passedBytes += data.length;
        if (data.length > 0) context.pass({ ...chunk, data });
        if (passedBytes >= limitBytes) context.close();
      },
    };
  },
});
