#include "tests/e2e/support/program.h"

#include <cstdlib>
#include <thread>

namespace postern::e2e {

std::filesystem::path program() {
  const char* other = std::getenv("POSTERN_PROGRAM");
  return other != nullptr ? other : POSTERN_PROGRAM;
}

void shortPause(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

Ended runToEnd(const Start& start, std::chrono::milliseconds limit) {
  const auto begin = std::chrono::steady_clock::now();
  Program child(start);
  Ended ended;
  if (child.waitFor(limit)) {
    ended.code = child.code();
  } else {
    child.kill();
  }
  ended.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  ended.out = child.out();
  ended.err = child.err();
  return ended;
}

}  // namespace postern::e2e
