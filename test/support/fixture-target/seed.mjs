// Fills the place that it is given, once per variant; fails when asked to.
import pg from 'pg';

if (process.env.SEED_FAILS) {
  console.error('the seed is bad');
  process.exit(5);
}
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query('CREATE TABLE items (id serial PRIMARY KEY, text text NOT NULL)');
await client.query('INSERT INTO items (text) VALUES ($1), ($2)', ['seeded', process.env.NAME]);
await client.end();
console.log('seeded');
