#pragma once
// Windows' certificate stores as OpenSSL's. Windows only.

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace postern {

/// Handles of open stores (HCERTSTORE); nullptr = none.
struct CertificateStores {
  void* roots = nullptr;          // "ROOT": trusted
  void* intermediates = nullptr;  // "CA": completes the chain of a server that does not send it whole; trusted is none
  void* disallowed = nullptr;     // "Disallowed": not even when it is in one of the others
};

/// Lets `context` trust the roots that may vouch for web servers, and know the intermediates.
void trustStores(ssl_ctx_st* context, const CertificateStores& stores);

}  // namespace postern
