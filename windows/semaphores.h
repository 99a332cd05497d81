// Included first in every source of a Windows build (CMakeLists.txt). libstdc++ 12 loses wake-ups of its semaphores
// where there is no futex: bits/atomic_wait.h looks at the value before it takes the mutex. A stop_callback that is
// destroyed while its call runs waits on one, now and then for ever. Without <semaphore>, <stop_token> has a counter of
// its own, which it polls.
#pragma once
#define _GLIBCXX_SEMAPHORE 1
#include <version>
#undef __cpp_lib_semaphore
#include <stop_token>
