#include "agent/hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace postern {

struct Hasher::Impl {
  // Fetched once: a fetch by name for each record costs more than the hash itself.
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~Impl() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(algorithm);
  }
};

Hasher::Hasher() : impl_(std::make_unique<Impl>()) {
  if (impl_->algorithm == nullptr || impl_->context == nullptr) throw std::runtime_error("OpenSSL offers no SHA-256");
}

Hasher::~Hasher() = default;

Hash Hasher::operator()(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_DigestInit_ex(impl_->context, impl_->algorithm, nullptr) != 1 ||
      EVP_DigestUpdate(impl_->context, bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(impl_->context, digest.data(), &size) != 1) {
    throw std::runtime_error("SHA-256 failed");
  }
  Hash hash;
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

}  // namespace postern
