// tests/fuzz/coverage.h
//
// Which code an input has reached. Known only where the code under test was
// compiled with -fsanitize-coverage=trace-pc (the fuzz preset); elsewhere
// nothing is ever new.
//
// Threads  one.
#pragma once

namespace binnacle::fuzz {

// Forgets what was reached since the last call, and says whether any of it had
// never been reached before, or never as often (in steps of two).
bool TakeNews();

}  // namespace binnacle::fuzz
