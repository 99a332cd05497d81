#pragma once
// How the simulated AccountView says no.

#include <stdexcept>
#include <string>

namespace postern::sim::accountview {

/// An answer with an ErrorMessage, in Dutch as the vendor's are. status 0 = what the options say.
struct Refused : std::runtime_error {
  explicit Refused(const std::string& message, int wantedStatus = 0) : runtime_error(message), status(wantedStatus) {}
  int status;
};

}  // namespace postern::sim::accountview
