"""The `keepwell` command: one file a command or group of commands, thin over the library."""
