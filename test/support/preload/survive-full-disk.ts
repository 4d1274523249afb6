// Loaded before the program: at a limit on the size of files, a write fails instead of the process.
process.on('SIGXFSZ', () => {});
