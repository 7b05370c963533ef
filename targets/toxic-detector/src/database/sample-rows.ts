// The data set that the service is measured on: the same rows every time, made by the server itself.
import type { Example } from '../model/corpus.ts';
import type { Query } from './database.ts';

/** Rows per table. The README states them; a test holds it to that. */
export const rowCounts = { users: 5_000, comments: 40_000, activity: 40_000 } as const;

export const platforms = ['video', 'forum', 'news', 'chat', 'social', 'shop'] as const;

/** People who can log in; the others have no password. Their addresses are operator-1@example.test and so on. */
const operators = 20;
const spreadDays = 90;

const fillUsers = `
insert into users (id, email, name, role, active, password_hash, created_at)
select n,
  case when n <= $2 then 'operator-' || n else 'user-' || n end || '@example.test',
  case when n <= $2 then 'Operator ' else 'User ' end || n,
  case when n <= $2 or n % 50 = 0 then 'moderator' when n % 997 = 0 then 'admin' else 'member' end,
  n <= $2 or n % 5 <> 0,
  case when n <= $2 then $3 end,
  now() - interval '1 day' * (${spreadDays} + n % 400)
from generate_series(1, $1::int) n`;

const fillComments = `
insert into comments (user_id, platform, body, prediction, confidence, created_at)
select drawn.user_id, ($2::text[])[drawn.platform], sample_texts.body, sample_texts.prediction,
  drawn.confidence, now() - interval '1 second' * drawn.age_seconds
from (
  select n,
    1 + floor(random() * $3)::int as user_id,
    1 + floor(random() * cardinality($2::text[]))::int as platform,
    1 + floor(random() * $4)::int as text_id,
    (0.5 + 0.5 * power(random(), 0.4))::real as confidence,
    floor(random() * ${spreadDays * 86_400})::int as age_seconds
  from generate_series(1, $1::int) n
) drawn join sample_texts on sample_texts.id = drawn.text_id
order by drawn.n`;

const fillActivity = `
insert into activity (user_id, kind, occurred_at)
select 1 + floor(random() * $2)::int,
  (array['login', 'report', 'review', 'export', 'settings'])[1 + floor(random() * 5)::int],
  now() - interval '1 second' * floor(random() * ${spreadDays * 86_400})
from generate_series(1, $1::int)`;

/** Fills empty tables. Comments are drawn from `texts`; times end now and reach back 90 days. */
export async function fillTables(
  query: Query,
  texts: readonly Example[],
  passwordHash: string,
): Promise<void> {
  await query('select setseed(0.42)');
  await query(fillUsers, [rowCounts.users, operators, passwordHash]);
  await query('create temporary table sample_texts (id int, body text, prediction text)');
  await query(
    `insert into sample_texts select id, body, case when toxic then 'toxic' else 'clean' end
     from unnest($1::text[], $2::boolean[]) with ordinality as given (body, toxic, id)`,
    [texts.map((example) => example.text), texts.map((example) => example.toxic)],
  );
  await query(fillComments, [rowCounts.comments, platforms, rowCounts.users, texts.length]);
  await query(fillActivity, [rowCounts.activity, rowCounts.users]);
  await query(`select setval(pg_get_serial_sequence('users', 'id'), $1)`, [rowCounts.users]);
  await query('drop table sample_texts');
}
