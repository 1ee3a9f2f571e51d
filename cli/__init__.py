"""How the command line speaks: Japanese help, plain output, one clear paragraph for every failure."""
