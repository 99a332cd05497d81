#include <openssl/ssl.h>

#include "agent/system_authorities.h"

namespace postern {

void trustSystemAuthorities(ssl_ctx_st* context) { SSL_CTX_set_default_verify_paths(context); }

}  // namespace postern
