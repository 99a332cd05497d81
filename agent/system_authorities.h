#pragma once
// The certificate authorities the machine trusts. system_authorities_posix.cc and _windows.cc.

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace postern {

/// Lets `context` trust what the operating system trusts: OpenSSL's default places on Linux, the machine's and the
/// user's ROOT store on Windows, where the store CA completes chains.
void trustSystemAuthorities(ssl_ctx_st* context);

}  // namespace postern
