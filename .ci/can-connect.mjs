import pg from 'pg';

const client = new pg.Client({ connectionString: process.argv[2], connectionTimeoutMillis: 3_000 });
try {
  await client.connect();
  await client.end();
} catch (error) {
  console.log(`The PostgreSQL on port 5432 is left alone: ${error.message}`);
  process.exitCode = 1;
}
