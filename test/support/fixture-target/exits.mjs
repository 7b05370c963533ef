// A target that cannot start.
console.log('reading the configuration');
console.error('no configuration found');
process.exit(3);
