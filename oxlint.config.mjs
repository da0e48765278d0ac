/**
 * Architecture as lint: which folder may import which, each ban with what to use instead.
 * A folder's list replaces the general one as a whole, so the lists are put together here from parts.
 */

const DOMAIN = ['catalogue', 'orders', 'esims', 'notify', 'admin', 'analytics', 'jobs', 'users', 'chat'];

const ban = (group, message) => ({ group, message });
const banValues = (group, message) => ({ group, message, allowTypeImports: true });

/** Imports of these folders, however many levels up. */
const folders = (...names) => names.map((name) => `../**/${name}/**`);
const except = (...names) => names.map((name) => `!../**/${name}`);

const PACKAGES = [
  {
    name: 'undici',
    importNames: ['fetch', 'request', 'stream', 'pipeline', 'Pool', 'Client'],
    message: 'Use the global fetch with an undici dispatcher: tests cannot see what goes past it.',
  },
  { name: '@vercel/postgres', message: 'Use the SQL port: only lib/db/vercel-postgres.ts knows this package.' },
  { name: '@vercel/kv', message: 'Use the KV port: only lib/kv/vercel-kv.ts knows this package.' },
  { name: '@telegram-apps/sdk', message: 'Use src/telegram.ts, which prepares the page before the SDK loads.' },
];
const packagesBut = (...names) => PACKAGES.filter(({ name }) => !names.includes(name));
const imports = (patterns, paths = PACKAGES) => ({ 'no-restricted-imports': ['error', { paths, patterns }] });

const NO_TESTS = ban(folders('tests'), 'Nothing that runs may depend on tests: move what is shared out of tests/.');
const NO_SANDBOX = ban(
  folders('sandbox'),
  'Only sandbox, scripts and tests import the sandbox: the shop reaches the simulators through its ordinary settings.',
);
const NO_SCRIPTS = ban(folders('scripts'), 'Scripts call lib/, not the other way round: move what is shared to lib/.');
const NO_FRONT_END = ban(folders('src'), 'Share with the Mini App through lib/contract, lib/money or lib/i18n.');
const NO_FUNCTIONS = ban(folders('api'), 'A function is an entry point: import the verb that it calls.');
const SHOP = [NO_TESTS, NO_SANDBOX, NO_SCRIPTS, NO_FRONT_END, NO_FUNCTIONS];

const NO_APP = ban(
  ['../**/app.ts', ...folders('http')],
  'Only functions know requests and the assembled app: take what is needed as an argument.',
);
const NO_DOMAIN = ban(
  folders(...DOMAIN),
  'This layer knows nothing of the domain: let the verb take it as a port, and join the two in lib/app.ts.',
);
const ADAPTER = [...SHOP, NO_APP, NO_DOMAIN];

export default {
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise'],
  categories: { correctness: 'error' },
  env: { builtin: true, es2024: true, node: true },
  ignorePatterns: ['dist', 'build', 'coverage', '.data', '.vercel', 'public'],
  rules: {
    ...imports(SHOP),
    eqeqeq: ['error', 'smart'],
    'no-console': 'error',
    'prefer-const': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'node/no-process-env': 'error',
    'oxc/no-barrel-file': ['error', { threshold: 0 }],
    'typescript/consistent-type-imports': [
      'error',
      { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
    ],
    'typescript/no-base-to-string': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': ['error', { checksVoidReturn: false }],
    'typescript/no-non-null-assertion': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    // The named import of zod drags every locale along.
    'unicorn/import-style': ['error', { extendDefaultStyles: false, styles: { zod: { namespace: true } } }],
    // Our ports are plain objects without `this`; eSIM Go's callbacks are no callbacks of promises; copies of lists and
    // code points of strings are meant.
    'promise/no-callback-in-promise': 'off',
    'typescript/no-misused-spread': 'off',
    'typescript/require-array-sort-compare': 'off',
    'typescript/unbound-method': 'off',
    'unicorn/no-useless-spread': 'off',
  },
  overrides: [
    { files: ['*.config.{ts,mjs}'], rules: { 'import/no-default-export': 'off' } },
    { files: ['lib/log/**', 'sandbox/**', '.ci/**'], rules: { 'no-console': 'off' } },
    {
      files: ['api/**'],
      rules: imports([
        ...SHOP,
        banValues(folders('config'), 'Take the settings from the assembled app (lib/app.ts), which reads them once.'),
        banValues(
          [...folders('db', 'kv', 'esim-go', 'telegram'), ...except('telegram/webhook-update.ts')],
          'A function calls a verb of the domain; the adapters come with the assembled app (lib/app.ts).',
        ),
      ]),
    },
    {
      files: [`lib/{${DOMAIN.join(',')}}/**`],
      rules: imports(
        [
          ...SHOP,
          NO_APP,
          banValues(folders('config'), 'Take the value as an argument: only lib/app.ts reads settings.'),
          banValues(
            [...folders('db'), ...except('db/sql.ts', 'db/sealed-text.ts')],
            'Take the SQL port (lib/db/sql.ts) as an argument.',
          ),
          banValues([...folders('kv'), ...except('kv/kv.ts')], 'Take the KV port (lib/kv/kv.ts) as an argument.'),
          banValues(
            [
              ...folders('esim-go'),
              ...except(
                'esim-go/errors.ts',
                'esim-go/lpa.ts',
                'esim-go/bundle-name.ts',
                'esim-go/signature.ts',
                'esim-go/wire/callback.ts',
              ),
            ],
            'Take the eSIM Go client as an argument; only its types, errors and pure parsers may be imported.',
          ),
          banValues(
            [...folders('telegram'), ...except('telegram/*error*.ts', 'telegram/*failure*.ts')],
            'Take the Telegram client as an argument; only its types and errors may be imported.',
          ),
          banValues(
            [...folders('mail'), ...except('mail/errors.ts')],
            'Take the mailer as an argument; only its types and errors may be imported.',
          ),
          banValues(
            ['pg', 'grammy', 'nodemailer', 'undici', '@vercel/*', 'node:http', 'node:https', 'node:net'],
            'The domain does no I/O of its own: put it into an adapter and take that as an argument.',
          ),
        ],
        packagesBut('@vercel/postgres', '@vercel/kv', 'undici'),
      ),
    },
    { files: ['lib/{esim-go,telegram,db,kv,mail}/**'], rules: imports(ADAPTER) },
    { files: ['lib/db/vercel-postgres.ts'], rules: imports(ADAPTER, packagesBut('@vercel/postgres')) },
    { files: ['lib/kv/vercel-kv.ts'], rules: imports(ADAPTER, packagesBut('@vercel/kv')) },
    { files: ['lib/{http,log}/**'], rules: imports([...SHOP, NO_DOMAIN]) },
    { files: ['lib/config/**'], rules: { ...imports(ADAPTER), 'node/no-process-env': 'off' } },
    {
      files: ['lib/{money,i18n,contract}/**'],
      rules: imports([
        ...SHOP,
        NO_APP,
        NO_DOMAIN,
        banValues(
          folders('config', 'db', 'kv', 'esim-go', 'telegram', 'mail', 'log'),
          'This folder is pure, and the Mini App shares it: take the value as an argument.',
        ),
        ban(
          ['node:*'],
          'The Mini App shares this folder, and a browser has no modules of Node: take the value as an argument.',
        ),
      ]),
    },
    {
      files: ['src/**'],
      rules: {
        ...imports([
          NO_TESTS,
          NO_SANDBOX,
          NO_SCRIPTS,
          NO_FUNCTIONS,
          // A group's exception would also lift this ban, so it is a pattern of its own.
          {
            regex: String.raw`^(\.\./)+lib/contract/`,
            message: 'Write `import type`: the schemas would bring zod into the first screen.',
            allowTypeImports: true,
          },
          ban(
            [...folders('lib'), ...except('lib/contract/**', 'lib/money/**', 'lib/i18n/**')],
            'Ask the server through ESIMGoClient: only lib/contract (types), lib/money and lib/i18n are shared.',
          ),
          ban(['zod', 'zod/*', 'node:*'], 'It does not belong in a browser: check on the server and import the type.'),
        ]),
        'no-restricted-globals': [
          'error',
          { name: 'fetch', message: 'Use ESIMGoClient (src/esimgo-client.ts): nothing else in src/ asks the server.' },
        ],
      },
    },
    { files: ['src/esimgo-client.ts'], rules: { 'no-restricted-globals': 'off' } },
    {
      files: ['src/telegram.ts'],
      rules: imports(
        [
          NO_TESTS,
          NO_SANDBOX,
          NO_SCRIPTS,
          NO_FUNCTIONS,
          banValues(folders('lib'), 'The bridge to Telegram knows nothing of the shop.'),
        ],
        packagesBut('@telegram-apps/sdk'),
      ),
    },
    {
      files: ['sandbox/**'],
      rules: imports([
        NO_TESTS,
        NO_SCRIPTS,
        ban(
          ['..', '../..', '../../..'].flatMap((up) => [`${up}/lib/**`, `${up}/src/**`, `${up}/api/**`]),
          'The sandbox is written from the vendors’ facts alone, so that one misreading cannot cancel out: write it again here.',
        ),
      ]),
    },
    {
      files: ['scripts/**'],
      rules: { ...imports([NO_TESTS, NO_FRONT_END, NO_FUNCTIONS]), 'no-console': 'off', 'node/no-process-env': 'off' },
    },
    {
      files: ['tests/**'],
      rules: { ...imports([], packagesBut('@vercel/postgres', '@vercel/kv')), 'node/no-process-env': 'off' },
    },
  ],
};
