// Mechanism INDEXES: what lets the dashboard's queries find their rows instead of reading whole tables.

export const indexes: readonly string[] = [
  'create index users_role_active on users (role, active)',
  'create index comments_user_created on comments (user_id, created_at)',
  'create index comments_platform_prediction_created on comments (platform, prediction, created_at)',
  'create index comments_confidence on comments (confidence)',
  'create index activity_user_occurred on activity (user_id, occurred_at)',
];
