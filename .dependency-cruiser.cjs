// The import order of the house: a folder may use only what stands to its left, and no cycle may exist, types included.
const ranks = [
  ['kernel'],
  ['workload', 'measure'],
  ['record'],
  ['slo'],
  ['compare'],
  ['engines', 'proxy'],
  ['faults', 'system'],
  ['report'],
  ['scenario'],
  ['run'],
  ['cli'],
];

const forbidden = ranks.flatMap((rank, index) =>
  rank.map((folder) => {
    const later = ranks.slice(index + 1).flat();
    const peers = rank.filter((other) => other !== folder);
    const banned = [...later, ...peers];
    return {
      name: `${folder}-looks-left-only`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: banned.length > 0 ? `^src/(${banned.join('|')})/` : '^src/index' },
    };
  }),
);

module.exports = {
  forbidden: [
    ...forbidden,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'product-knows-no-target',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(targets|test|bench)/' },
    },
    {
      name: 'targets-know-no-product',
      severity: 'error',
      from: { path: '^targets/' },
      to: { path: '^src/' },
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
