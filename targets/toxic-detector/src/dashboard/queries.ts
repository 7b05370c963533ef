// What the dashboard asks of the database. Which index answers which statement is said beside it.
import type { Query } from '../database/database.ts';

type Row = Record<string, unknown>;

/** One user's page: their comments, their activity, the moderators on duty, and what needs a second look. */
export async function userStats(query: Query, userId: number, days: number) {
  // comments_user_created
  const comments = await query<Row>(
    `select prediction, count(*)::int as comments, avg(confidence)::float8 as confidence
     from comments where user_id = $1 and created_at >= now() - $2::int * interval '1 day' group by prediction`,
    [userId, days],
  );
  // activity_user_occurred
  const activity = await query<Row>(
    `select kind, occurred_at as "at" from activity where user_id = $1 order by occurred_at desc limit 10`,
    [userId],
  );
  // comments_confidence
  const uncertain = await query<Row>(
    `select id, platform, prediction, confidence from comments where confidence < 0.6 order by confidence limit 10`,
  );
  // users_role_active
  const team = await query<Row>(
    `select count(*)::int as moderators from users where role = 'moderator' and active`,
  );
  return { user: userId, days, comments, activity, uncertain, moderators: team[0]?.['moderators'] ?? 0 };
}

/** Totals over every comment there is: it reads the bodies, so no index can answer it; only the cache helps. */
export async function overview(query: Query) {
  const platforms = await query<Row>(
    `select platform, prediction, count(*)::int as comments, avg(confidence)::float8 as confidence,
       stddev(confidence)::float8 as spread, sum(octet_length(body))::int as bytes, max(created_at) as latest
     from comments group by platform, prediction order by platform, prediction`,
  );
  return { platforms };
}

/** The latest comments of one platform and prediction: comments_platform_prediction_created. */
export const latestComments = (query: Query, platform: string, prediction: string, limit: number) =>
  query<Row>(
    `select id, user_id as "userId", platform, body, prediction, confidence, created_at as "createdAt"
     from comments where platform = $1 and prediction = $2 order by created_at desc limit $3`,
    [platform, prediction, limit],
  );
