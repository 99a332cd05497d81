#pragma once
// Both sides of a link with the least work, so that the client is what is measured: api_get answers slices of prepared
// bytes, a POST is noted by its key and echoed with an id.

#include <cstdint>

namespace postern::bench {

/// Serves on 127.0.0.1 for ever; prints the port on standard output first. Besides the vendors' paths:
///   POST /_bench/reset?rows=N       forgets all that was written, zeroes the counts, N customers from now on
///   POST /_bench/zero               zeroes the counts only
///   POST /_bench/mode?erp=N&app=N&delay=MS   0 = works, 1 = answers 503; delay before each answer of the app
///   POST /_bench/keep?on=N          whether bodies of POSTs are kept from now on
///   GET  /_bench/bodies             the bodies kept, a line each: path, tab, body
///   GET  /_bench/counts             Counts as JSON
int serve();

}  // namespace postern::bench
