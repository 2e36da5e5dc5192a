"""Pure statistics: numbers in, numbers out; nothing here knows a trial, a file or a clock."""
